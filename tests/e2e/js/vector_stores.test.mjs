// client.vectorStores, its search included, and answers from a store
import assert from "node:assert/strict";
import { before, test } from "node:test";
import OpenAI from "openai";

import { all, clientOf, user } from "./clients.mjs";
import { LIBRARY, POOL, TOWER, text } from "./texts.mjs";

const QUESTION = "Combien coûte l'entrée de la piscine ?";

const ai = clientOf("LIBRARY");
let town; // a store with three documents, each with a `lang`
let ids; // of those documents
before(async () => {
  town = await ai.vectorStores.create({ name: "ville (js)" });
  const documents = [text("piscine.txt", POOL), text("bibliothèque.txt", LIBRARY), text("tower.txt", TOWER)];
  const made = await Promise.all(documents.map((file) => ai.files.create({ file, purpose: "assistants" })));
  ids = made.map((file) => file.id);
  const files = ids.map((id, number) => ({ file_id: id, attributes: { lang: "ffe"[number], year: 2020 + number } }));
  const batch = await ai.vectorStores.fileBatches.createAndPoll(town.id, { files });
  assert.equal(batch.file_counts.completed, 3);
});

test("a store is made, changed, listed and deleted", async () => {
  const file = await ai.files.create({ file: text("tower.txt", TOWER), purpose: "assistants" });
  const store = await ai.vectorStores.create({
    name: "Été",
    file_ids: [file.id],
    metadata: { a: "b" },
    expires_after: { anchor: "last_active_at", days: 7 },
  });
  assert.deepEqual([store.object, store.name, store.metadata], ["vector_store", "Été", { a: "b" }]);
  assert.equal(store.expires_after.days, 7);
  assert.equal(store.file_counts.total, 1);
  assert.equal((await ai.vectorStores.update(store.id, { name: "Hiver" })).name, "Hiver");
  assert.equal((await ai.vectorStores.retrieve(store.id)).name, "Hiver");
  assert.ok((await all(ai.vectorStores.list({ limit: 1 }))).some((one) => one.id === store.id));
  assert.ok((await ai.vectorStores.delete(store.id)).deleted);
  await assert.rejects(ai.vectorStores.retrieve(store.id), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    return error.message.includes(store.id);
  });
  assert.ok(!(await all(ai.vectorStores.list())).some((one) => one.id === store.id));
});

test("the best passage comes first, with its score and its text", async () => {
  const page = await ai.vectorStores.search(town.id, { query: "À quelle heure ouvre la piscine ?" });
  const [best] = page.data;
  assert.deepEqual([best.file_id, best.filename, best.content[0].text], [ids[0], "piscine.txt", POOL]);
  assert.deepEqual(best.attributes, { lang: "f", year: 2020 });
  assert.ok(0 < best.score && best.score <= 1);
});

test("a search is filtered by attributes, compared and combined", async () => {
  const query = "Eiffel Tower, piscine, bibliothèque";
  const lang = (value) => ({ type: "eq", key: "lang", value });
  const late = { type: "gte", key: "year", value: 2021 };
  const expected = [
    [lang("f"), ids.slice(0, 2)],
    [lang("e"), ids.slice(2)],
    [lang("x"), []],
    [late, ids.slice(1)],
    [{ type: "and", filters: [lang("f"), late] }, ids.slice(1, 2)],
    [{ type: "or", filters: [lang("e"), { type: "in", key: "year", value: [2020] }] }, [ids[0], ids[2]]],
  ];
  for (const [filters, wanted] of expected) {
    const found = await all(ai.vectorStores.search(town.id, { query, filters }));
    assert.deepEqual(found.map((one) => one.file_id).sort(), [...wanted].sort(), JSON.stringify(filters));
  }
});

test("a search takes several queries, a limit and a threshold", async () => {
  const both = await all(
    ai.vectorStores.search(town.id, { query: ["piscine", "Eiffel"], max_num_results: 2, rewrite_query: true }),
  );
  assert.deepEqual(both.map((one) => one.file_id).sort(), [ids[0], ids[2]].sort());
  const one = await all(ai.vectorStores.search(town.id, { query: ["piscine", "Eiffel"], max_num_results: 1 }));
  assert.equal(one.length, 1);
  const strict = { query: "piscine xylophone", ranking_options: { score_threshold: 0.99 } };
  assert.deepEqual(await all(ai.vectorStores.search(town.id, strict)), []);
});

test("a chat is answered from the store named by its id or its name", async () => {
  for (const name of [town.id, town.name]) {
    const answer = await ai.chat.completions.create({ model: `rag/${name}`, messages: user(QUESTION) });
    assert.match(answer.choices[0].message.content, /quatre euros/);
    assert.equal(answer.sources[0].filename, "piscine.txt");
  }
});

test("a chat is answered from the files it names alone", async () => {
  const model = `rag/${town.id}`;
  const answer = await ai.chat.completions.create({ model, messages: user(QUESTION), files: [ids[0]] });
  assert.match(answer.choices[0].message.content, /quatre euros/);
  assert.deepEqual([...new Set(answer.sources.map((source) => source.file_id))], [ids[0]]);
  const other = await ai.chat.completions.create({ model, messages: user(QUESTION), files: [ids[1]] });
  assert.doesNotMatch(other.choices[0].message.content, /quatre euros/);
  assert.ok(other.sources.every((source) => source.file_id === ids[1]));
});
