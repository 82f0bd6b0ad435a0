/**
 * What ragproxy adds to the official client's requests and answers: `import type {} from "ragproxy-types/openai"` once,
 * and `client.chat.completions.create({ ..., rag: { top_k: 5 } })` and `completion.sources` are known to the compiler.
 *
 * The client has its types twice, for `import` and for `require`: each is told the same.
 */
import type { ChatRequest, Rag, Source, UrlCitation, Usage } from "./ragproxy.js";

export type { Rag, Source } from "./ragproxy.js";

/** The fields beside OpenAI's own, of every request that may be answered from documents. */
export interface RagRequest extends Pick<ChatRequest, "conversation_id" | "files" | "lang" | "clientModel"> {
  /** How documents are looked up for this answer */
  rag?: Rag | null;
}

/** What stands beside OpenAI's own fields in an answer, and in the last pieces of one that is streamed. */
export interface RagAnswer {
  /** The passages that the model was shown, when documents were looked up */
  sources?: Source[];
  /** The conversation that the answer was put into, when one was asked for */
  conversation_id?: string;
}

/** Whether the tokens were counted here, and what they cost. */
export type RagUsage = Pick<Usage, "estimated" | "cost">;

/** Of a message that is streamed: the citations, which OpenAI has in whole messages alone. */
export interface RagDelta {
  annotations?: UrlCitation[];
}

/** Who may read a file or a vector store; without groups, all of its owner's callers. */
export interface Shared {
  groups?: string[];
}

/** Of a passage that a search found. */
export interface RagResult {
  /** From 1, where the document has pages */
  page?: number;
}

declare module "openai/resources/chat/completions/completions.mjs" {
  interface ChatCompletionCreateParamsBase extends RagRequest {}
  interface ChatCompletion extends RagAnswer {}
  interface ChatCompletionChunk extends RagAnswer {}
  namespace ChatCompletionChunk {
    namespace Choice {
      interface Delta extends RagDelta {}
    }
  }
}
declare module "openai/resources/completions.mjs" {
  interface CompletionCreateParamsBase extends RagRequest {}
  interface Completion extends RagAnswer {}
  interface CompletionUsage extends RagUsage {}
}
declare module "openai/resources/responses/responses.mjs" {
  interface ResponseCreateParamsBase extends RagRequest {}
}
declare module "openai/resources/files.mjs" {
  interface FileObject extends Shared {}
}
declare module "openai/resources/vector-stores/vector-stores.mjs" {
  interface VectorStore extends Shared {}
  interface VectorStoreCreateParams extends Shared {}
  interface VectorStoreUpdateParams extends Shared {}
  interface VectorStoreSearchResponse extends RagResult {}
}

declare module "openai/resources/chat/completions/completions.js" {
  interface ChatCompletionCreateParamsBase extends RagRequest {}
  interface ChatCompletion extends RagAnswer {}
  interface ChatCompletionChunk extends RagAnswer {}
  namespace ChatCompletionChunk {
    namespace Choice {
      interface Delta extends RagDelta {}
    }
  }
}
declare module "openai/resources/completions.js" {
  interface CompletionCreateParamsBase extends RagRequest {}
  interface Completion extends RagAnswer {}
  interface CompletionUsage extends RagUsage {}
}
declare module "openai/resources/responses/responses.js" {
  interface ResponseCreateParamsBase extends RagRequest {}
}
declare module "openai/resources/files.js" {
  interface FileObject extends Shared {}
}
declare module "openai/resources/vector-stores/vector-stores.js" {
  interface VectorStore extends Shared {}
  interface VectorStoreCreateParams extends Shared {}
  interface VectorStoreUpdateParams extends Shared {}
  interface VectorStoreSearchResponse extends RagResult {}
}
