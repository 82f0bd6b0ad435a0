// client.chat.completions.create, answered whole
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";

import { address, clientOf, user } from "./clients.mjs";
import { ENGLISH, FRENCH, MODEL, NOWHERE, markers } from "./questions.mjs";

const ai = clientOf("GUIDE");

test("a question about the guide is answered and cited, in both languages", async () => {
  for (const question of [ENGLISH, FRENCH]) {
    const answer = await ask(question);
    const { message, finish_reason } = answer.choices[0];
    assert.deepEqual([answer.object, answer.model, finish_reason], ["chat.completion", MODEL, "stop"]);
    assert.match(message.content, /8083/);
    assert.ok(answer.usage.total_tokens > 0);
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
    const citations = message.annotations.map((annotation) => annotation.url_citation);
    const cited = citations.map((at) => message.content.slice(at.start_index, at.end_index));
    assert.ok(cited.length);
    assert.deepEqual(cited, markers(message.content));
    assert.ok(citations.every(({ url, title }) => url && title));
  }
});

test("every carrier tells of the same sources", async () => {
  const { data, response, request_id } = await ai.chat.completions
    .create({ model: MODEL, messages: user(ENGLISH) })
    .withResponse();
  const header = response.headers.get("X-Metadata-Sources");
  assert.ok(header.length <= 4096);
  const brief = data.sources.map(({ index, file_id, filename, score }) => ({ index, file_id, filename, score }));
  assert.deepEqual(JSON.parse(header), { sources: brief, truncated: false });
  assert.deepEqual(brief.map((source) => source.index), brief.map((_, number) => number + 1));
  const cited = data.sources.filter((source) => source.cited).map((source) => `[${source.index}]`);
  assert.deepEqual(new Set(cited), new Set(markers(data.choices[0].message.content)));
  assert.ok(data.sources.every((source) => source.score >= 0 && source.score <= 1 && source.quote && source.chunk_id));
  assert.ok(request_id);
  assert.equal(request_id, response.headers.get("x-request-id"));
  const parts = response.headers.get("Server-Timing").split(", ").map((part) => part.split(";")[0]);
  assert.deepEqual(parts, ["auth", "retrieve", "upstream", "total"]);
});

test("an answer tells its request's id, the client's own where it has one", async () => {
  assert.match((await ask(ENGLISH))._request_id, /^req_\S{8,}$/);
  const named = await ai.models.retrieve(MODEL, { headers: { "x-request-id": "js-42" } });
  assert.equal(named._request_id, "js-42");
});

test("the bare address answers as the one with v1 does", async () => {
  const bare = clientOf("GUIDE", { baseURL: address("GUIDE") });
  const answer = await bare.chat.completions.create({ model: MODEL, messages: user(FRENCH) });
  const wanted = (await ask(FRENCH)).choices[0].message;
  assert.deepEqual(answer.choices[0].message, wanted);
});

test("what the documents do not say is said so, in the language asked for", async () => {
  const french = await ask(NOWHERE);
  assert.match(french.choices[0].message.content, /ne contiennent pas/);
  assert.deepEqual(french.choices[0].message.annotations ?? [], []);
  assert.ok(!french.sources.some((source) => source.cited));
  const english = await ask(NOWHERE, { lang: "en" });
  assert.match(english.choices[0].message.content, /do not contain/);
});

test("the fields that RAG adds to a request are honoured", async () => {
  const first = (await ask(ENGLISH)).sources[0].file_id;
  const restricted = await ask(ENGLISH, { files: [first], conversation_id: "new", rag: { top_k: 2 } });
  assert.deepEqual([...new Set(restricted.sources.map((source) => source.file_id))], [first]);
  assert.ok(restricted.sources.length <= 2);
  assert.match(restricted.conversation_id, /^conv_/);
});

test("the sources can be asked for in the text alone", async () => {
  const { data, response } = await ai.chat.completions
    .create({ model: MODEL, messages: user(ENGLISH), rag: { sources: ["markdown"] } })
    .withResponse();
  assert.equal(response.headers.get("X-Metadata-Sources"), null);
  assert.ok(!("sources" in data));
  assert.deepEqual(data.choices[0].message.annotations ?? [], []);
  assert.match(data.choices[0].message.content, /Sources[^]*\.md/);
});

test("a follow-up is understood with what came before", async () => {
  const messages = [
    ...user("What is the default value of the PORT setting?"),
    { role: "assistant", content: "8083 [1]" },
    ...user([{ type: "text", text: "And of HOST?" }]),
  ];
  const answer = await ai.chat.completions.create({ model: MODEL, messages });
  assert.match(answer.choices[0].message.content, /127\.0\.0\.1/);
});

test("n, stop and max_tokens work", async () => {
  const short = await ask(ENGLISH, { n: 2, max_tokens: 3 });
  assert.deepEqual(short.choices.map((choice) => choice.index), [0, 1]);
  assert.deepEqual(short.choices.map((choice) => choice.finish_reason), ["length", "length"]);
  assert.doesNotMatch((await ask(ENGLISH, { stop: "8083" })).choices[0].message.content, /8083/);
});

test("parameters that the built-in model cannot honour are refused by name", async () => {
  const tools = [{ type: "function", function: { name: "f", parameters: {} } }];
  await assert.rejects(ask(ENGLISH, { tools }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.deepEqual([error.status, error.code, error.param], [400, "unsupported_parameter", "tools"]);
    return true;
  });
});

function ask(question, more = {}) {
  return ai.chat.completions.create({ model: MODEL, messages: user(question), ...more });
}
