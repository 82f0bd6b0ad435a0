// The key to try requests with: kept where the playground keeps its own, and never shown.

import { byId } from "../dom.js";
import { key, keepKey } from "../playground/settings.js";
import { t } from "./words.js";

const dialog = byId("key-dialog");
const field = byId("key");

/** Ask for a key, and keep it or forget the one there is. */
export async function askKey() {
  field.value = "";
  byId("key-state").textContent = key() ? t("keyHeld") : t("keyNone");
  byId("key-forget").hidden = !key();
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((done) => dialog.addEventListener("close", done, { once: true }));
  const given = field.value.trim();
  field.value = ""; // it is not left lying about
  if (dialog.returnValue === "forget") keepKey("", false);
  if (dialog.returnValue === "ok" && given) keepKey(given, byId("key-remember").checked);
}

dialog.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  dialog.close("ok");
});
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close()); // outside of it
byId("key-cancel").addEventListener("click", () => dialog.close());
byId("key-forget").addEventListener("click", () => dialog.close("forget"));
