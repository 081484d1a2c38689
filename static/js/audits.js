// The checklist of an audit: each row opens its editor in place; answers save as they are given (autosave.js).
// Without script each row leads to its own page. The team and criteria forms get a little help too.

import { autosave, start } from "./autosave.js";
import { person } from "./net.js";
import * as dropzone from "./dropzone.js";
import * as queue from "./queue.js";
import { make } from "./texts.js";
import * as thumbs from "./thumbs.js";

const grid = document.querySelector("[data-checklist]");
const texts = document.getElementById("editor-texts")?.content;
const rowAt = (position) => document.getElementById(`q${position}`);
const positionOf = (row) => row.id.slice(1);
const urlOf = (row) => `${grid.dataset.checklist}/${positionOf(row)}`;
const noteOf = (row) => row.querySelector(":scope > p");

/** Open the editor of `row`; the one that was open closes, its form stays saved. */
function open(row, { focus = true } = {}) {
  const already = row.querySelector(".editor");
  for (const other of grid.querySelectorAll("li.is-open")) if (other !== row) close(other);
  if (already) return focusOn(row);
  const editor = document.getElementById("editor").content.cloneNode(true);
  number(editor, positionOf(row));
  const form = editor.querySelector("form[data-autosave]");
  form.setAttribute("action", urlOf(row));
  form.elements.version.value = row.dataset.version ?? "1";
  form.elements.observation.value = noteOf(row)?.textContent ?? "";
  const chosen = form.querySelector(`input[value="${row.dataset.v}"]`);
  if (chosen) chosen.checked = true;
  editor.querySelector("[data-finding]").setAttribute("action", `${urlOf(row)}/finding`);
  editor.querySelector("[data-open-page]").href = urlOf(row);
  editor.querySelector("[data-next]").addEventListener("click", () => next(row));
  const zone = editor.querySelector("[data-drop]");
  zone.dataset.upload = grid.dataset.upload.replace(/0$/, row.dataset.item);
  row.append(editor);
  dropzone.prepare(zone);
  row.classList.add("is-open");
  autosave(form);
  row.firstElementChild.setAttribute("aria-expanded", "true");
  if (focus) focusOn(row);
  return complete(row, form);
}

