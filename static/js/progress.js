// What a draft still lacks follows each save: [data-progress="missing"], "advice" and "ready".

import { make } from "./texts.js";

/** Show the sentences of one part of the progress; a part without any is hidden. */
function show(part, found) {
  const box = document.querySelector(`[data-progress="${part}"]`);
  if (!box) return;
  box.hidden = !found.length;
  const lines = found.map(({ message, source }) =>
    make("li", {}, make("span", { class: "refusals__text", text: `${message} ` }, make("span", { class: "source", text: source }))),
  );
  box.querySelector("ul").replaceChildren(...lines);
}

addEventListener("autosave:saved", ({ detail }) => {
  if (!detail.missing) return;
  show("missing", detail.missing);
  show("advice", detail.advice ?? []);
  document.querySelector('[data-progress="ready"]').hidden = detail.missing.length > 0;
});
