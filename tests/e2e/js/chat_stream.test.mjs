// client.chat.completions.create with `stream`, and the client's own helper client.chat.completions.stream
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";

import { all, clientOf, user } from "./clients.mjs";
import { ENGLISH, FRENCH, MODEL, markers } from "./questions.mjs";

const ai = clientOf("GUIDE");

test("a stream says the same as the whole answer", async () => {
  const whole = await ask(FRENCH);
  const chunks = await all(await ask(FRENCH, { stream: true }));
  const deltas = chunks.map((chunk) => chunk.choices[0].delta);
  assert.deepEqual(deltas[0], { role: "assistant", content: "" });
  assert.ok(deltas.slice(1).every((delta) => !("role" in delta)));
  assert.equal(deltas.map((delta) => delta.content ?? "").join(""), whole.choices[0].message.content);
  assert.deepEqual(deltas.flatMap((delta) => delta.annotations ?? []), whole.choices[0].message.annotations);
  assert.deepEqual(chunks.at(-1).sources, whole.sources);
  assert.ok(chunks.slice(0, -1).every((chunk) => !("sources" in chunk)));
  assert.deepEqual(chunks.map((chunk) => chunk.choices[0].finish_reason), [...chunks.slice(1).map(() => null), "stop"]);
  assert.equal(new Set(chunks.map(({ id, created, model, object }) => `${id} ${created} ${model} ${object}`)).size, 1);
  assert.ok(chunks.length > 3);
});

test("a stream has the headers of a whole answer", async () => {
  const { data, response, request_id } = await ask(ENGLISH, { stream: true }).withResponse();
  const chunks = await all(data);
  const { sources } = JSON.parse(response.headers.get("X-Metadata-Sources"));
  assert.deepEqual(sources.map((source) => source.file_id), chunks.at(-1).sources.map((source) => source.file_id));
  assert.equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
  assert.ok(request_id);
});

test("usage comes last in a stream, and only when asked", async () => {
  const without = await all(await ask(ENGLISH, { stream: true }));
  assert.ok(without.every((chunk) => !("usage" in chunk)));
  const chunks = await all(await ask(ENGLISH, { stream: true, stream_options: { include_usage: true } }));
  assert.deepEqual(chunks.at(-1).choices, []);
  assert.deepEqual(chunks.at(-1).usage, (await ask(ENGLISH)).usage);
  assert.ok(chunks.slice(0, -1).every((chunk) => chunk.usage === null));
});

test("the client's helper tells each step and puts the answer together", async () => {
  const whole = await ask(ENGLISH);
  const wanted = whole.choices[0].message.content;
  const told = { connect: 0, chunk: 0, end: 0 };
  const pieces = [];
  let snapshot, done;
  const stream = ai.chat.completions
    .stream({ model: MODEL, messages: user(ENGLISH), stream_options: { include_usage: true } })
    .on("connect", () => told.connect++)
    .on("chunk", () => told.chunk++)
    .on("content", (piece, sofar) => {
      pieces.push(piece);
      snapshot = sofar;
    })
    .on("content.done", (event) => (done = event.content))
    .on("end", () => told.end++);
  const final = await stream.finalChatCompletion();
  assert.equal(pieces.join(""), wanted);
  assert.deepEqual([snapshot, done, await stream.finalContent()], [wanted, wanted, wanted]);
  assert.deepEqual([told.connect, told.end], [1, 1]);
  assert.ok(told.chunk > 3);
  assert.deepEqual(final.choices.map((choice) => choice.finish_reason), ["stop"]);
  assert.deepEqual([final.object, final.model, final.usage], ["chat.completion", MODEL, whole.usage]);
  assert.deepEqual(await stream.totalUsage(), whole.usage);
  assert.deepEqual(final.sources, whole.sources);
  assert.deepEqual([(await stream.finalMessage()).role, markers(wanted).length > 0], ["assistant", true]);
});

test("a stream is read twice, and carried to a browser", async () => {
  const [one, other] = (await ask(ENGLISH, { stream: true })).tee();
  const chunks = await all(one);
  assert.deepEqual(await all(other), chunks);
  const lines = await new Response((await ask(ENGLISH, { stream: true })).toReadableStream()).text();
  const carried = lines.trim().split("\n").map((line) => JSON.parse(line));
  const said = (list) => list.map((chunk) => chunk.choices[0].delta.content ?? "").join("");
  assert.equal(said(carried), said(chunks));
});

test("what fails before the first chunk is an error, not a stream", async () => {
  await assert.rejects(ask(ENGLISH, { model: "gpt-9", stream: true }), OpenAI.NotFoundError);
  const stream = ai.chat.completions.stream({ model: "gpt-9", messages: user(ENGLISH) });
  await assert.rejects(stream.finalChatCompletion(), (error) => error.message.includes("gpt-9"));
});

function ask(question, more = {}) {
  return ai.chat.completions.create({ model: MODEL, messages: user(question), ...more });
}
