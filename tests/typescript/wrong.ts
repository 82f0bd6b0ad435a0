// Mistakes that the compiler has to find: where it finds none, the types have become `any`. tests/e2e/test_typescript.py compiles it.
import OpenAI from "openai";
import type { ChatCompletion, ChatRequest, Filter, OutputItem, Rag, VectorStore } from "ragproxy-types";
import type {} from "ragproxy-types/openai";

const ai = new OpenAI();
const messages = [{ role: "user" as const, content: "How tall is it?" }];

// @ts-expect-error: a word, not a number
export const topK: Rag = { top_k: "five" };
// @ts-expect-error: misspelt
export const misspelt: Rag = { topk: 5 };
// @ts-expect-error: no such carrier
export const carriers: Rag = { sources: ["footnotes"] };
// @ts-expect-error: a comparison has a key
export const filter: Filter = { type: "eq", value: 1 };
// @ts-expect-error: and joins filters
export const joined: Filter = { type: "and", key: "year", value: 2026 };

// @ts-expect-error: no messages
export const silent: ChatRequest = { model: "ragproxy" };
// @ts-expect-error: a field that there is not
export const unknown: ChatRequest = { model: "ragproxy", messages, ragg: {} };
// @ts-expect-error: a tool's answer names its call
export const loose: ChatRequest = { model: "ragproxy", messages: [{ role: "tool", content: "330 m" }] };
// @ts-expect-error: no such role
export const roles: ChatRequest = { model: "ragproxy", messages: [{ role: "boss", content: "Work!" }] };

export function read(completion: ChatCompletion, store: VectorStore, item: OutputItem): void {
  // @ts-expect-error: sources may be missing
  completion.sources.length;
  // @ts-expect-error: a number
  completion.sources?.[0]?.score.trim();
  // @ts-expect-error: misspelt
  completion.soruces;
  // @ts-expect-error: content may be null
  completion.choices[0]?.message.content.length;
  // @ts-expect-error: no such status
  store.status === "done";
  // @ts-expect-error: only messages have content
  item.content;
}

export async function ask(): Promise<void> {
  // @ts-expect-error: a word, not a number
  await ai.chat.completions.create({ model: "ragproxy", messages, rag: { top_k: "five" } });
  // @ts-expect-error: misspelt
  await ai.chat.completions.create({ model: "ragproxy", messages, rag: { topk: 5 } });
  // @ts-expect-error: ours is called rag
  await ai.chat.completions.create({ model: "ragproxy", messages, retrieval: {} });
  // @ts-expect-error: a list
  await ai.responses.create({ model: "ragproxy", input: "How tall is it?", files: "file-1" });
  const completion = await ai.chat.completions.create({ model: "ragproxy", messages, rag: { top_k: 5 } });
  // @ts-expect-error: sources may be missing
  completion.sources.length;
  // @ts-expect-error: a string
  completion.sources?.[0]?.filename.toFixed();
  // @ts-expect-error: a number, if it is there
  completion.usage?.cost?.trim();
  for await (const chunk of await ai.chat.completions.create({ model: "ragproxy", messages, stream: true })) {
    // @ts-expect-error: a source has no such field
    chunk.sources?.[0]?.title;
  }
}
