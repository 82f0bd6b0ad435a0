// The overview: how much was asked, how well and how fast it was answered, and what needs a look.

import { all, ask } from "./api.js";
import { chart } from "./charts.js";
import { el } from "./dom.js";
import { ago, count, duration, money, share, short } from "./format.js";
import { empty, head, segmented } from "./parts.js";
import { chosen, laidOut, latency, rangeChoices, rangeOf, usage } from "./ranges.js";
import { upstreamBadge, why } from "./upstreams.js";
import { t } from "./words.js";

const SOON_S = 7 * 86400;
const REFRESH_MS = 30_000;

/** Show the section; it renews itself while it is looked at. */
export async function showOverview(place, { stop }) {
  const figures = el("div");
  const ranges = segmented(t("range"), rangeChoices(), chosen.range, (range) => {
    chosen.range = range;
    draw(figures).catch(() => {});
  });
  const [health] = await Promise.all([ask("/admin/health"), draw(figures)]);
  const beside = el("div", { class: "columns" }, upstreamsCard(health), el("section", { class: "card" }, el("h2", {}, t("attention")), el("p", { class: "faint" }, t("loading"))));
  place.replaceChildren(head(t("overview"), null, ranges), figures, beside);
  beside.lastChild.replaceWith(attentionCard(health, await worries()));
  const timer = setInterval(() => document.visibilityState === "visible" && !figures.contains(document.activeElement) && draw(figures).catch(() => {}), REFRESH_MS);
  stop.addEventListener("abort", () => clearInterval(timer));
}

async function draw(figures) {
  const range = rangeOf(chosen.range);
  const [totals, times, overTime] = await Promise.all([usage(range), latency(range), usage(range, [range.dimension])]);
  figures.replaceChildren(cards(totals.data[0], times.data[0]), requestsChart(range, overTime.data));
}

function cards(total, times) {
  const sums = total ?? { requests: 0, failed_requests: 0, cached_requests: 0, prompt_tokens: 0, completion_tokens: 0, cost_usd: 0, unpriced_requests: 0 };
  const answered = sums.requests - sums.failed_requests;
  return el("div", { class: "cards" },
    card(t("requests"), count(sums.requests)),
    card(t("failed"), count(sums.failed_requests), sums.requests ? t("failedShare", { share: share(sums.failed_requests, sums.requests) }) : null, sums.failed_requests ? "bad" : ""),
    card(t("cost"), money(sums.cost_usd), sums.unpriced_requests ? t("unpriced", { count: count(sums.unpriced_requests) }) : null),
    card(t("tokens"), short(sums.prompt_tokens + sums.completion_tokens), t("tokenParts", { prompt: short(sums.prompt_tokens), completion: short(sums.completion_tokens) })),
    card(t("hitRate"), share(sums.cached_requests, answered), t("hitsOf", { hits: count(sums.cached_requests), requests: count(answered) })),
    card(`${t("latency")} p50`, duration(times?.p50_ms), t("median")),
    card(`${t("latency")} p95`, duration(times?.p95_ms), t("p95")),
    card(`${t("latency")} p99`, duration(times?.p99_ms), t("p99")));
}

function card(title, figure, note = null, tone = "") {
  return el("section", { class: "card figure" }, el("h2", {}, title), el("p", { class: `big ${tone}` }, figure), note ? el("p", { class: "faint" }, note) : null);
}

function requestsChart(range, buckets) {
  if (!buckets.length) return el("section", { class: "card" }, empty(t("nothingYet"), t("nothingYetHelp")));
  const series = [
    { name: t("answeredWell"), tone: "series-1", values: laidOut(range, buckets, (each) => each.requests - each.failed_requests - each.cached_requests) },
    { name: t("fromCache"), tone: "series-3", values: laidOut(range, buckets, (each) => each.cached_requests) },
    { name: t("failed"), tone: "series-2", values: laidOut(range, buckets, (each) => each.failed_requests) },
  ];
  return chart({ title: t("overTime"), times: range.times, series, at: range.at, figure: count, axis: short });
}

function upstreamsCard(health) {
  const rows = health.upstreams.map((each) => el("li", {}, el("a", { href: "#/health" }, each.name), upstreamBadge(each)));
  return el("section", { class: "card" }, el("h2", {}, t("upstreams")), rows.length ? el("ul", { class: "rows" }, ...rows) : el("p", { class: "faint" }, t("noUpstreams")));
}

/** What the records hold that somebody should look at. */
async function worries() {
  const [stores, keys] = await Promise.all([ask("/admin/stores", { query: { limit: 100 } }), all("/admin/keys")]);
  const now = Date.now() / 1000;
  return [
    ...stores.data.filter((store) => store.file_counts.failed).map((store) =>
      el("a", { href: `#/stores/${encodeURIComponent(store.id)}` }, t(store.file_counts.failed === 1 ? "failedDocument" : "failedDocuments", { count: count(store.file_counts.failed), store: store.name || store.id }))),
    ...keys.filter((key) => !key.revoked_at && key.expires_at > now && key.expires_at < now + SOON_S).map((key) =>
      el("a", { href: "#/keys" }, t("keyExpires", { name: key.name, when: ago(key.expires_at) }))),
  ];
}

function attentionCard(health, found) {
  const away = health.upstreams.filter((each) => each.status === "failing" || each.status === "down").map((each) => el("a", { href: "#/health" }, t("upstreamIs", { name: each.name, state: why(each.last_failure) })));
  const parts = Object.entries(health.checks).filter(([, told]) => told !== "ok").map(([name, told]) => el("span", { class: "bad" }, `${t(name)}: ${told}`));
  const rows = [...parts, ...away, ...found];
  const list = rows.length ? el("ul", { class: "rows" }, ...rows.map((each) => el("li", {}, each))) : el("p", { class: "good" }, t("allWell"));
  return el("section", { class: "card" }, el("h2", {}, t("attention")), list);
}
