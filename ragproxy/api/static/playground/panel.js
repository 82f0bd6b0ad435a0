// The panel beside the answers: the passage that a marker leads to, in its document.

import { json } from "./api.js";
import { byId, el } from "./dom.js";
import { t } from "./words.js";

const panel = byId("panel");
const title = byId("panel-title");
const about = byId("panel-about");
const text = byId("panel-text");

const COVERS = "(max-width: 50rem)"; // where style.css lets it cover the messages

let shown = null; // {answer, number, opener}

/** Show the source of that number; `opener` gets the focus back. */
export async function openSource(answer, number, opener) {
  shown?.opener.classList.remove("open");
  const now = (shown = { answer, number, opener });
  opener.classList.add("open");
  const source = answer.sources.get(number);
  panel.hidden = false;
  document.body.classList.add("with-panel");
  byId("main").inert = matchMedia(COVERS).matches;
  title.textContent = source.title;
  about.textContent = t("reading");
  text.replaceChildren();
  tellNeighbours();
  title.focus();
  const content = await contentOf(source);
  if (shown !== now) return; // another was opened meanwhile
  about.replaceChildren(...content.about);
  text.replaceChildren(...content.pieces);
  const passage = text.querySelector("mark");
  if (passage) text.scrollTop = passage.offsetTop - text.clientHeight / 4;
}

/** Close it, and go back to where it was opened from; whether it was open. */
export function closePanel() {
  if (!shown) return false;
  const { opener } = shown;
  shown = null;
  panel.hidden = true;
  document.body.classList.remove("with-panel");
  byId("main").inert = false;
  opener.classList.remove("open");
  if (opener.isConnected) opener.focus();
  return true;
}

byId("panel-close").addEventListener("click", closePanel);
byId("panel-back").addEventListener("click", () => go(-1));
byId("panel-forth").addEventListener("click", () => go(1));

function numbers() {
  return [...shown.answer.sources.keys()].sort((one, other) => one - other);
}

function go(step) {
  const number = numbers()[numbers().indexOf(shown.number) + step];
  if (number === undefined) return;
  openSource(shown.answer, number, shown.opener);
}

function tellNeighbours() {
  const place = numbers().indexOf(shown.number);
  byId("panel-back").disabled = place <= 0;
  byId("panel-forth").disabled = place >= numbers().length - 1;
}

async function contentOf(source) {
  const path = ownPath(source.url);
  if (path === null) return described(source, foreign(source.url));
  try {
    return passage(await json(path), source);
  } catch (problem) {
    if (problem.status === 410) return described(source, null, t("sourceExpired"));
    return described(source, null, problem.status === 404 ? t("sourceGone") : t("unreachable"));
  }
}

/** The path of a link that this server made, null for any other address. */
function ownPath(url) {
  const path = /^https?:\/\/[^/]+(?:\/[^?#]*)?(\/sources\/[\w.~-]+)(?:#.*)?$/.exec(url ?? "")?.[1];
  return path ?? null;
}

function foreign(url) {
  return /^https?:\/\//i.test(url ?? "") ? url : null;
}

function passage(told, source) {
  const head = [t("source", { number: source.number })];
  if (told.page) head.push(t("page", { page: told.page }));
  const state = told.found ? t("marked") : t("changed");
  const pieces = [];
  if (told.pieces_before) pieces.push(el("p", { class: "faint" }, t("leftOutBefore")));
  let page = null;
  for (const piece of told.pieces) {
    if (piece.page && piece.page !== page) pieces.push(el("h3", {}, t("page", { page: piece.page })));
    page = piece.page;
    pieces.push(piece.marked ? el("mark", {}, ...quoted(piece.text, source.quote)) : el("div", { class: "piece" }, piece.text));
  }
  if (told.pieces_after) pieces.push(el("p", { class: "faint" }, t("leftOutAfter")));
  const link = outside(`${ownPath(source.url)}#passage`, t("openPage"));
  return { about: [`${head.join(" · ")}. ${state} `, link], pieces };
}

/** The passage, with the part of it that holds most of the question; a quote has its blanks as single spaces. */
function quoted(text, quote) {
  const words = (quote ?? "").replace(/^…|…$/g, "").split(" ").filter(Boolean);
  if (!words.length) return [text];
  const found = new RegExp(words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("\\s+")).exec(text);
  if (!found || found[0].length === text.length) return [text];
  const end = found.index + found[0].length;
  return [text.slice(0, found.index), el("strong", {}, found[0]), text.slice(end)];
}

function described(source, url, state) {
  const lines = [state ?? (source.quote ? t("quoteOnly") : t("noPassage")), " "];
  if (url) lines.push(outside(url, t("openDocument")));
  return { about: lines, pieces: source.quote ? [el("mark", {}, source.quote)] : [] };
}

function outside(address, label) {
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label);
}
