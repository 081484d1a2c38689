// Thumbnails of evidence files: one that was just sent joins the others.

import { make } from "./texts.js";

/** Add a file {name, url, thumb_url, note} to a list of thumbnails, and show the list. */
export function add(list, file) {
  const picture = make("span", { class: "thumb__picture" });
  if (file.thumb_url) picture.append(make("img", { src: file.thumb_url, alt: "" }));
  const said = file.gone ?? file.note;
  const note = said ? make("span", { text: said }) : null;
  const text = make("span", { class: "thumb__text", text: file.name }, note);
  list.append(make("li", {}, make("a", { class: "thumb", href: file.url }, picture, text)));
  list.hidden = false;
}

addEventListener("drop:uploaded", ({ target, detail }) => {
  const list = (target.closest("section") ?? document).querySelector("[data-thumbs]");
  if (list && detail?.url) add(list, detail);
});
