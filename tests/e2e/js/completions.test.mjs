// client.completions, with `prompt`, and the agent form of the same route
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";

import { all, clientOf, user } from "./clients.mjs";
import { ENGLISH, FRENCH, MODEL } from "./questions.mjs";

const ai = clientOf("GUIDE");

test("a prompt is a question too", async () => {
  const answer = await ai.completions.create({ model: MODEL, prompt: ENGLISH });
  assert.deepEqual([answer.object, answer.model], ["text_completion", MODEL]);
  assert.match(answer.choices[0].text, /8083/);
  assert.equal(answer.choices[0].finish_reason, "stop");
  assert.ok(answer.sources.length);
  assert.ok(answer.usage.total_tokens > 0);
});

test("several prompts are answered in their order", async () => {
  const answer = await ai.completions.create({ model: "gpt-3.5-turbo", prompt: [ENGLISH, FRENCH], n: 2 });
  assert.deepEqual(answer.choices.map((choice) => choice.index), [0, 1, 2, 3]);
  assert.equal(answer.choices[0].text, answer.choices[1].text);
  assert.notEqual(answer.choices[1].text, answer.choices[2].text);
});

test("a streamed prompt says the same, with its usage when asked", async () => {
  const whole = await ai.completions.create({ model: MODEL, prompt: ENGLISH });
  const asked = { model: MODEL, prompt: ENGLISH, stream: true };
  const chunks = await all(await ai.completions.create({ ...asked, stream_options: { include_usage: true } }));
  const texts = chunks.slice(0, -1).map((chunk) => chunk.choices[0].text);
  assert.equal(texts.join(""), whole.choices[0].text);
  assert.deepEqual([chunks.at(-1).choices, chunks.at(-1).usage], [[], whole.usage]);
  const without = await all(await ai.completions.create(asked));
  assert.ok(without.every((chunk) => chunk.choices.length === 1 && !("usage" in chunk)));
});

test("what a prompt cannot carry over chat is refused by name", async () => {
  const refused = { suffix: "end", best_of: 2, logprobs: 2, prompt: [1, 2] };
  for (const [name, value] of Object.entries(refused)) {
    await assert.rejects(ai.completions.create({ model: MODEL, prompt: ENGLISH, [name]: value }), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      return error.param === name;
    });
  }
});

test("the agent form answers in the shape of a chat", async () => {
  const ours = { conversation_id: "new", lang: "fr", clientModel: "extractive" };
  const answer = await ai.post("/completions", { body: { model: MODEL, messages: user(FRENCH), ...ours } });
  assert.equal(answer.object, "chat.completion");
  assert.match(answer.conversation_id, /^conv_/);
  assert.match(answer.choices[0].message.content, /8083/);
});
