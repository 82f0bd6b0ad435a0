// Texts to elements. The document's are English, whatever language the page has; none of them becomes HTML.

import { copy, el } from "../dom.js";
import { t } from "./words.js";

const JSON_TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b/g;
const LONGEST = 100_000; // characters; colours for more take longer than they are worth

/** A text of the document: paragraphs, with `code` between backticks. */
export function told(text, attributes = {}) {
  const paragraphs = (text ?? "").split(/\n{2,}/).filter(Boolean);
  return el("div", { lang: "en", ...attributes }, ...paragraphs.map((each) => el("p", {}, ...spans(each))));
}

/** The same within a line. */
export function spans(text) {
  return text.split("`").map((piece, place) => (place % 2 ? el("code", {}, piece) : piece));
}

/** Code that can be copied; `colour` makes its nodes of its text. `show` puts another text there. */
export function codeBlock(label, colour = (text) => [text]) {
  let shown = "";
  const block = el("pre", { tabindex: "0", role: "region", "aria-label": label }); // the keyboard scrolls it
  const button = el("button", { type: "button", class: "copy", click: async () => {
    if (await copy(shown)) button.textContent = t("copied");
  } }, t("copy"));
  const show = (text) => {
    shown = text;
    block.replaceChildren(...colour(text));
    button.textContent = t("copy");
  };
  return { element: el("div", { class: "code" }, button, block), show };
}

/** JSON in colours. */
export function coloured(text) {
  if (text.length > LONGEST) return [text];
  const nodes = [];
  let end = 0;
  for (const found of text.matchAll(JSON_TOKEN)) {
    const [whole, string, colon] = found;
    const kind = string ? (colon ? "name" : "string") : "value";
    nodes.push(text.slice(end, found.index), el("span", { class: kind }, string ?? whole), colon ?? "");
    end = found.index + whole.length;
  }
  return [...nodes, text.slice(end)];
}

/** An HTTP method in its colour. */
export function verb(method) {
  return el("span", { class: `verb ${method}` }, method.toUpperCase());
}

/** A path whose parts to fill in stand out. */
export function pathText(path) {
  return el("code", { class: "path" }, ...path.split(/(\{[^}]+\})/).map((piece) => (piece.startsWith("{") ? el("em", {}, piece) : piece)));
}
