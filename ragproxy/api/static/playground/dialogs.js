// The small dialogs: a key, a name, a deletion, the settings. Each gives the focus back to where it was.

import { byId } from "./dom.js";
import { choose, key, keepKey, settings } from "./settings.js";
import { language, t } from "./words.js";

/** Open a dialog; the promise is kept when it is closed, with whether it was confirmed. */
function opened(dialog) {
  if (!dialog.open) {
    dialog.returnValue = "";
    dialog.showModal();
  }
  return new Promise((done) => {
    dialog.addEventListener("close", () => done(dialog.returnValue === "ok"), { once: true });
  });
}

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.querySelector("form")?.addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close("ok");
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close()); // outside of it
}
for (const name of ["key", "name", "delete"]) {
  byId(`${name}-cancel`).addEventListener("click", () => byId(`${name}-dialog`).close());
}

/** Ask for a key and keep it; whether one was given. `problem` says what is wrong with the one before. */
export async function askKey(problem = null) {
  const field = byId("key");
  const notice = byId("key-problem");
  notice.hidden = problem === null;
  notice.textContent = problem ?? "";
  field.value = "";
  const given = await opened(byId("key-dialog"));
  const value = field.value.trim();
  field.value = ""; // it is not left lying about
  if (!given || !value) return false;
  keepKey(value, byId("key-remember").checked);
  return true;
}

/** Ask for a new title; null when there is none. */
export async function newName(title) {
  const field = byId("name");
  field.value = title;
  const done = opened(byId("name-dialog"));
  field.select();
  return (await done) ? field.value.trim() || null : null;
}

/** Whether it may really be deleted. */
export function confirmDelete(title) {
  byId("delete-text").textContent = t("deleteText", { title });
  return opened(byId("delete-dialog"));
}

/** Show the settings; each is kept as soon as it is changed. `on` has keyChanged(). */
export function showSettings(on) {
  byId("set-language").value = language();
  byId("set-theme").value = settings.theme;
  byId("set-temperature").value = settings.temperature ?? "";
  byId("set-top-k").value = settings.topK ?? "";
  byId("set-documents").checked = settings.documents;
  byId("set-sources").checked = settings.sources;
  tellKey();
  byId("set-key-change").onclick = async () => {
    byId("settings-dialog").close();
    if (await askKey()) on.keyChanged();
  };
  byId("set-key-forget").onclick = () => {
    keepKey("", false);
    tellKey();
    byId("set-key-change").focus();
    on.keyChanged();
  };
  return opened(byId("settings-dialog"));
}

function tellKey() {
  byId("set-key-state").textContent = key() ? t("keyHeld") : t("keyNone");
  byId("set-key-forget").hidden = !key();
}

function onChange(id, read) {
  const field = byId(id);
  field.addEventListener("change", () => {
    if (field.reportValidity()) choose(read(field));
  });
}

const number = (field) => (field.value === "" ? null : field.valueAsNumber);

onChange("set-language", (field) => ({ language: field.value }));
onChange("set-theme", (field) => ({ theme: field.value }));
onChange("set-temperature", (field) => ({ temperature: number(field) }));
onChange("set-top-k", (field) => ({ topK: number(field) }));
onChange("set-documents", (field) => ({ documents: field.checked }));
onChange("set-sources", (field) => ({ sources: field.checked }));
