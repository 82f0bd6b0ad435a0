// The messages on the page, the oldest at the top; and where the page stands in them.

import { byId, el } from "./dom.js";
import { t } from "./words.js";

const NEAR = 120; // pixels from the end that still count as being there

const list = byId("messages");
const scroll = byId("scroll");

/** A question, as it was asked. */
export function questionView(text) {
  return el("article", { class: "question", "aria-label": t("you") }, el("p", {}, text));
}

/** Put messages at the end. */
export function append(...elements) {
  list.append(...elements);
}

/** Put messages before all others; what is looked at stays where it is. */
export function prepend(...elements) {
  const before = scroll.scrollHeight - scroll.scrollTop;
  list.prepend(...elements);
  scroll.scrollTop = scroll.scrollHeight - before;
}

/** Take all messages away. */
export function clear() {
  list.replaceChildren();
}

/** Whether the end of the messages is in sight. */
export function isAtEnd() {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
}

/** Go to the end. */
export function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
}

// an answer that grows is followed, until its reader looks at something else
let followed = true;
scroll.addEventListener("scroll", () => (followed = isAtEnd()), { passive: true });
new ResizeObserver(() => followed && toEnd()).observe(list);

/** Follow what is said from here on. */
export function follow() {
  followed = true;
  toEnd();
}
