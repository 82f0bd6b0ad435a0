// The playground: its parts, put together.

import { Problem } from "./api.js";
import { Chat } from "./chat.js";
import { Conversations } from "./conversations.js";
import { askKey, showSettings } from "./dialogs.js";
import { announce, byId } from "./dom.js";
import { closePanel, openSource } from "./panel.js";
import { canUpload, readOffers, show as showPickers } from "./pickers.js";
import { explain, words } from "./problems.js";
import { showRequest } from "./requests.js";
import { key, onChoice, settings } from "./settings.js";
import * as thread from "./thread.js";
import { openUploads, takeDrops } from "./uploads.js";
import { language, speak, t } from "./words.js";

const question = byId("question");

const chat = new Chat({
  changed: showState,
  began(id, title) {
    history.replaceState(null, "", `#${id}`);
    conversations.add(id, title);
    showTitle();
  },
  titled: () => conversations.read(),
  openSource,
  showRequest,
  chooseKey: () => changeKey(),
});

const conversations = new Conversations({
  deleted: (id) => id === chat.id && startAnew(),
  renamed: () => showTitle(),
  failed: (problem) => complain(problem),
});

// ---- the state of the page ------------------------------------------------------------------------

function showState() {
  byId("send").hidden = chat.isAsking;
  byId("stop").hidden = !chat.isAsking;
  byId("welcome").hidden = byId("messages").childElementCount > 0;
  byId("earlier-line").hidden = !(chat.history?.hasMore && chat.id);
  showTitle();
}

function showTitle() {
  const title = (chat.id && conversations.title(chat.id)) || t("newConversation");
  byId("title").textContent = title;
  document.title = chat.id ? `${title} · ragproxy` : "ragproxy";
}

function startAnew() {
  closePanel();
  history.pushState(null, "", location.pathname);
  chat.reset();
  conversations.mark(null);
  question.focus();
}

/** Say what went wrong outside of an answer. */
function complain(problem) {
  if (!(problem instanceof Problem)) throw problem;
  if (problem.status === 401) return void changeKey();
  thread.append(explain(problem, { chooseKey: changeKey }));
  byId("welcome").hidden = true;
  announce(words(problem).join(". "));
}

async function showAddressed() {
  const id = location.hash.slice(1);
  if (id === (chat.id ?? "")) return;
  closePanel();
  closeSide();
  conversations.mark(id || null);
  if (!id) return chat.reset();
  try {
    await chat.open(id);
  } catch (problem) {
    complain(problem);
  }
  question.focus();
}

// ---- who is asking --------------------------------------------------------------------------------

let isAskingKey = false;

async function changeKey(problem = null) {
  if (isAskingKey) return;
  isAskingKey = true;
  const given = await askKey(problem);
  isAskingKey = false;
  if (given) await begin();
}

/** Read what the server offers; where it wants a key, ask for one until it is right. */
async function begin() {
  try {
    await readOffers();
  } catch (problem) {
    if (problem.status === 401) return void changeKey(key() ? t("keyWrong") : null);
    return complain(problem);
  }
  await Promise.all([conversations.read(), showAddressed()]);
  showState();
}

// ---- asking ---------------------------------------------------------------------------------------

function submit() {
  const text = question.value.trim();
  if (!text || chat.isAsking) return;
  question.value = "";
  fitQuestion();
  byId("welcome").hidden = true;
  chat.send(text);
}

function fitQuestion() {
  question.style.height = "auto";
  question.style.height = `${question.scrollHeight + 2}px`;
}

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
question.addEventListener("input", fitQuestion);
question.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
byId("stop").addEventListener("click", () => {
  chat.stop();
  question.focus();
});

// ---- earlier messages -----------------------------------------------------------------------------

let isReading = false;

async function readEarlier() {
  if (isReading || !chat.history?.hasMore || !chat.id) return;
  isReading = true;
  await chat.earlier().catch(complain);
  isReading = false;
}

byId("earlier").addEventListener("click", readEarlier);
byId("scroll").addEventListener("scroll", () => byId("scroll").scrollTop < 40 && readEarlier(), { passive: true });

// ---- the side, the choices, the dialogs -----------------------------------------------------------

function openSide() {
  document.body.classList.add("with-side");
  byId("main").inert = true;
  byId("side-open").setAttribute("aria-expanded", "true");
  byId("new").focus();
}

function closeSide() {
  if (!document.body.classList.contains("with-side")) return false;
  document.body.classList.remove("with-side");
  byId("main").inert = false;
  byId("side-open").setAttribute("aria-expanded", "false");
  byId("side-open").focus();
  return true;
}

byId("side-open").addEventListener("click", (event) => {
  event.stopPropagation(); // it is outside of the side that it opens
  openSide();
});
document.addEventListener("click", (event) => event.target.closest("#side, dialog") || closeSide());
byId("side-close").addEventListener("click", closeSide);
byId("new").addEventListener("click", () => {
  closeSide();
  startAnew();
});
byId("conversations").addEventListener("click", (event) => event.target.closest("a") && closeSide());
byId("tune").addEventListener("click", () => {
  const isOpen = document.body.classList.toggle("with-choices");
  byId("tune").setAttribute("aria-expanded", String(isOpen));
});
byId("settings-open").addEventListener("click", () => showSettings({ keyChanged: begin }));
for (const id of ["upload-open", "welcome-upload"]) byId(id).addEventListener("click", () => openUploads());
takeDrops(canUpload);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  if (closePanel() || closeSide()) return;
  if (chat.isAsking) chat.stop();
});

onChoice((changes) => {
  if (changes.theme) document.documentElement.dataset.theme = changes.theme;
  if (changes.language) {
    speak(changes.language);
    showPickers();
    showState();
    conversations.mark(chat.id);
    chat.translate();
  }
});

addEventListener("hashchange", showAddressed);
addEventListener("popstate", showAddressed);
addEventListener("pagehide", () => chat.leave());

speak(language());
showState();
document.documentElement.dataset.theme = settings.theme;
await begin();
performance.mark("ready");
document.documentElement.dataset.ready = "";
