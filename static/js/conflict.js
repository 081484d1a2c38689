// Somebody else saved in between: show both texts, let the person choose, overwrite nothing.

import { labelOf, wordsOf } from "./fields.js";
import { make, say } from "./texts.js";

/** Remove the choice shown on `form`. */
export function hideConflict(form) {
  form.querySelector?.("[data-conflict]")?.remove();
}

const version = (title, text, mine) =>
  make(
    "div",
    { class: mine ? "version version--mine" : "version" },
    make("p", { class: "version__who", text: title }),
    make("p", { class: "prewrap", text: text || "—" }),
  );

/** Show the choice inside `form`; `keepMine` and `keepTheirs` are called once. */
export function showConflict(form, { theirs, mine, who, canKeepMine, keepMine, keepTheirs }) {
  hideConflict(form);
  const differing = Object.keys(theirs).filter((name) => name in mine && name !== "version" && String(theirs[name] ?? "") !== mine[name]);
  const close = (act) => () => {
    hideConflict(form);
    act();
  };
  const button = (text, look, act) => make("button", { type: "button", class: `btn btn-${look}`, text, on: { click: close(act) } });
  const box = make(
    "div",
    { class: "conflict", role: "alert", "data-conflict": true },
    make("p", { text: say("conflict") }),
    ...differing.flatMap((name) => [
      make("h4", { text: labelOf(form, name) }),
      make(
        "div",
        { class: "versions" },
        version(who ? `${say("theirs")} – ${who}` : say("theirs"), wordsOf(form, name, String(theirs[name] ?? "")), false),
        version(say("mine"), wordsOf(form, name, mine[name]), true),
      ),
    ]),
    make(
      "div",
      { class: "cluster" },
      canKeepMine ? button(say("keep_mine"), "primary", keepMine) : null,
      button(say("keep_theirs"), "secondary", keepTheirs),
    ),
  );
  form.append(box);
  if (form.contains(document.activeElement)) box.scrollIntoView({ block: "center" });
}
