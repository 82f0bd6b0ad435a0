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

function isAtEnd() {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
}

function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
}

// an answer that grows is followed, until its reader looks at something else
let followed = true;
let top = 0;
scroll.addEventListener(
  "scroll",
  () => {
    // a text that grew may have left the end behind: only going up means that its reader did
    if (isAtEnd()) followed = true;
    else if (scroll.scrollTop < top - 1) followed = false;
    top = scroll.scrollTop;
  },
  { passive: true },
);
new ResizeObserver(() => followed && toEnd()).observe(list);

/** Follow what is said from here on. */
export function follow() {
  followed = true;
  toEnd();
}
