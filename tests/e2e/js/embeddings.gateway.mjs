// client.embeddings. test_javascript_gateway.py looks at what the upstream was asked, in the order of the tests.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";

import { clientOf } from "./clients.mjs";

const ai = clientOf("GATEWAY");

test("a text becomes a vector, which the client asks for in base64", async () => {
  const { data, model, object, usage } = await ai.embeddings.create({ model: "tiny", input: "a" });
  assert.deepEqual(data, [{ object: "embedding", index: 0, embedding: [1, 0, 1] }]);
  assert.deepEqual([object, model], ["list", "tiny"]);
  assert.deepEqual([usage.prompt_tokens, usage.total_tokens], [1, 1]);
});

test("a list of texts becomes as many vectors, in its order", async () => {
  const input = Array.from({ length: 300 }, (_, number) => "x".repeat((number % 40) + 1));
  const { data, usage } = await ai.embeddings.create({ model: "tiny", input });
  assert.deepEqual(data.map((row) => row.embedding[0]), input.map((text) => text.length));
  assert.deepEqual(data.map((row) => row.index), [...input.keys()]);
  assert.equal(usage.total_tokens, 300);
});

test("numbers come as numbers when they are asked for", async () => {
  const made = await ai.embeddings.create({ model: "tiny", input: ["a", "bbbb"], encoding_format: "float" });
  assert.deepEqual(made.data.map((row) => row.embedding), [[1, 0, 1], [4, 4, 1]]);
});

test("base64 comes as a string when it is asked for by name", async () => {
  const made = await ai.embeddings.create({ model: "tiny", input: "a", encoding_format: "base64" });
  const bytes = Buffer.from(made.data[0].embedding, "base64");
  assert.deepEqual([0, 4, 8].map((at) => bytes.readFloatLE(at)), [1, 0, 1]);
});

test("the dimensions asked for are those that come", async () => {
  const made = await ai.embeddings.create({ model: "tiny", input: "a", dimensions: 2, user: "ann" });
  assert.deepEqual(made.data[0].embedding, [1, 0]);
});

test("tokens are passed on as tokens", async () => {
  const made = await ai.embeddings.create({ model: "tiny", input: [[5, 6], [7]] });
  assert.equal(made.data.length, 2);
});

test("the built-in model asks nobody", async () => {
  const input = ["Le musée ferme le mardi.", "Opening hours"];
  const made = await ai.embeddings.create({ model: "hash-384", input });
  const plain = await ai.embeddings.create({ model: "hash-384", input, encoding_format: "float" });
  assert.deepEqual(made.data.map((row) => row.embedding.length), [384, 384]);
  const same = (row, at) => row.embedding.every((value, n) => Math.abs(value - plain.data[at].embedding[n]) < 1e-6);
  assert.ok(made.data.every(same));
});

test("an unknown model and an empty text are refused by name", async () => {
  await assert.rejects(ai.embeddings.create({ model: "nobody", input: "a" }), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    return error.code === "model_not_found";
  });
  await assert.rejects(ai.embeddings.create({ model: "hash-384", input: "" }), OpenAI.BadRequestError);
});
