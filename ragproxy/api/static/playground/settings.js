// What this browser remembers: the choices of its user, and the key. The server keeps none of it.

const CHOICES = "ragproxy.settings";
const KEY = "ragproxy.key";
const DEFAULTS = {
  language: null,
  theme: "system",
  temperature: null, // null: as the agent has it
  topK: null,
  documents: true,
  sources: true,
  agent: "",
  store: "",
  model: "",
};

const listeners = [];

/** The choices as they are now; changed by `choose` alone. */
export const settings = { ...DEFAULTS, ...stored() };

/** Change some of the choices, remember them, and tell those who listen. */
export function choose(changes) {
  Object.assign(settings, changes);
  write(localStorage, CHOICES, JSON.stringify(settings));
  for (const listen of listeners) listen(changes);
}

/** Call `listen` with what changes from now on. */
export function onChoice(listen) {
  listeners.push(listen);
}

/** The key or token to send, null for none. */
export function key() {
  return read(sessionStorage, KEY) ?? read(localStorage, KEY);
}

/** Keep the key until this tab is closed; with `remember`, until it is forgotten. An empty one is forgotten. */
export function keepKey(value, remember) {
  write(sessionStorage, KEY, remember ? null : value || null);
  write(localStorage, KEY, remember ? value || null : null);
}

/** Remember something until the tab is closed; null forgets it. */
export function note(name, value) {
  write(sessionStorage, `ragproxy.${name}`, value);
}

/** What was noted under that name, or null. */
export function noted(name) {
  return read(sessionStorage, `ragproxy.${name}`);
}

function stored() {
  try {
    const kept = JSON.parse(read(localStorage, CHOICES)) ?? {};
    return Object.fromEntries(Object.entries(kept).filter(([name]) => name in DEFAULTS));
  } catch {
    return {};
  }
}

// a browser may refuse storage: the page works without, and forgets
function read(storage, name) {
  try {
    return storage.getItem(name);
  } catch {
    return null;
  }
}

function write(storage, name, value) {
  try {
    if (value === null) storage.removeItem(name);
    else storage.setItem(name, value);
  } catch {
    // see above
  }
}
