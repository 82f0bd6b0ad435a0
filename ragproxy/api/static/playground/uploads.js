// Files on their way in: sent with their progress, put into a store, watched until they can be asked.

import { call, credentials, json, problemOf, Problem } from "./api.js";
import { announce, byId, el, pause, pictured } from "./dom.js";
import { readStores, show as showPickers, stores } from "./pickers.js";
import { settings } from "./settings.js";
import { knows, t } from "./words.js";

const AT_ONCE = 2;
const LOOK_MS = 400;
const NEW = "+";

const dialog = byId("upload-dialog");
const target = byId("upload-store");
const name = byId("upload-name");
const list = byId("uploads");

const waiting = [];
let running = 0;
let made = null; // the new store, once a file went into it

/** Open the dialog, perhaps with files that were dropped. */
export function openUploads(files = []) {
  fillTargets();
  if (!dialog.open) dialog.showModal();
  add(files);
}

byId("upload-close").addEventListener("click", () => dialog.close());
byId("upload-files").addEventListener("change", (event) => {
  add([...event.target.files]);
  event.target.value = "";
});
target.addEventListener("change", showName);

function fillTargets(preferred = null) {
  const wanted = preferred || target.value || settings.store || stores().find((store) => store.name === "default")?.id;
  const options = stores().map((store) => el("option", { value: store.id }, store.name));
  target.replaceChildren(...options, el("option", { value: NEW }, t("newStore")));
  const isThere = wanted === NEW || stores().some((store) => store.id === wanted);
  target.value = isThere ? wanted : target.options[0].value;
  if (!stores().length) name.value ||= "default"; // which the default agent searches
  showName();
}

function showName() {
  byId("upload-name-line").hidden = target.value !== NEW;
}

function add(files) {
  if (!files.length) return;
  if (target.value === NEW && !name.value.trim()) {
    name.setCustomValidity(t("nameMissing"));
    name.reportValidity();
    name.setCustomValidity("");
    return;
  }
  const chosen = target.value;
  const store = chosen === NEW ? newStore(name.value.trim()) : async () => chosen;
  waiting.push(...files.map((file) => new Upload(file, store)));
  next();
}

/** Makes the store when the first file wants it, once for all of them. */
function newStore(title) {
  let promise = null;
  return () => (promise ??= json("/v1/vector_stores", { method: "POST", body: { name: title } }).then((store) => (made = store.id)));
}

async function next() {
  while (running < AT_ONCE && waiting.length) {
    running += 1;
    waiting.shift().run().finally(() => {
      running -= 1;
      next();
    });
  }
  if (running || waiting.length) return;
  await readStores().catch(() => {});
  showPickers();
  fillTargets(made);
  made = null;
}

/** One file, and its line in the list. */
class Upload {
  constructor(file, store) {
    Object.assign(this, { file, store, id: null });
    this.bar = el("progress", { max: "100", "aria-label": file.name });
    this.state = el("span", { class: "state" }, t("waiting"));
    this.line = el("li", {}, el("span", { class: "name", title: file.name }, file.name), this.bar, this.state);
    list.prepend(this.line);
  }

  /** Take it all the way. */
  async run() {
    try {
      const store = await this.store();
      this.id = (await this.#send()).id;
      this.bar.removeAttribute("value");
      this.state.textContent = t("indexing");
      await call(`/v1/vector_stores/${store}/files`, { method: "POST", body: { file_id: this.id } });
      await this.#watch(store);
      this.#end("good", t("indexed"));
    } catch (error) {
      this.#end("bad", t("failed", { why: reason(error) }));
      if (this.id) this.line.append(pictured("trash", t("remove", { name: this.file.name }), () => this.#remove()));
    }
  }

  // fetch tells no progress of what is sent
  #send() {
    const form = new FormData();
    form.append("purpose", "assistants");
    form.append("file", this.file);
    const request = new XMLHttpRequest();
    request.open("POST", "/v1/files");
    for (const [header, value] of Object.entries(credentials())) request.setRequestHeader(header, value);
    request.upload.addEventListener("progress", (event) => this.#sent(event));
    return new Promise((done, fail) => {
      request.addEventListener("load", () => {
        if (request.status === 200) done(JSON.parse(request.responseText));
        else fail(problemOf(request.status, request.getResponseHeader("retry-after"), request.responseText));
      });
      request.addEventListener("error", () => fail(new Problem("", { code: "unreachable" })));
      request.send(form);
    });
  }

  #sent({ loaded, total }) {
    const percent = total ? Math.round((100 * loaded) / total) : 0;
    this.bar.value = percent;
    this.state.textContent = t("sending", { percent });
  }

  async #watch(store) {
    for (;;) {
      const { status, last_error: error } = await json(`/v1/vector_stores/${store}/files/${this.id}`);
      if (status === "completed") return;
      if (status !== "in_progress") throw new Problem(error?.message ?? "", { status: 400, code: error?.code ?? status });
      await pause(LOOK_MS);
    }
  }

  #end(kind, text) {
    this.bar.remove();
    this.line.className = kind;
    this.state.textContent = text;
    announce(`${this.file.name}: ${text}`);
  }

  async #remove() {
    await call(`/v1/files/${this.id}`, { method: "DELETE" }).catch(() => {});
    this.line.remove();
    byId("upload-close").focus();
    announce(t("removed"));
    await readStores().catch(() => {});
    showPickers();
  }
}

function reason(error) {
  const known = { 413: "tooLarge", 0: "unreachable" }[error.status] ?? error.code;
  const ours = known && knows(known) ? t(known) : "";
  const said = error.message && error.code !== "unreachable" ? error.message : "";
  return [ours, said].filter(Boolean).join(" ") || t("refused");
}

// ---- dropping files anywhere on the page ----------------------------------------------------------

/** Take files that are dropped on the page, where `allowed` says so. */
export function takeDrops(allowed) {
  const veil = byId("dropping");
  const brings = (event) => event.dataTransfer?.types.includes("Files") && allowed();
  document.addEventListener("dragover", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    veil.hidden = dialog.open;
    byId("drop").classList.add("over");
  });
  const leave = () => {
    veil.hidden = true;
    byId("drop").classList.remove("over");
  };
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && leave());
  document.addEventListener("drop", (event) => {
    leave();
    if (!brings(event)) return;
    event.preventDefault();
    openUploads([...event.dataTransfer.files]);
  });
}
