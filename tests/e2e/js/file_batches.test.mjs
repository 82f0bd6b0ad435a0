// client.vectorStores.fileBatches
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import OpenAI from "openai";

import { all, clientOf } from "./clients.mjs";
import { TOWER, text } from "./texts.mjs";

const ai = clientOf("LIBRARY");
const batches = ai.vectorStores.fileBatches;
let store;
beforeEach(async () => (store = await ai.vectorStores.create({ name: "of one test" })));
afterEach(() => ai.vectorStores.delete(store.id));

test("many files are uploaded and waited for", async () => {
  const files = Array.from({ length: 30 }, (_, number) => text(`${number}.txt`, `The hall has ${number} rooms.`));
  const batch = await batches.uploadAndPoll(store.id, { files });
  assert.equal(batch.object, "vector_store.files_batch");
  assert.deepEqual([batch.status, batch.file_counts.completed, batch.file_counts.total], ["completed", 30, 30]);
  const listed = await all(batches.listFiles(batch.id, { vector_store_id: store.id, limit: 7 }));
  assert.equal(new Set(listed.map((file) => file.id)).size, 30);
  assert.deepEqual(await batches.retrieve(batch.id, { vector_store_id: store.id }), batch);
});

test("a bad file fails and the others do not", async () => {
  const files = [text("good.txt", "Good."), text("bad.pdf", "%PDF-1.7 nonsense")];
  const batch = await batches.uploadAndPoll(store.id, { files });
  assert.deepEqual([batch.status, batch.file_counts.completed, batch.file_counts.failed], ["completed", 1, 1]);
  const failed = await all(batches.listFiles(batch.id, { vector_store_id: store.id, filter: "failed" }));
  assert.deepEqual(failed.map((file) => file.last_error.code), ["invalid_file"]);
});

test("files of the library are attached at once, beside new ones", async () => {
  const ids = await uploaded(3);
  const batch = await batches.createAndPoll(store.id, { file_ids: ids.slice(0, 2), attributes: { kind: "tower" } });
  assert.deepEqual([batch.status, batch.file_counts.completed], ["completed", 2]);
  const attached = await all(ai.vectorStores.files.list(store.id));
  assert.deepEqual(attached.map((file) => file.attributes), [{ kind: "tower" }, { kind: "tower" }]);
  const files = [text("new.txt", TOWER)];
  const mixed = await batches.uploadAndPoll(store.id, { files, fileIds: ids.slice(2) });
  assert.deepEqual([mixed.status, mixed.file_counts.completed], ["completed", 2]);
});

test("a batch is created, then waited for", async () => {
  const batch = await batches.create(store.id, { file_ids: await uploaded(2) });
  assert.equal(batch.file_counts.total, 2);
  assert.equal((await batches.poll(store.id, batch.id)).file_counts.completed, 2);
});

test("a batch is cancelled at any moment", async () => {
  const batch = await batches.create(store.id, { file_ids: await uploaded(20) });
  assert.equal((await batches.cancel(batch.id, { vector_store_id: store.id })).id, batch.id);
  const ended = await batches.poll(store.id, batch.id);
  const counts = ended.file_counts;
  assert.equal(counts.in_progress, 0);
  assert.deepEqual([counts.completed + counts.cancelled, counts.total], [20, 20]);
  assert.equal(ended.status, counts.cancelled ? "cancelled" : "completed");
});

test("an unknown batch is 404, with its id", async () => {
  const missing = batches.retrieve("vsfb_missing", { vector_store_id: store.id });
  await assert.rejects(missing, (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    return error.message.includes("vsfb_missing");
  });
});

async function uploaded(count) {
  const files = Array.from({ length: count }, (_, number) => text(`${number}.txt`, TOWER));
  const made = await Promise.all(files.map((file) => ai.files.create({ file, purpose: "assistants" })));
  return made.map((file) => file.id);
}
