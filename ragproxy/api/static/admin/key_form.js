// The fields of a key, and what the server is told of them.

import { boxes, choice, fieldset, group, line, lines, names, number } from "./forms.js";
import { t } from "./words.js";

const SCOPES = ["chat", "embed", "files", "relay", "admin"];
const USUAL = ["chat", "embed", "files", "relay"];
const DAY_S = 86400;

/** The fields, filled with a key or empty for a new one; `body` makes of their values what is to be sent. */
export function keyFields(key) {
  const fields = fieldset(
    group(t("general"), [
      line("name", t("name"), { value: key?.name, help: t("nameHelp"), required: true, autofocus: true, maxlength: 256 }),
      ...(key ? [] : [line("owner", t("project"), { help: t("projectHelp"), placeholder: "default", maxlength: 256 })]),
      line("expires_at", t("expires"), { type: "date", value: dateOf(key?.expires_at), help: t("expiresHelp"), parse: endOfDay }),
    ]),
    boxes("scopes", t("routes"), SCOPES.map((scope) => [scope, t(`scope_${scope}`)]), key?.scopes ?? USUAL),
    group(t("limits"), [
      line("limits.requests_per_minute", t("perMinuteRequests"), { value: key?.limits.requests_per_minute, inputmode: "numeric", parse: number }),
      line("limits.tokens_per_minute", t("perMinuteTokens"), { value: key?.limits.tokens_per_minute, inputmode: "numeric", parse: number }),
      line("budget.usd", t("budget"), { value: key?.budget?.usd, inputmode: "decimal", parse: number }),
      choice("budget.period", t("period"), [["month", t("month")], ["day", t("day")]], key?.budget?.period ?? "month"),
      lines("model_limits", t("modelLimits"), { value: limitLines(key?.model_limits), help: t("modelLimitsHelp"), parse: modelLimits }),
    ]),
    group(t("allowed"), [
      line("groups", t("groups"), { value: key?.groups.join(", "), help: t("groupsHelp"), parse: names }),
      lines("models", t("modelsAllowed"), { value: key?.models?.join("\n"), help: t("modelsHelp"), parse: names }),
      lines("vector_stores", t("storesAllowed"), { value: key?.vector_stores?.join("\n"), help: t("storesHelp"), parse: names }),
    ]),
  );
  return { ...fields, body: (values) => bodyOf(values, key === null) };
}

function bodyOf(values, isNew) {
  const body = {
    name: values.name,
    scopes: values.scopes,
    groups: values.groups,
    models: values.models,
    vector_stores: values.vector_stores,
    limits: { requests_per_minute: values["limits.requests_per_minute"], tokens_per_minute: values["limits.tokens_per_minute"] },
    model_limits: values.model_limits,
    budget: values["budget.usd"] === null ? null : { usd: values["budget.usd"], period: values["budget.period"] },
    expires_at: values.expires_at,
  };
  return isNew ? { ...body, owner: values.owner } : body;
}

function dateOf(seconds) {
  return seconds ? new Date((seconds - 1) * 1000).toISOString().slice(0, 10) : "";
}

function endOfDay(text) {
  return text ? Date.parse(`${text}T00:00:00Z`) / 1000 + DAY_S : null;
}

function limitLines(limits = {}) {
  return Object.entries(limits).map(([model, each]) => [model, each.requests_per_minute ?? "", each.tokens_per_minute ?? ""].join(", ").replace(/, $/, "")).join("\n");
}

function modelLimits(text) {
  const limits = {};
  text.split("\n").forEach((each, index) => {
    if (!each.trim()) return;
    const [model, requests, tokens, ...more] = each.split(",").map((part) => part.trim());
    const numbers = [requests, tokens].map((part) => (part ? Number(part) : null));
    if (!model || more.length || numbers.some((part) => Number.isNaN(part)) || numbers.every((part) => part === null)) throw new Error(t("badModelLimit", { line: index + 1 }));
    limits[model] = { requests_per_minute: numbers[0], tokens_per_minute: numbers[1] };
  });
  return Object.keys(limits).length ? limits : null;
}
