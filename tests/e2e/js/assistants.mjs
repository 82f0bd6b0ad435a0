// The quick starts of OpenAI's Assistants API, step by step. test_javascript_assistants.py scripts the upstream for
// those that call functions; else it writes what it is told last.
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { after, before, test } from "node:test";
import OpenAI from "openai";

import { all, clientOf, until } from "./clients.mjs";

const BOT = "You are a weather bot. Use the provided functions to answer questions.";
const ASKED = "What's the weather in San Francisco today and the likelihood it'll rain?";
const WEATHER = "It is 57 degrees in San Francisco, and it will hardly rain: 6 %.";
const CITED = "Été 🏊: 15.5 billion shares of AAPL were outstanding at the end of October 2023 [1].";

const client = clientOf("BATCHING");
let bot;
before(async () => {
  const location = { type: "string", description: "The city and state, e.g., San Francisco, CA" };
  const unit = { type: "string", enum: ["Celsius", "Fahrenheit"] };
  const fn = (name, properties) => {
    const parameters = { type: "object", properties, required: Object.keys(properties) };
    return { type: "function", function: { name, description: name, parameters } };
  };
  bot = await client.beta.assistants.create({
    model: "gpt-4o",
    instructions: BOT,
    tools: [fn("get_current_temperature", { location, unit }), fn("get_rain_probability", { location })],
  });
});
after(() => client.beta.assistants.delete(bot.id));

function outputs(run) {
  const answers = { get_current_temperature: "57", get_rain_probability: "0.06" };
  const calls = run.required_action.submit_tool_outputs.tool_calls;
  return calls.map((call) => ({ tool_call_id: call.id, output: answers[call.function.name] }));
}

test("functions are called and followed", async () => {
  const thread = await client.beta.threads.create();
  await client.beta.threads.messages.create(thread.id, { role: "user", content: ASKED });
  const texts = [];
  let submitted;

  class EventHandler extends EventEmitter {
    async onEvent(event) {
      if (event.event === "thread.run.requires_action") submitted = this.submit(event.data);
      if (event.event === "thread.message.delta") texts.push(event.data.delta.content[0].text.value);
    }

    async submit(run) {
      const given = { thread_id: run.thread_id, tool_outputs: outputs(run) };
      const stream = client.beta.threads.runs.submitToolOutputsStream(run.id, given);
      for await (const event of stream) this.emit("event", event);
    }
  }

  const handler = new EventHandler();
  handler.on("event", handler.onEvent.bind(handler));
  const stream = client.beta.threads.runs.stream(thread.id, { assistant_id: bot.id });
  for await (const event of stream) handler.emit("event", event);
  await submitted;
  assert.equal(texts.join(""), WEATHER);
});

test("functions are called and polled", async () => {
  const thread = await client.beta.threads.create({ messages: [{ role: "user", content: ASKED }] });
  const poll = { pollIntervalMs: 50 };
  let run = await client.beta.threads.runs.createAndPoll(thread.id, { assistant_id: bot.id }, poll);
  assert.equal(run.status, "requires_action");
  const given = { thread_id: thread.id, tool_outputs: outputs(run) };
  run = await client.beta.threads.runs.submitToolOutputsAndPoll(run.id, given, poll);
  assert.equal(run.status, "completed");
  const [answer] = await all(client.beta.threads.messages.list(thread.id));
  assert.equal(answer.content[0].text.value, WEATHER);
});

test("files are searched, cited and followed", async () => {
  const assistant = await client.beta.assistants.create({
    name: "Financial Analyst Assistant",
    instructions: "Answer from the audited financial statements.",
    model: "gpt-4o",
    tools: [{ type: "file_search" }],
  });
  const statement = new File(["The revenues of Alphabet were 307 billion dollars in 2023."], "goog-10k.txt");
  const store = await client.vectorStores.create({ name: "Financial Statements" });
  await client.vectorStores.fileBatches.uploadAndPoll(store.id, { files: [statement] }, { pollIntervalMs: 50 });
  const tool_resources = { file_search: { vector_store_ids: [store.id] } };
  await client.beta.assistants.update(assistant.id, { tool_resources });
  const apple = new File(["At the end of October 2023, 15.5 billion shares of AAPL were outstanding."], "aapl-10k.txt");
  const file = await client.files.create({ file: apple, purpose: "assistants" });
  const attachments = [{ file_id: file.id, tools: [{ type: "file_search" }] }];
  const thread = await client.beta.threads.create({ messages: [{ role: "user", content: CITED, attachments }] });
  assert.equal(thread.tool_resources.file_search.vector_store_ids.length, 1);

  const said = [];
  const cited = [];
  const stream = client.beta.threads.runs
    .stream(thread.id, { assistant_id: assistant.id })
    .on("textCreated", () => said.push("text created"))
    .on("textDelta", (delta) => said.push(delta.value))
    .on("toolCallCreated", (call) => said.push(call.type))
    .on("messageDone", (message) => {
      const { value, annotations } = message.content[0].text;
      for (const { text, start_index, end_index, file_citation } of annotations) {
        assert.equal([...value].slice(start_index, end_index).join(""), text); // in code points
        cited.push(file_citation.file_id);
      }
    });
  const run = await stream.finalRun();
  assert.equal(run.status, "completed");
  assert.deepEqual(cited, [file.id]);
  assert.deepEqual(said.slice(0, 2), ["file_search", "text created"]);
  assert.equal(said.slice(2).join(""), CITED);
  const steps = await all(client.beta.threads.runs.steps.list(run.id, { thread_id: thread.id, order: "asc" }));
  assert.deepEqual(steps.map((step) => step.type), ["tool_calls", "message_creation"]);
  await client.beta.assistants.delete(assistant.id);
});

