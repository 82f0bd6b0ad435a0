// One vector store: its documents, those that failed and why, and its index made anew.

import { ask } from "./api.js";
import { announce, button, el } from "./dom.js";
import { confirmed } from "./dialogs.js";
import { ago, count, moment, size } from "./format.js";
import { attemptNote, badge, empty, facts, head, segmented } from "./parts.js";
import { storeBadge, storeName } from "./stores.js";
import { paged, table } from "./tables.js";
import { t } from "./words.js";

const POLL_MS = 1000;
const TONES = { completed: "good", in_progress: "warn", failed: "bad", cancelled: "quiet" };

/** Show the store of that id; what is under way is followed while it is looked at. */
export async function showStore(place, { id, stop }) {
  const view = { address: `/admin/stores/${encodeURIComponent(id)}`, store: null, state: "", stop };
  view.about = el("div");
  view.documents = el("div");
  await Promise.all([about(view), documents(view)]);
  const { store } = view;
  const counts = store.file_counts;
  const state = segmented(t("state"), [["", t("all")], ["failed", `${t("failedDocs")} (${count(counts.failed)})`], ["in_progress", t("waiting")], ["completed", t("ready")]], "", (chosen) => {
    view.state = chosen;
    attemptNote(view.documents, () => documents(view));
  });
  place.replaceChildren(
    el("p", { class: "back" }, el("a", { href: "#/stores" }, `← ${t("backToStores")}`)),
    head(storeName(store), null, button(t("reindex"), () => reindex(view), { id: "reindex" }), button(t("delete"), () => remove(view), { class: "danger" })),
    view.about,
    el("div", { class: "tools" }, el("h2", {}, t("documents")), state),
    view.documents);
  follow(view);
}

async function about(view) {
  view.store = await ask(view.address);
  const { store } = view;
  view.about.replaceChildren(el("section", { class: "card" },
    facts(
      [t("state"), storeBadge(store)],
      [t("project"), store.owner],
      ["Id", el("code", {}, store.id)],
      [t("documents"), `${count(store.file_counts.completed)} / ${count(store.file_counts.total)}`],
      [t("sizeInIndex"), size(store.usage_bytes)],
      [t("created"), moment(store.created_at)],
      [t("lastActive"), ago(store.last_active_at)],
      ...(store.description ? [[t("description"), store.description]] : []),
      ...(store.expires_at ? [[t("expires"), moment(store.expires_at)]] : [])),
    reindexNote(store.reindex)));
}

function reindexNote(last) {
  if (!last) return null;
  if (last.status === "in_progress") {
    const text = last.total ? t("reindexing", { done: count(last.done), total: count(last.total) }) : t("reindexWaits");
    return el("div", { class: "progress", id: "reindexing" }, el("span", {}, text), el("progress", { max: last.total || null, value: last.total ? last.done : null, "aria-label": text }));
  }
  if (last.status === "failed") return el("p", { class: "notice bad" }, t("reindexFailed", { reason: last.error?.message ?? "?" }));
  return el("p", { class: "faint" }, t("reindexDone", { when: ago(last.finished_at), total: count(last.total) }));
}

/** While something is under way, look again and again. */
async function follow(view) {
  const busy = () => view.store.reindex?.status === "in_progress" || view.store.file_counts.in_progress > 0;
  while (busy() && !view.stop.aborted) {
    await new Promise((done) => setTimeout(done, POLL_MS));
    if (view.stop.aborted) return;
    const before = JSON.stringify([view.store.file_counts, view.store.reindex?.status]);
    try {
      await about(view);
      if (before !== JSON.stringify([view.store.file_counts, view.store.reindex?.status])) {
        if (!view.documents.contains(document.activeElement)) await documents(view);
        if (!busy() && view.store.reindex?.status === "completed") announce(t("reindexDone", { when: ago(view.store.reindex.finished_at), total: count(view.store.reindex.total) }));
      }
    } catch {
      return; // the page says what it last knew; a reload tells more
    }
  }
}

function documents(view) {
  return paged(view.documents, (after) => ask(`${view.address}/files`, { query: { limit: 50, after, filter: view.state } }), (files) => list(files, view));
}

function list(files, view) {
  if (!files.length) return el("section", { class: "card" }, empty(t(view.state ? "noDocumentsOf" : "noDocuments")));
  return el("section", { class: "card flush" }, table(t("documents"), [
    { title: t("document"), cell: (file) => el("div", { class: "what" }, file.filename, el("small", {}, el("code", {}, file.id))) },
    { title: t("state"), cell: (file) => badge(TONES[file.status], t(`file_${file.status}`)) },
    { title: t("reason"), cell: (file) => (file.last_error ? el("span", { class: "bad", lang: "en" }, file.last_error.message) : "–"), class: "what" },
    { title: t("pieces"), number: true, cell: (file) => count(file.chunks) },
    { title: t("fileSize"), number: true, cell: (file) => size(file.bytes) },
    { title: t("added"), cell: (file) => el("span", { title: moment(file.created_at) }, ago(file.created_at)) },
    { title: t("actions"), hidden: true, cell: (file) => actions(file, view) },
  ], files));
}

function actions(file, view) {
  const address = `${view.address}/files/${encodeURIComponent(file.id)}`;
  const named = (action) => ({ "aria-label": t("forKey", { action, name: file.filename }) });
  const again = file.status === "failed" || file.status === "cancelled";
  return el("div", { class: "row-actions" },
    again ? button(t("retryFile"), () => attemptNote(view.documents, async () => {
      await ask(`${address}/retry`, { method: "POST" });
      announce(t("fileQueued"));
      await renew(view);
    }), { ...named(t("retryFile")), class: "small" }) : null,
    button(t("removeFile"), () => confirmed({ title: t("removeFileTitle", { name: file.filename }), text: t("removeFileText"), action: t("removeFile"), work: async () => {
      await ask(address, { method: "DELETE" });
      announce(t("fileRemoved"));
      await renew(view);
    } }), { ...named(t("removeFile")), class: "small danger" }));
}

function reindex(view) {
  confirmed({ title: t("reindexTitle", { name: storeName(view.store) }), text: t("reindexText"), action: t("reindex"), danger: false, work: async () => {
    await ask(`${view.address}/reindex`, { method: "POST" });
    await renew(view);
  } });
}

function remove(view) {
  const { store } = view;
  confirmed({ title: t("deleteStoreTitle", { name: storeName(store) }), text: t("deleteStoreText", { count: count(store.file_counts.total) }), action: t("delete"), work: async () => {
    await ask(view.address, { method: "DELETE" });
    announce(t("storeDeleted"));
    location.hash = "#/stores";
  } });
}

async function renew(view) {
  await Promise.all([about(view), documents(view)]);
  follow(view);
}
