// Code in colours. The library is fetched with the first piece of code, not before.

import { copy, el } from "./dom.js";
import { clean } from "./markdown.js";
import { t } from "./words.js";

const LANGUAGES = ["bash", "css", "javascript", "json", "python", "sql", "xml", "yaml"];
const LONGEST = 50_000; // characters; more takes longer than it is worth

let loading = null;

/** Colour the code blocks of an element, where their language is known, and give each a button that copies it. */
export async function highlight(root) {
  const blocks = [...root.querySelectorAll("pre > code")];
  for (const block of blocks) addCopying(block);
  const named = blocks.filter((block) => block.className.startsWith("language-") && block.textContent.length <= LONGEST);
  if (!named.length) return;
  const library = await loaded();
  for (const block of named) {
    const language = block.className.replace("language-", "");
    if (library.getLanguage(language)) colour(library, block, block.textContent, language);
  }
}

/** Put code into an element, in colours. */
export async function showCode(block, code, language) {
  block.textContent = code;
  const library = await loaded();
  if (block.textContent === code) colour(library, block, code, language); // another may have been shown meanwhile
}

function colour(library, block, code, language) {
  block.replaceChildren(clean(library.highlight(code, { language, ignoreIllegals: true }).value));
}

function loaded() {
  loading ??= load();
  return loading;
}

async function load() {
  const { default: library } = await import("/static/vendor/highlight/core.min.js");
  const grammars = await Promise.all(LANGUAGES.map((name) => import(`/static/vendor/highlight/languages/${name}.min.js`)));
  grammars.forEach((grammar, place) => library.registerLanguage(LANGUAGES[place], grammar.default));
  return library;
}

function addCopying(block) {
  const frame = el("div", { class: "code" });
  const button = el("button", { type: "button", class: "copy" }, t("copy"));
  button.addEventListener("click", async () => {
    if (await copy(block.textContent)) button.textContent = t("copied");
  });
  block.parentElement.tabIndex = 0; // or the keyboard could not scroll it
  block.parentElement.replaceWith(frame);
  frame.append(button, block.parentElement);
}