function focusOn(row) {
  const form = row.querySelector("form[data-autosave]");
  (form.querySelector("input[type=radio]:checked") ?? form.querySelector("input[type=radio]")).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function close(row) {
  const form = row.querySelector("form[data-autosave]");
  if (form) autosave(form).flush();
  row.querySelector(".editor")?.remove();
  row.classList.remove("is-open");
  row.firstElementChild.setAttribute("aria-expanded", "false");
}

/** Give the ids of a cloned editor the number of their row. */
function number(editor, position) {
  for (const element of editor.querySelectorAll("[id]")) element.id = `${element.id}-${position}`;
  for (const label of editor.querySelectorAll("label[for]")) label.htmlFor = `${label.htmlFor}-${position}`;
}

/** Ask for what the row leaves out: help, version, and what somebody else wrote since. */
async function complete(row, form) {
  const before = JSON.stringify([...new FormData(form)]);
  let told;
  try {
    const answer = await fetch(urlOf(row), { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok) return;
    told = await answer.json();
  } catch {
    return; // offline: what the page knows will do
  }
  help(row, told);
  const list = row.querySelector("[data-evidence]");
  for (const file of told.evidence) if (list && !list.querySelector(`a[href="${CSS.escape(file.url)}"]`)) thumbs.add(list, file);
  const pending = await queue.get("saves", idOf(form)).catch(() => null);
  // Looked at last: the person may have answered while we waited.
  const untouched = !pending && JSON.stringify([...new FormData(form)]) === before;
  if (!untouched) return;
  form.elements.version.value = told.version;
  form.elements.observation.value = told.observation;
  for (const radio of form.querySelectorAll("input[type=radio]")) radio.checked = radio.value === told.verdict;
  show(row, told);
}

const idOf = (form) => `${person} POST ${form.getAttribute("action")}`;

function help(row, told) {
  const box = row.querySelector("[data-help]");
  if (!box) return;
  const part = (name) => {
    const title = texts.querySelector(`[data-${name}]`).textContent;
    return told[name] ? make("div", {}, make("strong", { text: title }), make("span", { class: "prewrap", text: told[name] })) : null;
  };
  box.replaceChildren(...["guidance", "expected"].map(part).filter(Boolean));
}

/** Show an accepted answer on its row. */
function show(row, { verdict, observation, version }) {
  row.dataset.v = verdict;
  row.dataset.version = version;
  row.querySelector("i").textContent = verdict ? texts.querySelector(`[data-label="${verdict}"]`).textContent : "";
  const note = noteOf(row);
  if (!observation) note?.remove();
  else if (note) note.textContent = observation;
  else row.firstElementChild.after(make("p", { text: observation }));
  count(row.closest("section"));
}

/** Show how many files a row has once one more was sent. */
function gathered(row, file) {
  const list = row.querySelector("[data-evidence]");
  if (list) thumbs.add(list, file);
  const link = row.querySelector(":scope > .n") ?? make("a", { class: "n", href: `${urlOf(row)}#evidence` });
  const count = (Number.parseInt(link.textContent, 10) || 0) + 1;
  link.textContent = texts.querySelector(count > 1 ? "[data-many]" : "[data-one]").textContent.replace(/\d+/, count);
  if (!link.isConnected) row.querySelector(".editor").before(link);
}

/** Count again what a section, and the whole, have answered. */
function count(section) {
  const hidden = Number(section.dataset.total) - section.querySelectorAll("ol > li").length;
  const kept = Number((section.dataset.hidden ??= String(Number(section.dataset.answered) - firstAnswered(section))));
  const answered = section.querySelectorAll('ol > li:not([data-v=""])').length + (hidden > 0 ? kept : 0);
  const line = document.querySelector(`[data-section-count="${section.dataset.section}"]`);
  if (line) line.textContent = `${answered}/${section.dataset.total}`;
}

/** How many rows of a section came answered; noted before any answer changes. */
function firstAnswered(section) {
  return Number(section.dataset.shown ?? 0);
}

function progress(answered) {
  if (answered == null) return;
  document.querySelector("[data-answered-count]").textContent = answered;
  document.querySelector("[data-progress]").value = answered;
}

/** Go on with the next question without an answer, from `row` or from the top. */
function next(row) {
  const rows = [...grid.querySelectorAll("li[id]")];
  const after = rows.slice(rows.indexOf(row) + 1);
  const found = [...after, ...rows].find((candidate) => candidate.dataset.v === "" && candidate !== row) ?? after[0];
  if (found) open(found);
}

/** Open the editors of the answers that an earlier page could not send, so that they show. */
async function takeUp() {
  for (const record of await queue.mine("saves", person).catch(() => [])) {
    const row = record.url.startsWith(`${grid.dataset.checklist}/`) ? rowAt(record.url.split("/").pop()) : null;
    if (row) await open(row, { focus: false });
  }
}

async function conduct() {
  for (const section of grid.querySelectorAll("section")) section.dataset.shown = section.querySelectorAll('ol > li:not([data-v=""])').length;
  grid.addEventListener("click", (event) => {
    const link = event.target.closest("li[id] > a:first-child");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const row = link.parentElement;
    if (row.classList.contains("is-open")) close(row);
    else open(row);
  });
  grid.addEventListener("autosave:saved", (event) => {
    const row = event.target.closest("li[id]");
    if (row && event.detail.verdict != null) show(row, event.detail);
    progress(event.detail.answered);
  });
  grid.addEventListener("drop:uploaded", (event) => gathered(event.target.closest("li[id]"), event.detail));
  grid.addEventListener("keydown", (event) => {
    const row = event.target.closest("li.is-open");
    if (row && event.key === "Enter" && (event.ctrlKey || event.metaKey)) next(row);
    if (row && event.key === "Escape") {
      close(row);
      row.firstElementChild.focus();
    }
  });
  document.querySelector("[data-next-unanswered]")?.addEventListener("click", (event) => {
    event.preventDefault();
    next(grid.querySelector("li.is-open"));
  });
  await takeUp();
  start();
  dropzone.start();
}

/** One more line for one more person. */
function rows(list) {
  const button = document.querySelector("[data-add-row]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const place = list.children.length;
    const line = list.lastElementChild.cloneNode(true);
    for (const element of line.querySelectorAll("[id], [for], [name]")) {
      for (const name of ["id", "for", "name"]) {
        if (element.hasAttribute(name)) element.setAttribute(name, element.getAttribute(name).replace(/-\d+-/, `-${place}-`));
      }
    }
    line.querySelectorAll("select").forEach((select) => (select.selectedIndex = 0));
    list.append(line);
    line.querySelector("select").focus();
  });
}

/** Ticking a clause ticks what stands below it, and chooses “only the ticked clauses”. */
function clauses(criterion) {
  criterion.querySelector("details")?.addEventListener("change", (event) => {
    for (const box of event.target.closest("li").querySelectorAll("input")) box.checked = event.target.checked;
    if (!event.target.checked) {
      for (let above = event.target.closest("ul").closest("li"); above; above = above.parentElement.closest("li")) {
        above.querySelector("input").checked = false;
      }
    }
    criterion.querySelector('input[type="radio"][value="chosen"]').checked = true;
  });
}

if (grid?.hasAttribute("data-editable")) conduct();
for (const list of document.querySelectorAll("[data-rows]")) rows(list);
for (const criterion of document.querySelectorAll("[data-criterion]")) clauses(criterion);
