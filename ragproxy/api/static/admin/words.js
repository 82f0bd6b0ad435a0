// What the page says, in English and in French. `{name}` in a text is a place for a value.

import { FORMS } from "./words_forms.js";

const WORDS = {
  desk: ["Admin desk", "Administration"],
  skip: ["Skip to the content", "Aller au contenu"],
  sections: ["Sections", "Rubriques"],
  playground: ["Playground", "Espace d'essai"],
  reference: ["API reference", "Référence de l'API"],
  overview: ["Overview", "Vue d'ensemble"],
  usage: ["Usage", "Consommation"],
  keys: ["Keys", "Clés"],
  agents: ["Agents", "Agents"],
  stores: ["Stores", "Bases"],
  health: ["Health", "Santé"],
  signOut: ["Sign out", "Se déconnecter"],
  signedInAs: ["Signed in as {name}", "Connecté : {name}"],
  administrator: ["administrator", "administrateur"],
  theme: ["Theme", "Thème"],
  system: ["System", "Système"],
  light: ["Light", "Clair"],
  dark: ["Dark", "Sombre"],
  language: ["Language", "Langue"],
  loading: ["Loading…", "Chargement…"],
  retry: ["Try again", "Réessayer"],
  refresh: ["Refresh", "Actualiser"],
  close: ["Close", "Fermer"],
  cancel: ["Cancel", "Annuler"],
  save: ["Save", "Enregistrer"],
  saved: ["Saved", "Enregistré"],
  copy: ["Copy", "Copier"],
  copied: ["Copied", "Copié"],
  notCopied: ["Select the text and copy it", "Sélectionnez le texte et copiez-le"],
  delete: ["Delete", "Supprimer"],
  edit: ["Edit", "Modifier"],
  filter: ["Filter", "Filtrer"],
  more: ["Show more", "Afficher la suite"],
  none: ["none", "aucun"],
  never: ["never", "jamais"],
  all: ["All", "Tous"],
  allKeys: ["All", "Toutes"],
  activeKeys: ["Active", "Actives"],
  general: ["General", "Général"],
  actions: ["Actions", "Actions"],
  noMatch: ["Nothing matches the filter.", "Rien ne correspond au filtre."],
  shown: ["Shown: {count}", "Affichage : {count}"],

  // ---- signing in ----
  signIn: ["Sign in", "Se connecter"],
  signInIntro: ["Keys, agents, documents, usage and health of this server.", "Clés, agents, documents, consommation et santé de ce serveur."],
  adminKey: ["Admin key", "Clé d'administration"],
  adminKeyHelp: ["The value of RAGPROXY_ADMIN_KEY, or a key with the scope “admin”.", "La valeur de RAGPROXY_ADMIN_KEY, ou une clé qui a la portée « admin »."],
  noAdminKey: [
    "This server has no admin key. Set RAGPROXY_ADMIN_KEY to a long secret of your choice and start the server again.",
    "Ce serveur n'a pas de clé d'administration. Donnez à RAGPROXY_ADMIN_KEY un long secret de votre choix, puis relancez le serveur.",
  ],
  wrongKey: ["This key does not open the admin desk. Check it and try again.", "Cette clé n'ouvre pas l'administration. Vérifiez-la et réessayez."],
  noScope: ["This key is good, but it lacks the scope “admin”.", "Cette clé est valable, mais il lui manque la portée « admin »."],
  tooManyTries: ["Too many wrong keys came from your address. Wait a minute, then try again.", "Trop de clés erronées sont venues de votre adresse. Attendez une minute, puis réessayez."],
  enterKey: ["Type a key first.", "Saisissez d'abord une clé."],
  byIssuer: ["Log in with your organisation", "Se connecter avec votre organisation"],
  continueAs: ["Continue as {name}", "Continuer en tant que {name}"],
  or: ["or", "ou"],
  sessionEnded: ["Your session has ended. Sign in again.", "Votre session est terminée. Reconnectez-vous."],
  signedOut: ["You are signed out.", "Vous êtes déconnecté."],

  // ---- what went wrong ----
  noServer: ["The server does not answer. Check that it runs and that you are connected, then try again.", "Le serveur ne répond pas. Vérifiez qu'il fonctionne et que vous êtes connecté au réseau, puis réessayez."],
  notHere: ["This is not there any more. Go back to the list and refresh it.", "Cet élément n'existe plus. Revenez à la liste et actualisez-la."],
  serverFailed: ["The server could not do this. Its log says more.", "Le serveur n'a pas pu le faire. Son journal en dit plus."],
  mustReload: ["The server did not recognise this page. Reload it; behind a proxy, set RAGPROXY_PUBLIC_URL.", "Le serveur n'a pas reconnu cette page. Rechargez-la ; derrière un proxy, définissez RAGPROXY_PUBLIC_URL."],
  recordsAway: ["The records do not answer at the moment. Try again shortly.", "La base de données ne répond pas pour l'instant. Réessayez bientôt."],

  // ---- overview and usage ----
  range: ["Time range", "Période"],
  hours24: ["24 hours", "24 heures"],
  days7: ["7 days", "7 jours"],
  days30: ["30 days", "30 jours"],
  days90: ["90 days", "90 jours"],
  requests: ["Requests", "Requêtes"],
  cost: ["Cost", "Coût"],
  tokens: ["Tokens", "Jetons"],
  failed: ["Errors", "Erreurs"],
  answeredWell: ["Answered", "Répondues"],
  fromCache: ["From the cache", "Depuis le cache"],
  hitRate: ["Cache hits", "Succès du cache"],
  hitsOf: ["{hits} of {requests} answers", "{hits} réponses sur {requests}"],
  failedShare: ["{share} of the requests", "{share} des requêtes"],
  tokenParts: ["{prompt} in, {completion} out", "{prompt} lus, {completion} écrits"],
  unpriced: ["{count} of unknown price", "{count} de prix inconnu"],
  latency: ["Latency", "Latence"],
  latencyHelp: ["Of requests that did not fail, to the end of their answer.", "Des requêtes sans erreur, jusqu'à la fin de leur réponse."],
  median: ["half the requests", "la moitié des requêtes"],
  p95: ["95 in 100", "95 sur 100"],
  p99: ["99 in 100", "99 sur 100"],
  attention: ["Needs attention", "À surveiller"],
  allWell: ["Nothing needs your attention.", "Rien ne demande votre attention."],
  failedDocuments: ["{count} documents of “{store}” could not be indexed", "{count} documents de « {store} » n'ont pas pu être indexés"],
  failedDocument: ["1 document of “{store}” could not be indexed", "1 document de « {store} » n'a pas pu être indexé"],
  upstreamIs: ["The upstream “{name}”: {state}", "Le serveur en amont « {name} » : {state}"],
  keyExpires: ["The key “{name}” expires {when}", "La clé « {name} » expire {when}"],
  upstreams: ["Upstreams", "Serveurs en amont"],
  overTime: ["Requests over time", "Requêtes au fil du temps"],
  nothingYet: ["No request asked a model in this time.", "Aucune requête n'a interrogé de modèle sur cette période."],
  nothingYetHelp: ["Ask something at /v1/chat/completions, or choose a longer time.", "Posez une question à /v1/chat/completions, ou choisissez une période plus longue."],
  groupBy: ["Group by", "Regrouper par"],
  byKey: ["Key", "Clé"],
  byModel: ["Model", "Modèle"],
  byAgent: ["Agent", "Agent"],
  byUpstream: ["Upstream", "Serveur en amont"],
  byOwner: ["Project", "Projet"],
  noKey: ["without a key", "sans clé"],
  noAgent: ["no agent", "aucun agent"],
  noUpstream: ["none was asked", "aucun interrogé"],
  others: ["others", "autres"],
  total: ["Total", "Total"],
  asTable: ["Show “{title}” as a table", "Afficher « {title} » en tableau"],
  time: ["Time", "Moment"],
  daysByUtc: ["Days begin at midnight UTC.", "Les jours commencent à minuit UTC."],
  hoursHere: ["Hours are those of your clock.", "Les heures sont celles de votre horloge."],
  csv: ["Download CSV", "Télécharger en CSV"],
  meanTime: ["Mean time", "Durée moyenne"],
  breakdown: ["In detail", "En détail"],
  cutOff: ["There is more than can be shown; the CSV has it all.", "Il y en a plus qu'on ne peut en montrer ; le CSV contient tout."],

  // ---- health ----
  healthIntro: ["As the server process sees it that answered; it asks no upstream for this page.", "Tel que le voit le processus qui a répondu ; il n'interroge aucun serveur en amont pour cette page."],
  server: ["Server", "Serveur"],
  version: ["Version", "Version"],
  process: ["Process", "Processus"],
  ofProcesses: ["{process}, one of {count}", "{process}, un parmi {count}"],
  records: ["Records", "Base de données"],
  index: ["Index", "Index"],
  ok: ["works", "fonctionne"],
  failing: ["failing", "en échec"],
  down: ["left alone", "mis de côté"],
  unknown: ["not asked yet", "pas encore interrogé"],
  noUpstreams: ["No upstream is configured: the built-in model writes the answers. Set OPENAI_BASE_URL to have another.", "Aucun serveur en amont n'est configuré : le modèle intégré rédige les réponses. Définissez OPENAI_BASE_URL pour en avoir un."],
  address: ["Address", "Adresse"],
  state: ["State", "État"],
  circuit: ["Circuit breaker", "Disjoncteur"],
  closed: ["closed", "fermé"],
  open: ["open, tried again in {seconds} s", "ouvert, nouvel essai dans {seconds} s"],
  halfOpen: ["being tried", "à l'essai"],
  noCircuit: ["none", "aucun"],
  inFlight: ["Calls now", "Appels en cours"],
  andWaiting: ["{count}, {waiting} waiting", "{count}, {waiting} en attente"],
  callsFailed: ["Calls", "Appels"],
  failedOf: ["{calls}, {failures} failed", "{calls}, dont {failures} en échec"],
  firstPiece: ["First piece (p50 / p95)", "Premier élément (p50 / p95)"],
  lastFailure: ["Last failure", "Dernier échec"],
  lastAnswer: ["Last answer", "Dernière réponse"],
  models: ["Models", "Modèles"],
  notListed: ["not known yet", "pas encore connus"],
  why_unreachable: ["could not be reached in time: check its address and the network", "injoignable à temps : vérifiez son adresse et le réseau"],
  why_timeout: ["did not answer in time", "n'a pas répondu à temps"],
  why_broken: ["broke off its answer", "a interrompu sa réponse"],
  why_unavailable: ["could not be reached: check its address and that it runs", "injoignable : vérifiez son adresse et qu'il fonctionne"],
  why_401: ["refused its key (401): check the variable that holds it", "a refusé sa clé (401) : vérifiez la variable qui la contient"],
  why_403: ["refused access (403): check what its key may do", "a refusé l'accès (403) : vérifiez les droits de sa clé"],
  why_429: ["has had enough of us (429): its limits or its money are used up", "nous refuse (429) : ses limites ou son crédit sont épuisés"],
  why_other: ["answered {status}", "a répondu {status}"],
  ...FORMS,
};

/** The page's language: "en" or "fr". */
export function language() {
  return document.documentElement.lang === "fr" ? "fr" : "en";
}

/** The reader's own kind of that language, such as "en-GB", for figures and dates. */
export function locale() {
  return navigator.languages?.find((tag) => tag.slice(0, 2) === language()) ?? language();
}

/** The text of that name in the page's language, with the values in their places. */
export function t(name, values = {}) {
  const text = WORDS[name]?.[language() === "fr" ? 1 : 0];
  if (text === undefined) throw new Error(`no text is called ${name}`);
  const spaced = language() === "fr" ? text.replace(/ (?=[:;?!»])|(?<=«) /g, "\u00a0") : text;
  return spaced.replace(/\{(\w+)\}/g, (place, key) => (key in values ? String(values[key]) : place));
}

/** Whether there is a text of that name. */
export function has(name) {
  return name in WORDS;
}
