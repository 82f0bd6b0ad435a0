// client.responses. test_javascript_sets.py scripts the upstream for the first tests; then it repeats what it is told.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import OpenAI from "openai";

import { all, clientOf, until, user } from "./clients.mjs";

const LOOK = { type: "function", name: "look", strict: false, parameters: { type: "object", properties: {} } };
const CITED = "Été 🏊: to enter the pool costs four euros [1].";

const ai = clientOf("BATCHING");
let store;
before(async () => {
  store = await ai.vectorStores.create({ name: `town-${randomUUID()}` });
  const file = new File(["To enter the town's pool costs four euros. It opens at seven."], "pool.txt");
  await ai.vectorStores.files.uploadAndPoll(store.id, file, { pollIntervalMs: 50 });
});
after(() => ai.vectorStores.delete(store.id));

test("a function is called and answered", async () => {
  const first = await ai.responses.create({ model: "tiny", input: "Look!", tools: [LOOK] });
  const [call] = first.output;
  assert.deepEqual([call.type, call.name, call.arguments], ["function_call", "look", '{"at":"the tower"}']);
  const input = [{ type: "function_call_output", call_id: call.call_id, output: "330 m" }];
  const given = { model: "tiny", input, tools: [LOOK], previous_response_id: first.id };
  assert.equal((await ai.responses.create(given)).output_text, "It is 330 metres tall.");
});

test("a function is called and answered, streamed", async () => {
  const stream = ai.responses.stream({ model: "tiny", input: "Look!", tools: [LOOK] });
  const said = [];
  stream.on("response.function_call_arguments.delta", (event) => said.push(event.delta));
  const first = await stream.finalResponse();
  assert.equal(said.join(""), '{"at":"the tower"}');
  const input = [{ type: "function_call_output", call_id: first.output[0].call_id, output: "330 m" }];
  const given = { model: "tiny", input, tools: [LOOK], previous_response_id: first.id };
  assert.equal((await ai.responses.stream(given).finalResponse()).output_text, "It is 330 metres tall.");
});

test("an answer that breaks off has failed", async () => {
  const events = await all(await ai.responses.create({ model: "tiny", input: "How tall?", stream: true }));
  const { type, response } = events.at(-1);
  assert.deepEqual([type, response.status, response.error.code], ["response.failed", "failed", "server_error"]);
  assert.equal((await ai.responses.retrieve(response.id)).status, "failed");
});

test("too many requests are RateLimitError", async () => {
  for (const stream of [false, true]) {
    const refused = ai.responses.create({ model: "tiny", input: "Hello?", stream });
    await assert.rejects(refused, (error) => error instanceof OpenAI.RateLimitError && /Slow down/.test(error.message));
  }
});

test("an answer is parsed", async () => {
  const schema = { type: "object", properties: { metres: { type: "integer" } }, required: ["metres"] };
  const format = { type: "json_schema", name: "tower", schema, strict: true };
  const response = await ai.responses.parse({ model: "tiny", input: '{"metres": 330}', text: { format } });
  assert.deepEqual(response.output_parsed, { metres: 330 });
});

test("a text is answered, kept, listed and deleted", async () => {
  const input = ["One.", "Two.", "Three."].map((content) => ({ role: "user", content }));
  const response = await ai.responses.create({ model: "tiny", input, metadata: { a: "b" } });
  assert.deepEqual([response.status, response.output_text, response.metadata.a], ["completed", "Three.", "b"]);
  assert.equal((await ai.responses.retrieve(response.id)).output_text, "Three.");
  const items = await all(ai.responses.inputItems.list(response.id, { limit: 2, order: "asc" }));
  assert.deepEqual(items.map((item) => item.content[0].text), ["One.", "Two.", "Three."]);
  assert.ok((await ai.responses.inputTokens.count({ model: "tiny", input })).input_tokens > 3);
  assert.equal((await ai.responses.compact({ model: "tiny", input })).output.at(-1).type, "compaction");
  await ai.responses.delete(response.id);
  await assert.rejects(ai.responses.retrieve(response.id), (error) => error instanceof OpenAI.NotFoundError);
});

