// What was said in a conversation, as the server keeps it: read page by page, taken back for another try.

import { call, json } from "./api.js";
import { pause } from "./dom.js";

const PAGE = 40; // items read at once
const KEEPING_S = 3; // a server notices within two seconds that somebody left

/** Reads a conversation backwards, the newest messages first. */
export class History {
  constructor(id) {
    this.id = id;
    this.after = null;
    this.hasMore = true;
  }

  /** The page before what was read so far, oldest first: messages as {role, text, citations, isWhole}. */
  async earlier() {
    const after = this.after ? `&after=${encodeURIComponent(this.after)}` : "";
    const page = await json(`/v1/conversations/${encodeURIComponent(this.id)}/items?order=desc&limit=${PAGE}${after}`);
    this.hasMore = page.has_more;
    this.after = page.last_id || this.after;
    return page.data.map(messageOf).filter(Boolean).reverse();
  }
}

/**
 * Take the last question out of a conversation, with the answer that began with `said`, so that it can be asked again.
 * `wait`: it has just been broken off, and the server may not have written it down yet.
 */
export async function takeBack(id, question, said, wait) {
  const until = Date.now() + KEEPING_S * 1000;
  const path = `/v1/conversations/${encodeURIComponent(id)}/items`;
  for (;;) {
    const { data } = await json(`${path}?order=desc&limit=${PAGE}`);
    const place = data.findIndex((item) => item.role === "user");
    const isThere = place >= 0 && textOf(data[place]) === question && isAnswered(data.slice(0, place), said);
    if (isThere) {
      for (const item of data.slice(0, place + 1)) await call(`${path}/${encodeURIComponent(item.id)}`, { method: "DELETE" });
      return;
    }
    if (!wait || Date.now() > until) return; // nothing of it was kept
    await pause(250);
  }
}

/** The messages of a conversation whose answer was cut by leaving the page, once the server has written them down. */
export async function settled(history, question) {
  const until = Date.now() + KEEPING_S * 1000;
  for (;;) {
    const messages = await history.earlier();
    const place = messages.findLastIndex((message) => message.role === "user");
    const isThere = place >= 0 && messages[place].text === question && place < messages.length - 1;
    if (isThere || Date.now() > until) return isThere ? messages : [...messages, { role: "user", text: question }];
    history.after = null;
    await pause(250);
  }
}

function isAnswered(items, said) {
  return items.length ? items.some((item) => textOf(item).startsWith(said)) : said === "";
}

function messageOf(item) {
  if (item.type !== "message" || !["user", "assistant"].includes(item.role)) return null;
  const citations = (item.content ?? []).flatMap((part) => part.annotations ?? []).filter((each) => each.type === "url_citation");
  return { role: item.role, text: textOf(item), citations, isWhole: item.status !== "incomplete" };
}

function textOf(item) {
  return (item.content ?? []).map((part) => part.text ?? part.refusal ?? "").join("\n");
}
