// client.fineTuning.jobs
import assert from "node:assert/strict";
import { before, test } from "node:test";
import OpenAI from "openai";

import { all, clientOf } from "./clients.mjs";

const ai = clientOf("RELAYS");
const jobs = ai.fineTuning.jobs;
let file; // of examples
let job;
before(async () => {
  file = await ai.files.create({ file: new File(['{"messages": []}\n'], "train.jsonl"), purpose: "fine-tune" });
  job = await jobs.create({ model: "main/gpt-image", training_file: file.id, suffix: "été" });
});

test("a job is made of a file of the library, and known by its own id", async () => {
  assert.deepEqual([job.object, job.status, job.training_file], ["fine_tuning.job", "queued", file.id]);
  const again = await jobs.retrieve(job.id);
  assert.deepEqual([again.id, again.training_file], [job.id, file.id]);
});

test("jobs are listed, the latest first, page by page", async () => {
  const second = await jobs.create({ model: "main/gpt-image", training_file: file.id });
  const listed = (await all(jobs.list({ limit: 1 }))).map((one) => one.id);
  assert.deepEqual(listed.slice(0, 2), [second.id, job.id]);
});

test("a job tells its events and its checkpoints", async () => {
  const [event] = await all(jobs.listEvents(job.id));
  assert.deepEqual([event.object, event.level, event.message], ["fine_tuning.job.event", "info", "begun"]);
  const [checkpoint] = await all(jobs.checkpoints.list(job.id));
  assert.deepEqual([checkpoint.object, checkpoint.step_number], ["fine_tuning.job.checkpoint", 1]);
});

test("a job is paused, resumed and cancelled", async () => {
  assert.equal((await jobs.pause(job.id)).status, "paused");
  assert.equal((await jobs.resume(job.id)).status, "queued");
  assert.equal((await jobs.cancel(job.id)).status, "cancelled");
  assert.equal((await jobs.retrieve(job.id)).status, "cancelled");
});

test("a job or a file that is not there is not found", async () => {
  for (const ask of [() => jobs.retrieve("ftjob-nowhere"), () => jobs.cancel("ftjob-nowhere")]) {
    await assert.rejects(ask(), (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError);
      return error.message.includes("ftjob-nowhere");
    });
  }
  const made = jobs.create({ model: "main/gpt-image", training_file: "file-nowhere" });
  await assert.rejects(made, (error) => error instanceof OpenAI.NotFoundError && error.param === "training_file");
});
