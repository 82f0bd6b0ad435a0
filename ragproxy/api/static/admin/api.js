// The routes under /admin, asked with this session's token; and what went wrong, as something that can be told.

const session = { token: null, onEnd: null };

/** What a request ended with that did not go well. `status` is 0 when the server did not answer. */
export class Failure extends Error {
  constructor(status, { message = "", code = null, param = null } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
  }
}

/** The session of this browser, and which ways in there are. Its token is kept for `ask`. */
export async function readSession() {
  const told = await ask("/admin/session");
  session.token = told.csrf_token;
  return told;
}

/** Call `listen` when a request shows that the session has ended. */
export function onEnd(listen) {
  session.onEnd = listen;
}

/** What the route answers, as JSON. Failure when it does not, or refuses. */
export async function ask(path, { method = "GET", body, query } = {}) {
  const answer = await send(path, { method, body, query });
  return answer.json();
}

/** What the route answers, as a file's content. */
export async function fetchFile(path, query) {
  const answer = await send(path, { query });
  return answer.blob();
}

/** Every item of a list that comes in pages, up to `most`. */
export async function all(path, query = {}, most = 2000) {
  const found = [];
  let after = null;
  do {
    const page = await ask(path, { query: { limit: 100, ...query, after } });
    found.push(...page.data);
    after = page.has_more ? page.last_id : null;
  } while (after !== null && found.length < most);
  return found;
}

async function send(path, { method = "GET", body, query = {} }) {
  const wanted = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const address = wanted.length ? `${path}?${new URLSearchParams(wanted)}` : path;
  const headers = {};
  if (session.token) headers["X-CSRF-Token"] = session.token;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(address, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Failure(0);
  }
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  const failure = new Failure(answer.status, told.error ?? {});
  if (failure.code === "session_ended" && session.token) {
    session.token = null;
    session.onEnd?.();
  }
  throw failure;
}
