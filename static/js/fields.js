// The values of a form, and messages beside the fields they are about, linked so that a screen reader reads them.

import { make } from "./texts.js";

/** Return the values of a form as [name, value] pairs, without its token and files. */
export function entriesOf(form) {
  return [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && typeof value === "string");
}

/** Put `entries` back into the fields of `form`. */
export function fill(form, entries) {
  const values = new Map();
  for (const [name, value] of entries) values.set(name, [...(values.get(name) ?? []), value]);
  for (const field of form.elements) {
    if (!field.name || field.name === "csrf_token" || field.type === "file") continue;
    const given = values.get(field.name) ?? [];
    if (field.type === "radio" || field.type === "checkbox") field.checked = given.includes(field.value);
    else if (field.multiple) [...field.options].forEach((option) => (option.selected = given.includes(option.value)));
    else if (given.length) field.value = given[0];
  }
}

/** Return what people call the field `name` of `form`. */
export function labelOf(form, name) {
  const field = [...(form.elements ?? [])].find((candidate) => candidate.name === name && candidate.type !== "hidden");
  const legend = field?.type === "radio" ? field.closest("fieldset")?.querySelector("legend") : null;
  return (legend ?? field?.labels?.[0])?.textContent.trim() ?? "";
}

/** Return `value` as people read it: the label of the chosen radio or option, else the text. */
export function wordsOf(form, name, value) {
  for (const field of form.elements ?? []) {
    if (field.name !== name) continue;
    if (field.type === "radio" && field.value === value) return field.labels?.[0]?.textContent.trim() ?? value;
    if (field.tagName === "SELECT") return [...field.options].find((option) => option.value === value)?.text ?? value;
  }
  return value;
}

/** Return `entries` as [label, words] pairs, without what is hidden or empty. */
export const readable = (form, entries) =>
  entries.map(([name, value]) => [value && labelOf(form, name), wordsOf(form, name, value)]).filter(([label]) => label);

/** Remove the messages that a script put on `form`. */
export function clearErrors(form) {
  form.querySelectorAll?.("[data-script-error]").forEach((message) => message.remove());
  form.querySelectorAll?.("[data-script-wrong]").forEach((field) => {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("data-script-wrong");
    const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => !id.endsWith("-script-error"));
    if (described.join("")) field.setAttribute("aria-describedby", described.join(" "));
    else field.removeAttribute("aria-describedby");
  });
}

/** Show `errors` ({field: [sentence]}) beside their fields and `general` at the top of `form`. */
export function showErrors(form, errors, general = []) {
  clearErrors(form);
  const unplaced = [...general];
  for (const [name, found] of Object.entries(errors)) {
    const field = [...(form.elements ?? [])].find((candidate) => candidate.name === name && candidate.type !== "hidden");
    if (!field) unplaced.push(...found);
    else place(field, found);
  }
  if (unplaced.length) form.prepend(list(unplaced, ""));
}

function place(field, found) {
  const id = `${field.id || field.name}-script-error`;
  const described = [field.getAttribute("aria-describedby"), id].filter(Boolean).join(" ");
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", described);
  field.setAttribute("data-script-wrong", "");
  const before = field.closest("fieldset") ?? field;
  before.before(list(found, id));
}

const list = (sentences, id) =>
  make("ul", { class: "field__errors", "data-script-error": true, role: "alert", id: id || null }, ...sentences.map((text) => make("li", { text })));
