// A question on its way: the body of the request, and the answer as it streams in.

import { call, problemOf, Problem } from "./api.js";
import { events } from "./events.js";
import { settings } from "./settings.js";

/** The body of the request for a question, by the choices of the moment. */
export function bodyFor(question, conversation) {
  const agent = settings.agent;
  const body = {
    model: agent === NO_AGENT ? settings.model : agent || "ragproxy",
    messages: [{ role: "user", content: question }],
    stream: true,
    conversation_id: conversation ?? "new",
  };
  if (agent !== NO_AGENT && settings.model) body.clientModel = settings.model;
  if (settings.temperature !== null) body.temperature = settings.temperature;
  const rag = ragFor(agent);
  if (Object.keys(rag).length) body.rag = rag;
  return body;
}

/** The value of the agents' picker that names none. */
export const NO_AGENT = "-";

function ragFor(agent) {
  const rag = {};
  if (!settings.documents) return { enabled: false };
  if (settings.store) rag.stores = [settings.store];
  if (settings.topK !== null && (agent !== NO_AGENT || settings.store)) rag.top_k = settings.topK;
  if (!settings.sources) rag.sources = [];
  return rag;
}

/**
 * Ask, and give what comes: {text}, {citations}, {sources}, {conversation}, {finish}, and first {timings}.
 * A Problem is thrown for an answer that never began or broke off, an AbortError when `signal` stops it.
 */
export async function* ask(body, signal) {
  const response = await call("/v1/chat/completions", { method: "POST", body, signal, headers: { Accept: "text/event-stream" } });
  yield { timings: timingsOf(response.headers.get("server-timing")) };
  try {
    for await (const data of events(response.body)) {
      if (data === "[DONE]") return;
      yield* told(JSON.parse(data));
    }
  } catch (error) {
    if (error.name === "AbortError" || error instanceof Problem) throw error;
  }
  if (signal.aborted) throw new DOMException("stopped", "AbortError");
  throw new Problem("", { code: "broke_off" }); // the line was cut, or the end is missing
}

function* told(chunk) {
  if (chunk.error) throw Object.assign(problemOf(502, null, JSON.stringify(chunk)), { brokeOff: true });
  if (chunk.conversation_id) yield { conversation: chunk.conversation_id };
  if (chunk.sources) yield { sources: chunk.sources };
  const choice = chunk.choices?.[0];
  const delta = choice?.delta ?? {};
  if (delta.content || delta.refusal) yield { text: delta.content || delta.refusal };
  if (delta.annotations) yield { citations: delta.annotations.map((each) => each.url_citation).filter(Boolean) };
  if (choice?.finish_reason) yield { finish: choice.finish_reason };
}

/** The durations in milliseconds of a Server-Timing header, by their names. */
export function timingsOf(header) {
  const parts = (header ?? "").split(",").map((part) => /^\s*(\w+);dur=([\d.]+)/.exec(part));
  return Object.fromEntries(parts.filter(Boolean).map(([, name, time]) => [name, Number(time)]));
}
