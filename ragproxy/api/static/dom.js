// Elements, made and found, on every page. Text always goes in as text: none of it becomes HTML.

/** The element of that id. */
export function byId(id) {
  return document.getElementById(id);
}

/** A new element. Attributes that are null or false are left out, functions listen; children are nodes or texts. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== null && value !== false && value !== undefined) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Say something to screen readers, when they have finished what they are saying. */
export function announce(text) {
  const status = byId("status");
  status.textContent = "";
  setTimeout(() => (status.textContent = text), 50); // a text that is the same again would not be said
}

/** Put a text on the clipboard; whether that could be done. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
