// The error classes of the client
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";

import { clientOf, user } from "./clients.mjs";
import { ENGLISH, MODEL } from "./questions.mjs";

const ai = clientOf("GUIDE");

test("an unknown model is NotFoundError, with its code and the request's id", async () => {
  const error = await failure(ai.chat.completions.create({ model: "gpt-9", messages: user("Hi") }));
  assert.ok(error instanceof OpenAI.NotFoundError);
  assert.deepEqual([error.status, error.code, error.type], [404, "model_not_found", "invalid_request_error"]);
  assert.match(error.message, /gpt-9/);
  assert.ok(error.requestID);
  assert.equal(error.requestID, error.headers.get("x-request-id"));
});

test("an unknown store is NotFoundError", async () => {
  const error = await failure(ai.completions.create({ model: "rag/no-such-store", prompt: "Hi" }));
  assert.ok(error instanceof OpenAI.NotFoundError);
});

test("a bad request is BadRequestError, with the place of the fault", async () => {
  const wrong = [
    [{ messages: user(ENGLISH), temperature: 9 }, "temperature"],
    [{ messages: [{ role: "wizard", content: "x" }] }, "messages[0].role"],
    [{ messages: [] }, "messages"],
    [{}, "messages"],
  ];
  for (const [body, param] of wrong) {
    const error = await failure(ai.chat.completions.create({ model: MODEL, ...body }));
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.deepEqual([error.status, error.type, error.param], [400, "invalid_request_error", param]);
  }
});

test("a key that nobody knows is AuthenticationError", async () => {
  const error = await failure(clientOf("LOCKED").models.list());
  assert.ok(error instanceof OpenAI.AuthenticationError);
  assert.deepEqual([error.status, error.code], [401, "invalid_api_key"]);
  const known = clientOf("LOCKED", { apiKey: process.env.LOCKED_KEY });
  assert.ok((await known.models.list()).data.length);
});

test("an unknown route is NotFoundError", async () => {
  const error = await failure(ai.get("/no/such/route"));
  assert.ok(error instanceof OpenAI.NotFoundError);
  assert.ok(error.message.includes("/no/such/route"));
});

function failure(promise) {
  return promise.then(() => assert.fail("it did not fail"), (error) => error);
}
