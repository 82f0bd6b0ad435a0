// client.conversations, chat that goes on in them, and stored completions
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import OpenAI from "openai";

import { all, clientOf, user } from "./clients.mjs";

const ai = clientOf("BATCHING");

test("a conversation lives", async () => {
  const items = [{ type: "message", role: "user", content: "Who are you?" }];
  const made = await ai.conversations.create({ items, metadata: { topic: "clerks" } });
  assert.deepEqual([made.object, made.metadata], ["conversation", { topic: "clerks" }]);
  assert.deepEqual(await ai.conversations.retrieve(made.id), made);
  const changed = await ai.conversations.update(made.id, { metadata: { topic: "others" } });
  assert.deepEqual(changed.metadata, { topic: "others" });
  const more = [1, 2, 3, 4, 5].map((number) => ({ type: "message", role: "user", content: `${number}` }));
  const added = await ai.conversations.items.create(made.id, { items: more });
  assert.equal(added.data.length, 5);
  const oldest = await all(ai.conversations.items.list(made.id, { order: "asc", limit: 2 }));
  assert.deepEqual(oldest.map((item) => item.content[0].text), ["Who are you?", "1", "2", "3", "4", "5"]);
  const newest = await all(ai.conversations.items.list(made.id, { limit: 4 }));
  assert.deepEqual(newest.map((item) => item.id), oldest.map((item) => item.id).reverse());
  const about = { conversation_id: made.id };
  assert.deepEqual(await ai.conversations.items.retrieve(oldest[1].id, about), oldest[1]);
  assert.equal((await ai.conversations.items.delete(oldest[1].id, about)).id, made.id);
  assert.equal((await all(ai.conversations.items.list(made.id))).length, 5);
  assert.equal((await ai.conversations.delete(made.id)).deleted, true);
  await assert.rejects(ai.conversations.retrieve(made.id), notFound("conversation_not_found"));
});

test("three turns of a chat are kept, streamed and not", async () => {
  const first = await ai.chat.completions.create({ model: "tiny", messages: user("One."), conversation_id: "new" });
  const { conversation_id } = first;
  const request = { model: "tiny", messages: user("Two."), conversation_id, stream: true };
  const chunks = await all(await ai.chat.completions.create(request));
  assert.ok(chunks.every((chunk) => chunk.conversation_id === conversation_id));
  assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join(""), "Two.");
  await ai.chat.completions.create({ model: "tiny", messages: user("Three."), conversation_id });
  const items = await all(ai.conversations.items.list(conversation_id, { order: "asc" }));
  const told = items.map((item) => [item.role, item.content[0].text]);
  const turn = (text) => [["user", text], ["assistant", text]];
  assert.deepEqual(told, [...turn("One."), ...turn("Two."), ...turn("Three.")]);
});

test("a conversation that is not there is NotFoundError", async () => {
  for (const stream of [false, true]) {
    const request = { model: "tiny", messages: user("Hello?"), conversation_id: "conv_nobody", stream };
    await assert.rejects(ai.chat.completions.create(request), notFound("conversation_not_found"));
  }
});

test("a stored completion lives", async () => {
  const metadata = { mark: randomUUID() };
  const asked = await ai.chat.completions.create({ model: "tiny", messages: user("Keep it."), store: true, metadata });
  const streamed = { model: "tiny", messages: user("This too."), store: true, metadata, stream: true };
  await all(await ai.chat.completions.create(streamed));
  const stored = await all(ai.chat.completions.list({ metadata, limit: 1 }));
  assert.deepEqual(stored.map((each) => each.choices[0].message.content), ["Keep it.", "This too."]);
  assert.equal(stored[0].id, asked.id);
  assert.equal((await ai.chat.completions.retrieve(asked.id)).choices[0].message.content, "Keep it.");
  const messages = await all(ai.chat.completions.messages.list(asked.id));
  assert.deepEqual(messages.map((message) => [message.role, message.content]), [["user", "Keep it."]]);
  const changed = await ai.chat.completions.update(asked.id, { metadata: { ...metadata, a: "b" } });
  assert.equal(changed.metadata.a, "b");
  for (const { id } of stored) assert.equal((await ai.chat.completions.delete(id)).deleted, true);
  await assert.rejects(ai.chat.completions.retrieve(asked.id), (error) => error instanceof OpenAI.NotFoundError);
  assert.deepEqual(await all(ai.chat.completions.list({ metadata })), []);
});

test("a request that is sent again under its key is answered once", async () => {
  const { id } = await ai.conversations.create();
  for (const stream of [false, true]) {
    const options = { headers: { "Idempotency-Key": randomUUID() } };
    const request = { model: "tiny", messages: user("Once."), conversation_id: id, stream };
    const ids = [];
    for (const again of [null, "true"]) {
      const { data, response } = await ai.chat.completions.create(request, options).withResponse();
      assert.equal(response.headers.get("x-idempotent-replay"), again);
      ids.push(stream ? (await all(data))[0].id : data.id);
    }
    assert.equal(ids[0], ids[1]);
    const other = ai.chat.completions.create({ ...request, messages: user("Twice.") }, options);
    await assert.rejects(other, (error) => error.status === 400 && error.code === "idempotency_key_reused");
  }
  assert.equal((await all(ai.conversations.items.list(id))).length, 4);
});

function notFound(code) {
  return (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    return error.code === code;
  };
}
