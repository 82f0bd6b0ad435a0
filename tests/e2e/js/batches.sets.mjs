// client.batches
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";

import { all, clientOf, until, user } from "./clients.mjs";

const ENDED = ["completed", "failed", "expired", "cancelled"];

const ai = clientOf("BATCHING");

test("a batch is answered, and what cannot be is told", async () => {
  const lines = ["One", "Two", "Three"].map((text, number) => line(number, { model: "tiny", messages: user(text) }));
  const made = await create([...lines, "{", line(9, { model: "nobody", messages: user("Four") })]);
  const batch = await ended(made.id);
  assert.deepEqual([batch.status, batch.request_counts.completed, batch.request_counts.failed], ["completed", 3, 2]);
  const said = (await read(batch.output_file_id)).map(({ response }) => response.body.choices[0].message.content);
  assert.deepEqual(said, ["One", "Two", "Three"]);
  const [malformed, unknown] = await read(batch.error_file_id);
  assert.equal(malformed.error.code, "invalid_json_line");
  assert.equal(unknown.response.body.error.code, "model_not_found");
  assert.ok((await all(ai.batches.list({ limit: 1 }))).some((each) => each.id === batch.id));
});

test("a batch of responses is answered", async () => {
  const lines = [1, 2].map((number) => line(number, { model: "tiny", input: `${number}` }, "/v1/responses"));
  const batch = await ended((await create(lines, "/v1/responses")).id);
  const said = (await read(batch.output_file_id)).map(({ response }) => response.body.output[0].content[0].text);
  assert.deepEqual([batch.status, said], ["completed", ["1", "2"]]);
});

test("a batch that is not there is NotFoundError", async () => {
  const isNotFound = (error) => error instanceof OpenAI.NotFoundError;
  await assert.rejects(ai.batches.retrieve("batch_nobody"), isNotFound);
  await assert.rejects(ai.batches.cancel("batch_nobody"), isNotFound);
  const nothing = { input_file_id: "file-nobody", endpoint: "/v1/responses", completion_window: "24h" };
  await assert.rejects(ai.batches.create(nothing), (error) => error.status === 404 && error.param === "input_file_id");
});

function line(number, body, url = "/v1/chat/completions") {
  return JSON.stringify({ custom_id: `r${number}`, method: "POST", url, body });
}

async function create(lines, endpoint = "/v1/chat/completions") {
  const file = await ai.files.create({ file: new File([lines.join("\n")], "in.jsonl"), purpose: "batch" });
  return ai.batches.create({ input_file_id: file.id, endpoint, completion_window: "24h" });
}

/** The batch when it has ended. */
async function ended(id) {
  let batch;
  const over = async () => ENDED.includes((batch = await ai.batches.retrieve(id)).status);
  await until(over, 30_000, "the end of the batch");
  return batch;
}

async function read(file) {
  const text = await (await ai.files.content(file)).text();
  return text.trim().split("\n").map((each) => JSON.parse(each));
}
