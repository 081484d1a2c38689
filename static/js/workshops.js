// A workshop as it goes on: the page is read again when something changed; whoever writes is told instead; the timer counts down.
// A page that shows a refused form says no data-state: reading it again would send the form again.

import { say } from "./texts.js";

const EVERY_MS = 5000;
const screen = document.querySelector("[data-state]");
const ballot = document.querySelector(".ballot");
const left = document.querySelector("[data-points]");

const FIELDS = "textarea, input[type=number], input[type=text], input[type=radio], select";
const changed = (field) => (field.type === "radio" ? field.checked !== field.defaultChecked : field.options ? !field.options[field.selectedIndex].defaultSelected : field.value !== field.defaultValue);
const isWriting = () => [...document.querySelectorAll(FIELDS)].some((field) => field === document.activeElement || changed(field));

function leave() {
  const given = [...new FormData(ballot)].reduce((sum, [name, value]) => sum + (name.startsWith("vote-") ? Number(value) : 0), 0);
  const rest = left.dataset.points - given;
  left.textContent = say(rest < 0 ? "points_over" : "points_left", { count: Math.abs(rest) });
  left.toggleAttribute("data-over", rest < 0);
}

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(screen.dataset.state, { headers: { Accept: "application/json" } });
    const isGone = answer.status === 404; // the link was changed: the page says what to do
    if (!isGone && !(answer.ok && (await answer.json()).stamp !== screen.dataset.stamp)) return;
    if (isWriting()) document.querySelector("[data-news]").hidden = false;
    else location.reload();
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

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
if (left) {
  ballot.addEventListener("change", leave);
  leave();
}
if (screen) setInterval(look, EVERY_MS);
count();
setInterval(count, 1000);
