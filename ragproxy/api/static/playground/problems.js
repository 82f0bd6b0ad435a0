// What went wrong, in words of the page: what it is, what to do about it, and what the server said.

import { el } from "./dom.js";
import { t } from "./words.js";

const UPSTREAM = new Set([502, 503, 504, 507]);

/** A notice about a Problem. `on.chooseKey` is offered where another key would help. */
export function explain(problem, on) {
  const [what, then] = words(problem);
  const notice = el("div", { class: "notice bad", role: "alert" }, el("strong", {}, what), el("p", {}, then));
  if (problem.message && problem.code !== "unreachable") notice.append(el("p", { class: "said", lang: "en" }, problem.message));
  if (problem.status === 401) notice.append(el("button", { type: "button", click: () => on.chooseKey() }, t("changeKey")));
  return notice;
}

/** What it is, and what to do. */
export function words(problem) {
  if (problem.brokeOff || problem.code === "broke_off") return [t("brokeOff"), t("brokeOffDo")];
  if (problem.status === 0) return [t("unreachable"), t("unreachableDo")];
  if (problem.status === 401) return [t("unauthorized"), t("unauthorizedDo")];
  if (problem.status === 403) return [t("forbidden"), t("forbiddenDo")];
  if (problem.code === "conversation_not_found") return [t("gone"), t("goneDo")];
  if (problem.status === 429) return busy(problem);
  if (UPSTREAM.has(problem.status)) return [t("upstreamDown"), t("upstreamDownDo")];
  return [t("refused"), t("refusedDo")];
}

function busy(problem) {
  if (problem.code === "insufficient_quota") return [t("spent"), t("forbiddenDo")];
  const seconds = Math.ceil(problem.retryAfter_s ?? 0);
  return [t("slowDown"), seconds ? t("slowDownFor", { seconds }) : t("slowDownDo")];
}
