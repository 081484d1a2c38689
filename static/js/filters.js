// Lists filter as soon as a filter changes; the search waits for Enter or a pause.

const PAUSE_MS = 600;

/** Watch every form[data-filters]. */
export function start() {
  for (const form of document.querySelectorAll("form[data-filters]")) {
    let pause;
    const submit = () => {
      clearTimeout(pause);
      for (const field of form.elements) if (!field.value) field.disabled = true;
      form.submit();
    };
    form.querySelector("[data-filters-submit]")?.classList.add("visually-hidden-focusable");
    form.addEventListener("change", (event) => event.target.type !== "search" && event.target.type !== "date" && submit());
    form.addEventListener("input", (event) => {
      if (event.target.type !== "search") return;
      clearTimeout(pause);
      pause = setTimeout(() => sessionStorage.setItem("qse-search", location.pathname) ?? submit(), PAUSE_MS);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
    resume(form);
  }
}

/** Give the search its focus back after it reloaded the page by itself. */
function resume(form) {
  const search = form.querySelector('input[type="search"]');
  if (search && sessionStorage.getItem("qse-search") === location.pathname) {
    search.focus();
    search.setSelectionRange(search.value.length, search.value.length);
  }
  sessionStorage.removeItem("qse-search");
}
