// The elements of this page, beside those that all pages make. Text always goes in as text: no string of this page becomes HTML but in markdown.js.

export { announce, byId, copy, el } from "../dom.js";
import { el } from "../dom.js";

/** One of the page's pictures, which only repeat what a label says. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  picture.setAttribute("class", "icon");
  picture.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#icon-${name}`);
  picture.append(use);
  return picture;
}

/** A button with a picture alone; `label` is what it says to those who do not see it, and on hovering. */
export function pictured(name, label, onclick, attributes = {}) {
  return el("button", { type: "button", class: "plain square", "aria-label": label, title: label, click: onclick, ...attributes }, icon(name));
}

/** Give a parent the children of a fragment; those at the beginning that are the same stay, with focus and selection. */
export function renew(parent, fragment) {
  const fresh = [...fragment.childNodes];
  let same = 0;
  while (same < fresh.length && parent.childNodes[same]?.isEqualNode(fresh[same])) same += 1;
  while (parent.childNodes.length > same) parent.lastChild.remove();
  parent.append(...fresh.slice(same));
}

/** Run `work` when no more calls have come for so many milliseconds. */
export function later(work, wait_ms) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), wait_ms);
  };
}

/** A promise that is kept after so many milliseconds. */
export function pause(wait_ms) {
  return new Promise((done) => setTimeout(done, wait_ms));
}
