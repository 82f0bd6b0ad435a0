// The gateway before llama.cpp's own server, which is also asked directly. test_real_upstream.py starts both.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";

import { clientOf, until, user } from "./clients.mjs";

const HELLO = { model: "tiny", messages: user("Hello"), temperature: 1, seed: 7, max_tokens: 40 };
const SAYING = "It is 330 metres tall [1].";
const TOWER = {
  model: "ragproxy",
  messages: user("How tall is the Eiffel Tower?"),
  grammar: `root ::= "${SAYING}"`,
};
const PLACE = {
  type: "object",
  properties: { city: { type: "string", maxLength: 12 }, height: { type: "integer", minimum: 0, maximum: 999 } },
  required: ["city", "height"],
  additionalProperties: false,
};

const ai = clientOf("GATEWAY");
const direct = clientOf("LLAMA", { apiKey: process.env.LLAMA_KEY });

test("a chat, with its log probabilities and its usage", async () => {
  const asked = { ...HELLO, logprobs: true, top_logprobs: 2 };
  const [ours, theirs] = [await ai.chat.completions.create(asked), await direct.chat.completions.create(asked)];
  assert.equal(ours.choices[0].message.content, theirs.choices[0].message.content);
  assert.equal(ours.choices[0].message.content.length, 40);
  assert.deepEqual(ours.choices[0].logprobs, theirs.choices[0].logprobs);
  assert.deepEqual(ours.usage, theirs.usage);
});

test("a stream says the same, piece by piece", async () => {
  const asked = { ...HELLO, stream: true, stream_options: { include_usage: true } };
  const [ours, theirs] = [await read(ai, asked), await read(direct, asked)];
  assert.deepEqual(ours, theirs);
  assert.equal(ours.pieces.length, 40);
});

test("several choices, each its own", async () => {
  const texts = ({ choices }) => choices.map((choice) => choice.message.content);
  const ours = texts(await ai.chat.completions.create({ ...HELLO, n: 2 }));
  assert.deepEqual(ours, texts(await direct.chat.completions.create({ ...HELLO, n: 2 })));
  assert.notEqual(ours[0], ours[1]);
});

test("JSON by a schema", async () => {
  const response_format = { type: "json_schema", json_schema: { name: "place", strict: true, schema: PLACE } };
  const { choices } = await ai.chat.completions.create({ ...HELLO, max_tokens: 400, response_format });
  const place = JSON.parse(choices[0].message.content);
  assert.deepEqual(Object.keys(place).sort(), ["city", "height"]);
  assert.ok(place.height >= 0 && place.height <= 999);
});

test("an answer from the documents, whole and streamed", async () => {
  const whole = await ai.chat.completions.create(TOWER);
  assert.equal(whole.choices[0].message.content, SAYING);
  assert.deepEqual(whole.sources.map((source) => [source.filename, source.cited]), [["tower.md", true], ["louvre.md", false]]);
  const streamed = await read(ai, { ...TOWER, stream: true, stream_options: { include_usage: true } });
  assert.equal(streamed.pieces.join(""), SAYING);
  assert.deepEqual(streamed.usage, whole.usage);
});

test("a legacy completion", async () => {
  const asked = { model: "tiny", prompt: "Hello", temperature: 1, seed: 7, max_tokens: 40 };
  const [ours, theirs] = [await ai.completions.create(asked), await direct.completions.create(asked)];
  assert.equal(ours.choices[0].text, theirs.choices[0].text);
  assert.deepEqual(ours.usage, theirs.usage);
});

test("embeddings, in base64 by the client's own choice and as numbers", async () => {
  const asked = { model: "tiny", input: ["The tower", "Le musée"] };
  const theirs = await direct.embeddings.create({ ...asked, encoding_format: "float" });
  for (const more of [{}, { encoding_format: "float" }]) {
    const ours = await ai.embeddings.create({ ...asked, ...more });
    ours.data.forEach((row, at) => {
      assert.equal(row.embedding.length, theirs.data[at].embedding.length);
      row.embedding.forEach((value, n) => assert.ok(Math.abs(value - theirs.data[at].embedding[n]) < 1e-5));
    });
    assert.deepEqual(ours.usage, theirs.usage);
  }
});

test("a prompt that is too long is BadRequestError, in the server's words", async () => {
  const asked = { ...HELLO, messages: user("x".repeat(40_000)) };
  const refused = async (client) => {
    const error = await client.chat.completions.create(asked).catch((error) => error);
    assert.ok(error instanceof OpenAI.BadRequestError);
    return [error.error.message, error.type];
  };
  assert.deepEqual(await refused(ai), await refused(direct));
});

test("a stream that is left ends the writing", async () => {
  const stream = await ai.chat.completions.create({ ...HELLO, max_tokens: undefined, stream: true });
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
  await until(async () => (await slots()).every((slot) => !slot.is_processing), 5000, "the slots are free");
});

/** What a stream says in all: its pieces, how it ended and its usage. */
async function read(client, asked) {
  const said = { pieces: [], finish: null, usage: null };
  for await (const chunk of await client.chat.completions.create(asked)) {
    const [choice] = chunk.choices;
    if (choice?.delta.content) said.pieces.push(choice.delta.content);
    said.finish = choice?.finish_reason ?? said.finish;
    said.usage = chunk.usage ?? said.usage;
  }
  return said;
}

async function slots() {
  const headers = { authorization: `Bearer ${process.env.LLAMA_KEY}` };
  return await (await fetch(`${process.env.LLAMA_URL}/slots`, { headers })).json();
}
