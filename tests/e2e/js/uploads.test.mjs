// client.uploads and client.uploads.parts
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { test } from "node:test";
import OpenAI from "openai";

import { clientOf } from "./clients.mjs";

const MIB = 1 << 20;

const ai = clientOf("LIBRARY");

test("a file in parts is put together in the order that is told", async () => {
  const data = randomBytes(3 * MIB);
  const upload = await begin(data.length);
  assert.deepEqual([upload.object, upload.status, upload.bytes], ["upload", "pending", data.length]);
  assert.equal(upload.expires_at, upload.created_at + 3600);
  const last = await send(upload, data.subarray(2 * MIB));
  const first = await send(upload, data.subarray(0, 2 * MIB));
  assert.deepEqual([first.object, first.upload_id], ["upload.part", upload.id]);
  const md5 = createHash("md5").update(data).digest("hex");
  const completed = await ai.uploads.complete(upload.id, { part_ids: [first.id, last.id], md5 });
  assert.deepEqual([completed.id, completed.status], [upload.id, "completed"]);
  assert.deepEqual([completed.file.filename, completed.file.bytes], ["été.bin", data.length]);
  const content = Buffer.from(await (await ai.files.content(completed.file.id)).arrayBuffer());
  assert.ok(content.equals(data));
});

test("parts of another digest or size are refused", async () => {
  const upload = await begin(6);
  const part = await send(upload, Buffer.from("abcdef"));
  const md5 = createHash("md5").update("fedcba").digest("hex");
  await assert.rejects(ai.uploads.complete(upload.id, { part_ids: [part.id], md5 }), OpenAI.BadRequestError);
  await assert.rejects(ai.uploads.complete(upload.id, { part_ids: [] }), OpenAI.BadRequestError);
  assert.equal((await ai.uploads.complete(upload.id, { part_ids: [part.id] })).status, "completed");
});

test("an upload is cancelled", async () => {
  const upload = await begin(3);
  const part = await send(upload, Buffer.from("abc"));
  assert.equal((await ai.uploads.cancel(upload.id)).status, "cancelled");
  await assert.rejects(ai.uploads.complete(upload.id, { part_ids: [part.id] }), OpenAI.ConflictError);
});

function begin(bytes) {
  return ai.uploads.create({ filename: "été.bin", bytes, mime_type: "application/octet-stream", purpose: "user_data" });
}

function send(upload, data) {
  return ai.uploads.parts.create(upload.id, { data: new File([data], "part") });
}
