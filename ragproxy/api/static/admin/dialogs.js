// Dialogs: they keep the keyboard inside, Escape leaves them, and the focus goes back to where it was.

import { announce, button, copy, el, nextId } from "./dom.js";
import { explained } from "./parts.js";
import { t } from "./words.js";

/** Ask whether to do something that cannot be undone; `work` is done on yes, and what fails is told in the dialog. */
export function confirmed({ title, text, action, work, extra = null, danger = true }) {
  return opened(title, (close, fail) => {
    const yes = button(action, async () => {
      yes.disabled = true;
      try {
        await work();
        close();
      } catch (failure) {
        yes.disabled = false;
        fail(failure);
      }
    }, { class: danger ? "danger" : "primary" });
    return [el("p", {}, text), extra, el("div", { class: "buttons" }, button(t("cancel"), close, { autofocus: true }), yes)];
  });
}

/** A form in a dialog. `fields` are of forms.js; `work` takes their values, and what it refuses is told at its field. */
export function formDialog({ title, fields, action, work }) {
  return opened(title, (close, fail) => {
    const send = el("button", { type: "submit", class: "primary" }, action);
    const form = el("form", { novalidate: true }, ...fields.elements, el("div", { class: "buttons" }, button(t("cancel"), close), send));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      fields.clear();
      const values = fields.read();
      if (values === null) return;
      send.disabled = true;
      try {
        await work(values);
        close();
      } catch (failure) {
        if (!fields.tell(failure)) fail(failure);
      } finally {
        send.disabled = false;
      }
    });
    return [form];
  });
}

/** Show a key's secret, this once. */
export function secretDialog(name, secret) {
  return opened(t("secretTitle", { name }), (close) => {
    const shown = el("output", { class: "secret", id: "secret" }, secret);
    const copying = button(t("copy"), async () => {
      const done = await copy(secret);
      if (!done) getSelection().selectAllChildren(shown);
      copying.textContent = t(done ? "copied" : "notCopied");
      announce(copying.textContent);
    }, { autofocus: true });
    return [el("p", {}, t("secretOnce")), el("div", { class: "secret-row" }, shown, copying), el("div", { class: "buttons" }, button(t("secretDone"), close, { class: "primary" }))];
  }, { closedBy: "none" });
}

function opened(title, fill, { closedBy = "any" } = {}) {
  const heading = el("h2", { id: nextId("dialog") }, title);
  const wrong = el("div", { class: "notice bad", role: "alert", hidden: true });
  const dialog = el("dialog", { "aria-labelledby": heading.id });
  const before = document.activeElement;
  const close = () => dialog.close();
  const fail = (failure) => {
    wrong.replaceChildren(...explained(failure));
    wrong.hidden = false;
    wrong.scrollIntoView({ block: "nearest" });
  };
  dialog.append(heading, ...fill(close, fail).filter(Boolean));
  heading.after(wrong);
  if (closedBy === "none") dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before?.isConnected) before.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
