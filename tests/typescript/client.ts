// The official client with ragproxy's types: nothing is cast. tests/e2e/test_typescript.py compiles and runs it.
import assert from "node:assert/strict";
import OpenAI from "openai";
import type { Rag, Source } from "ragproxy-types/openai";

const ai = new OpenAI({ baseURL: `${process.env["SERVER_URL"]}/v1`, apiKey: "sk-client", maxRetries: 0 });
const QUESTION = "Which port does the server listen on by default?";
const rag: Rag = {
  top_k: 3,
  sources: ["field", "annotations"],
  filters: { type: "and", filters: [{ type: "ne", key: "lang", value: "xx" }] },
};

function named(sources: Source[]): string[] {
  return sources.map(({ index, filename, page, score }) => `[${index}] ${filename} ${page ?? "-"} ${score.toFixed(2)}`);
}

// an answer, its sources, its citations and its usage
const completion = await ai.chat.completions.create({
  model: "ragproxy",
  messages: [{ role: "user", content: QUESTION }],
  lang: "en",
  rag,
});
const message = completion.choices[0]?.message;
assert.match(message?.content ?? "", /8083/);
const listed = named(completion.sources ?? []);
assert.ok(listed.length > 0 && listed.length <= 3);
const cited: string[] = (message?.annotations ?? []).map((note) => note.url_citation.url);
assert.ok(cited.length > 0);
const estimated: boolean = completion.usage?.estimated ?? false;
const cost: number | undefined = completion.usage?.cost;
assert.equal(typeof estimated, "boolean");
assert.equal(cost, undefined); // the built-in model has no price

// the same, streamed: the sources come with the piece that ends the answer
let text = "";
let sources: Source[] = [];
const stream = await ai.chat.completions.create({
  model: "ragproxy",
  messages: [{ role: "user", content: QUESTION }],
  stream: true,
  rag: { top_k: 2 },
});
for await (const chunk of stream) {
  text += chunk.choices[0]?.delta.content ?? "";
  sources = chunk.sources ?? sources;
}
assert.match(text, /8083/);
assert.ok(sources.length > 0 && sources.length <= 2);

// the client's own helper for streams
const helped = ai.chat.completions.stream({
  model: "ragproxy",
  messages: [{ role: "user", content: QUESTION }],
  rag: { enabled: false },
});
assert.equal((await helped.finalChatCompletion()).sources, undefined);

// a conversation that the server keeps
const begun = await ai.chat.completions.create({
  model: "ragproxy",
  messages: [{ role: "user", content: QUESTION }],
  conversation_id: "new",
});
const conversation: string = begun.conversation_id ?? assert.fail("no conversation was begun");

// responses, which go on with it
const response = await ai.responses.create({ model: "ragproxy", input: QUESTION, conversation, rag: { top_k: 2 } });
assert.match(response.output_text, /8083/);

// a vector store for some
const store = await ai.vectorStores.create({ name: "typed", groups: [] });
const groups: string[] = store.groups ?? [];
assert.deepEqual(groups, []);
for (const result of (await ai.vectorStores.search(store.id, { query: "port" })).data) {
  const page: number | undefined = result.page;
  assert.ok(page === undefined || page > 0);
}
await ai.vectorStores.delete(store.id);

// errors
try {
  await ai.chat.completions.create({ model: "nobody", messages: [{ role: "user", content: QUESTION }] });
  assert.fail("nobody answered");
} catch (error) {
  if (!(error instanceof OpenAI.NotFoundError)) throw error;
  assert.deepEqual([error.code, error.param], ["model_not_found", "model"]);
}
console.log("all of it");
