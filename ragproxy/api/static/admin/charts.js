// Charts over time, each with its legend and the same figures as a table for those who do not see it.

import { el } from "./dom.js";
import { table } from "./tables.js";
import { t } from "./words.js";

const HEIGHT = 220; // pixels
const GAP_PX = 70; // between the labels of the time
const live = new Set(); // of the charts that are shown, what draws them anew

/**
 * A figure. `times` are epoch seconds; `series` are `{ name, tone, values }`, the first at the bottom of a `stacked`
 * one, a `whole` one has the width to itself; `at` tells a time, `figure` a value, `axis` a value in little room.
 */
export function chart({ title, times, series, stacked = true, whole = false, at, figure, axis = figure }) {
  const plot = el("div", { class: "plot", "aria-hidden": "true" });
  const tip = el("div", { class: "tip", hidden: true });
  plot.append(tip);
  const made = el("figure", { class: whole ? "card chart whole" : "card chart" }, el("figcaption", {}, el("h2", {}, title), legend(series, figure, stacked)), plot, asTable({ title, times, series, at, figure }));
  keepDrawn(plot, () => new window.uPlot(options(plot, tip, { times, series, stacked, at, figure, axis }), data(times, series, stacked), plot));
  return made;
}

function legend(series, figure, stacked) {
  return el("ul", { class: "legend" }, ...series.map(({ name, tone, values }) =>
    el("li", {}, el("span", { class: `swatch ${tone}`, "aria-hidden": "true" }), el("span", { class: "what" }, name), stacked ? el("span", { class: "faint" }, figure(sum(values))) : null)));
}

function asTable({ title, times, series, at, figure }) {
  const columns = [{ title: t("time"), cell: (row) => at(times[row]) }, ...series.map(({ name, values }) => ({ title: name, number: true, cell: (row) => (values[row] === null ? "–" : figure(values[row])) }))];
  const rows = times.map((_, row) => row).filter((row) => series.some(({ values }) => values[row]));
  const details = el("details", { class: "fold" }, el("summary", {}, t("asTable", { title })));
  details.addEventListener("toggle", () => details.open && details.childElementCount === 1 && details.append(table(title, columns, rows)), { once: true });
  return details;
}

/** Draw once it has a width, and again when that or the theme changes. */
function keepDrawn(plot, draw) {
  let drawn = null;
  let shown = false;
  const again = () => {
    drawn?.destroy();
    drawn = plot.clientWidth ? draw() : null;
  };
  const sized = new ResizeObserver(() => {
    const gone = shown && !plot.isConnected; // one that was never there is still on its way
    shown ||= plot.isConnected;
    if (gone) {
      sized.disconnect();
      live.delete(again);
    } else if (!drawn) again();
    else drawn.setSize({ width: plot.clientWidth, height: HEIGHT });
  });
  sized.observe(plot);
  live.add(again);
}

for (const [target, event] of [[window, "themechange"], [matchMedia("(prefers-color-scheme: dark)"), "change"]]) {
  target.addEventListener(event, () => live.forEach((again) => again()));
}

function options(plot, tip, { times, series, stacked, at, figure, axis }) {
  const colour = colours();
  const grid = { stroke: colour("line"), width: 1 };
  const bars = window.uPlot.paths.bars({ size: [0.72, 48], radius: 0.12 });
  const drawn = order(series, stacked).map(({ tone }) =>
    stacked ? { fill: colour(tone), stroke: colour(tone), width: 0, paths: bars, points: { show: false } }
            : { stroke: colour(tone), width: 2, spanGaps: true, points: { show: times.length < 32, size: 6, fill: colour(tone) } });
  return {
    width: plot.clientWidth,
    height: HEIGHT,
    padding: [12, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: { x: { time: true, range: (_, least, most) => around(times, least, most) }, y: { range: (_, least, most) => [0, most > 0 ? most * 1.08 : 1] } },
    axes: [
      { stroke: colour("faint"), grid: { show: false }, ticks: { stroke: colour("line") }, font: "12px system-ui", size: 34, splits: () => ticks(times, plot.clientWidth), values: (_, splits) => splits.map((time) => at(time, true)) },
      { stroke: colour("faint"), grid, ticks: { show: false }, font: "12px system-ui", size: 76, values: (_, splits) => splits.map((value) => axis(value)) },
    ],
    series: [{}, ...drawn],
    hooks: { setCursor: [(chart) => point(chart, tip, { times, series, at, figure })] },
  };
}

/** What finds the colour of a tone in the theme that is worn: a canvas knows no variables. */
function colours() {
  const probe = el("span", { hidden: true });
  document.body.append(probe);
  setTimeout(() => probe.remove());
  return (tone) => {
    probe.style.color = `var(--${tone})`;
    return getComputedStyle(probe).color;
  };
}

/** What uPlot draws: of a stack the sums, the whole first, so that each part is drawn over what it is part of. */
function data(times, series, stacked) {
  if (!stacked) return [times, ...series.map(({ values }) => values)];
  const sums = [];
  let below = times.map(() => 0);
  for (const { values } of series) {
    below = below.map((height, index) => height + (values[index] ?? 0));
    sums.push(below);
  }
  return [times, ...sums.reverse()];
}

function order(series, stacked) {
  return stacked ? [...series].reverse() : series;
}

function around(times, least, most) {
  const step = times.length > 1 ? times[1] - times[0] : 3600;
  return [least - step * 0.6, most + step * 0.6];
}

function ticks(times, width) {
  const every = Math.max(1, Math.ceil((times.length * GAP_PX) / Math.max(width - 76, GAP_PX)));
  return times.filter((_, index) => index % every === 0);
}

function point(chart, tip, { times, series, at, figure }) {
  const { idx, left } = chart.cursor;
  tip.hidden = idx === null || idx === undefined || left < 0;
  if (tip.hidden) return;
  const rows = series.map(({ name, tone, values }) => [name, tone, values[idx]]).filter(([, , value]) => value).reverse();
  tip.replaceChildren(el("strong", {}, at(times[idx])), ...rows.map(([name, tone, value]) => el("div", {}, el("span", { class: `swatch ${tone}` }), el("span", { class: "what" }, name), el("b", {}, figure(value)))));
  const over = chart.over.offsetLeft + left;
  tip.classList.toggle("left", over > chart.width / 2);
  tip.style.insetInlineStart = `${over}px`;
}

/** What the values add up to. */
export function sum(values) {
  return values.reduce((total, value) => total + (value ?? 0), 0);
}
