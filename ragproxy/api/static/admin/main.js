// The desk: who is not in signs in, who is in sees the section that the address names.

import { ask, onEnd, readSession } from "./api.js";
import { byId } from "./dom.js";
import { failed } from "./parts.js";
import { showDesk } from "./shell.js";
import { showSignIn } from "./signin.js";

let open = false;

async function start(notice = null) {
  const app = byId("app");
  try {
    const session = await readSession();
    open = session.signed_in;
    if (session.signed_in) showDesk(app, session, { leave, redraw: () => start() });
    else showSignIn(app, session, { entered: () => start(), redraw: () => start(notice), notice });
  } catch (failure) {
    app.replaceChildren(failed(failure, () => start(notice)));
  }
  performance.mark("ready");
  document.documentElement.dataset.ready = "";
}

async function leave() {
  try {
    await ask("/admin/logout", { method: "POST" });
  } finally {
    location.hash = "";
    await start("signedOut");
  }
}

onEnd(() => {
  if (open) start("sessionEnded");
});
start();
