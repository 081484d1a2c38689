// The line that says whether what was typed is saved; app-wide lines show the worst state of all.

import { make, say, timeOfDay } from "./texts.js";

const WORST_FIRST = ["conflict", "wrong", "signed-out", "offline", "saving", "saved", "idle"];

function write(line, state) {
  if (!line || line.dataset.state === state) return;
  line.dataset.state = state;
  const time = line.querySelector("[data-save-time]");
  if (time && state === "saved") time.textContent = timeOfDay();
  line.querySelector("[data-save-link]")?.remove();
  if (state === "signed-out") {
    const href = document.body.dataset.signIn ?? "/sign-in";
    line.append(make("a", { href, target: "_blank", rel: "noopener", "data-save-link": true, text: say("sign_in") }));
  }
}

/** Show `state` on `element` and the worst of `all` on the lines that stand outside every autosaved form. */
export function showState(element, state, all) {
  element.dataset.saved = state;
  write(element.querySelector?.("[data-save-state]"), state);
  const worst = WORST_FIRST.find((known) => all.includes(known)) ?? "idle";
  for (const line of document.querySelectorAll("[data-save-state]:not([data-save-fixed])")) {
    if (!line.closest("form[data-autosave]")) write(line, worst);
  }
}
