// Who answers, from which documents, written by which model: three lists of what this caller may name.

import { all, json } from "./api.js";
import { NO_AGENT } from "./asking.js";
import { byId, el } from "./dom.js";
import { choose, settings } from "./settings.js";
import { t } from "./words.js";

const BUILT_IN = "extractive";
const STORE = "rag/";

const found = { agents: [], stores: [], models: [], canUpload: false };

/** What the server offers this caller. A Problem when it cannot be asked, or wants another key. */
export async function readOffers() {
  const [me, models] = await Promise.all([json("/me"), json("/v1/models")]);
  found.agents = me.agents;
  const names = models.data.filter((card) => !me.agents.some((agent) => agent.id === card.id));
  found.models = names.filter((card) => card.owned_by !== "ragproxy" && !card.id.startsWith(STORE)).map((card) => card.id);
  if (names.some((card) => card.id === BUILT_IN)) found.models.push(BUILT_IN);
  await readStores(names);
  show();
  return me;
}

/** Read the stores again: files were added. */
export async function readStores(names = null) {
  try {
    found.stores = (await all("/v1/vector_stores")).map((store) => ({ id: store.id, name: store.name || store.id, files: store.file_counts.total }));
    found.canUpload = true;
  } catch (problem) {
    if (problem.status !== 403) throw problem;
    found.canUpload = false; // a key for chat alone knows the stores by their names
    const cards = names ?? (await json("/v1/models")).data;
    found.stores = cards.filter((card) => card.id.startsWith(STORE)).map((card) => ({ id: card.id.slice(STORE.length), name: card.id.slice(STORE.length) }));
  }
  byId("upload-open").hidden = byId("welcome-upload").hidden = !found.canUpload;
}

/** The stores of this caller: {id, name, files}. */
export function stores() {
  return found.stores;
}

/** Whether this caller may add files. */
export function canUpload() {
  return found.canUpload;
}

/** Fill the three lists in the language of the page; a choice that is not offered any more is dropped. */
export function show() {
  const agents = found.agents.map((agent) => [agent.id, agent.name || agent.id]);
  if (found.models.length) agents.push([NO_AGENT, t("noAgent")]);
  fill("agent", agents, found.agents.some((agent) => agent.id === "ragproxy") ? "ragproxy" : agents[0]?.[0] ?? "");
  fill("store", [["", t("agentsDocuments")], ...found.stores.map((store) => [store.id, labelOf(store)])], "");
  const first = settings.agent === NO_AGENT ? t("chooseModel") : t("agentsModel");
  fill("model", [["", first], ...found.models.map((name) => [name, name])], "");
}

function fill(name, options, usual) {
  const select = byId(name);
  select.replaceChildren(...options.map(([value, label]) => el("option", { value }, label)));
  const isOffered = options.some(([value]) => value === settings[name]);
  if (!isOffered && options.length) choose({ [name]: usual });
  select.value = settings[name];
}

function labelOf(store) {
  if (store.files === undefined) return store.name;
  return `${store.name} (${store.files === 1 ? t("oneFile") : t("files", { count: store.files })})`;
}

for (const name of ["agent", "store", "model"]) {
  byId(name).addEventListener("change", (event) => {
    choose({ [name]: event.target.value });
    if (name === "agent") show();
  });
}
