// A workshop as it goes on: the page is read again when something changed, unless one is writing; the timer counts down.
// A page that shows a refused form says no data-state: reading it again would send the form again.

import { say } from "./texts.js";

const EVERY_MS = 5000;
const screen = document.querySelector("[data-state]");

const isWriting = () => [...document.querySelectorAll("textarea, input[type=number], input[type=text]")].some((field) => field === document.activeElement || field.value !== field.defaultValue);

async function look() {
  if (document.hidden || isWriting()) return;
  try {
    const answer = await fetch(screen.dataset.state, { headers: { Accept: "application/json" } });
    const isGone = answer.status === 404; // the link was changed: the page says what to do
    if (isGone || (answer.ok && (await answer.json()).stamp !== screen.dataset.stamp)) location.reload();
  } catch {
    // away for a moment: the next look will tell
  }
}

function count() {
  for (const clock of document.querySelectorAll("[data-ends]")) {
    const left = Math.max(0, Math.round((new Date(clock.dataset.ends) - Date.now()) / 1000));
    clock.textContent = left ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : say("time_over");
    clock.hidden = false;
    clock.toggleAttribute("data-over", left === 0);
  }
}

if (screen) setInterval(look, EVERY_MS);
count();
setInterval(count, 1000);
