// What the page says of its own, in English and in French; what the API's document says is English. `{name}` in a text is a place for a value.

const WORDS = {
  skip: ["Skip to the content", "Aller au contenu"],
  title: ["API reference", "Référence de l'API"],
  menu: ["Menu", "Menu"],
  close: ["Close", "Fermer"],
  cancel: ["Cancel", "Annuler"],
  copy: ["Copy", "Copier"],
  copied: ["Copied", "Copié"],
  retry: ["Try again", "Réessayer"],
  notLoaded: ["The description of the API could not be read.", "La description de l'API n'a pas pu être lue."],
  notHere: ["There is nothing at this address. It may have another name in this version.", "Il n'y a rien à cette adresse. L'élément a peut-être un autre nom dans cette version."],

  operations: ["Operations", "Opérations"],
  schemas: ["Schemas", "Schémas"],
  search: ["Search", "Chercher"],
  searchHint: ["Search (press /)", "Chercher (touche /)"],
  noneFound: ["Nothing has these words.", "Rien ne contient ces mots."],
  foundOne: ["1 result", "1 résultat"],
  found: ["{count} results", "{count} résultats"],
  start: ["Start here", "Pour commencer"],
  playground: ["Playground", "Espace d'essai"],
  desk: ["Admin desk", "Administration"],
  elsewhere: ["Other pages", "Autres pages"],
  language: ["Language", "Langue"],
  theme: ["Theme", "Thème"],
  themeSystem: ["Device", "Appareil"],
  themeLight: ["Light", "Clair"],
  themeDark: ["Dark", "Sombre"],

  version: ["Version {version}", "Version {version}"],
  base: ["Base URL for OpenAI clients", "URL de base pour les clients OpenAI"],
  documentLink: ["The document itself, OpenAPI {version}", "Le document lui-même, OpenAPI {version}"],
  resources: ["Resources", "Ressources"],
  keys: ["Keys", "Clés"],
  wantsKey: ["Needs a key", "Demande une clé"],
  wantsNoKey: ["Needs no key", "Sans clé"],

  inPath: ["In the path", "Dans le chemin"],
  inQuery: ["In the query", "Dans la requête (query)"],
  body: ["Body", "Corps"],
  answers: ["Answers", "Réponses"],
  errors: ["Errors", "Erreurs"],
  headers: ["Headers", "En-têtes"],
  required: ["required", "obligatoire"],
  fieldsOf: ["Fields of {name}", "Champs de {name}"],
  fields: ["Fields", "Champs"],
  orOther: ["or", "ou"],
  listOf: ["list of", "liste de"],
  mapOf: ["map of", "table de"],
  any: ["anything", "n'importe quoi"],
  object: ["object", "objet"],
  otherFields: ["May hold other fields.", "Peut contenir d'autres champs."],
  atLeast: ["at least {count}", "au moins {count}"],
  atMost: ["at most {count}", "au plus {count}"],
  between: ["{low} to {high}", "de {low} à {high}"],
  characters: ["characters", "caractères"],
  items: ["items", "éléments"],
  byDefault: ["by default {value}", "par défaut {value}"],
  usedBy: ["Used by", "Utilisé par"],

  request: ["Request", "Requête"],
  tryIt: ["Try it", "Essayer"],
  more: ["More parameters", "Autres paramètres"],
  bodyText: ["Body, as JSON", "Corps, en JSON"],
  send: ["Send", "Envoyer"],
  stop: ["Stop", "Arrêter"],
  sending: ["Waiting for the answer…", "En attente de la réponse…"],
  answer: ["Answer", "Réponse"],
  answered: ["Answered: {status}", "Réponse reçue : {status}"],
  forBrowsers: ["This address is for a browser to go to, not for programs to call.", "Cette adresse est faite pour un navigateur, non pour un programme."],
  really: ["This one changes or deletes what is there, for real.", "Cette requête modifie ou supprime réellement ce qui existe."],
  badJson: ["This is not JSON: {why}", "Ce n'est pas du JSON : {why}"],
  fillIn: ["Fill in {name} first.", "Remplissez d'abord {name}."],
  unreachable: ["The server cannot be reached.", "Le serveur est injoignable."],
  stopped: ["Stopped", "Arrêtée"],
  tooLong: ["The rest is not shown.", "La suite n'est pas montrée."],
  save: ["Save the answer", "Enregistrer la réponse"],
  emptyBody: ["It has no body.", "Elle n'a pas de corps."],
  setKey: ["Set a key", "Définir une clé"],
  changeKey: ["Change the key", "Changer de clé"],
  forgetKey: ["Forget the key", "Oublier la clé"],
  keyHeld: ["A key is set.", "Une clé est définie."],
  keyNone: ["No key is set.", "Aucune clé n'est définie."],
  keyTitle: ["The key to try requests with", "La clé pour essayer des requêtes"],
  keyText: [
    "Paste your API key, or the token of your identity provider. It stays in this browser, is the playground's too, and goes to this server alone.",
    "Collez votre clé d'API, ou le jeton de votre fournisseur d'identité. Elle reste dans ce navigateur, sert aussi à l'espace d'essai, et n'est envoyée qu'à ce serveur.",
  ],
  key: ["Key", "Clé"],
  keyRemember: ["Remember it on this device", "La retenir sur cet appareil"],
  useKey: ["Use this key", "Utiliser cette clé"],
};

/** The language of the page: "en" or "fr". */
export function language() {
  return document.documentElement.lang === "fr" ? "fr" : "en";
}

/** The text of that name in the language of the page, with these values in their places. */
export function t(name, values = {}) {
  const [english, french] = WORDS[name];
  const text = language() === "fr" ? french.replace(/ (?=[:;?!»])|(?<=«) /g, "\u00a0") : english;
  return text.replace(/\{(\w+)\}/g, (place, key) => (key in values ? String(values[key]) : place));
}

/** Give the elements of the page that name their text that text. */
export function speak() {
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-placeholder]")) node.placeholder = t(node.dataset.tPlaceholder);
  for (const node of document.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", t(node.dataset.tLabel));
}
