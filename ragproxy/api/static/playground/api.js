// The server's public API over fetch: the key goes along, and what went wrong comes back as a Problem.

import { key } from "./settings.js";

/** What went wrong. `status` is HTTP's, 0 when the server could not be reached; `code` is the API's. */
export class Problem extends Error {
  constructor(message, { status = 0, code = null, retryAfter_s = null } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfter_s = retryAfter_s;
  }
}

/** The headers that say who asks. */
export function credentials() {
  const held = key();
  return held ? { Authorization: `Bearer ${held}` } : {};
}

/** Ask, and give the good answer back; a Problem is thrown, and an AbortError when `signal` stops it. */
export async function call(path, { method = "GET", body, signal, headers } = {}) {
  const asked = { method, signal, credentials: "omit", headers: { Accept: "application/json", ...credentials(), ...headers } };
  if (body !== undefined) {
    asked.body = JSON.stringify(body);
    asked.headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(path, asked);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(error.message, { code: "unreachable" });
  }
  if (!response.ok) throw problemOf(response.status, response.headers.get("retry-after"), await response.text());
  return response;
}

/** The JSON of a good answer. */
export async function json(path, options) {
  return (await call(path, options)).json();
}

/** The Problem that an answer tells, whether or not its body is the API's own. */
export function problemOf(status, retryAfter, text) {
  let told = {};
  try {
    told = JSON.parse(text).error ?? {};
  } catch {
    // a proxy on the way may answer with a page of its own
  }
  const wait_s = Number.parseFloat(retryAfter);
  return new Problem(told.message || `HTTP ${status}`, {
    status,
    code: told.code ?? null,
    retryAfter_s: Number.isFinite(wait_s) ? wait_s : null,
  });
}

/** Every item of a list of the API, page after page, up to `most`. */
export async function all(path, most = 1000) {
  const items = [];
  let after = "";
  while (items.length < most) {
    const page = await json(`${path}?limit=100${after}`);
    items.push(...page.data);
    if (!page.has_more || !page.last_id) break;
    after = `&after=${encodeURIComponent(page.last_id)}`;
  }
  return items;
}
