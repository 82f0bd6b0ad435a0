// What the documents of the tests say.
export const POOL =
  "La piscine municipale ouvre à sept heures et ferme à vingt heures. L'entrée coûte quatre euros.";
export const LIBRARY = "La bibliothèque prête cinq livres pour trois semaines. Elle ferme le lundi.";
export const TOWER = "The Eiffel Tower is 330 metres tall. It was finished in 1889.";

/** A document as the client sends it. */
export function text(name, content) {
  return new File([content], name);
}
