// The list of conversations: found by title, renamed, deleted.

import { call, json } from "./api.js";
import { confirmDelete, newName } from "./dialogs.js";
import { announce, byId, el, later, pictured } from "./dom.js";
import { day, t } from "./words.js";

const PAGE = 30;

const list = byId("conversations");
const none = byId("conversations-none");
const more = byId("conversations-more");
const search = byId("search");

/** The list at the side. `on` has deleted(id), renamed(id, title) and failed(problem). */
export class Conversations {
  constructor(on) {
    this.on = on;
    this.items = [];
    this.current = null;
    this.reading = 0; // counts the lists that were asked for: only the newest is shown
    search.addEventListener("input", later(() => this.read(), 200));
    more.addEventListener("click", () => this.readMore());
  }

  /** Read the list from the server. */
  async read() {
    const number = ++this.reading;
    try {
      const page = await this.#page("");
      if (number === this.reading) this.#show(page.data, page.has_more);
    } catch (problem) {
      this.on.failed(problem);
    }
  }

  /** Read what comes after the end of the list. */
  async readMore() {
    const number = ++this.reading;
    try {
      const page = await this.#page(`&after=${encodeURIComponent(this.items.at(-1).id)}`);
      if (number !== this.reading) return;
      const first = this.items.length;
      this.#show([...this.items, ...page.data], page.has_more);
      list.children[first]?.querySelector("a").focus();
    } catch (problem) {
      this.on.failed(problem);
    }
  }

  /** The conversation in hand is this one. */
  mark(id) {
    this.current = id;
    this.#show(this.items, !more.hidden);
  }

  /** The title of a conversation of the list, null for one that is not in it. */
  title(id) {
    const item = this.items.find((each) => each.id === id);
    return item ? titleOf(item) : null;
  }

  /** A conversation that has just begun. */
  add(id, title) {
    this.items = [{ id, metadata: { title } }, ...this.items.filter((item) => item.id !== id)];
    this.mark(id);
  }

  #page(after) {
    const query = search.value.trim() ? `&query=${encodeURIComponent(search.value.trim())}` : "";
    return json(`/v1/conversations?limit=${PAGE}${query}${after}`);
  }

  #show(items, hasMore) {
    this.items = items;
    const focused = document.activeElement?.closest?.("#conversations li")?.dataset.id;
    list.replaceChildren(...items.map((item) => this.#line(item)));
    if (focused) list.querySelector(`[data-id="${CSS.escape(focused)}"] a`)?.focus();
    more.hidden = !hasMore;
    none.hidden = items.length > 0;
    none.textContent = search.value.trim() ? t("noneFound") : t("noConversations");
  }

  #line(item) {
    const title = titleOf(item);
    const link = el("a", { href: `#${item.id}`, "aria-current": item.id === this.current ? "page" : null, title }, title);
    const rename = pictured("pencil", t("renameThis", { title }), () => this.#rename(item), { class: "plain tiny" });
    const remove = pictured("trash", t("deleteThis", { title }), () => this.#delete(item), { class: "plain tiny" });
    return el("li", { "data-id": item.id }, link, rename, remove);
  }

  async #rename(item) {
    const title = await newName(titleOf(item));
    if (title === null) return;
    try {
      const metadata = { ...item.metadata, title };
      await call(addressOf(item), { method: "POST", body: { metadata } });
      item.metadata = metadata;
      this.mark(this.current);
      this.on.renamed(item.id, title);
    } catch (problem) {
      this.on.failed(problem);
    }
  }

  async #delete(item) {
    if (!(await confirmDelete(titleOf(item)))) return;
    try {
      await call(addressOf(item), { method: "DELETE" });
    } catch (problem) {
      if (problem.status !== 404) return this.on.failed(problem);
    }
    const place = this.items.indexOf(item);
    this.#show(this.items.filter((each) => each !== item), !more.hidden);
    (list.children[Math.min(place, list.children.length - 1)]?.querySelector("a") ?? search).focus();
    announce(t("deleted"));
    this.on.deleted(item.id);
  }
}

function addressOf(item) {
  return `/v1/conversations/${encodeURIComponent(item.id)}`;
}

function titleOf(item) {
  return item.metadata.title || t("untitled", { date: day(item.created_at ?? Date.now() / 1000) });
}
