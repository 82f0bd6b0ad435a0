// Tables that scroll on narrow screens, can be reached by keyboard, and say what they are.

import { button, el } from "./dom.js";
import { failed } from "./parts.js";
import { t } from "./words.js";

/** A table: columns are `{ title, cell, number }`, `cell` gives a row's content; `title` says what it is of. */
export function table(title, columns, rows) {
  // roles are said again, for narrow screens show rows as blocks, which would take them away
  const made = el("table", { role: "table" },
    el("caption", { class: "visually-hidden" }, title),
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, ...columns.map((column) => heading(column)))),
    el("tbody", { role: "rowgroup" }, ...rows.map((row) => tableRow(columns, row))));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title }, made);
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

function tableRow(columns, row) {
  return el("tr", { role: "row" }, ...columns.map((column, number) => {
    const kind = column.number ? "number" : column.class;
    if (number === 0) return el("th", { class: kind, scope: "row", role: "rowheader" }, column.cell(row));
    return el("td", { class: kind, role: "cell", "data-title": column.hidden ? null : column.title }, column.cell(row));
  }));
}

function heading(column) {
  return el("th", { scope: "col", role: "columnheader", class: column.number ? "number" : null }, column.hidden ? el("span", { class: "visually-hidden" }, column.title) : column.title);
}
