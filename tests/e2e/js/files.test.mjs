// client.files
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, mkdtempSync, openAsBlob, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import OpenAI, { toFile } from "openai";

import { all, clientOf } from "./clients.mjs";

const NAME = "Règlement intérieur (été).txt";
const TEXT = "La piscine municipale ouvre à sept heures.";
const MIB = 1 << 20;

const ai = clientOf("LIBRARY");
let folder;
before(() => (folder = mkdtempSync(join(tmpdir(), "ragproxy-"))));
after(() => rmSync(folder, { recursive: true }));

test("a file comes in, is listed, read and deleted", async () => {
  const file = await ai.files.create({ file: new File([TEXT], NAME), purpose: "assistants" });
  assert.deepEqual([file.object, file.filename, file.purpose], ["file", NAME, "assistants"]);
  assert.equal(file.bytes, Buffer.byteLength(TEXT));
  assert.deepEqual(await ai.files.retrieve(file.id), file);
  const listed = (await all(ai.files.list({ purpose: "assistants" }))).find((one) => one.id === file.id);
  assert.deepEqual(listed, file);
  const content = await ai.files.content(file.id);
  assert.equal(content.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.match(content.headers.get("content-disposition"), /filename\*=UTF-8''R%C3%A8glement/);
  assert.equal(await content.text(), TEXT);
  const deleted = await ai.files.delete(file.id);
  assert.deepEqual([deleted.id, deleted.deleted], [file.id, true]);
  await assert.rejects(ai.files.retrieve(file.id), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError);
    return error.message.includes(file.id);
  });
});

test("a file may be opened from a path, and may expire", async () => {
  const path = join(folder, "notes d'été.md");
  writeFileSync(path, "# Notes");
  const file = await ai.files.create({
    file: createReadStream(path),
    purpose: "user_data",
    expires_after: { anchor: "created_at", seconds: 3600 },
  });
  assert.deepEqual([file.filename, file.bytes], ["notes d'été.md", 7]);
  assert.equal(file.expires_at, file.created_at + 3600);
});

test("a stream, a blob, a buffer and an answer of fetch become files", async () => {
  const path = join(folder, "blob.txt");
  writeFileSync(path, TEXT);
  const stored = await ai.files.create({ file: await toFile(Buffer.from(TEXT), "buffer.txt"), purpose: "user_data" });
  const others = [
    toFile(Readable.from([Buffer.from("La piscine "), Buffer.from(TEXT.slice(11))]), "stream.txt"),
    toFile(await openAsBlob(path), "blob.txt"),
    toFile(new Blob([TEXT]), "é.txt"),
    toFile(await ai.files.content(stored.id), "response.txt"),
  ];
  for (const [number, name] of ["stream.txt", "blob.txt", "é.txt", "response.txt"].entries()) {
    const file = await ai.files.create({ file: await others[number], purpose: "user_data" });
    assert.equal(file.filename, name);
    assert.equal(await (await ai.files.content(file.id)).text(), TEXT);
  }
});

test("a large file comes back byte for byte", async () => {
  const data = randomBytes(20 * MIB);
  const path = join(folder, "large.bin");
  writeFileSync(path, data);
  const file = await ai.files.create({ file: createReadStream(path), purpose: "user_data" });
  assert.equal(file.bytes, data.length);
  const digest = createHash("sha256");
  for await (const piece of (await ai.files.content(file.id)).body) digest.update(piece);
  assert.equal(digest.digest("hex"), createHash("sha256").update(data).digest("hex"));
});

test("a file is waited for", async () => {
  const file = await ai.files.create({ file: new File(["x"], "a.txt"), purpose: "assistants" });
  assert.equal((await ai.files.waitForProcessing(file.id, { pollInterval: 10, maxWait: 1000 })).status, "processed");
});

test("a list is read page by page while it is emptied", async () => {
  const made = [];
  for (let number = 0; number < 7; number++) {
    made.push((await ai.files.create({ file: new File(["x"], `${number}.txt`), purpose: "evals" })).id);
  }
  const seen = [];
  for await (const file of ai.files.list({ purpose: "evals", limit: 2, order: "asc" })) {
    seen.push(file.id);
    await ai.files.delete(file.id);
  }
  assert.deepEqual(seen, made);
  assert.deepEqual(await all(ai.files.list({ purpose: "evals" })), []);
});

test("a page leads to the next, newest first, and the last to none", async () => {
  const made = [];
  for (let number = 0; number < 3; number++) {
    made.unshift((await ai.files.create({ file: new File(["x"], `${number}.txt`), purpose: "vision" })).id);
  }
  const first = await ai.files.list({ purpose: "vision", limit: 2 });
  assert.deepEqual(first.data.map((file) => file.id), made.slice(0, 2));
  assert.ok(first.hasNextPage());
  const last = await first.getNextPage();
  assert.deepEqual(last.data.map((file) => file.id), made.slice(2));
  assert.ok(!last.hasNextPage());
});

test("what is wrong with a file is told", async () => {
  await assert.rejects(ai.files.create({ file: new File(["x"], "a.txt"), purpose: "mischief" }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    return error.param === "purpose";
  });
  await assert.rejects(ai.files.create({ file: new File([], "empty.txt"), purpose: "assistants" }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    return error.code === "empty_file";
  });
});
