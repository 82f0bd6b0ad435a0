// What this browser remembers of its user's taste, shared with the playground: the theme and the language.

const KEPT = "ragproxy.settings";

/** The theme that was chosen: "light", "dark" or "system". */
export function theme() {
  return read().theme ?? "system";
}

/** Choose the theme and wear it. */
export function chooseTheme(theme) {
  write({ theme });
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  window.dispatchEvent(new Event("themechange"));
}

/** Choose the language; who shows texts shows them anew. */
export function chooseLanguage(language) {
  write({ language });
  document.documentElement.lang = language;
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

function write(changes) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...read(), ...changes }));
  } catch {
    // not remembered then; it holds until the page is closed
  }
}
