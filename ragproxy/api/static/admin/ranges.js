// Ranges of time, and buckets of usage laid out on them.

import { ask } from "./api.js";
import { day, hour, moment } from "./format.js";
import { t } from "./words.js";

const HOUR_S = 3600;
const DAY_S = 86400;
const MOST = 10000; // buckets of one answer
const RANGES = { hours24: 24, days7: 7, days30: 30, days90: 90 };
const kept = { range: "hours24", by: "model" }; // while the page is open

/** What was chosen last, here or in another section. */
export const chosen = kept;

/** The ranges to choose from. */
export function rangeChoices() {
  return Object.keys(RANGES).map((name) => [name, t(name)]);
}

/** A range that ends now: its buckets' dimension, their beginnings, and how such a time is told. */
export function rangeOf(name) {
  const hourly = name === "hours24";
  const step = hourly ? HOUR_S : DAY_S;
  const last = Math.floor(Date.now() / 1000 / step) * step;
  const times = Array.from({ length: RANGES[name] }, (_, index) => last - (RANGES[name] - 1 - index) * step);
  const at = hourly ? (time, brief) => (brief ? hour(time) : moment(time)) : (time, brief) => day(time, brief ? undefined : { dateStyle: "medium" });
  return { dimension: hourly ? "hour" : "day", times, from: times[0], at, note: t(hourly ? "hoursHere" : "daysByUtc") };
}

/** Buckets of usage, by time and by `by` when there is one. */
export function usage(range, by = []) {
  return ask("/admin/usage", { query: { group_by: by.join(",") || "none", from: range.from, limit: MOST } });
}

/** Percentiles of latency, the same way. */
export function latency(range, by = []) {
  return ask("/admin/latency", { query: { group_by: by.join(",") || "none", from: range.from, limit: MOST } });
}

/** A value for each time of the range, of the buckets that begin then; `missing` where there is none. */
export function laidOut(range, buckets, value, missing = 0) {
  const places = new Map(range.times.map((time, index) => [time, index]));
  const values = range.times.map(() => missing);
  for (const bucket of buckets) {
    const place = places.get(bucket.start_time);
    if (place !== undefined) values[place] = (values[place] ?? 0) + value(bucket);
  }
  return values;
}
