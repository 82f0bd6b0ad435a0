// The list of all there is, and the search in it.

import { announce, byId, el } from "../dom.js";
import { operationAddress, resourceAddress } from "./pages.js";
import { verb } from "./texts.js";
import { t } from "./words.js";

let groups = []; // of {element, entries: [{item, words}]}

/** Fill the side with the API's operations and schemas. */
export function showSide(api) {
  groups = [
    ...api.resources.map((resource) => group(inEnglish(resource.name), resource.operations.map((each) => ({
      link: el("a", { href: operationAddress(each), title: each.path }, verb(each.method), inEnglish(each.summary)),
      words: `${resource.name} ${each.method} ${each.path} ${each.id} ${each.summary} ${each.description}`,
    })), resourceAddress(resource.name))),
    group(t("schemas"), api.schemas.map((name) => ({ link: el("a", { href: `#schema/${name}`, lang: "en" }, name), words: name }))),
  ];
  byId("list").replaceChildren(...groups.map(({ element }) => element));
  search();
}

/** Mark what is shown, and let it be seen. */
export function markSide(hash) {
  for (const { element, entries, address } of groups) {
    const shown = entries.find(({ link }) => link.hash === hash);
    for (const { link } of entries) link.toggleAttribute("aria-current", false);
    shown?.link.setAttribute("aria-current", "page");
    if (shown || address === hash) element.open = true;
    shown?.link.scrollIntoView({ block: "center" });
  }
  byId("home").toggleAttribute("aria-current", hash === "");
  if (hash === "") byId("home").setAttribute("aria-current", "page");
}

function search() {
  const wanted = byId("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const { element, entries } of groups) {
    let inGroup = 0;
    for (const { item, words } of entries) {
      item.hidden = !wanted.every((word) => words.includes(word));
      if (!item.hidden) inGroup += 1;
    }
    element.hidden = inGroup === 0;
    element.open = wanted.length ? inGroup > 0 : Boolean(element.querySelector("[aria-current]"));
    count += inGroup;
  }
  byId("none").hidden = count > 0;
  return wanted.length ? count : null;
}

function group(title, listed, address = null) {
  const entries = listed.map(({ link, words }) => ({ link, item: el("li", {}, link), words: words.toLowerCase() }));
  const element = el("details", {}, el("summary", {}, title), el("ul", {}, ...entries.map(({ item }) => item)));
  return { element, entries, address };
}

function inEnglish(text) {
  return el("span", { lang: "en" }, text);
}

let timer = 0;
byId("search").addEventListener("input", () => {
  const count = search();
  clearTimeout(timer);
  if (count !== null) timer = setTimeout(() => announce(count === 1 ? t("foundOne") : t("found", { count })), 600);
});
byId("search").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  const first = groups.flatMap(({ entries }) => entries).find(({ item }) => !item.hidden);
  if (first && byId("search").value.trim()) first.link.click();
});
