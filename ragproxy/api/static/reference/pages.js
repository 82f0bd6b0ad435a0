// What the page shows, one thing at a time: the beginning, a resource, an operation, a schema.

import { el } from "../dom.js";
import { field, schemaTree } from "./schemas.js";
import { codeBlock, pathText, spans, told, verb } from "./texts.js";
import { trying } from "./trying.js";
import { t } from "./words.js";

/** Where one begins. */
export function home(api) {
  const { info, openapi, components } = api.told;
  const base = codeBlock(t("base"));
  base.show(`${location.origin}/v1`);
  const keys = Object.values(components.securitySchemes).map((each) =>
    el("li", {}, el("code", {}, each.type === "http" ? "Authorization: Bearer …" : `${each.name}: …`), " ", el("span", { lang: "en" }, each.description)));
  return page("ragproxy", el("p", { class: "faint" }, t("version", { version: info.version })), told(info.description),
    el("h2", {}, t("base")), base.element,
    el("h2", {}, t("keys")), el("ul", {}, ...keys),
    el("h2", {}, t("resources")), el("ul", { class: "cards" }, ...api.resources.map((each) =>
      el("li", {}, el("a", { href: resourceAddress(each.name), lang: "en" }, each.name), el("span", { lang: "en", class: "faint" }, ...spans(each.description))))),
    el("p", {}, el("a", { href: "/openapi.json" }, t("documentLink", { version: openapi }))));
}

/** A resource and its operations. */
export function resourcePage(resource) {
  return page(inEnglish(resource.name), told(resource.description), operationList(resource.operations));
}

/** An operation, and beside it where it is tried. */
export function operationPage(api, operation, stop) {
  const side = trying(api, operation, stop);
  const good = operation.answers.filter(({ status }) => isGood(status));
  const bad = operation.answers.filter(({ status }) => !isGood(status));
  const shown = page(inEnglish(operation.summary),
    el("div", { class: "address" }, verb(operation.method), pathText(operation.path),
      el("button", { type: "button", class: "to-try", click: () => side.scrollIntoView() }, t("tryIt"))),
    told(operation.description),
    el("p", { class: "faint" }, t(operation.isOpen ? "wantsNoKey" : "wantsKey")),
    parameters(api, operation, "path", t("inPath")),
    parameters(api, operation, "query", t("inQuery")),
    operation.body ? section(t("body"), ...contents(api, operation.body.content)) : null,
    parameters(api, operation, "header", t("headers")),
    section(t("answers"), ...good.map((each) => answer(api, each, true))),
    bad.length ? section(t("errors"), ...bad.map((each) => answer(api, each, false))) : null);
  shown.prepend(el("p", { class: "crumbs" }, el("a", { href: resourceAddress(operation.tag), lang: "en" }, operation.tag)));
  return el("div", { class: "with-try" }, shown, side);
}

/** A schema, and the operations that use it. */
export function schemaPage(api, name) {
  const schema = api.schema(name);
  const users = api.users(name);
  return page(inEnglish(name), told(schema.description), schemaTree(api, schema),
    users.length ? section(t("usedBy"), operationList(users)) : null);
}

/** What is shown for an address that nothing has. */
export function nothingHere() {
  return page(t("title"), el("p", {}, t("notHere")));
}

/** The address of an operation on this page. */
export function operationAddress(operation) {
  return `#operation/${operation.id}`;
}

/** The address of a resource on this page. */
export function resourceAddress(name) {
  return `#resource/${encodeURIComponent(name)}`;
}

function page(title, ...parts) {
  return el("article", {}, el("h1", { tabindex: "-1" }, title), ...parts);
}

function inEnglish(text) {
  return el("span", { lang: "en" }, text);
}

function section(title, ...parts) {
  return el("section", {}, el("h2", {}, title), ...parts);
}

function operationList(operations) {
  return el("ul", { class: "operations" }, ...operations.map((each) =>
    el("li", {}, el("a", { href: operationAddress(each) }, verb(each.method), el("span", { lang: "en" }, each.summary)), pathText(each.path))));
}

function parameters(api, operation, place, title) {
  const found = operation.parameters.filter((each) => each.in === place);
  if (!found.length) return null;
  return section(title, el("ul", { class: "fields" }, ...found.map((each) => field(api, each.name, each.schema, each.required, each.description))));
}

/** The bodies by their media types: the first is shown, the others are folded. */
function contents(api, content = {}) {
  return Object.entries(content).map(([type, { schema }], place) =>
    el("details", { class: "media", open: place === 0 }, el("summary", {}, el("code", {}, type)), schemaTree(api, schema ?? {})));
}

function answer(api, { status, description, headers = {}, content }, isOpen) {
  const made = el("details", { class: "status-line" },
    el("summary", {}, el("strong", { class: isOpen ? "good" : "bad" }, status), " ", el("span", { lang: "en" }, ...spans(description))));
  const fill = () => {
    if (made.childElementCount > 1) return;
    const named = Object.entries(headers).map(([name, each]) => [name, api.resolve(each)]);
    made.append(el("div", {}, ...contents(api, content), named.length
      ? el("details", {}, el("summary", {}, t("headers")), el("ul", { class: "fields" }, ...named.map(([name, each]) => field(api, name, each.schema, false, each.description))))
      : null));
  };
  made.addEventListener("toggle", fill);
  if (isOpen) fill();
  made.open = isOpen;
  return made;
}

function isGood(status) {
  return /^[123]/.test(status);
}
