// Streams that fall silent: what keeps the line open is not seen. test_javascript.py scripts the pauses of the upstream.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { streamText } from "ai";

import { address, all, clientOf, user } from "./clients.mjs";

const QUESTION = { model: "ragproxy", messages: user("How tall is the Eiffel Tower?"), stream: true };

test("the line carries comments", async () => {
  const body = JSON.stringify(QUESTION);
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`${address("BEATING")}/v1/chat/completions`, { method: "POST", headers, body });
  assert.ok((await answer.text()).split("\n\n").filter((event) => event === ": ping").length >= 2);
});

test("the client does not see them", async () => {
  const chunks = await all(await clientOf("BEATING").chat.completions.create(QUESTION));
  assert.equal(chunks.map((chunk) => chunk.choices[0].delta.content ?? "").join(""), "330 metres");
  assert.equal(chunks.at(-1).choices[0].finish_reason, "stop");
});

test("the client's helper does not see them", async () => {
  const stream = clientOf("BEATING").chat.completions.stream(QUESTION);
  assert.equal(await stream.finalContent(), "330 metres");
});

test("the AI SDK does not see them", async () => {
  const provider = createOpenAICompatible({ name: "ragproxy", baseURL: `${address("BEATING")}/v1`, apiKey: "sk" });
  const { textStream } = streamText({ model: provider("ragproxy"), prompt: "How tall is the Eiffel Tower?" });
  assert.equal((await all(textStream)).join(""), "330 metres");
});
