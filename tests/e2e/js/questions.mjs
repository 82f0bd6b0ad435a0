// Questions to the user guide, and what the tests look at in every answer.
export const ENGLISH = "Which port does ragproxy listen on by default?";
export const FRENCH = "Sur quel port ragproxy écoute-t-il par défaut ?";
export const NOWHERE = "Quelle est la recette traditionnelle du cassoulet toulousain ?";
export const MODEL = "ragproxy";

/** The markers of a text, such as "[1]", in their order. */
export function markers(text) {
  return text.match(/\[\d+\]/g) ?? [];
}
