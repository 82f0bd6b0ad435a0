// What an upstream sends, good and bad, as the client sees it. test_javascript.py scripts it in the order of the tests.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";

import { clientOf, user } from "./clients.mjs";

const MODEL = "ragproxy";
const QUESTION = user("How tall is the Eiffel Tower?");
const TOOLS = [{ type: "function", function: { name: "measure", parameters: { type: "object", properties: {} } } }];

const ai = clientOf("GATEWAY");

test("a tool is called, streamed in pieces", async () => {
  const stream = ai.chat.completions.stream({ model: MODEL, messages: QUESTION, tools: TOOLS });
  let told;
  stream.on("tool_calls.function.arguments.done", (event) => (told = [event.name, event.arguments]));
  const message = await stream.finalMessage();
  assert.deepEqual(told, ["measure", '{"what": "tower"}']);
  assert.equal(message.tool_calls[0].id, "call_1");
  assert.equal((await stream.finalChatCompletion()).choices[0].finish_reason, "tool_calls");
});

test("too many requests are RateLimitError, with when to come back", async () => {
  await assert.rejects(ai.chat.completions.create({ model: MODEL, messages: QUESTION }), (error) => {
    assert.ok(error instanceof OpenAI.RateLimitError);
    assert.equal(error.headers.get("retry-after"), "3");
    return error.message.includes("Slow down");
  });
});

test("a client that may try again does, and gets its answer", async () => {
  const patient = clientOf("GATEWAY", { maxRetries: 1 });
  const answer = await patient.chat.completions.create({ model: MODEL, messages: QUESTION });
  assert.equal(answer.choices[0].message.content, "330 metres [1].");
});

test("a stream that breaks off is an error, after what was said", async () => {
  const stream = await ai.chat.completions.create({ model: MODEL, messages: QUESTION, stream: true });
  let said = "";
  const read = async () => {
    for await (const chunk of stream) said += chunk.choices[0]?.delta.content ?? "";
  };
  await assert.rejects(read(), OpenAI.APIError);
  assert.equal(said, "330");
});
