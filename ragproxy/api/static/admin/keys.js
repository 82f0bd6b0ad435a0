// Keys: who may ask, for what, how much; made, changed, given a new secret, revoked.

import { all, ask } from "./api.js";
import { announce, button, el } from "./dom.js";
import { confirmed, formDialog, secretDialog } from "./dialogs.js";
import { ago, count, day, money, moment } from "./format.js";
import { keyFields } from "./key_form.js";
import { badge, empty, head, searchBox, segmented } from "./parts.js";
import { table } from "./tables.js";
import { t } from "./words.js";

const GRACES = [["0", "graceNone"], ["3600", "graceHour"], ["86400", "graceDay"], ["604800", "graceWeek"]];
const TONES = { active: "good", expired: "warn", revoked: "quiet" };

/** Show the section. */
export async function showKeys(place) {
  const view = { keys: await all("/admin/keys"), search: "", state: "active" };
  const shown = el("div");
  const draw = () => shown.replaceChildren(list(view, reload));
  const reload = async () => {
    view.keys = await all("/admin/keys");
    draw();
  };
  const states = segmented(t("state"), [["active", t("activeKeys")], ["all", t("allKeys")]], view.state, (state) => { view.state = state; draw(); });
  const tools = el("div", { class: "tools" }, searchBox((text) => { view.search = text; draw(); }), states);
  place.replaceChildren(head(t("keys"), t("keysIntro"), button(t("newKey"), () => create(reload), { class: "primary" })), tools, shown);
  draw();
}

function list(view, reload) {
  if (!view.keys.length) return el("section", { class: "card" }, empty(t("noKeys"), t("noKeysHelp"), button(t("newKey"), () => create(reload))));
  const rows = view.keys.filter((key) => (view.state === "all" || statusOf(key) === "active") && matches(key, view.search));
  if (!rows.length) return el("section", { class: "card" }, empty(t("noMatch")));
  return el("section", { class: "card flush" }, table(t("keys"), [
    { title: t("name"), cell: (key) => el("div", { class: "what" }, key.name, el("small", {}, el("code", {}, `${key.prefix}…`), ` ${key.owner}`)) },
    { title: t("state"), cell: (key) => badge(TONES[statusOf(key)], t(statusOf(key))) },
    { title: t("scopes"), cell: rights },
    { title: t("expires"), cell: (key) => (key.expires_at ? day(key.expires_at, { dateStyle: "medium" }) : t("never")) },
    { title: t("lastUsed"), cell: (key) => (key.last_used_at ? el("span", { title: moment(key.last_used_at) }, ago(key.last_used_at)) : t("never")) },
    { title: t("actions"), hidden: true, cell: (key) => actions(key, reload) },
  ], rows), el("p", { class: "faint under" }, t("shown", { count: count(rows.length) })));
}

function actions(key, reload) {
  if (statusOf(key) === "revoked") return "";
  const named = (action) => ({ "aria-label": t("forKey", { action, name: key.name }), class: "small" });
  return el("div", { class: "row-actions" },
    button(t("edit"), () => edit(key, reload), named(t("edit"))),
    button(t("rotate"), () => rotate(key, reload), named(t("rotate"))),
    button(t("revoke"), () => revoke(key, reload), { ...named(t("revoke")), class: "small danger" }));
}

function create(reload) {
  const fields = keyFields(null);
  formDialog({ title: t("newKey"), fields, action: t("createKey"), work: async (values) => {
    const made = await ask("/admin/keys", { method: "POST", body: fields.body(values) });
    await reload();
    secretDialog(made.name, made.value);
  } });
}

function edit(key, reload) {
  const fields = keyFields(key);
  formDialog({ title: t("editKey", { name: key.name }), fields, action: t("save"), work: async (values) => {
    await ask(addressOf(key), { method: "POST", body: fields.body(values) });
    await reload();
    announce(t("saved"));
  } });
}

function rotate(key, reload) {
  const grace = el("select", { id: "grace" }, ...GRACES.map(([value, text]) => el("option", { value }, t(text))));
  confirmed({
    title: t("rotateTitle", { name: key.name }),
    text: t("rotateText"),
    action: t("rotate"),
    danger: false,
    extra: el("div", { class: "field" }, el("label", { for: "grace" }, t("grace")), grace),
    work: async () => {
      const made = await ask(`${addressOf(key)}/rotate`, { method: "POST", body: { grace_seconds: Number(grace.value) } });
      await reload();
      secretDialog(made.name, made.value);
    },
  });
}

function revoke(key, reload) {
  confirmed({ title: t("revokeTitle", { name: key.name }), text: t("revokeText"), action: t("revoke"), work: async () => {
    await ask(addressOf(key), { method: "DELETE" });
    await reload();
    announce(t("revokedNow"));
  } });
}

function addressOf(key) {
  return `/admin/keys/${encodeURIComponent(key.id)}`;
}

function statusOf(key) {
  if (key.revoked_at) return "revoked";
  return key.expires_at && key.expires_at <= Date.now() / 1000 ? "expired" : "active";
}

function matches(key, text) {
  return !text || [key.name, key.owner, key.id, ...key.scopes, ...key.groups, ...(key.models ?? [])].some((each) => each.toLowerCase().includes(text));
}

function rights(key) {
  const told = [
    key.scopes.join(", "),
    key.limits.requests_per_minute && `${count(key.limits.requests_per_minute)} ${t("perMinuteRequests").toLowerCase()}`,
    key.limits.tokens_per_minute && `${count(key.limits.tokens_per_minute)} ${t("perMinuteTokens").toLowerCase()}`,
    key.budget && `${money(key.budget.usd)} / ${t(key.budget.period)}`,
    key.models && key.models.join(", "),
  ].filter(Boolean);
  return el("ul", { class: "plain-list what" }, ...told.map((each) => el("li", {}, each)));
}
