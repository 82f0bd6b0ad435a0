// Usage and cost over time, by key, model, agent and the like.

import { fetchFile } from "./api.js";
import { chart, sum } from "./charts.js";
import { button, el } from "./dom.js";
import { count, duration, money, share, short } from "./format.js";
import { attemptNote, empty, head, segmented, select } from "./parts.js";
import { chosen, laidOut, latency, rangeChoices, rangeOf, usage } from "./ranges.js";
import { table } from "./tables.js";
import { t } from "./words.js";

const MOST_SERIES = 7;
const BY = { model: "byModel", key: "byKey", agent: "byAgent", upstream: "byUpstream", owner: "byOwner" };
const NOBODY = { key: "noKey", agent: "noAgent", upstream: "noUpstream" };

/** Show the section. */
export async function showUsage(place) {
  const shown = el("div");
  const redraw = () => attemptNote(shown, () => draw(shown));
  const ranges = segmented(t("range"), rangeChoices(), chosen.range, (range) => { chosen.range = range; redraw(); });
  const by = select(t("groupBy"), Object.entries(BY).map(([name, text]) => [name, t(text)]), chosen.by, (name) => { chosen.by = name; redraw(); });
  await draw(shown);
  place.replaceChildren(head(t("usage"), null, by, ranges), shown);
}

async function draw(shown) {
  const range = rangeOf(chosen.range);
  const by = chosen.by;
  const [totals, overTime, times, groupTimes] = await Promise.all([usage(range, [by]), usage(range, [range.dimension, by]), latency(range, [range.dimension]), latency(range, [by])]);
  if (!totals.data.length) return shown.replaceChildren(el("section", { class: "card" }, empty(t("nothingYet"), t("nothingYetHelp"))));
  const drawn = (title, value, figure, axis) => chart({ title, times: range.times, series: seriesOf(range, by, overTime.data, value), at: range.at, figure, axis });
  return shown.replaceChildren(
    el("p", { class: "faint" }, range.note),
    el("div", { class: "charts" },
      drawn(t("requests"), (each) => each.requests, count, short),
      drawn(t("cost"), (each) => each.cost_usd, money, money),
      drawn(t("tokens"), (each) => each.prompt_tokens + each.completion_tokens, count, short),
      drawn(t("failed"), (each) => each.failed_requests, count, short),
      latencyChart(range, times.data)),
    detail(by, totals, groupTimes.data, range));
}

/** A series for each of the groups that have most of it, and one for the others. */
function seriesOf(range, by, buckets, value) {
  const groups = Map.groupBy ? Map.groupBy(buckets, (each) => each[by]) : grouped(buckets, by);
  const ranked = [...groups].map(([, each]) => ({ name: nameOf(by, each[0]), each, total: sum(each.map(value)) })).filter((group) => group.total).sort((a, b) => b.total - a.total);
  const first = ranked.slice(0, MOST_SERIES).map(({ name, each }, index) => ({ name, tone: `series-${index + 1}`, values: laidOut(range, each, value) }));
  const rest = ranked.slice(MOST_SERIES).flatMap(({ each }) => each);
  return rest.length ? [...first, { name: t("others"), tone: "series-8", values: laidOut(range, rest, value) }] : first;
}

function grouped(buckets, by) {
  const groups = new Map();
  for (const each of buckets) groups.set(each[by], [...(groups.get(each[by]) ?? []), each]);
  return groups;
}

function latencyChart(range, buckets) {
  const series = ["p50", "p95", "p99"].map((name, index) => ({ name, tone: `series-${[1, 4, 2][index]}`, values: laidOut(range, buckets, (each) => each[`${name}_ms`], null) }));
  return chart({ title: t("latency"), times: range.times, series, stacked: false, whole: true, at: range.at, figure: duration });
}

function detail(by, totals, times, range) {
  const latencies = new Map(times.map((each) => [each[by], each]));
  const of = (row) => latencies.get(row[by]);
  const columns = [
    { title: t(BY[by]), cell: (row) => nameOf(by, row), class: "what" },
    { title: t("requests"), number: true, cell: (row) => count(row.requests) },
    { title: t("failed"), number: true, cell: (row) => count(row.failed_requests) },
    { title: t("hitRate"), number: true, cell: (row) => share(row.cached_requests, row.requests - row.failed_requests) },
    { title: t("tokens"), number: true, cell: (row) => count(row.prompt_tokens + row.completion_tokens) },
    { title: t("cost"), number: true, cell: (row) => money(row.cost_usd) + (row.unpriced_requests ? " +" : "") },
    ...["p50", "p95", "p99"].map((name) => ({ title: name, number: true, cell: (row) => duration(of(row)?.[`${name}_ms`]) })),
  ];
  return el("section", { class: "card" },
    el("div", { class: "split" }, el("h2", {}, t("breakdown")), button(t("csv"), () => download(by, range))),
    table(t("breakdown"), columns, totals.data),
    totals.has_more ? el("p", { class: "faint" }, t("cutOff")) : null);
}

async function download(by, range) {
  const file = await fetchFile("/admin/usage", { group_by: `${range.dimension},${by}`, from: range.from, format: "csv" });
  const address = URL.createObjectURL(file);
  const link = el("a", { href: address, download: "usage.csv" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function nameOf(by, bucket) {
  if (by === "key" && bucket.key_name) return bucket.key_name;
  return bucket[by] ?? t(NOBODY[by] ?? "none");
}
