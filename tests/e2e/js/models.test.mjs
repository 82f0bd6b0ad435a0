// client.models
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";

import { all, clientOf } from "./clients.mjs";

const ai = clientOf("GUIDE");

test("the list names agents, aliases and stores", async () => {
  const models = await all(ai.models.list());
  const missing = new Set(["ragproxy", "gpt-4o", "gpt-3.5-turbo", "rag/default", "extractive"]);
  for (const model of models) missing.delete(model.id);
  assert.equal(missing.size, 0);
  assert.ok(models.every((model) => model.object === "model" && model.created > 0 && model.owned_by));
  assert.deepEqual(await all(ai.models.list()), models);
});

test("a model is retrieved by its name, slashes and all", async () => {
  for (const name of ["ragproxy", "gpt-4o", "rag/default"]) {
    assert.equal((await ai.models.retrieve(name)).id, name);
  }
});

test("an unknown model is 404 with its code", async () => {
  await assert.rejects(ai.models.retrieve("gpt-9"), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    return error.code === "model_not_found";
  });
});
