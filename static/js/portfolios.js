// Keep what a page says of readiness true while people write: after a save, the parts marked data-live are read anew.

const PAUSE_MS = 600;
let pause;

/** Replace every live part by what the server now says of it; what people type in stays untouched. */
async function refresh() {
  const response = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response?.ok || response.redirected) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (now && !now.isEqualNode(part) && !part.contains(document.activeElement)) part.replaceChildren(...now.childNodes);
  }
}

document.addEventListener("autosave:saved", () => {
  clearTimeout(pause);
  pause = setTimeout(refresh, PAUSE_MS);
});
