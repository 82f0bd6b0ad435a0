// Vector stores of every project: what they hold and how it is doing.

import { ask } from "./api.js";
import { el } from "./dom.js";
import { ago, count, moment, size } from "./format.js";
import { badge, empty, head } from "./parts.js";
import { paged, table } from "./tables.js";
import { t } from "./words.js";

const TONES = { completed: "good", in_progress: "warn", expired: "quiet" };

/** Show the section. */
export async function showStores(place) {
  const shown = el("div");
  await paged(shown, (after) => ask("/admin/stores", { query: { limit: 50, after } }), list);
  place.replaceChildren(head(t("stores"), t("storesIntro")), shown);
}

/** The state of a store in a pill. */
export function storeBadge(store) {
  return badge(TONES[store.status], t(`store_${store.status}`));
}

/** What a store is called. */
export function storeName(store) {
  return store.name || t("unnamed");
}

function list(stores) {
  if (!stores.length) return el("section", { class: "card" }, empty(t("noStores"), t("noStoresHelp")));
  return el("section", { class: "card flush" }, table(t("stores"), [
    { title: t("store"), cell: (store) => el("div", { class: "what" }, el("a", { href: `#/stores/${encodeURIComponent(store.id)}` }, storeName(store)), el("small", {}, el("code", {}, store.id))) },
    { title: t("project"), cell: (store) => store.owner, class: "what" },
    { title: t("state"), cell: storeBadge },
    { title: t("ready"), number: true, cell: (store) => count(store.file_counts.completed) },
    { title: t("waiting"), number: true, cell: (store) => count(store.file_counts.in_progress) },
    { title: t("failedDocs"), number: true, cell: (store) => el("span", { class: store.file_counts.failed ? "bad" : "" }, count(store.file_counts.failed)) },
    { title: t("sizeInIndex"), number: true, cell: (store) => size(store.usage_bytes) },
    { title: t("lastActive"), cell: (store) => (store.last_active_at ? el("span", { title: moment(store.last_active_at) }, ago(store.last_active_at)) : t("never")) },
  ], stores));
}
