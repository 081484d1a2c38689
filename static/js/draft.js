// Long forms keep a draft in this browser until the server has accepted them: form[data-draft="key"].

import { entriesOf, fill } from "./fields.js";
import { person } from "./net.js";
import * as queue from "./queue.js";
import { make, say } from "./texts.js";

const PAUSE_MS = 700;
const idOf = (form) => `${person} ${form.dataset.draft}`;

/** Forget the drafts that were accepted, offer the others again, and keep what is typed now. */
export async function start() {
  const forms = [...document.querySelectorAll("form[data-draft]")];
  await settle();
  for (const form of forms) {
    await offer(form);
    watch(form);
  }
}

/** A sent draft was accepted unless an error page or a refused form came back. */
async function settle() {
  const isRefused = document.querySelector(".trouble, .summary") !== null;
  for (const draft of await queue.mine("drafts", person).catch(() => [])) {
    if (!draft.isSent) continue;
    if (isRefused) await queue.put("drafts", { ...draft, isSent: false });
    else await queue.drop("drafts", draft.id);
  }
}

/** Nothing that was sent to a session that had ended was accepted: whoever signs in again finds it. */
export async function keepAll() {
  for (const draft of await queue.everyone("drafts").catch(() => [])) {
    if (draft.isSent) await queue.put("drafts", { ...draft, isSent: false });
  }
}

async function offer(form) {
  const draft = await queue.get("drafts", idOf(form)).catch(() => undefined);
  if (!draft || form.querySelector(".summary")) return;
  const before = entriesOf(form);
  const version = before.filter(([name]) => name === "version");
  const kept = draft.entries.filter(([name]) => name !== "version").concat(version);
  if (JSON.stringify([...kept].sort()) === JSON.stringify([...before].sort())) return;
  fill(form, kept);
  const forget = () => {
    fill(form, before);
    notice.remove();
    queue.drop("drafts", draft.id);
  };
  const button = make("button", { type: "button", class: "btn btn-secondary btn-sm", text: say("draft_forget"), on: { click: forget } });
  const notice = make(
    "div",
    { class: "callout tone-info", role: "status" },
    make("div", { class: "callout__body" }, make("p", { text: say("draft_found") }), button),
  );
  form.prepend(notice);
}

function watch(form) {
  let pause;
  const keep = (isSent) => queue.put("drafts", { id: idOf(form), person, entries: entriesOf(form), at: Date.now(), isSent }).catch(() => {});
  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => keep(false), PAUSE_MS);
  });
  form.addEventListener("submit", () => {
    clearTimeout(pause);
    keep(true);
  });
}
