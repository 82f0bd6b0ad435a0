// The packages `ai` and `@ai-sdk/openai-compatible`, which many chat interfaces are made with
import assert from "node:assert/strict";
import { test } from "node:test";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, streamText } from "ai";

import { address, listening } from "./clients.mjs";
import { ENGLISH, FRENCH, MODEL, markers } from "./questions.mjs";

const ragproxy = createOpenAICompatible({
  name: "ragproxy",
  baseURL: `${address("GUIDE")}/v1`,
  apiKey: "sk-client",
  includeUsage: true,
  ...listening,
});
const options = { model: ragproxy(MODEL), maxRetries: 0 };

test("a text is generated from the documents", async () => {
  const answer = await generateText({ ...options, prompt: ENGLISH });
  assert.match(answer.text, /8083/);
  assert.ok(markers(answer.text).length);
  assert.equal(answer.finishReason, "stop");
  assert.equal(answer.usage.totalTokens, answer.usage.inputTokens + answer.usage.outputTokens);
  assert.ok(answer.response.body.sources.length);
  assert.ok(answer.response.headers["x-metadata-sources"]);
});

test("a streamed text says the same", async () => {
  const whole = await generateText({ ...options, prompt: FRENCH });
  const stream = streamText({ ...options, prompt: FRENCH });
  const pieces = [];
  for await (const piece of stream.textStream) pieces.push(piece);
  assert.equal(pieces.join(""), whole.text);
  assert.ok(pieces.length > 3);
  assert.equal(await stream.finishReason, "stop");
  assert.equal((await stream.usage).totalTokens, whole.usage.totalTokens);
});

test("the fields that RAG adds travel in the provider's options", async () => {
  const providerOptions = { ragproxy: { rag: { sources: ["markdown"] } } };
  const answer = await generateText({ ...options, prompt: ENGLISH, providerOptions });
  assert.match(answer.text, /Sources[^]*\.md/);
  assert.equal(answer.response.headers["x-metadata-sources"], undefined);
});

test("an error is the library's, with its status and our words", async () => {
  await assert.rejects(generateText({ ...options, model: ragproxy("gpt-9"), prompt: ENGLISH }), (error) => {
    assert.ok(APICallError.isInstance(error));
    assert.equal(error.statusCode, 404);
    assert.equal(error.isRetryable, false);
    return error.message.includes("gpt-9");
  });
});
