// The elements of this page, beside those that all pages make. Text always goes in as text: no string of this page ever becomes HTML.

export { announce, byId, copy, el } from "../dom.js";
import { el } from "../dom.js";

const SVG = "http://www.w3.org/2000/svg";
const PICTURES = {
  overview: "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z",
  usage: "M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6",
  keys: "M14.5 9.5a4 4 0 1 0-3.2 3.9L13 15h2v2h2v2h3v-3l-5.6-5.6M9 8.5h.01",
  agents: "M12 4v3M6 7h12v11H6zM3.5 12v3M20.5 12v3M9.5 11.5h.01M14.5 11.5h.01M10 15h4",
  stores: "M5 6c0-1.5 14-1.5 14 0v12c0 1.5-14 1.5-14 0zM5 6c0 1.5 14 1.5 14 0M5 12c0 1.5 14 1.5 14 0",
  health: "M3 12h4l2.5-6 4 12 2.5-6h5",
  out: "M14 4h5v16h-5M4 12h10M10 8l4 4-4 4",
  copy: "M9 9h11v11H9zM5 15V4h11",
};

/** One of the page's pictures, which only repeat what a label says. */
export function icon(name) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("class", "icon");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PICTURES[name]);
  picture.append(path);
  return picture;
}

/** A button. */
export function button(label, onclick, attributes = {}) {
  return el("button", { type: "button", click: onclick, ...attributes }, label);
}

/** A number for ids that no two elements share. */
export const nextId = ((number) => (prefix) => `${prefix}-${++number}`)(0);