test("files are searched and polled", async () => {
  const store = await client.vectorStores.create({ name: "Financial Statements" });
  const statement = new File(["The revenues of Alphabet were 307 billion dollars in 2023."], "goog-10k.txt");
  await client.vectorStores.files.uploadAndPoll(store.id, statement, { pollIntervalMs: 50 });
  const assistant = await client.beta.assistants.create({
    model: "gpt-4o",
    tools: [{ type: "file_search" }],
    tool_resources: { file_search: { vector_store_ids: [store.id] } },
  });
  const content = "Alphabet's revenues were 307 billion dollars in 2023 [1].";
  const thread = await client.beta.threads.create({ messages: [{ role: "user", content }] });
  const run = await client.beta.threads.runs.createAndPoll(thread.id, { assistant_id: assistant.id }, { pollIntervalMs: 50 });
  assert.equal(run.status, "completed");
  const [message] = await all(client.beta.threads.messages.list(thread.id, { run_id: run.id }));
  const { value, annotations } = message.content[0].text;
  assert.deepEqual([value, annotations.length, annotations[0].text], [content, 1, "[1]"]);
  const include = ["step_details.tool_calls[*].file_search.results[*].content"];
  const [step] = await all(client.beta.threads.runs.steps.list(run.id, { thread_id: thread.id, order: "asc", include }));
  const [result] = step.step_details.tool_calls[0].file_search.results;
  assert.deepEqual([result.file_name, result.file_id], ["goog-10k.txt", annotations[0].file_citation.file_id]);
});

test("a thread is made and run at once", async () => {
  const request = { assistant_id: bot.id, thread: { messages: [{ role: "user", content: "Three small words" }] } };
  const stream = client.beta.threads.createAndRunStream(request);
  const events = (await all(stream)).map(({ event }) => event);
  assert.deepEqual(events.slice(0, 2), ["thread.created", "thread.run.created"]);
  assert.equal(events.at(-1), "thread.run.completed");
  const [message] = await stream.finalMessages();
  assert.equal(message.content[0].text.value, "Three small words");
  assert.equal((await client.beta.threads.createAndRunPoll(request, { pollIntervalMs: 50 })).status, "completed");
});

test("a thread is listed, changed and deleted", async () => {
  const messages = ["One.", "Two.", "Three."].map((content) => ({ role: "user", content }));
  const thread = await client.beta.threads.create({ messages, metadata: { a: "b" } });
  const listed = await all(client.beta.threads.messages.list(thread.id, { order: "asc", limit: 2 }));
  assert.deepEqual(listed.map((message) => message.content[0].text.value), ["One.", "Two.", "Three."]);
  assert.deepEqual((await client.beta.threads.update(thread.id, { metadata: { c: "d" } })).metadata, { c: "d" });
  await client.beta.threads.messages.delete(listed[0].id, { thread_id: thread.id });
  assert.equal((await all(client.beta.threads.messages.list(thread.id))).length, 2);
  assert.ok((await client.beta.threads.delete(thread.id)).deleted);
  await assert.rejects(client.beta.threads.retrieve(thread.id), (error) => error instanceof OpenAI.NotFoundError);
});

test("a run is cancelled", async () => {
  const content = "word ".repeat(2000);
  const thread = await client.beta.threads.create({ messages: [{ role: "user", content }] });
  const run = await client.beta.threads.runs.create(thread.id, { assistant_id: bot.id });
  const there = { thread_id: thread.id };
  await client.beta.threads.runs.cancel(run.id, there).catch((error) => assert.ok(error instanceof OpenAI.BadRequestError));
  const over = async () => /cancelled|completed/.test((await client.beta.threads.runs.retrieve(run.id, there)).status);
  await until(over, 20_000, "the end of the run");
});

test("mistakes are the client's own kinds of errors", async () => {
  const { BadRequestError, NotFoundError } = OpenAI;
  const thread = await client.beta.threads.create();
  for (const [refused, kind] of [
    [() => client.beta.assistants.create({ model: "tiny", tools: [{ type: "code_interpreter" }] }), BadRequestError],
    [() => client.beta.assistants.retrieve("asst_nobody"), NotFoundError],
    [() => client.beta.threads.runs.create(thread.id, { assistant_id: "asst_nobody" }), NotFoundError],
    [() => client.beta.threads.messages.create(thread.id, { role: "system", content: "x" }), BadRequestError],
  ]) {
    await assert.rejects(refused, (error) => error instanceof kind);
  }
});
