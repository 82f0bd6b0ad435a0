// Answers that are kept for who asks again: the header x-cache, and that nothing else tells them apart.
import assert from "node:assert/strict";
import { test } from "node:test";

import { all, clientOf, user } from "./clients.mjs";

const QUESTION = { model: "ragproxy", messages: user("How tall is the Eiffel Tower?") };
const CACHED = { rag: { cache: { ttl_s: 300 } } };

const ai = clientOf("GATEWAY");

test("the second answer is the first, whichever of them streams", async () => {
  for (const [number, streams] of [[false, false], [false, true], [true, false], [true, true]].entries()) {
    const [missed, found] = [await ask(number, streams[0]), await ask(number, streams[1])];
    assert.deepEqual([missed.outcome, found.outcome], ["miss", "hit"]);
    assert.equal(missed.text, "It is 330 metres tall [1].");
    assert.deepEqual([found.text, found.sources], [missed.text, missed.sources]);
    assert.ok(found.sources[0].cited);
    assert.notEqual(found.id, missed.id);
  }
});

test("a question without leave to is not answered from the cache", async () => {
  const { response } = await ai.chat.completions.create({ ...QUESTION, seed: 0 }).withResponse();
  assert.equal(response.headers.get("x-cache"), null);
});

test("no-cache has it answered anew, no-store leaves the cache alone", async () => {
  const asked = async (control) => (await ask(4, false, { headers: { "cache-control": control } })).outcome;
  assert.equal((await ask(4, false)).outcome, "miss");
  assert.notEqual(await asked("no-cache"), "hit");
  assert.equal(await asked("no-store"), null);
  assert.equal((await ask(4, false)).outcome, "hit");
});

/** What a client has of an answer, streamed or whole, to the question that `seed` makes another one. */
async function ask(seed, stream, options = {}) {
  const question = { ...QUESTION, ...CACHED, seed: 7000 + seed, stream };
  const { data, response } = await ai.chat.completions.create(question, options).withResponse();
  const outcome = response.headers.get("x-cache");
  if (!stream) return { outcome, id: data.id, text: data.choices[0].message.content, sources: data.sources };
  const chunks = await all(data);
  const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
  return { outcome, id: chunks[0].id, text, sources: chunks.find((chunk) => chunk.sources).sources };
}
