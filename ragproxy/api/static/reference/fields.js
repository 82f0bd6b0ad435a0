// The fields of a request to try: what is typed into them, and the request that it makes.

import { el } from "../dom.js";
import { sample } from "./samples.js";
import { t } from "./words.js";

/** What was typed cannot be sent; the message says why. */
export class Unfinished extends Error {}

/** The fields of an operation. `changed` is called as they change; `element` holds them, `asked()` makes the request. */
export class Fields {
  constructor(api, operation, changed) {
    this.operation = operation;
    this.parameters = operation.parameters.map((told) => new Parameter(api, told));
    this.media = Object.keys(operation.body?.content ?? {})[0] ?? null;
    const schema = this.media && operation.body.content[this.media].schema;
    this.json = this.media === "application/json" ? jsonField(api, schema) : null;
    this.form = this.media && !this.json ? formFields(api, schema) : null;
    this.element = this.#laidOut();
    this.element.addEventListener("input", changed);
    this.element.addEventListener("change", changed);
  }

  /** The request as it stands; with `check`, Unfinished where it could not be sent. */
  asked({ check = false } = {}) {
    let path = this.operation.path;
    const query = [];
    const headers = {};
    for (const each of this.parameters) {
      const pairs = each.pairs();
      if (each.told.in === "path") {
        if (check && !pairs.length) throw each.missing();
        if (pairs.length) path = path.replace(`{${each.told.name}}`, () => encodeURIComponent(pairs[0][1]));
      } else if (check && each.told.required && !pairs.length) throw each.missing();
      else if (each.told.in === "query") query.push(...pairs);
      else for (const [name, value] of pairs) headers[name] = value;
    }
    const asked = query.length ? `?${new URLSearchParams(query)}` : "";
    const json = this.json ? this.json.value.trim() : null;
    if (check && json !== null) checkJson(json);
    const form = this.form?.flatMap((each) => each.pairs(check)) ?? null;
    return { method: this.operation.method, url: `${location.origin}${path}${asked}`, headers, json, form };
  }

  #laidOut() {
    const [first, rest] = [true, false].map((isFirst) => this.parameters.filter((each) => each.isFirst === isFirst));
    rest.sort((a, b) => (a.told.in === "header") - (b.told.in === "header")); // which are seldom wanted
    const more = rest.length ? el("details", {}, el("summary", {}, t("more")), ...rest.map((each) => each.element)) : null;
    const body = this.json ? labelled(this.json, t("bodyText")) : null;
    return el("div", { class: "try-fields" }, ...first.map((each) => each.element), body, ...(this.form ?? []).map((each) => each.element), more);
  }
}

/** A parameter: a field, or a list to choose from. */
class Parameter {
  constructor(api, told) {
    this.told = told;
    this.schema = api.resolve(told.schema ?? {});
    this.isFirst = told.in === "path" || Boolean(told.required);
    const choices = [this.schema, ...(this.schema.anyOf ?? [])].find((each) => each.enum)?.enum;
    this.field = choices
      ? el("select", {}, el("option", { value: "" }), ...choices.filter((each) => each !== null).map((each) => el("option", {}, String(each))))
      : el("input", { type: "text", autocomplete: "off", spellcheck: "false" });
    this.element = labelled(this.field, told.name, { isCode: true, isRequired: this.isFirst });
  }

  /** The names and values that it adds; none when it is empty. A list is given with commas, a map as `key=value`. */
  pairs() {
    const { name, style } = this.told;
    const value = this.field.value.trim();
    if (!value) return [];
    if (style === "deepObject") return parted(value).map((each) => each.split("=")).map(([key, ...rest]) => [`${name}[${key}]`, rest.join("=")]);
    return [this.schema.type].flat().includes("array") ? parted(value).map((each) => [name, each]) : [[name, value]];
  }

  missing() {
    return new Unfinished(t("fillIn", { name: this.told.name }));
  }
}

/** A part of a form: a file, some files, or a text. */
class Part {
  constructor(api, name, told, isRequired) {
    const schema = api.resolve(told);
    this.name = name;
    this.isRequired = isRequired;
    const file = [schema, api.resolve(schema.items), ...(schema.anyOf ?? schema.oneOf ?? [])].some((each) => each?.format === "binary");
    this.field = file
      ? el("input", { type: "file", multiple: schema.type === "array" })
      : el("input", { type: "text", autocomplete: "off", value: isRequired ? String(sample(api, told, name)) : "" });
    this.element = labelled(this.field, name, { isCode: true, isRequired });
  }

  pairs(check) {
    const values = this.field.type === "file" ? [...this.field.files] : [this.field.value].filter(Boolean);
    if (!values.length && this.isRequired) {
      if (check) throw new Unfinished(t("fillIn", { name: this.name }));
      return [[this.name, this.field.type === "file" ? new File([], "") : ""]];
    }
    return values.map((value) => [this.name, value]);
  }
}

function formFields(api, schema) {
  const { properties = {}, required = [] } = api.resolve(schema);
  return Object.entries(properties).map(([name, told]) => new Part(api, name, told, required.includes(name)));
}

function jsonField(api, schema) {
  const text = JSON.stringify(sample(api, schema), null, 2);
  const made = el("textarea", { spellcheck: "false", rows: Math.min(16, Math.max(4, text.split("\n").length + 1)) });
  made.value = text;
  return made;
}

function checkJson(text) {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new Unfinished(t("badJson", { why: error.message }));
  }
}

function parted(value) {
  return value.split(",").map((each) => each.trim()).filter(Boolean);
}

function labelled(field, text, { isCode = false, isRequired = false } = {}) {
  return el("label", { class: "try-field" },
    el("span", {}, isCode ? el("code", {}, text) : text, isRequired ? el("span", { class: "required" }, ` ${t("required")}`) : null), field);
}
