// The same for what is compiled to CommonJS. tests/e2e/test_typescript.py compiles it.
import { OpenAI } from "openai";
import type { Source } from "ragproxy-types/openai";

export async function ask(ai: OpenAI): Promise<Source[]> {
  const messages = [{ role: "user" as const, content: "How tall is it?" }];
  // @ts-expect-error: a word, not a number
  await ai.chat.completions.create({ model: "ragproxy", messages, rag: { top_k: "five" } });
  const completion = await ai.chat.completions.create({ model: "ragproxy", messages, rag: { top_k: 5 } });
  // @ts-expect-error: sources may be missing
  completion.sources.length;
  return completion.sources ?? [];
}
