// Clients that leave: AbortController, the stream's own controller, a loop that is left. The upstream has been told to
// stall in each of these answers; test_javascript.py looks at when it was let go.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import OpenAI from "openai";

import { clientOf, metric, until, user } from "./clients.mjs";

const QUESTION = { model: "ragproxy", messages: user("How tall is the Eiffel Tower?") };
const SOON_MS = 2000;

const ai = clientOf("GATEWAY");

// none in flight but the one that asks
afterEach(() =>
  until(async () => (await metric("GATEWAY", "ragproxy_requests_in_flight")) === 1, SOON_MS, "the server lets go"),
);

test("while a stream is silent", async () => {
  const controller = new AbortController();
  const stream = await ai.chat.completions.create({ ...QUESTION, stream: true }, { signal: controller.signal });
  const chunks = stream[Symbol.asyncIterator]();
  assert.ok((await chunks.next()).value.choices);
  controller.abort();
  while (!(await chunks.next()).done);
});

test("by leaving the loop over a stream", async () => {
  const stream = await ai.chat.completions.create({ ...QUESTION, stream: true });
  for await (const chunk of stream) {
    assert.ok(chunk.choices);
    break;
  }
  assert.ok(stream.controller.signal.aborted);
});

test("by aborting the helper's stream", async () => {
  const stream = ai.chat.completions.stream(QUESTION);
  stream.once("chunk", () => stream.abort());
  await assert.rejects(stream.finalChatCompletion(), OpenAI.APIUserAbortError);
  assert.ok(stream.aborted);
});

test("while an answer that does not stream is awaited", async () => {
  const controller = new AbortController();
  const answer = ai.chat.completions.create(QUESTION, { signal: controller.signal });
  const refused = assert.rejects(answer, OpenAI.APIUserAbortError);
  const arrived = async () => (await metric("GATEWAY", "ragproxy_requests_in_flight")) === 2;
  await until(arrived, SOON_MS, "the question arrives");
  await new Promise((resolve) => setTimeout(resolve, 200)); // for it to travel on to the upstream
  controller.abort();
  await refused;
});
