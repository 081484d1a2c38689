// Risk analyses: the grid of a section.

import { watchGrid } from "./grid.js";

/** Say what the notes of a row come to while they are typed: the server made the table, for every set of notes. */
function watchResults(grid, { table, axes, unless }) {
  const levels = [...document.querySelectorAll("template[data-level]")];
  const cell = (row, code) => row.querySelector(`[name$="-${code}"][data-cell]`);
  const levelOf = (row) => {
    if (unless.some((code) => cell(row, code)?.value.trim())) return null;
    let place = 0;
    let score = 1;
    for (const [code, values] of axes) {
      const note = Number(cell(row, `note-${code}`).value.trim() || NaN);
      const at = values.indexOf(note);
      if (at < 0) return null;
      place = place * values.length + at;
      score *= note;
    }
    const level = levels[Number(table[place])].content.cloneNode(true);
    level.querySelector(".badge").lastChild.data = level.querySelector(".badge").lastChild.data.replace("{score}", score);
    return level;
  };
  const show = (row) => row.querySelector("[data-result]").replaceChildren(...[levelOf(row)].filter(Boolean));
  grid.addEventListener("input", (event) => {
    const { name = "" } = event.target;
    if (axes.some(([code]) => name.endsWith(`-note-${code}`)) || unless.some((code) => name.endsWith(`-${code}`))) show(event.target.closest("tr"));
  });
  for (const row of grid.querySelectorAll("tbody tr")) if (!row.querySelector("[data-result]").textContent.trim()) show(row);
}

const grid = document.querySelector("[data-grid]");
const results = document.querySelector("[data-results]");
if (grid) watchGrid(grid);
if (grid && results) watchResults(grid, JSON.parse(results.textContent));
