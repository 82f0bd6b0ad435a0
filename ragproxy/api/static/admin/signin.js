// The way in: a key, or the organisation's own login.

import { ask } from "./api.js";
import { button, el } from "./dom.js";
import { elsewhere, tastes } from "./parts.js";
import { t } from "./words.js";

/** Fill `app` with the way in; `entered` is called once a session is open, `redraw` when the language has changed. */
export function showSignIn(app, session, { entered, redraw, notice }) {
  document.title = `${t("signIn")} · ragproxy`;
  const told = el("p", { id: "told", class: "notice bad", role: "alert", hidden: true });
  const enter = async (body) => {
    told.hidden = true;
    try {
      await ask("/admin/login", { method: "POST", body });
      await entered();
    } catch (failure) {
      told.textContent = reason(failure);
      told.hidden = false;
      key.value = "";
      key.setAttribute("aria-invalid", "true");
      key.focus();
    }
  };
  const key = el("input", { id: "key", type: "password", autocomplete: "current-password", required: true, maxlength: 1024, "aria-describedby": "key-help told" });
  const form = el(
    "form",
    { novalidate: true, submit: (event) => submitted(event, key, told, enter) },
    el("label", { for: "key" }, t("adminKey")),
    key,
    el("small", { id: "key-help" }, t("adminKeyHelp")),
    told,
    el("button", { type: "submit", class: "primary wide" }, t("signIn")),
  );
  app.replaceChildren(
    el(
      "main",
      { class: "door" },
      el("div", { class: "card door-card" }, el("p", { class: "brand" }, "ragproxy"), el("h1", {}, t("desk")), el("p", { class: "faint" }, t("signInIntro")),
        notice ? el("p", { class: "notice", role: "status" }, t(notice)) : null,
        session.admin_key_set || session.login_url ? null : el("p", { class: "notice warn" }, t("noAdminKey")),
        organisation(session, enter),
        form),
      tastes(redraw),
      elsewhere(),
    ),
  );
  key.focus();
}

function organisation(session, enter) {
  if (!session.login_url) return null;
  const way = session.person
    ? button(t("continueAs", { name: session.person }), () => enter({}), { class: "primary wide" })
    : el("a", { class: "button wide", href: session.login_url }, t("byIssuer"));
  return el("div", { class: "organisation" }, way, el("p", { class: "faint or" }, t("or")));
}

function submitted(event, key, told, enter) {
  event.preventDefault();
  const value = key.value.trim();
  if (value) return enter({ key: value });
  told.textContent = t("enterKey");
  told.hidden = false;
  key.focus();
  return undefined;
}

function reason(failure) {
  if (failure.status === 0) return t("noServer");
  if (failure.status === 429) return t("tooManyTries");
  if (failure.code === "insufficient_scope") return t("noScope");
  if (failure.status === 401 || failure.status === 400) return t("wrongKey");
  return failure.code === "csrf_check_failed" ? t("mustReload") : failure.message || t("serverFailed");
}
