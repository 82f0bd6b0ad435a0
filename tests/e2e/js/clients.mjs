// Clients of the servers that tests/e2e/test_javascript*.py have started; they pass the addresses in the environment.
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import OpenAI from "openai";

/** The address of a server, without `/v1`: of GUIDE, LIBRARY, GATEWAY, LOCKED, BEATING, RELAYS or BATCHING. */
export function address(server) {
  const url = process.env[`${server}_URL`];
  assert.ok(url, `${server}_URL is not set: these tests are run by pytest`);
  return url;
}

/** The official client of a server; a mistake is to be seen, so nothing is tried twice. */
export function clientOf(server, options = {}) {
  const baseURL = `${address(server)}/v1`;
  return new OpenAI({ baseURL, apiKey: "sk-client", maxRetries: 0, timeout: 60_000, ...listening, ...options });
}

/** What has a client that is made by hand heard too. */
export const listening = process.env.HEARD ? { fetch: heard } : {};

/** fetch, and a line of JSON in the file HEARD of each answer in JSON or in events that is read to its end. */
async function heard(url, options) {
  const response = await fetch(url, options);
  const about = { method: options.method.toUpperCase(), path: new URL(url).pathname, status: response.status };
  const type = response.headers.get("content-type") ?? "";
  if (!response.body || !/json|event-stream/.test(type)) return response;
  const pieces = [];
  const hearing = new TransformStream({
    transform(piece, listener) {
      pieces.push(piece);
      listener.enqueue(piece);
    },
    flush() {
      const body = Buffer.concat(pieces).toString();
      appendFileSync(process.env.HEARD, JSON.stringify({ ...about, type, body }) + "\n");
    },
  });
  // no clone: who leaves it would only leave once the clone has been read too
  return new Response(response.body.pipeThrough(hearing), response);
}

/** A conversation of one question. */
export function user(content) {
  return [{ role: "user", content }];
}

/** All of a list, its pages read one after the other. */
export async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

/** A figure of /metrics that has no labels. */
export async function metric(server, name) {
  const text = await (await fetch(`${address(server)}/metrics`)).text();
  return Number(text.split("\n").find((line) => line.startsWith(`${name} `)).split(" ")[1]);
}

/** Wait until `condition` holds; throws after so many milliseconds. */
export async function until(condition, milliseconds, what) {
  const end = performance.now() + milliseconds;
  while (!(await condition())) {
    if (performance.now() > end) assert.fail(`not in ${milliseconds} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
