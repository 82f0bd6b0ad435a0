// A model's text to elements. The text may come from anybody: this is the only door through which it becomes HTML.

import { Marked } from "/static/vendor/marked/marked.esm.js";
import DOMPurify from "/static/vendor/dompurify/purify.es.mjs";
import { t } from "./words.js";

const ALLOWED = {
  ALLOWED_TAGS: [
    ...["p", "br", "hr", "strong", "em", "del", "blockquote", "pre", "code", "ul", "ol", "li", "a", "span"],
    ...["h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"],
  ],
  ALLOWED_ATTR: ["href", "start", "class"],
  ALLOWED_URI_REGEXP: /^(?:https?:\/\/|mailto:)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};
const CLASSES = /^(?:language-[\w+-]+|hljs-[\w-]+)$/;
const MARKER = /\[(\d{1,3})\]([.,;:!?)»…]*)/g; // with what is not to begin a line without it

const marked = new Marked({ gfm: true, breaks: true });
marked.use({
  tokenizer: {
    def: () => undefined, // "[1]: address" would make a link of every marker
  },
  renderer: {
    html: ({ text }) => escaped(text), // shown as it was written
    image: ({ text, href }) => escaped(t("picture", { text: text || href })), // nothing is fetched for an answer
    heading({ tokens, depth }) {
      const level = Math.min(6, depth + 2); // below the page's own
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
    },
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
  },
});

DOMPurify.addHook("uponSanitizeAttribute", (node, attribute) => {
  if (attribute.attrName !== "class") return;
  attribute.attrValue = attribute.attrValue.split(/\s+/).filter((name) => CLASSES.test(name)).join(" ");
  attribute.keepAttr = attribute.attrValue !== "";
});
DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A" || !node.hasAttribute("href")) return;
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer");
  node.title = node.getAttribute("href"); // where it really leads
});

/** The elements of a Markdown text. `marker(number)` gives what stands for "[number]", null to leave it as text. */
export function render(text, marker = () => null) {
  const fragment = clean(marked.parse(text));
  for (const table of fragment.querySelectorAll("table")) scrollable(table);
  mark(fragment, marker);
  return fragment;
}

/** HTML of anybody's as elements that do nothing. */
export function clean(html) {
  return DOMPurify.sanitize(html, ALLOWED);
}

function mark(fragment, marker) {
  const walker = document.createTreeWalker(fragment, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement?.closest("code, a")) texts.push(walker.currentNode);
  }
  for (const node of texts) node.replaceWith(...pieces(node.data, marker));
}

function pieces(text, marker) {
  const made = [];
  let end = 0;
  for (const found of text.matchAll(MARKER)) {
    const stands = marker(Number(found[1]));
    if (!stands) continue;
    made.push(text.slice(end, found.index), found[2] ? together(stands, found[2]) : stands);
    end = found.index + found[0].length;
  }
  return [...made, text.slice(end)];
}

function together(...nodes) {
  const span = document.createElement("span");
  span.className = "together";
  span.append(...nodes);
  return span;
}

function scrollable(table) {
  const frame = document.createElement("div");
  frame.className = "table";
  frame.tabIndex = 0; // or the keyboard could not scroll it
  table.replaceWith(frame);
  frame.append(table);
}

function escaped(text) {
  return text.replace(/[&<>"']/g, (ch) => `&#${ch.charCodeAt(0)};`);
}
