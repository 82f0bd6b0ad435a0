// Fields of forms: each has a label, a help text, and a place for what is wrong with it.

import { el, nextId } from "./dom.js";
import { t } from "./words.js";

/** A set of fields. `read` gives their values by name, or null when one is wrong and says so. */
export function fieldset(...parts) {
  const fields = parts.flatMap((part) => part.fields ?? []);
  return {
    elements: parts.map((part) => part.element),
    read: () => readAll(fields),
    clear: () => fields.forEach((field) => field.wrong(null)),
    tell: (failure) => tellField(fields, failure),
  };
}

/** Fields under a common heading; `folded` ones are out of sight at first. */
export function group(title, parts, { folded = false } = {}) {
  const inside = parts.map((part) => part.element);
  const element = folded
    ? el("details", { class: "fold" }, el("summary", {}, title), el("div", { class: "grid" }, ...inside))
    : el("fieldset", {}, el("legend", {}, title), el("div", { class: "grid" }, ...inside));
  return { element, fields: parts.flatMap((part) => part.fields ?? []) };
}

/** A field of one line. `parse` makes its value of the text; what it throws is told. */
export function line(name, label, { value = "", help = null, type = "text", parse = (text) => text.trim() || null, ...attributes } = {}) {
  const input = el("input", { type, value: value ?? "", autocomplete: "off", ...attributes });
  return labelled(name, label, help, input, () => parse(input.value));
}

/** A field of several lines. */
export function lines(name, label, { value = "", help = null, parse = (text) => text.trim() || null, rows = 3, ...attributes } = {}) {
  const input = el("textarea", { rows, spellcheck: "false", ...attributes });
  input.value = value ?? "";
  return labelled(name, label, help, input, () => parse(input.value));
}

/** A field that is one of several choices, `[value, text]` each. */
export function choice(name, label, choices, value, { help = null } = {}) {
  const input = el("select", {}, ...choices.map(([each, text]) => el("option", { value: each, selected: each === value }, text)));
  return labelled(name, label, help, input, () => input.value || null);
}

/** Boxes to tick, `[value, text]` each; the values of those that are. */
export function boxes(name, label, choices, ticked) {
  const made = choices.map(([value, text]) => {
    const box = el("input", { type: "checkbox", value, checked: ticked.includes(value) });
    return [box, el("label", { class: "tick" }, box, text)];
  });
  const error = el("small", { class: "wrong", id: nextId("wrong"), hidden: true });
  const element = el("fieldset", { "aria-describedby": error.id }, el("legend", {}, label), ...made.map(([, each]) => each), error);
  const field = { name, focus: () => made[0][0].focus(), read: () => made.filter(([box]) => box.checked).map(([box]) => box.value), wrong: teller(error, element) };
  return { element, fields: [field] };
}

/** The names in a text, one a line or separated by commas; null for none. */
export function names(text) {
  const found = text.split(/[\n,]/).map((each) => each.trim()).filter(Boolean);
  return found.length ? found : null;
}

/** A number, null for none; what is no number goes on as it is, for the server to refuse by name. */
export function number(text) {
  const value = text.trim().replace(",", ".");
  return value === "" ? null : Number.isFinite(Number(value)) ? Number(value) : value;
}

/** What a text of JSON means, null for none. */
export function json(text) {
  if (!text.trim()) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(t("badJson"));
  }
}

function labelled(name, label, help, input, read) {
  input.id = nextId("field");
  const error = el("small", { class: "wrong", id: nextId("wrong"), hidden: true });
  const helper = help ? el("small", { id: nextId("help") }, help) : null;
  input.setAttribute("aria-describedby", [helper?.id, error.id].filter(Boolean).join(" "));
  input.name = name;
  const required = input.required ? el("span", { class: "required", "aria-hidden": "true" }, " *") : null;
  const element = el("div", { class: `field ${input.tagName === "TEXTAREA" ? "tall" : ""}` }, el("label", { for: input.id }, label, required), input, helper, error);
  return { element, fields: [{ name, focus: () => input.focus(), read, wrong: teller(error, input) }] };
}

function teller(error, input) {
  return (text) => {
    error.textContent = text ?? "";
    error.hidden = !text;
    if (text) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };
}

function readAll(fields) {
  const values = {};
  let first = null;
  for (const field of fields) {
    try {
      values[field.name] = field.read();
    } catch (fault) {
      field.wrong(fault.message);
      first ??= field;
    }
  }
  reveal(first);
  return first ? null : values;
}

/** Tell the server's refusal at the field it names; whether there is one. */
function tellField(fields, failure) {
  const param = (failure.param ?? "").replace(/^query\./, "");
  const field = fields.filter((each) => param === each.name || param.startsWith(`${each.name}.`) || param.startsWith(`${each.name}[`)).sort((a, b) => b.name.length - a.name.length)[0];
  if (!field) return false;
  field.wrong(failure.message);
  reveal(field);
  return true;
}

function reveal(field) {
  if (!field) return;
  field.focus();
}
