// Trying an operation: its fields, the same as a shell command, and what the server answers.

import { announce, el } from "../dom.js";
import { key } from "../playground/settings.js";
import { curl } from "./curl.js";
import { Fields, Unfinished } from "./fields.js";
import { askKey } from "./key.js";
import { codeBlock, coloured } from "./texts.js";
import { t } from "./words.js";

const MOST = 200_000; // characters of an answer that are shown
const CHANGING = new Set(["put", "patch", "delete"]);
const TEXT = /^text\/|json|xml|x-ndjson/;

/** The side of an operation where it is tried. `stop` ends what is under way when another is shown. */
export function trying(api, operation, stop) {
  const command = codeBlock("curl");
  const fields = new Fields(api, operation, () => command.show(curl(fields.asked(), operation)));
  command.show(curl(fields.asked(), operation));
  const place = el("div", { class: "answer" });
  const send = el("button", { type: "submit", class: CHANGING.has(operation.method) ? "danger" : "primary" }, t("send"));
  const form = el("form", { class: "try", novalidate: true, submit: (event) => {
    event.preventDefault();
    sendIt(operation, fields, place, send, stop);
  } },
    el("h2", {}, t("tryIt")),
    fields.element,
    CHANGING.has(operation.method) ? el("p", { class: "faint" }, t("really")) : null,
    el("div", { class: "buttons" }, send, operation.isOpen ? null : keyButton()));
  const isTried = !operation.isForBrowsers;
  return el("div", { class: "side-by" },
    el("section", { class: "request" }, el("h2", {}, t("request")), command.element),
    isTried ? form : el("p", { class: "faint" }, t("forBrowsers")),
    isTried ? place : null);
}

function keyButton() {
  const made = el("button", { type: "button", class: "plain", click: async () => {
    await askKey();
    made.textContent = key() ? t("changeKey") : t("setKey");
  } }, key() ? t("changeKey") : t("setKey"));
  return made;
}

async function sendIt(operation, fields, place, send, stop) {
  const ending = new AbortController();
  stop.addEventListener("abort", () => ending.abort());
  let asked;
  try {
    asked = fields.asked({ check: true });
  } catch (error) {
    if (!(error instanceof Unfinished)) throw error;
    place.replaceChildren(notice(error.message));
    return;
  }
  const stopping = el("button", { type: "button", click: () => ending.abort() }, t("stop"));
  place.replaceChildren(el("p", { class: "faint" }, t("sending")), stopping);
  send.disabled = true;
  try {
    const started = performance.now();
    const response = await fetch(asked.url, options(operation, asked, ending.signal));
    await showAnswer(place, response, performance.now() - started, stopping);
  } catch (error) {
    if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
    stopping.remove();
    const text = error.name === "AbortError" ? t("stopped") : t("unreachable");
    if (place.querySelector(".status")) place.append(el("p", { class: "faint" }, text)); // what came of it stays
    else place.replaceChildren(notice(text));
  } finally {
    send.disabled = false;
  }
}

function options(operation, asked, signal) {
  const headers = { ...asked.headers };
  if (!operation.isOpen && key()) headers.Authorization = `Bearer ${key()}`;
  let body;
  if (asked.json !== null) {
    headers["Content-Type"] = "application/json";
    body = asked.json;
  } else if (asked.form) {
    body = new FormData();
    for (const [name, value] of asked.form) body.append(name, value);
  }
  return { method: asked.method.toUpperCase(), headers, body, signal, credentials: "omit" };
}

async function showAnswer(place, response, time_ms, stopping) {
  const status = `${response.status} ${response.statusText}`.trim();
  const lines = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  const headers = codeBlock(t("headers"));
  headers.show(lines);
  place.replaceChildren(
    el("h2", {}, t("answer")),
    el("p", { class: `status ${response.ok ? "good" : "bad"}` }, el("strong", {}, status), ` · ${Math.round(time_ms)} ms`, " ", stopping),
    el("details", {}, el("summary", {}, t("headers")), headers.element));
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("text/event-stream")) await showStream(place, response);
  else if (TEXT.test(type)) showText(place, await response.text(), type);
  else await showFile(place, response, type);
  stopping.remove();
  place.scrollIntoView({ block: "nearest" });
  announce(t("answered", { status }));
}

function showText(place, text, type) {
  const isJson = type.includes("json");
  const block = codeBlock(t("answer"), isJson ? coloured : undefined);
  block.show(shortened(isJson ? indented(text) : text));
  place.append(text ? block.element : el("p", { class: "faint" }, t("emptyBody")));
}

async function showStream(place, response) {
  const block = codeBlock(t("answer"));
  place.append(block.element);
  let text = "";
  for await (const piece of pieces(response.body.pipeThrough(new TextDecoderStream()))) {
    text += piece;
    block.show(shortened(text));
    if (text.length > MOST) break; // which ends the request too
  }
}

/** The pieces of a stream; who leaves off ends it. */
async function* pieces(stream) {
  const reader = stream.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    reader.cancel().catch(() => {}); // it may have broken off
  }
}

async function showFile(place, response, type) {
  const blob = await response.blob();
  if (!blob.size) place.append(el("p", { class: "faint" }, t("emptyBody")));
  else place.append(el("p", {}, el("a", { href: URL.createObjectURL(blob), download: "answer" }, t("save")), ` ${type}, ${blob.size.toLocaleString()} B`));
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function shortened(text) {
  return text.length > MOST ? `${text.slice(0, MOST)}\n… ${t("tooLong")}` : text;
}

function notice(text) {
  return el("p", { class: "notice bad", role: "alert" }, text);
}
