// client.vectorStores.files
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import OpenAI from "openai";

import { all, clientOf } from "./clients.mjs";
import { POOL, TOWER, text } from "./texts.mjs";

const SMALL = { type: "static", static: { max_chunk_size_tokens: 200, chunk_overlap_tokens: 20 } };

const ai = clientOf("LIBRARY");
const files = ai.vectorStores.files;
let store;
beforeEach(async () => (store = await ai.vectorStores.create({ name: "of one test" })));
afterEach(() => ai.vectorStores.delete(store.id));

test("a file is attached, waited for and read back", async () => {
  const { id } = await ai.files.create({ file: text("piscine.txt", POOL), purpose: "assistants" });
  const about = { file_id: id, attributes: { kind: "sport" }, chunking_strategy: SMALL };
  const file = await files.createAndPoll(store.id, about);
  assert.deepEqual([file.id, file.object, file.vector_store_id], [id, "vector_store.file", store.id]);
  assert.deepEqual([file.status, file.last_error, file.attributes], ["completed", null, { kind: "sport" }]);
  assert.deepEqual(file.chunking_strategy, SMALL);
  const pieces = await all(files.content(id, { vector_store_id: store.id }));
  assert.deepEqual(pieces.map((piece) => piece.text), [POOL]);
  const counted = await ai.vectorStores.retrieve(store.id);
  assert.deepEqual([counted.status, counted.file_counts.completed], ["completed", 1]);
  assert.equal(counted.usage_bytes, Buffer.byteLength(POOL));
});

test("a file is uploaded and attached in one call, and waited for in one", async () => {
  const attached = await files.upload(store.id, text("piscine.txt", POOL));
  assert.ok(["in_progress", "completed"].includes(attached.status));
  assert.equal((await files.poll(store.id, attached.id)).status, "completed");
  const other = await files.uploadAndPoll(store.id, text("tower.txt", TOWER));
  assert.equal(other.status, "completed");
  assert.equal((await ai.files.retrieve(other.id)).filename, "tower.txt");
});

test("a waiting client is told to ask again soon", async () => {
  const { id } = await ai.files.create({ file: text("tower.txt", TOWER), purpose: "assistants" });
  await files.create(store.id, { file_id: id });
  const { data, response } = await files.retrieve(id, { vector_store_id: store.id }).withResponse();
  assert.equal(data.id, id);
  assert.equal(response.headers.get("openai-poll-after-ms"), "200");
});

test("the files of a store are listed by their status, page by page", async () => {
  const good = [];
  for (let number = 0; number < 3; number++) {
    good.unshift((await files.uploadAndPoll(store.id, text(`${number}.txt`, TOWER))).id);
  }
  const bad = await files.uploadAndPoll(store.id, text("bad.pdf", "%PDF-1.7 nonsense"));
  assert.deepEqual([bad.status, bad.last_error.code], ["failed", "invalid_file"]);
  const listed = async (query) => (await all(files.list(store.id, query))).map((file) => file.id);
  assert.deepEqual(await listed({ filter: "failed" }), [bad.id]);
  assert.deepEqual(await listed({ filter: "completed", limit: 2 }), good);
  assert.deepEqual(await listed({ order: "asc", limit: 1 }), [...good.reverse(), bad.id]);
});

test("attributes are changed, and searches follow", async () => {
  const file = await files.uploadAndPoll(store.id, text("tower.txt", TOWER));
  const filters = { type: "eq", key: "lang", value: "en" };
  assert.deepEqual(await all(ai.vectorStores.search(store.id, { query: "Eiffel", filters })), []);
  const changed = await files.update(file.id, { vector_store_id: store.id, attributes: { lang: "en", year: 1889 } });
  assert.deepEqual(changed.attributes, { lang: "en", year: 1889 });
  assert.equal((await all(ai.vectorStores.search(store.id, { query: "Eiffel", filters }))).length, 1);
});

test("a file is taken out and stays in the library", async () => {
  const attached = await files.uploadAndPoll(store.id, text("tower.txt", TOWER));
  assert.deepEqual(await files.retrieve(attached.id, { vector_store_id: store.id }), attached);
  assert.ok((await files.delete(attached.id, { vector_store_id: store.id })).deleted);
  assert.deepEqual(await all(ai.vectorStores.search(store.id, { query: "Eiffel Tower" })), []);
  assert.deepEqual(await all(files.list(store.id)), []);
  await assert.rejects(files.retrieve(attached.id, { vector_store_id: store.id }), OpenAI.NotFoundError);
  assert.equal((await ai.files.retrieve(attached.id)).id, attached.id);
});

test("a deleted file is found no more", async () => {
  const file = await files.uploadAndPoll(store.id, text("tower.txt", TOWER));
  assert.equal((await ai.vectorStores.search(store.id, { query: "Eiffel Tower" })).data.length, 1);
  await ai.files.delete(file.id);
  assert.deepEqual(await all(ai.vectorStores.search(store.id, { query: "Eiffel Tower" })), []);
});
