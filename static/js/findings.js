// Writing a finding: what it still lacks follows each save; a file that was sent joins the others.

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

addEventListener("drop:uploaded", ({ detail }) => {
  const list = document.querySelector("[data-thumbs]");
  if (!list || !detail?.url) return;
  const picture = make("span", { class: "thumb__picture" });
  if (detail.thumb_url) picture.append(make("img", { src: detail.thumb_url, alt: "" }));
  list.append(make("li", {}, make("a", { class: "thumb", href: detail.url }, picture, make("span", { class: "thumb__text", text: detail.name }))));
  list.hidden = false;
});
