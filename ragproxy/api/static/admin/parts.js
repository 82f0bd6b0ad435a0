// What several sections are made of: states, errors, notes, choices.

import { button, el, icon, nextId } from "./dom.js";
import { chooseLanguage, chooseTheme, theme } from "./preferences.js";
import { language, t } from "./words.js";

/** A failure, with what to do about it; `again` is tried by its button. */
export function failed(failure, again = null) {
  const retry = again ? button(t("retry"), again) : null;
  return el("div", { class: "notice bad", role: "alert" }, el("p", {}, ...explained(failure)), retry);
}

/** The words for a failure: ours where we know better, else the server's, which are English. */
export function explained(failure) {
  const known = { 0: "noServer", 404: "notHere", 429: "tooManyTries" }[failure.status];
  if (known) return [t(known)];
  if (failure.code === "csrf_check_failed") return [t("mustReload")];
  if (failure.code === "state_unavailable") return [t("recordsAway")];
  if (failure.code === "session_ended") return [t("sessionEnded")];
  return failure.message ? [el("span", { lang: "en" }, failure.message)] : [t("serverFailed")];
}

/** A word in a pill: "good", "warn", "bad" or "quiet". */
export function badge(tone, text) {
  return el("span", { class: `badge ${tone}` }, text);
}

/** What is shown where nothing is. */
export function empty(text, help = null, action = null) {
  return el("div", { class: "empty" }, el("p", {}, text), help ? el("p", { class: "faint" }, help) : null, action);
}

/** The head of a section: its title, a sentence, and what can be done. */
export function head(title, intro = null, ...actions) {
  document.title = `${title} · ragproxy`;
  const made = el("h1", { tabindex: "-1" }, title);
  return el("header", { class: "head" }, el("div", {}, made, intro ? el("p", { class: "faint" }, intro) : null), el("div", { class: "actions" }, ...actions));
}

/** Buttons of which one is pressed; `choose` is called with its value. */
export function segmented(label, choices, current, choose) {
  const group = el("div", { class: "segmented", role: "group", "aria-label": label });
  const draw = (value) => {
    for (const each of group.children) each.setAttribute("aria-pressed", String(each.dataset.value === value));
  };
  for (const [value, text] of choices) {
    group.append(button(text, () => { draw(value); choose(value); }, { "data-value": value }));
  }
  draw(current);
  return group;
}

/** A labelled select. */
export function select(label, choices, current, choose, attributes = {}) {
  const id = nextId("select");
  const made = el("select", { id, change: () => choose(made.value), ...attributes }, ...choices.map(([value, text]) => el("option", { value, selected: value === current }, text)));
  return el("div", { class: "field inline" }, el("label", { for: id }, label), made);
}

/** A labelled field that filters what is shown; `search` is called with what was typed. */
export function searchBox(search, value = "") {
  const id = nextId("filter");
  const made = el("input", { id, type: "search", autocomplete: "off", placeholder: t("filter"), value, input: () => search(made.value.trim().toLowerCase()) });
  return el("div", { class: "search" }, el("label", { for: id, class: "visually-hidden" }, t("filter")), made);
}

/** Facts: pairs of a term and what it is. */
export function facts(...pairs) {
  return el("dl", { class: "facts" }, ...pairs.map(([term, what]) => el("div", {}, el("dt", {}, term), el("dd", {}, what))));
}

/** The choices of theme and language; `redraw` is called when texts must be shown anew. */
export function tastes(redraw) {
  return el("div", { class: "tastes" },
    select(t("theme"), [["system", t("system")], ["light", t("light")], ["dark", t("dark")]], theme(), chooseTheme),
    select(t("language"), [["en", "English"], ["fr", "Français"]], language(), (chosen) => { chooseLanguage(chosen); redraw(); }, { class: "language" }));
}

/** The way to the other pages of this server. */
export function elsewhere() {
  return el("p", { class: "elsewhere" }, el("a", { class: "to-playground", href: "/" }, t("playground")), el("a", { href: "/docs" }, t("reference")));
}

/** A link with a picture. */
export function pictured(name, text, attributes) {
  return el("a", attributes, icon(name), el("span", {}, text));
}

/** Do something for a place; where it fails, the place says so and offers to try again, unless it is left by then. */
export async function attemptNote(place, work, stop = null) {
  try {
    await work();
  } catch (failure) {
    if (stop?.aborted) return;
    if (failure.status === undefined) throw failure; // a fault of this page, for the console
    place.replaceChildren(failed(failure, () => attemptNote(place, work, stop)));
  }
}
