// How the server and its upstreams are doing.

import { ask } from "./api.js";
import { button, el } from "./dom.js";
import { ago, count, duration, moment } from "./format.js";
import { badge, empty, facts, head } from "./parts.js";
import { upstreamBadge, why } from "./upstreams.js";
import { t } from "./words.js";

const REFRESH_MS = 10_000;

/** Show the section; it renews itself while it is looked at. */
export async function showHealth(place, { stop }) {
  const shown = el("div");
  const draw = async () => shown.replaceChildren(...drawn(await ask("/admin/health")));
  await draw();
  place.replaceChildren(head(t("health"), t("healthIntro"), button(t("refresh"), () => draw())), shown);
  const timer = setInterval(() => document.visibilityState === "visible" && !shown.contains(document.activeElement) && draw().catch(() => {}), REFRESH_MS);
  stop.addEventListener("abort", () => clearInterval(timer));
}

function drawn(health) {
  const checks = Object.entries(health.checks).map(([name, told]) => [t(name), told === "ok" ? badge("good", t("ok")) : el("span", { class: "bad", lang: "en" }, told)]);
  const process = health.processes > 1 ? t("ofProcesses", { process: health.process, count: health.processes }) : String(health.process);
  return [
    el("section", { class: "card" }, el("h2", {}, t("server")), facts([t("version"), health.version], [t("process"), process], ...checks)),
    el("h2", {}, t("upstreams")),
    ...(health.upstreams.length ? health.upstreams.map(card) : [el("section", { class: "card" }, empty(t("noUpstreams")))]),
  ];
}

function card(upstream) {
  const { calls_in_flight: flying, calls_waiting: waiting } = upstream;
  return el("section", { class: "card" },
    el("div", { class: "split" }, el("h3", { class: "what" }, upstream.name), upstreamBadge(upstream)),
    facts(
      [t("address"), el("code", {}, upstream.base_url)],
      [t("inFlight"), waiting ? t("andWaiting", { count: count(flying), waiting: count(waiting) }) : count(flying)],
      [t("callsFailed"), t("failedOf", { calls: count(upstream.calls), failures: count(upstream.failures) })],
      [t("firstPiece"), `${duration(upstream.p50_ms)} / ${duration(upstream.p95_ms)}`],
      [t("lastAnswer"), upstream.last_answer_at ? ago(upstream.last_answer_at) : "–"],
      [t("lastFailure"), lastFailure(upstream)],
      [t("circuit"), circuit(upstream)],
      [t("models"), upstream.models === null ? t("notListed") : count(upstream.models)]));
}

function circuit(upstream) {
  if (upstream.circuit === null) return t("noCircuit");
  if (upstream.circuit === "open") return t("open", { seconds: count(Math.ceil(upstream.retry_in_s)) });
  return t(upstream.circuit === "closed" ? "closed" : "halfOpen");
}

function lastFailure(upstream) {
  if (!upstream.last_failure_at) return "–";
  return el("div", {}, why(upstream.last_failure), el("small", { class: "faint", title: moment(upstream.last_failure_at) }, ` ${ago(upstream.last_failure_at)}`));
}
