// What the page says, in English and in French. `{name}` in a text is a place for a value.

const WORDS = {
  skip: ["Skip to the question", "Aller à la question"],
  close: ["Close", "Fermer"],
  cancel: ["Cancel", "Annuler"],
  done: ["Done", "Terminé"],
  copy: ["Copy", "Copier"],
  copied: ["Copied", "Copié"],
  more: ["More", "Voir la suite"],

  reference: ["API reference", "Référence de l'API"],
  desk: ["Admin desk", "Administration"],

  conversations: ["Conversations", "Conversations"],
  newConversation: ["New conversation", "Nouvelle conversation"],
  searchTitles: ["Search titles", "Chercher un titre"],
  untitled: ["Conversation of {date}", "Conversation du {date}"],
  noConversations: ["Your conversations will be listed here.", "Vos conversations seront listées ici."],
  noneFound: ["No title has these words.", "Aucun titre ne contient ces mots."],
  rename: ["Rename", "Renommer"],
  renameThis: ["Rename “{title}”", "Renommer « {title} »"],
  renameTitle: ["Rename the conversation", "Renommer la conversation"],
  titleLabel: ["Title", "Titre"],
  delete: ["Delete", "Supprimer"],
  deleteThis: ["Delete “{title}”", "Supprimer « {title} »"],
  deleteTitle: ["Delete the conversation?", "Supprimer la conversation ?"],
  deleteText: ["“{title}” and all that was said in it will be gone.", "« {title} » et tout ce qui y a été dit disparaîtront."],
  deleted: ["The conversation was deleted", "La conversation a été supprimée"],

  choices: ["Agent, documents and model", "Agent, documents et modèle"],
  agent: ["Agent", "Agent"],
  noAgent: ["None: the model alone", "Aucun : le modèle seul"],
  documents: ["Documents", "Documents"],
  model: ["Model", "Modèle"],
  agents: ["As the agent has it", "Selon l'agent"],
  agentsDocuments: ["The agent's own", "Ceux de l'agent"],
  agentsModel: ["The agent's own", "Celui de l'agent"],
  chooseModel: ["Choose a model", "Choisissez un modèle"],
  files: ["{count} files", "{count} fichiers"],
  oneFile: ["1 file", "1 fichier"],

  welcome: ["Ask your documents", "Interrogez vos documents"],
  welcomeText: [
    "Each answer comes with the passages it rests on. Choose a number in the text to see the passage in its document.",
    "Chaque réponse vient avec les passages sur lesquels elle s'appuie. Choisissez un numéro dans le texte pour voir le passage dans son document.",
  ],
  messages: ["Messages", "Messages"],
  earlier: ["Earlier messages", "Messages précédents"],
  question: ["Your question", "Votre question"],
  composerHint: ["Enter sends, Shift + Enter begins a new line", "Entrée envoie, Maj + Entrée va à la ligne"],
  send: ["Send", "Envoyer"],
  stop: ["Stop", "Arrêter"],
  retry: ["Ask again", "Reposer la question"],
  you: ["You", "Vous"],
  answer: ["Answer", "Réponse"],
  thinking: ["Looking for an answer…", "Recherche d'une réponse…"],
  answered: ["Answer: {text}", "Réponse : {text}"],
  stopped: ["Stopped", "Arrêtée"],
  brokenOff: ["Broken off", "Interrompue"],
  cutByLimit: ["Cut at the limit of its length", "Coupée à la limite de longueur"],
  empty: ["The model said nothing.", "Le modèle n'a rien dit."],
  picture: ["[image: {text}]", "[image : {text}]"],

  sources: ["Sources", "Sources"],
  source: ["Source {number}", "Source {number}"],
  sourceOf: ["Source {number}: {title}", "Source {number} : {title}"],
  page: ["Page {page}", "Page {page}"],
  atPage: ["p. {page}", "p. {page}"],
  previousSource: ["Previous source", "Source précédente"],
  nextSource: ["Next source", "Source suivante"],
  reading: ["Opening the document…", "Ouverture du document…"],
  marked: ["The passage that was quoted is marked.", "Le passage cité est surligné."],
  changed: [
    "The document has changed since: the passage that was quoted is no longer in it.",
    "Le document a changé depuis : le passage cité ne s'y trouve plus.",
  ],
  quoteOnly: ["The passage that was quoted:", "Le passage cité :"],
  noPassage: ["This document is only known by its address.", "Ce document n'est connu que par son adresse."],
  openPage: ["Open on a page of its own", "Ouvrir dans une page à part"],
  openDocument: ["Open the document", "Ouvrir le document"],
  leftOutBefore: ["The beginning of the document is not shown.", "Le début du document n'est pas montré."],
  leftOutAfter: ["The rest of the document is not shown.", "La suite du document n'est pas montrée."],
  sourceExpired: [
    "The link to this passage has expired. Ask the question again for a new one.",
    "Le lien vers ce passage a expiré. Posez la question à nouveau pour en avoir un autre.",
  ],
  sourceGone: [
    "This document is not here any more, or you may no longer read it.",
    "Ce document n'est plus là, ou vous ne pouvez plus le lire.",
  ],

  retrieval: ["search", "recherche"],
  firstWord: ["first word", "premier mot"],
  total: ["total", "total"],
  timings: ["Timings", "Durées"],
  showRequest: ["Show the request", "Montrer la requête"],
  requestTitle: ["The request", "La requête"],
  requestKey: [
    "Your key is not shown: the code takes it from the variable RAGPROXY_KEY.",
    "Votre clé n'est pas montrée : le code la prend dans la variable RAGPROXY_KEY.",
  ],
  requestNoKey: ["This server wants no key: any text will do.", "Ce serveur ne demande pas de clé : n'importe quel texte convient."],

  settings: ["Settings", "Réglages"],
  language: ["Language of the page", "Langue de la page"],
  theme: ["Theme", "Thème"],
  themeSystem: ["As the device has it", "Selon l'appareil"],
  themeLight: ["Light", "Clair"],
  themeDark: ["Dark", "Sombre"],
  temperature: ["Temperature (0 to 2)", "Température (0 à 2)"],
  topK: ["Passages looked up (1 to 50)", "Passages recherchés (1 à 50)"],
  useDocuments: ["Answer from the documents", "Répondre à partir des documents"],
  showSources: ["Show the sources", "Montrer les sources"],
  keyHeld: ["A key is set.", "Une clé est définie."],
  keyNone: ["No key is set.", "Aucune clé n'est définie."],
  changeKey: ["Change the key", "Changer de clé"],
  forgetKey: ["Forget the key", "Oublier la clé"],

  keyTitle: ["This server wants a key", "Ce serveur demande une clé"],
  keyText: [
    "Paste your API key, or the token of your identity provider. It stays in this browser and goes to this server alone.",
    "Collez votre clé d'API, ou le jeton de votre fournisseur d'identité. Elle reste dans ce navigateur et n'est envoyée qu'à ce serveur.",
  ],
  key: ["Key", "Clé"],
  keyRemember: ["Remember it on this device", "La retenir sur cet appareil"],
  useKey: ["Use this key", "Utiliser cette clé"],
  keyWrong: [
    "This server does not know this key. Check that it was pasted whole, or ask your administrator for another.",
    "Ce serveur ne connaît pas cette clé. Vérifiez qu'elle a été collée en entier, ou demandez-en une autre à votre administrateur.",
  ],

  addDocuments: ["Add documents", "Ajouter des documents"],
  uploadInto: ["Into", "Dans"],
  newStore: ["A new collection", "Une nouvelle collection"],
  storeName: ["Its name", "Son nom"],
  drop: ["Drop files here, or", "Déposez des fichiers ici, ou"],
  choose: ["choose them", "choisissez-les"],
  dropHere: ["Drop the files to add them", "Déposez les fichiers pour les ajouter"],
  uploads: ["Files being added", "Fichiers en cours d'ajout"],
  waiting: ["Waiting", "En attente"],
  sending: ["Sending: {percent} %", "Envoi : {percent} %"],
  indexing: ["Indexing…", "Indexation…"],
  indexed: ["Ready to be asked", "Prêt à être interrogé"],
  failed: ["Failed: {why}", "Échec : {why}"],
  removed: ["Removed", "Retiré"],
  remove: ["Remove {name}", "Retirer {name}"],
  nameMissing: ["Give the new collection a name first.", "Donnez d'abord un nom à la nouvelle collection."],
  unsupported_file: ["files of this format cannot be read.", "les fichiers de ce format ne peuvent pas être lus."],
  invalid_file: [
    "the file is damaged, encrypted, empty, without any text, or too large.",
    "le fichier est endommagé, chiffré, vide, sans texte, ou trop grand.",
  ],
  empty_file: ["the file is empty.", "le fichier est vide."],
  tooLarge: ["the file is larger than this server takes.", "le fichier est plus grand que ce que ce serveur accepte."],
  cancelled: ["it was cancelled.", "l'ajout a été annulé."],

  unreachable: ["The server cannot be reached", "Le serveur est injoignable"],
  unreachableDo: ["Check your connection, then ask again.", "Vérifiez votre connexion, puis reposez la question."],
  unauthorized: ["The key was not accepted", "La clé n'a pas été acceptée"],
  unauthorizedDo: ["Set another key, then ask again.", "Définissez une autre clé, puis reposez la question."],
  forbidden: ["Your key does not allow this", "Votre clé ne le permet pas"],
  forbiddenDo: ["Ask your administrator for the right to do it.", "Demandez ce droit à votre administrateur."],
  gone: ["This conversation is not there any more", "Cette conversation n'existe plus"],
  goneDo: ["Begin a new one.", "Commencez-en une nouvelle."],
  slowDown: ["Too many questions at once", "Trop de questions à la fois"],
  slowDownDo: ["Wait a moment, then ask again.", "Attendez un moment, puis reposez la question."],
  slowDownFor: ["Wait {seconds} s, then ask again.", "Attendez {seconds} s, puis reposez la question."],
  spent: ["Your budget is used up", "Votre budget est épuisé"],
  upstreamDown: ["The model does not answer", "Le modèle ne répond pas"],
  upstreamDownDo: [
    "Ask again in a moment, or choose another model above.",
    "Reposez la question dans un moment, ou choisissez un autre modèle ci-dessus.",
  ],
  brokeOff: ["The answer broke off", "La réponse s'est interrompue"],
  brokeOffDo: ["What was said until then is kept. Ask again for a whole answer.", "Ce qui a été dit jusque-là est gardé. Reposez la question pour une réponse entière."],
  refused: ["The server did not accept the question", "Le serveur n'a pas accepté la question"],
  refusedDo: ["Change the question or the settings, then ask again.", "Modifiez la question ou les réglages, puis reposez-la."],
  noModel: ["Choose a model above: without an agent, one has to be named.", "Choisissez un modèle ci-dessus : sans agent, il faut en nommer un."],
};
const LANGUAGES = ["en", "fr"];

