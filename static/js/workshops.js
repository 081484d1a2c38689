// A workshop as it goes on: the page is read again when something changed, unless one is writing; the timer counts down.

const EVERY_MS = 5000;
const screen = document.querySelector("[data-state]");

const isWriting = () => [...document.querySelectorAll("textarea, input[type=number], input[type=text]")].some((field) => field === document.activeElement || field.value !== field.defaultValue);

async function look() {
  if (document.hidden || isWriting()) return;
  try {
    const answer = await fetch(screen.dataset.state, { headers: { Accept: "application/json" } });
    if (answer.ok && (await answer.json()).stamp !== screen.dataset.stamp) location.reload();
  } catch {
    // away for a moment: the next look will tell
  }
}

function count() {
  for (const clock of document.querySelectorAll("[data-ends]")) {
    const left = Math.max(0, Math.round((new Date(clock.dataset.ends) - Date.now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    clock.hidden = false;
    clock.toggleAttribute("data-over", left === 0);
  }
}

if (screen) setInterval(look, EVERY_MS);
count();
setInterval(count, 1000);