test("a stream tells every event in order", async () => {
  const stream = ai.responses.stream({ model: "tiny", input: "Three small words" });
  const events = await all(stream);
  assert.deepEqual(events.map((event) => event.sequence_number), events.map((_, number) => number));
  const types = events.map((event) => event.type.replace("response.", ""));
  const said = ["output_text.delta", "output_text.delta", "output_text.delta", "output_text.done"];
  const begun = ["created", "in_progress", "output_item.added", "content_part.added"];
  assert.deepEqual(types, [...begun, ...said, "content_part.done", "output_item.done", "completed"]);
  assert.equal((await stream.finalResponse()).output_text, "Three small words");
});

test("files are searched and cited, streamed and not", async () => {
  const tools = [{ type: "file_search", vector_store_ids: [store.id] }];
  const request = { model: "tiny", input: CITED, tools, include: ["file_search_call.results"] };
  const answers = [await ai.responses.create(request), await ai.responses.stream(request).finalResponse()];
  for (const { output, output_text } of answers) {
    const [search, message] = output;
    assert.deepEqual([search.type, search.status, search.results[0].filename], ["file_search_call", "completed", "pool.txt"]);
    assert.equal(output_text, CITED);
    const [note] = message.content[0].annotations;
    const { file_id } = search.results[0];
    const index = [...CITED].indexOf("["); // in code points
    assert.deepEqual(note, { type: "file_citation", file_id, filename: "pool.txt", index });
  }
});

test("a conversation goes on", async () => {
  const { id } = await ai.conversations.create({ items: [{ type: "message", ...user("I am Ada.")[0] }] });
  await ai.responses.create({ model: "tiny", input: "Greet me.", conversation: id });
  await ai.responses.stream({ model: "tiny", input: "Who am I?", conversation: { id } }).finalResponse();
  const items = await all(ai.conversations.items.list(id, { order: "asc" }));
  const told = ["I am Ada.", "Greet me.", "Greet me.", "Who am I?", "Who am I?"];
  assert.deepEqual(items.map((item) => item.content[0].text), told);
});

test("a request that is sent again under its key is answered once", async () => {
  const options = { headers: { "Idempotency-Key": randomUUID() } };
  const request = { model: "tiny", input: "Once." };
  const first = await ai.responses.create(request, options);
  const { data, response } = await ai.responses.create(request, options).withResponse();
  assert.deepEqual([data.id, response.headers.get("x-idempotent-replay")], [first.id, "true"]);
});

test("a response is made in the background, polled and followed", async () => {
  const request = { model: "tiny", input: "Three small words", background: true };
  let response = await ai.responses.create(request);
  assert.ok(["queued", "in_progress"].includes(response.status));
  const over = async () => (response = await ai.responses.retrieve(response.id)).status === "completed";
  await until(over, 20_000, "the end of the response");
  assert.equal(response.output_text, "Three small words");
  const followed = await all(await ai.responses.create({ ...request, stream: true }));
  const { id } = followed[0].response;
  const again = await all(await ai.responses.retrieve(id, { stream: true, starting_after: 2 }));
  assert.deepEqual(again, followed.slice(3));
  assert.equal((await ai.responses.cancel(id)).status, "completed"); // too late
});

test("mistakes are the client's own kinds of errors", async () => {
  const { BadRequestError, NotFoundError } = OpenAI;
  for (const [given, kind, code, param] of [
    [{ previous_response_id: "resp_nobody" }, NotFoundError, "previous_response_not_found", "previous_response_id"],
    [{ conversation: "conv_nobody" }, NotFoundError, "conversation_not_found", "conversation"],
    [{ tools: [{ type: "web_search" }] }, BadRequestError, "unsupported_parameter", "tools[0].type"],
    [{ model: "nobody" }, NotFoundError, "model_not_found", "model"],
  ]) {
    for (const stream of [false, true]) {
      const refused = ai.responses.create({ model: "tiny", input: "Hello?", stream, ...given });
      await assert.rejects(refused, (error) => {
        assert.ok(error instanceof kind);
        assert.deepEqual([error.code, error.param], [code, param]);
        return true;
      });
    }
  }
});