/** The language of the page. */
export function language() {
  return document.documentElement.lang === "fr" ? "fr" : "en";
}

/** The text of that name in the language of the page, with these values in their places. */
export function t(name, values = {}) {
  const text = language() === "fr" ? unbroken(WORDS[name][1]) : WORDS[name][0];
  return text.replace(/\{(\w+)\}/g, (place, value) => values[value] ?? place);
}

/** French as it is set: no line begins with a double mark, or ends with an opening one. */
function unbroken(text) {
  return text.replace(/ (?=[:;?!»%])/g, "\u00a0").replace(/« /g, "«\u00a0");
}

/** Whether there is a text of that name. */
export function knows(name) {
  return Object.hasOwn(WORDS, name);
}

/** Speak that language: the elements that name their text are given it. */
export function speak(wanted) {
  document.documentElement.lang = LANGUAGES.includes(wanted) ? wanted : "en";
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-placeholder]")) node.placeholder = t(node.dataset.tPlaceholder);
  for (const node of document.querySelectorAll("[data-t-label]")) {
    node.setAttribute("aria-label", t(node.dataset.tLabel));
    if (node.tagName === "BUTTON") node.title = t(node.dataset.tLabel);
  }
}

/** A duration as people read it. */
export function duration(time_ms) {
  const number = (value, digits) =>
    value.toLocaleString(language(), { minimumFractionDigits: digits, maximumFractionDigits: digits });
  if (time_ms < 1000) return `${number(time_ms, 0)} ms`;
  return `${number(time_ms / 1000, time_ms < 10_000 ? 1 : 0)} s`;
}

/** A day as people read it; `created` in epoch seconds. */
export function day(created) {
  return new Date(created * 1000).toLocaleDateString(language(), { day: "numeric", month: "long", year: "numeric" });
}
