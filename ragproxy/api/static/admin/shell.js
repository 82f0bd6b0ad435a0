// The frame around the sections: the way between them, the theme, the language, the way out.

import { showAgents } from "./agents.js";
import { button, byId, el, icon } from "./dom.js";
import { showHealth } from "./health.js";
import { showKeys } from "./keys.js";
import { showOverview } from "./overview.js";
import { attemptNote, elsewhere, pictured, tastes } from "./parts.js";
import { showStore } from "./store.js";
import { showStores } from "./stores.js";
import { showUsage } from "./usage.js";
import { t } from "./words.js";

const SECTIONS = { overview: showOverview, usage: showUsage, keys: showKeys, agents: showAgents, stores: showStores, health: showHealth };

let leaveSection = null; // ends what a section does by the clock
let router = null;

/** Fill `app` with the desk of an open session. */
export function showDesk(app, session, { leave, redraw }) {
  const links = Object.keys(SECTIONS).map((name) => pictured(name, t(name), { href: `#/${name}`, "data-section": name }));
  const who = session.name || t("administrator");
  app.replaceChildren(
    el("a", { class: "skip", href: "#content", click: toContent }, t("skip")),
    el("div", { class: "desk" },
      el("aside", { class: "side" },
        el("p", { class: "brand" }, "ragproxy", el("span", { class: "faint" }, t("desk"))),
        el("nav", { "aria-label": t("sections") }, ...links),
        elsewhere(),
        el("div", { class: "foot" }, tastes(redraw), el("p", { class: "who faint" }, t("signedInAs", { name: who })), button("", leave, { class: "leave", id: "leave" }))),
      el("main", { id: "content", tabindex: "-1" })),
  );
  byId("leave").append(icon("out"), t("signOut"));
  if (router) window.removeEventListener("hashchange", router);
  router = () => route(true);
  window.addEventListener("hashchange", router);
  route(false);
}

function toContent(event) {
  event.preventDefault(); // the address says which section it is
  byId("content").focus();
}

async function route(moved) {
  const content = byId("content");
  if (!content) return;
  const [section = "overview", id] = location.hash.replace(/^#\/?/, "").split("/").filter(Boolean);
  const name = section in SECTIONS ? section : "overview";
  for (const link of document.querySelectorAll("[data-section]")) {
    if (link.dataset.section === name) {
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({ block: "nearest", inline: "nearest" }); // on narrow screens they are a row that scrolls
    } else link.removeAttribute("aria-current");
  }
  leaveSection?.();
  const stop = new AbortController();
  leaveSection = () => stop.abort();
  const place = el("div", { class: "section" }, el("p", { class: "faint" }, t("loading")));
  content.replaceChildren(place);
  const show = name === "stores" && id ? showStore : SECTIONS[name];
  await attemptNote(place, () => show(place, { id: id && decodeURIComponent(id), stop: stop.signal }), stop.signal);
  if (moved && !stop.signal.aborted) (place.querySelector("h1") ?? content).focus();
}

