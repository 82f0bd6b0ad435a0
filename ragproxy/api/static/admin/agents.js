// Agents: what `model` may name, of every project.

import { agentFields } from "./agent_form.js";
import { all, ask } from "./api.js";
import { announce, button, el } from "./dom.js";
import { confirmed, formDialog } from "./dialogs.js";
import { count } from "./format.js";
import { badge, empty, head, searchBox } from "./parts.js";
import { table } from "./tables.js";
import { t } from "./words.js";

const BUILT_IN = "ragproxy";
const EVERYONE = "*";
const AUDIENCE = { private: ["quiet", "private"], groups: ["warn", "groupsOnly"], public: ["good", "public"] };

/** Show the section. */
export async function showAgents(place) {
  const view = { agents: await all("/admin/agents"), search: "" };
  const shown = el("div");
  const draw = () => shown.replaceChildren(list(view, reload));
  const reload = async () => {
    view.agents = await all("/admin/agents");
    draw();
  };
  const tools = el("div", { class: "tools" }, searchBox((text) => { view.search = text; draw(); }));
  place.replaceChildren(head(t("agents"), t("agentsIntro"), button(t("newAgent"), () => create(reload), { class: "primary" })), tools, shown);
  draw();
}

function list(view, reload) {
  if (!view.agents.length) return el("section", { class: "card" }, empty(t("noAgents")));
  const rows = view.agents.filter((agent) => matches(agent, view.search));
  if (!rows.length) return el("section", { class: "card" }, empty(t("noMatch")));
  return el("section", { class: "card flush" }, table(t("agents"), [
    { title: t("name"), cell: (agent) => el("div", { class: "what" }, agent.name, el("small", {}, el("code", {}, agent.id), ` ${agent.owner === EVERYONE ? t("theServer") : agent.owner}`), agent.description ? el("small", {}, agent.description) : null) },
    { title: t("visibility"), cell: audience },
    { title: t("reads"), cell: (agent) => agent.vector_stores.join(", ") || t("none"), class: "what" },
    { title: t("writer"), cell: (agent) => agent.model ?? "–", class: "what" },
    { title: t("actions"), hidden: true, cell: (agent) => actions(agent, reload) },
  ], rows), el("p", { class: "faint under" }, t("shown", { count: count(rows.length) })));
}

function actions(agent, reload) {
  const named = (action) => ({ "aria-label": t("forKey", { action, name: agent.name }), class: "small" });
  const builtIn = agent.id === BUILT_IN && agent.owner === EVERYONE;
  return el("div", { class: "row-actions" },
    button(t("edit"), () => edit(agent, reload), named(t("edit"))),
    builtIn ? badge("quiet", t("builtIn")) : button(t("delete"), () => remove(agent, reload), { ...named(t("delete")), class: "small danger" }));
}

function create(reload) {
  const fields = agentFields(null);
  formDialog({ title: t("newAgent"), fields, action: t("createAgent"), work: async (values) => {
    await ask("/admin/agents", { method: "POST", body: fields.body(values) });
    await reload();
    announce(t("saved"));
  } });
}

async function edit(agent, reload) {
  const fields = agentFields(agent);
  formDialog({ title: t("editAgent", { name: agent.name }), fields, action: t("save"), work: async (values) => {
    await ask(addressOf(agent), { method: "POST", query: { owner: agent.owner }, body: fields.body(values) });
    await reload();
    announce(t("saved"));
  } });
}

function remove(agent, reload) {
  confirmed({ title: t("deleteAgentTitle", { name: agent.name }), text: t("deleteAgentText"), action: t("delete"), work: async () => {
    await ask(addressOf(agent), { method: "DELETE", query: { owner: agent.owner } });
    await reload();
    announce(t("agentDeleted"));
  } });
}

function addressOf(agent) {
  return `/admin/agents/${encodeURIComponent(agent.id)}`;
}

function audience(agent) {
  const [tone, text] = AUDIENCE[agent.visibility];
  return el("div", {}, badge(tone, t(text)), agent.groups.length ? el("small", { class: "what" }, ` ${agent.groups.join(", ")}`) : null);
}

function matches(agent, text) {
  return !text || [agent.id, agent.name, agent.owner, agent.description ?? "", agent.model ?? "", ...agent.vector_stores].some((each) => each.toLowerCase().includes(text));
}
