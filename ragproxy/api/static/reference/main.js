// The reference: the API's document, shown as its address says.

import { byId, el } from "../dom.js";
import { choose, settings } from "../playground/settings.js";
import { readApi } from "./api.js";
import { home, nothingHere, operationPage, resourcePage, schemaPage } from "./pages.js";
import { markSide, showSide } from "./side.js";
import { language, speak, t } from "./words.js";

let api = null;
let shown = new AbortController(); // ends what was tried on the page before

/** What the address names: its kind and its name. */
function addressed() {
  const [kind, ...name] = location.hash.slice(1).split("/");
  try {
    return [kind, decodeURIComponent(name.join("/"))];
  } catch {
    return ["nothing"]; // not written by this page
  }
}

function made() {
  const [kind, name] = addressed();
  if (kind === "") return home(api);
  if (kind === "operation" && api.operation(name)) return operationPage(api, api.operation(name), shown.signal);
  if (kind === "resource" && api.resource(name)) return resourcePage(api.resource(name));
  if (kind === "schema" && api.schema(name)) return schemaPage(api, name);
  return nothingHere();
}

function show({ moved }) {
  shown.abort();
  shown = new AbortController();
  const content = byId("content");
  content.replaceChildren(made());
  const title = content.querySelector("h1");
  document.title = location.hash ? `${title.textContent} · ragproxy` : `${t("title")} · ragproxy`;
  markSide(location.hash);
  closeSide();
  if (!moved) return;
  scrollTo(0, 0);
  title.focus({ preventScroll: true });
}

async function begin() {
  try {
    api ??= await readApi();
  } catch {
    byId("content").replaceChildren(el("div", { class: "notice bad", role: "alert" },
      el("p", {}, t("notLoaded")), el("button", { type: "button", click: begin }, t("retry"))));
    return;
  }
  showSide(api);
  show({ moved: false });
}

// ---- the side, on narrow screens a sheet over the page --------------------------------------------

function openSide() {
  document.body.classList.add("with-side");
  byId("side-open").setAttribute("aria-expanded", "true");
  byId("content").inert = true;
  byId("search").focus();
}

function closeSide() {
  if (!document.body.classList.contains("with-side")) return;
  document.body.classList.remove("with-side");
  byId("side-open").setAttribute("aria-expanded", "false");
  byId("content").inert = false;
  byId("side-open").focus();
}

byId("side-open").addEventListener("click", openSide);
byId("side-close").addEventListener("click", closeSide);
byId("side").addEventListener("click", (event) => event.target.closest("a[href^='#']") && closeSide());
byId("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address says what is shown
  byId("content").querySelector("h1").focus();
});
document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") closeSide();
  if (event.key !== "/" || event.target.closest("input, textarea, select")) return;
  event.preventDefault();
  if (getComputedStyle(byId("side-open")).display !== "none") openSide();
  byId("search").focus();
});

// ---- theme and language ---------------------------------------------------------------------------

byId("theme").value = settings.theme;
byId("language").value = language();
byId("theme").addEventListener("change", () => {
  choose({ theme: byId("theme").value });
  if (settings.theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = settings.theme;
});
byId("language").addEventListener("change", () => {
  choose({ language: byId("language").value });
  document.documentElement.lang = byId("language").value;
  speak();
  if (api) begin();
});

addEventListener("hashchange", () => api && show({ moved: true }));
speak();
await begin();
performance.mark("ready");
document.documentElement.dataset.ready = "";
