// The lines of an analysis from the keyboard: Alt and an arrow move the line that has the focus.

const STEPS = { ArrowUp: "up", ArrowDown: "down", ArrowRight: "in", ArrowLeft: "out" };

/** Post the step of a line by the form that its menu holds already. */
function step(line, direction) {
  const button = line.querySelector(`:scope > .line__row button[name="direction"][value="${direction}"]`);
  if (!button) return false;
  button.form.requestSubmit(button);
  return true;
}

for (const line of document.querySelectorAll("[data-line]")) {
  line.tabIndex = -1;
  line.addEventListener("keydown", (event) => {
    if (!event.altKey || !(event.key in STEPS)) return;
    event.stopPropagation();
    if (step(line, STEPS[event.key])) event.preventDefault();
  });
}

const keys = document.querySelector("[data-keys]");
if (keys) keys.hidden = !document.querySelector("[data-line]");
const target = location.hash.startsWith("#line-") && document.querySelector(location.hash);
if (target) (target.querySelector(".line__tools a") ?? target).focus();
