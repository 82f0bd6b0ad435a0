// A request as code: what this page sent, to be sent from elsewhere.

import { byId, copy } from "./dom.js";
import { showCode } from "./highlighting.js";
import { key } from "./settings.js";
import { t } from "./words.js";

const dialog = byId("request-dialog");
const code = byId("request-code");
const tabs = [...byId("request-tabs").children];
const OPENAI = new Set(["model", "messages", "stream", "temperature"]);
const WRITERS = { curl: ["bash", curl], python: ["python", python], javascript: ["javascript", javascript] };

let shown = null;

/** Show a body as curl, Python and JavaScript. */
export function showRequest(body) {
  shown = body;
  dialog.querySelector("p").textContent = key() ? t("requestKey") : t("requestNoKey");
  byId("request-copy").textContent = t("copy");
  select(tabs.find((tab) => tab.ariaSelected === "true"));
  dialog.showModal();
}

function select(tab) {
  for (const each of tabs) {
    each.setAttribute("aria-selected", String(each === tab));
    each.tabIndex = each === tab ? 0 : -1;
  }
  code.setAttribute("aria-labelledby", tab.id);
  const [language, write] = WRITERS[tab.id.replace("tab-", "")];
  showCode(code, write(shown, `${location.origin}/v1`), language);
}

for (const tab of tabs) {
  tab.addEventListener("click", () => select(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
    select(next);
    next.focus();
  });
}
byId("request-close").addEventListener("click", () => dialog.close());
byId("request-copy").addEventListener("click", async () => {
  if (await copy(code.textContent)) byId("request-copy").textContent = t("copied");
});

/** The request as a shell command. */
export function curl(body, base) {
  const quoted = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
  return [
    `curl -N ${base}/chat/completions \\`,
    '  -H "Content-Type: application/json" \\',
    `  -H "Authorization: Bearer ${key() ? "$RAGPROXY_KEY" : "any"}" \\`,
    `  -d '${quoted}'`,
    "",
  ].join("\n");
}

/** The request with OpenAI's Python library. */
export function python(body, base) {
  const [theirs, ours] = parted(body);
  const given = Object.entries(theirs).map(([name, value]) => `    ${name}=${literal(value, "    ")},`);
  return [
    ...(key() ? ["import os", ""] : []),
    "from openai import OpenAI",
    "",
    `client = OpenAI(base_url="${base}", api_key=${key() ? 'os.environ["RAGPROXY_KEY"]' : '"any"'})`,
    "stream = client.chat.completions.create(",
    ...given,
    `    extra_body=${literal(ours, "    ")},`,
    ")",
    "for chunk in stream:",
    '    print(chunk.choices[0].delta.content or "", end="", flush=True)',
    "",
  ].join("\n");
}

/** The request with OpenAI's JavaScript library. */
export function javascript(body, base) {
  return [
    'import OpenAI from "openai";',
    "",
    `const client = new OpenAI({ baseURL: "${base}", apiKey: ${key() ? "process.env.RAGPROXY_KEY" : '"any"'} });`,
    `const stream = await client.chat.completions.create(${JSON.stringify(body, null, 2)});`,
    "for await (const chunk of stream) {",
    '  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");',
    "}",
    "",
  ].join("\n");
}

/** What OpenAI's own library takes, and what is ragproxy's. */
function parted(body) {
  const entries = Object.entries(body);
  const theirs = entries.filter(([name]) => OPENAI.has(name));
  return [Object.fromEntries(theirs), Object.fromEntries(entries.filter(([name]) => !OPENAI.has(name)))];
}

/** A JSON value as Python writes it. */
function literal(value, indent) {
  const inner = `${indent}    `;
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return value.length ? `[${value.map((each) => literal(each, indent)).join(", ")}]` : "[]";
  if (typeof value === "object") {
    const lines = Object.entries(value).map(([name, each]) => `${inner}${JSON.stringify(name)}: ${literal(each, inner)},`);
    return lines.length ? `{\n${lines.join("\n")}\n${indent}}` : "{}";
  }
  return JSON.stringify(value);
}
