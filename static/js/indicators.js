// Indicators: the formula is read while it is typed. Every page works without any of it.

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

/** Move in the grid by keys, and spread what is pasted from a spreadsheet over its cells. */
function watchGrid(grid) {
  const told = document.querySelector("[data-grid-told]");
  const cells = new Map([...grid.querySelectorAll("[data-cell]")].map((each) => [each.dataset.cell, each]));
  const at = (row, column) => cells.get(`${row}:${column}`);
  const placeOf = (cell) => cell.dataset.cell.split(":").map(Number);
  const go = (cell) => {
    cell?.focus();
    cell?.select();
  };
  const isAtEdge = (cell, forward) => {
    const edge = forward ? cell.value.length : 0;
    const whole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    return whole || (cell.selectionStart === edge && cell.selectionEnd === edge);
  };
  grid.addEventListener("keydown", (event) => {
    if (!event.target.dataset?.cell || event.altKey || event.ctrlKey || event.metaKey) return;
    const [row, column] = placeOf(event.target);
    const wanted = {
      ArrowDown: () => at(row + 1, column),
      ArrowUp: () => at(row - 1, column),
      Enter: () => at(row + (event.shiftKey ? -1 : 1), column),
      ArrowRight: () => isAtEdge(event.target, true) && at(row, column + 1),
      ArrowLeft: () => isAtEdge(event.target, false) && at(row, column - 1),
    }[event.key]?.();
    if (event.key === "Enter" || wanted) event.preventDefault();
    if (wanted) go(wanted);
  });
  grid.addEventListener("paste", (event) => {
    if (!event.target.dataset?.cell) return;
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n+$/, "");
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    const rows = text.split("\n").map((line) => line.split("\t"));
    const width = Math.max(...rows.map((row) => row.length));
    const [row, column] = placeOf(event.target);
    const places = [...cells.keys()].map((key) => key.split(":").map(Number));
    const room = [Math.max(...places.map(([r]) => r)) - row + 1, Math.max(...places.map(([, c]) => c)) - column + 1];
    const isTooBig = rows.length > room[0] || width > room[1];
    told.hidden = !isTooBig;
    if (isTooBig) {
      told.textContent = told.dataset.tooBig.replace("{found}", rows.length * width).replace("{most}", room[0] * room[1]);
      return;
    }
    rows.forEach((line, down) => line.forEach((value, right) => {
      const cell = at(row + down, column + right);
      if (cell) cell.value = value.trim();
    }));
    go(at(row + rows.length - 1, column + width - 1) ?? event.target);
  });
}

const grid = document.querySelector("[data-grid]");
if (grid) watchGrid(grid);
