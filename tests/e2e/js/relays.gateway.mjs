// What is only passed on: images, sound and moderations. test_javascript_gateway.py looks at what the upstream was
// asked, in the order of the tests.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI, { toFile } from "openai";

import { all, clientOf } from "./clients.mjs";

const SOUND = Buffer.from(Array.from({ length: 64 * 256 }, (_, number) => number % 256)); // the upstream's speech

const ai = clientOf("RELAYS");

test("an image is generated", async () => {
  const made = await ai.images.generate({ model: "main/gpt-image", prompt: "a tower", size: "1024x1024" });
  assert.equal(made.data[0].b64_json, "aGk=");
});

test("an image is edited, sent as a form", async () => {
  const image = new File([Buffer.from("png")], "été.png", { type: "image/png" });
  const made = await ai.images.edit({ model: "gpt-image", image, prompt: "in blue" });
  assert.equal(made.data[0].b64_json, "aGk=");
});

test("a variation of an image is made", async () => {
  const image = await toFile(Buffer.from("png"), "a.png");
  assert.equal((await ai.images.createVariation({ model: "main/gpt-image", image })).data.length, 1);
});

test("speech is bytes, and comes as it is made", async () => {
  const speech = await ai.audio.speech.create({ model: "main/tts", voice: "alloy", input: "Hello" });
  assert.equal(speech.headers.get("content-type"), "audio/mpeg");
  const pieces = await all(speech.body);
  assert.ok(Buffer.concat(pieces).equals(SOUND));
});

test("sound is transcribed, sent as a form", async () => {
  const file = await toFile(Buffer.concat(Array(100).fill(SOUND)), "a.mp3");
  const said = await ai.audio.transcriptions.create({ model: "main/whisper", file, language: "fr" });
  assert.equal(said.text, "Oui");
  assert.equal(said.usage.input_tokens, 14);
});

test("sound is translated", async () => {
  const file = await toFile(Buffer.from("sound"), "a.mp3");
  assert.match((await ai.audio.translations.create({ model: "whisper", file })).text, /bytes/);
});

test("moderations of one text and of several", async () => {
  const made = await ai.moderations.create({ input: "Hello", model: "main/omni" });
  assert.equal(made.results[0].flagged, false);
  assert.equal((await ai.moderations.create({ input: ["Hello", "Salut"] })).results.length, 1);
});

test("an upstream's refusal is the client's own kind of error, with its headers", async () => {
  await assert.rejects(ai.audio.speech.create({ model: "tts", voice: "alloy", input: "x" }), (error) => {
    assert.ok(error instanceof OpenAI.RateLimitError);
    assert.equal(error.headers.get("retry-after"), "99");
    return error.message.includes("Slow down");
  });
});

test("speech that breaks off is no whole speech", async () => {
  const speech = await ai.audio.speech.create({ model: "tts", voice: "alloy", input: "x" });
  assert.equal(speech.status, 200);
  await assert.rejects(speech.arrayBuffer());
});

test("a transcription streams, and an error in it is raised", async () => {
  const hear = async () =>
    ai.audio.transcriptions.create({ model: "whisper", file: await toFile(Buffer.from("x"), "a.mp3"), stream: true });
  const events = await all(await hear());
  assert.deepEqual(events.map((event) => event.type), ["transcript.text.delta", "transcript.text.done"]);
  const broken = await hear();
  await assert.rejects(all(broken), OpenAI.APIError);
});
