// Tables that scroll on narrow screens, can be reached by keyboard, and say what they are.

import { button, el } from "./dom.js";
import { failed } from "./parts.js";
import { t } from "./words.js";

/** A table: columns are `{ title, cell, number }`, `cell` gives a row's content; `title` says what it is of. */
export function table(title, columns, rows) {
  const made = el("table", {},
    el("caption", { class: "visually-hidden" }, title),
    el("thead", {}, el("tr", {}, ...columns.map((column) => heading(column)))),
    el("tbody", {}, ...rows.map((row) => tableRow(columns, row))));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, made);
}

/** One row, for those who replace it. */
export function tableRow(columns, row) {
  return el("tr", {}, ...columns.map((column, number) => {
    const tag = number === 0 ? "th" : "td";
    return el(tag, { class: column.number ? "number" : column.class, scope: number === 0 ? "row" : null }, column.cell(row));
  }));
}

/** A list that comes in pages: `read(after)` gives a page, `draw(items)` what shows all that have come. */
export async function paged(place, read, draw) {
  const items = [];
  let after = null;
  const next = async () => {
    const page = await read(after);
    items.push(...page.data);
    after = page.last_id;
    const more = page.has_more ? button(t("more"), () => next().catch((failure) => place.append(failed(failure))), { class: "more" }) : null;
    place.replaceChildren(...[draw(items), more].filter(Boolean));
  };
  await next();
}

function heading(column) {
  return el("th", { scope: "col", class: column.number ? "number" : null }, column.hidden ? el("span", { class: "visually-hidden" }, column.title) : column.title);
}
