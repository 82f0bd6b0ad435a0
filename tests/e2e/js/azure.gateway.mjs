// The official AzureOpenAI client, at the addresses that Azure has. test_javascript_gateway.py looks at what the
// upstream was asked.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AzureOpenAI, NotFoundError, AuthenticationError, BadRequestError } from "openai";

import { address, all, listening, user } from "./clients.mjs";

const HEIGHT = user("How tall is the Eiffel Tower?");

const ai = azureOf("GATEWAY");

test("a deployment is an agent, with its sources", async () => {
  const answer = await ai.chat.completions.create({ model: "ragproxy", messages: HEIGHT });
  assert.deepEqual([answer.object, answer.model], ["chat.completion", "ragproxy"]);
  assert.equal(answer.choices[0].message.content, "It is 330 metres tall [1].");
  assert.equal(answer.sources[0].filename, "tower.md");
});

test("a deployment is a store, slash and all", async () => {
  const answer = await ai.chat.completions.create({ model: "rag/default", messages: HEIGHT });
  assert.equal(answer.model, "rag/default");
  assert.ok(answer.sources.length);
});

test("a deployment is a model, streamed", async () => {
  const options = { model: "spare", messages: HEIGHT, stream: true, stream_options: { include_usage: true } };
  const chunks = await all(await ai.chat.completions.create(options));
  assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), "It is 330 metres tall [1].");
  assert.equal(chunks.at(-1).usage.total_tokens, 10);
});

test("the client's own deployment counts, and not the body's model", async () => {
  const answer = await azureOf("GATEWAY", { deployment: "spare" }).chat.completions.create({ messages: HEIGHT });
  assert.equal(answer.model, "spare");
});

test("legacy completions and embeddings have their deployments too", async () => {
  const said = await ai.completions.create({ model: "spare", prompt: "Once", max_tokens: 5 });
  assert.deepEqual([said.object, said.choices[0].text], ["text_completion", "It is 330 metres tall [1]."]);
  const made = await ai.embeddings.create({ model: "tiny", input: ["a", "bbbb"] });
  assert.deepEqual(made.data.map((row) => row.embedding), [[1, 0, 1], [4, 4, 1]]);
});

test("models are listed and found", async () => {
  const names = (await all(ai.models.list())).map((model) => model.id);
  assert.ok(["ragproxy", "rag/default", "spare"].every((name) => names.includes(name)));
  assert.equal((await ai.models.retrieve("spare")).id, "spare");
});

test("mistakes are the client's own kinds of errors", async () => {
  const ask = (model, messages) => ai.chat.completions.create({ model, messages });
  await assert.rejects(ask("nobody", HEIGHT), (error) => {
    assert.ok(error instanceof NotFoundError);
    return error.code === "model_not_found";
  });
  await assert.rejects(ask("spare", []), (error) => error instanceof BadRequestError && error.param === "messages");
});

test("the key comes in Azure's header, or as a token", async () => {
  const key = process.env.LOCKED_KEY;
  const options = { model: "ragproxy", messages: HEIGHT };
  assert.ok((await azureOf("LOCKED", { apiKey: key }).chat.completions.create(options)).choices[0].message.content);
  const token = { apiKey: undefined, azureADTokenProvider: async () => key };
  assert.ok((await all(azureOf("LOCKED", token).models.list())).length);
  for (const stream of [false, true]) {
    const refused = azureOf("LOCKED", { apiKey: "rk-wrong" }).chat.completions.create({ ...options, stream });
    await assert.rejects(refused, (error) => {
      assert.ok(error instanceof AuthenticationError);
      return error.code === "invalid_api_key";
    });
  }
});

function azureOf(server, options = {}) {
  return new AzureOpenAI({
    endpoint: address(server),
    apiKey: "any",
    apiVersion: "2024-10-21",
    maxRetries: 0,
    timeout: 30_000,
    ...listening,
    ...options,
  });
}
