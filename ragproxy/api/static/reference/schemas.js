// Schemas as trees: a line a field, and those within it when they are asked for.

import { el } from "../dom.js";
import { nameOf } from "./api.js";
import { spans } from "./texts.js";
import { t } from "./words.js";

/** A schema as a tree of its fields, or in a line where it has none. `isOpen` shows the first fields at once. */
export function schemaTree(api, schema, { isOpen = true } = {}) {
  const inner = within(api, schema);
  if (!inner.length) return line(api, schema);
  if (inner.length === 1 && isOpen && isPlain(api, schema)) return fieldsOf(api, inner[0].schema);
  return el("div", { class: "schema" }, line(api, schema), ...inner.map((each) => folded(api, each, isOpen && inner.length === 1)));
}

/** The fields of an object, a list item each. */
function fieldsOf(api, schema) {
  const { properties = {}, required = [], additionalProperties } = api.resolve(schema);
  const isNeeded = ([name]) => required.includes(name);
  const sorted = Object.entries(properties).sort((a, b) => isNeeded(b) - isNeeded(a)); // what is needed first, else as told
  const items = sorted.map(([name, told]) => field(api, name, told, required.includes(name)));
  return el("div", { class: "schema" },
    el("ul", { class: "fields" }, ...items),
    additionalProperties === true ? el("p", { class: "faint" }, t("otherFields")) : null);
}

/** A field, a parameter or a header: its name, what it takes, and the fields within it, folded. */
export function field(api, name, told, isRequired, description = null) {
  const found = api.resolve(told);
  const text = description ?? found.description;
  return el("li", {},
    el("div", { class: "field-head" }, el("code", { class: "name" }, name), typeOf(api, told), isRequired ? el("span", { class: "required" }, t("required")) : null),
    text ? el("p", { lang: "en" }, ...spans(text)) : null,
    limits(api, told),
    ...within(api, told).map((each) => folded(api, each, false)));
}

function line(api, schema) {
  return el("div", { class: "field-head" }, typeOf(api, schema), limits(api, schema));
}

/** What is folded is made when it is opened first: schemas may hold themselves. */
function folded(api, { name, schema }, isOpen) {
  const made = el("details", { open: isOpen }, el("summary", {}, name ? t("fieldsOf", { name }) : t("fields")));
  const fill = () => made.childElementCount === 1 && made.append(fieldsOf(api, schema));
  if (isOpen) fill();
  made.addEventListener("toggle", fill);
  return made;
}

/** Whether the schema is an object itself, and not a list or a choice of some. */
function isPlain(api, schema) {
  return Boolean(api.resolve(schema).properties);
}

/** The objects with fields that a schema holds, in lists and choices too: their names, where they have one. */
function within(api, schema, name = null) {
  const found = api.resolve(schema);
  const known = nameOf(schema) ?? name;
  if (!found || typeof found !== "object") return [];
  if (found.properties) return [{ name: known, schema: found }];
  const parts = [found.items, found.additionalProperties, ...(found.anyOf ?? []), ...(found.oneOf ?? [])];
  return parts.filter((part) => part && typeof part === "object").flatMap((part) => within(api, part));
}

/** What a value is, in words; the names of schemas lead to them. */
function typeOf(api, schema) {
  return el("span", { class: "type" }, ...typeNodes(api, schema));
}

function typeNodes(api, schema) {
  const name = nameOf(schema);
  if (name) return [el("a", { href: `#schema/${name}` }, name)];
  const told = api.resolve(schema);
  if (!told || !Object.keys(told).length) return [t("any")];
  if ("const" in told) return [el("code", {}, JSON.stringify(told.const))];
  const choices = told.anyOf ?? told.oneOf;
  if (choices) return joined(choices.map((each) => typeNodes(api, each)));
  const types = [told.type ?? "object"].flat();
  return joined(types.map((type) => oneType(api, type, told)));
}

function oneType(api, type, told) {
  if (type === "array") return [`${t("listOf")} `, ...typeNodes(api, told.items ?? {})];
  if (type === "object") {
    const values = told.additionalProperties;
    const isMap = !told.properties && values && typeof values === "object" && Object.keys(values).length;
    return isMap ? [`${t("mapOf")} `, ...typeNodes(api, values)] : [t("object")];
  }
  return [told.format && type === "string" ? `${type} (${told.format})` : type];
}

function joined(lists) {
  return lists.flatMap((nodes, place) => (place ? [` ${t("orOther")} `, ...nodes] : nodes));
}

/** What values are allowed, in a line; null when all are. */
function limits(api, schema) {
  const told = nameOf(schema) ? {} : api.resolve(schema);
  const choices = (told.enum ?? []).map((value) => el("code", {}, typeof value === "string" ? value : JSON.stringify(value)));
  const texts = [
    range(told.minimum, told.maximum, ""),
    range(told.minLength, told.maxLength, t("characters")),
    range(told.minItems, told.maxItems, t("items")),
    "default" in told ? t("byDefault", { value: JSON.stringify(told.default) }) : null,
  ].filter(Boolean);
  if (!choices.length && !texts.length) return null;
  return el("p", { class: "limits" }, ...choices.flatMap((each) => [each, " "]), texts.join(", "));
}

function range(low, high, unit) {
  if (low === undefined && high === undefined) return null;
  let text = t("between", { low, high });
  if (high === undefined) text = t("atLeast", { count: low });
  else if (low === undefined || low === high) text = low === high ? String(low) : t("atMost", { count: high });
  return unit ? `${text} ${unit}` : text;
}
