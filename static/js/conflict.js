// Somebody else saved in between: show both texts, let the person choose, overwrite nothing.

import { make, say } from "./texts.js";

/** Remove the choice shown on `form`. */
export function hideConflict(form) {
  form.querySelector?.("[data-conflict]")?.remove();
}

/** Return what people call the field `name` of `form`. */
function labelOf(form, name) {
  const field = [...(form.elements ?? [])].find((candidate) => candidate.name === name && candidate.type !== "hidden");
  const legend = field?.type === "radio" ? field.closest("fieldset")?.querySelector("legend") : null;
  return (legend ?? field?.labels?.[0])?.textContent.trim() ?? "";
}

/** Return `value` as people read it: the label of the chosen radio or option, else the text. */
function readable(form, name, value) {
  for (const field of form.elements ?? []) {
    if (field.name !== name) continue;
    if (field.type === "radio" && field.value === value) return field.labels?.[0]?.textContent.trim() ?? value;
    if (field.tagName === "SELECT") return [...field.options].find((option) => option.value === value)?.text ?? value;
  }
  return value;
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
        version(who ? `${say("theirs")} – ${who}` : say("theirs"), readable(form, name, String(theirs[name] ?? "")), false),
        version(say("mine"), readable(form, name, mine[name]), true),
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
