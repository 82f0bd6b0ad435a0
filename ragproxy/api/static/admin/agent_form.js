// The fields of an agent, and what the server is told of them.

import { choice, fieldset, group, json, line, lines, names, number } from "./forms.js";
import { t } from "./words.js";

/** The fields, filled with an agent or empty for a new one; `body` makes of their values what is to be sent. */
export function agentFields(agent) {
  const fields = fieldset(
    group(t("general"), [
      ...(agent ? [] : [
        line("id", t("agentId"), { help: t("agentIdHelp"), required: true, autofocus: true, maxlength: 64 }),
        line("owner", t("project"), { help: t("agentOwnerHelp"), placeholder: "default", maxlength: 256 }),
      ]),
      line("name", t("name"), { value: agent?.name, autofocus: agent !== null, maxlength: 256 }),
      line("description", t("description"), { value: agent?.description }),
    ]),
    group(t("instructions"), [
      lines("instructions", t("instructions"), { value: agent?.instructions, help: t("instructionsHelp"), rows: 6, spellcheck: "true", parse: (text) => text || null }),
      lines("vector_stores", t("reads"), { value: agent?.vector_stores.join("\n"), help: t("readsHelp"), rows: 2, parse: names }),
      line("model", t("writer"), { value: agent?.model, help: t("writerHelp") }),
      line("lang", t("answersIn"), { value: agent?.lang, help: t("answersInHelp"), maxlength: 2 }),
    ]),
    group(t("visibility"), [
      choice("visibility", t("visibility"), [["private", t("private")], ["groups", t("groupsOnly")], ["public", t("public")]], agent?.visibility ?? "private"),
      line("groups", t("groups"), { value: agent?.groups.join(", "), help: t("groupsHelp"), parse: names }),
    ]),
    ...limitGroups(agent),
    group(t("advanced"), [
      jsonField("params", agent?.params, t("paramsHelp")),
      jsonField("retrieval.filters", agent?.retrieval.filters, null, t("filters")),
      jsonField("tools", agent?.tools),
      jsonField("metadata", agent?.metadata),
    ], { folded: true }),
  );
  return { ...fields, body: (values) => bodyOf(values, agent) };
}

function limitGroups(agent) {
  const { retrieval = {}, allowance } = agent ?? {};
  return [
    group(t("retrieval"), [
      line("retrieval.top_k", t("topK"), { value: retrieval.top_k, inputmode: "numeric", parse: number }),
      line("retrieval.min_score", t("minScore"), { value: retrieval.min_score, inputmode: "decimal", parse: number }),
      line("retrieval.cache_ttl_s", t("cacheTtl"), { value: retrieval.cache_ttl_s, inputmode: "numeric", parse: number }),
      line("retrieval.sources", t("carriers"), { value: retrieval.sources?.join(", "), help: t("carriersHelp"), parse: names }),
    ], { folded: true }),
    group(t("allowance"), [
      line("allowance.requests", t("allowanceRequests"), { value: allowance?.requests, inputmode: "numeric", parse: number }),
      line("allowance.usd", t("allowanceUsd"), { value: allowance?.usd, inputmode: "decimal", parse: number }),
      choice("allowance.period", t("period"), [["month", t("month")], ["day", t("day")]], allowance?.period ?? "month"),
    ], { folded: true }),
  ];
}

function jsonField(name, value, help = null, label = t(name)) {
  const filled = value !== null && value !== undefined && !(typeof value === "object" && !Array.isArray(value) && !Object.keys(value).length);
  return lines(name, label, { value: filled ? JSON.stringify(value, null, 2) : "", help, class: "code", parse: json });
}

function bodyOf(values, agent) {
  const requests = values["allowance.requests"];
  const usd = values["allowance.usd"];
  const body = {
    name: values.name,
    description: values.description,
    instructions: values.instructions,
    vector_stores: values.vector_stores,
    model: values.model,
    lang: values.lang,
    visibility: values.visibility,
    groups: values.visibility === "groups" ? values.groups ?? [] : null,
    retrieval: {
      top_k: values["retrieval.top_k"],
      min_score: values["retrieval.min_score"],
      cache_ttl_s: values["retrieval.cache_ttl_s"],
      sources: values["retrieval.sources"],
      filters: values["retrieval.filters"],
    },
    allowance: requests === null && usd === null ? null : { period: values["allowance.period"], requests, usd },
    params: values.params,
    tools: values.tools,
    metadata: values.metadata,
  };
  return agent ? body : { ...body, id: values.id ?? "", owner: values.owner };
}
