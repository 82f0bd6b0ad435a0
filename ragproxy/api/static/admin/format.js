// Numbers, moments and sizes as readers of the page's language write them.

import { language, locale } from "./words.js";

const SECOND_MS = 1000;

/** A whole number with its groups. */
export function count(number) {
  return new Intl.NumberFormat(locale()).format(number);
}

/** A large number in few characters. */
export function short(number) {
  return new Intl.NumberFormat(locale(), { notation: "compact", maximumFractionDigits: 1 }).format(number);
}

/** US dollars; more digits when there is little of it. */
export function money(usd) {
  const digits = usd !== 0 && Math.abs(usd) < 1 ? 4 : 2;
  return new Intl.NumberFormat(locale(), { style: "currency", currency: "USD", maximumFractionDigits: digits, minimumFractionDigits: 2 }).format(usd);
}

/** A share of 1. */
export function share(part, whole) {
  if (!whole) return "–";
  return new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 1 }).format(part / whole);
}

/** Milliseconds, in seconds when they are many. */
export function duration(ms) {
  if (ms === null || ms === undefined) return "–";
  const seconds = ms >= 1000;
  const digits = { maximumFractionDigits: seconds ? 2 : ms < 10 ? 1 : 0 };
  return `${new Intl.NumberFormat(locale(), digits).format(seconds ? ms / 1000 : ms)} ${seconds ? "s" : "ms"}`;
}

/** Bytes. */
export function size(bytes) {
  const units = language() === "fr" ? ["o", "ko", "Mo", "Go", "To"] : ["B", "kB", "MB", "GB", "TB"];
  let rank = 0;
  let left = bytes;
  while (left >= 1000 && rank < units.length - 1) [left, rank] = [left / 1000, rank + 1];
  return `${new Intl.NumberFormat(locale(), { maximumFractionDigits: rank && left < 100 ? 1 : 0 }).format(left)} ${units[rank]}`;
}

/** A moment of epoch seconds, with its time. */
export function moment(seconds) {
  if (!seconds) return "–";
  return new Date(seconds * SECOND_MS).toLocaleString(locale(), { dateStyle: "medium", timeStyle: "short" });
}

/** The day of epoch seconds, by UTC as the server counts days. */
export function day(seconds, options = { day: "numeric", month: "short" }) {
  return new Date(seconds * SECOND_MS).toLocaleDateString(locale(), { timeZone: "UTC", ...options });
}

/** The hour of epoch seconds, here. */
export function hour(seconds) {
  return new Date(seconds * SECOND_MS).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
}

/** How long ago that was. */
export function ago(seconds) {
  if (!seconds) return "–";
  const past = seconds - Date.now() / SECOND_MS;
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const [unit, length] = units.find(([, each]) => Math.abs(past) >= each) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.round(past / length), unit);
}
