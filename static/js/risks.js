// Risk analyses: the grid of a section.

import { watchGrid } from "./grid.js";

const grid = document.querySelector("[data-grid]");
if (grid) watchGrid(grid);
