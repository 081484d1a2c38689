// Long works: the page of one follows it to its end; the bar of other pages says when it is over.

const FIRST_MS = 500;
const LONGEST_MS = 4000;

/** Follow every work that this page shows. */
export function start() {
  const shown = document.querySelector("[data-work]");
  if (shown) follow(shown.dataset.work, (told) => show(shown, told));
  const line = document.querySelector("[data-work-line]");
  if (line && !shown) follow(line.dataset.workLine, (told) => note(line, told));
}

/** Ask how far a work is, ever less often, until it is over; not while nobody looks. */
async function follow(url, tell) {
  for (let wait = FIRST_MS; ; wait = Math.min(wait * 1.3, LONGEST_MS)) {
    await new Promise((go) => setTimeout(go, wait));
    if (document.hidden) continue;
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
      if (answer.status >= 400 && answer.status < 500) return;
      if (!answer.ok) continue;
      const told = await answer.json();
      tell(told);
      if (told.is_over) return;
    } catch {
      // The network is away: ask again later.
    }
  }
}

/** Draw how far the work is; go on to the result, or to the reasons of a failure. */
function show(page, { status, is_over, percent, state }) {
  if (is_over) {
    if (status === "done") page.querySelector("form").requestSubmit();
    else location.reload();
    return;
  }
  const bar = page.querySelector("progress");
  if (percent == null) bar.removeAttribute("value");
  else bar.value = percent;
  const words = page.querySelector("[data-work-state]");
  if (words.textContent !== state) words.textContent = state;
  page.querySelector("[data-work-percent]").textContent = percent == null ? "" : `${percent} %`;
}

/** Say in the bar that the work is over. */
function note(line, { status, is_over, state }) {
  line.dataset.status = status;
  if (is_over) line.querySelector("[data-work-state]").textContent = state;
}
