// Indicators: the formula is read while it is typed. Every page works without any of it.

import { watchGrid } from "./grid.js";

const PAUSE_MS = 350;

/** Ask the server what a formula means, and show its answer under it. */
function watchFormula(field) {
  const told = document.querySelector("[data-formula-told]");
  let pause, asked = 0;
  const ask = async () => {
    const turn = ++asked;
    const names = [...document.querySelectorAll("[data-formula-name]")].map((each) => each.value.trim()).filter(Boolean);
    const code = document.querySelector("[name=code]")?.value.trim() ?? "";
    const query = new URLSearchParams({ formula: field.value, names: names.join(","), code });
    const answer = await fetch(`${field.dataset.formula}?${query}`, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || turn !== asked) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    told.replaceChildren(...page.body.childNodes);
  };
  const soon = () => {
    clearTimeout(pause);
    pause = setTimeout(ask, PAUSE_MS);
  };
  for (const each of [field, ...document.querySelectorAll("[data-formula-name], [name=code]")]) each.addEventListener("input", soon);
  if (field.value) ask();
}

const formula = document.querySelector("[data-formula]");
if (formula) watchFormula(formula);

const grid = document.querySelector("[data-grid]");
if (grid) watchGrid(grid);
