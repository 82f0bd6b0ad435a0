// How the server and its upstreams are doing.

import { ask } from "./api.js";
import { button, el } from "./dom.js";
import { ago, count, duration, moment } from "./format.js";
import { badge, facts, head } from "./parts.js";
import { table } from "./tables.js";
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
    el("section", { class: "card" }, el("h2", {}, t("upstreams")), health.upstreams.length ? upstreams(health.upstreams) : el("p", { class: "faint" }, t("noUpstreams"))),
  ];
}

function upstreams(rows) {
  return table(t("upstreams"), [
    { title: t("name"), cell: (each) => el("div", { class: "what" }, each.name, el("small", {}, each.base_url)) },
    { title: t("state"), cell: (each) => upstreamBadge(each) },
    { title: t("circuit"), cell: circuit },
    { title: t("inFlight"), number: true, cell: (each) => (each.calls_waiting ? t("andWaiting", { count: count(each.calls_in_flight), waiting: count(each.calls_waiting) }) : count(each.calls_in_flight)) },
    { title: t("callsFailed"), cell: (each) => t("failedOf", { calls: count(each.calls), failures: count(each.failures) }) },
    { title: t("firstPiece"), cell: (each) => `${duration(each.p50_ms)} / ${duration(each.p95_ms)}` },
    { title: t("lastAnswer"), cell: (each) => (each.last_answer_at ? ago(each.last_answer_at) : "–") },
    { title: t("lastFailure"), cell: lastFailure },
    { title: t("models"), number: true, cell: (each) => (each.models === null ? t("notListed") : count(each.models)) },
  ], rows);
}

function circuit(upstream) {
  if (upstream.circuit === null) return t("noCircuit");
  if (upstream.circuit === "open") return t("open", { seconds: count(Math.ceil(upstream.retry_in_s)) });
  return t(upstream.circuit === "closed" ? "closed" : "halfOpen");
}

function lastFailure(upstream) {
  if (!upstream.last_failure_at) return "–";
  return el("div", {}, why(upstream.last_failure), el("small", { title: moment(upstream.last_failure_at) }, ` ${ago(upstream.last_failure_at)}`));
}
