// How an upstream is doing, in words.

import { badge } from "./parts.js";
import { has, t } from "./words.js";

const TONES = { ok: "good", failing: "warn", down: "bad", unknown: "quiet" };

/** Its state in a pill. */
export function upstreamBadge(upstream) {
  return badge(TONES[upstream.status], t(upstream.status));
}

/** Why it failed last, and what to do where we know: a status or a word of the server's. */
export function why(failure) {
  if (failure === null) return "–";
  return has(`why_${failure}`) ? t(`why_${failure}`) : t("why_other", { status: failure });
}
