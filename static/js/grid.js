// A grid of fields that is filled like a spreadsheet. Every page works without it.

/** Return the first merged cell of what a spreadsheet puts on the clipboard, if there is one. */
function firstMerged(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  return [...page.querySelectorAll("td, th")].find((cell) => cell.rowSpan > 1 || cell.colSpan > 1);
}

/** Return the rows of pasted text; a quoted cell may hold line breaks. */
export function pastedRows(text) {
  const rows = [[]];
  const cells = /(?:"((?:[^"]|"")*)"|([^\t\n]*))(\t|\n|$)/y;
  const even = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "");
  while (cells.lastIndex <= even.length) {
    const found = cells.exec(even);
    if (!found) break;
    rows.at(-1).push((found[1]?.replaceAll('""', '"') ?? found[2]).trim());
    if (found[3] === "\n") rows.push([]);
    else if (!found[3]) break;
  }
  return rows;
}

/** Put a text into a cell; a list takes the choice of that code or label. Say whether it was taken. */
function put(cell, text) {
  if (cell.tagName !== "SELECT") cell.value = text;
  else {
    const wanted = text.toLocaleLowerCase();
    const found = [...cell.options].find((each) => [each.value, each.text].some((name) => name.toLocaleLowerCase() === wanted));
    if (!found) return false;
    cell.value = found.value;
  }
  cell.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

/** Move in the grid by keys, and spread what is pasted from a spreadsheet over its cells. */
export function watchGrid(grid) {
  const told = document.querySelector("[data-grid-told]");
  const cells = new Map([...grid.querySelectorAll("[data-cell]")].map((each) => [each.dataset.cell, each]));
  const at = (row, column) => cells.get(`${row}:${column}`);
  const placeOf = (cell) => cell.dataset.cell.split(":").map(Number);
  const go = (cell) => {
    cell?.focus();
    if (cell?.select) cell.select();
  };
  const isAtEdge = (cell, forward) => {
    if (cell.tagName === "SELECT") return false;
    const edge = forward ? cell.value.length : 0;
    const whole = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
    return whole || (cell.selectionStart === edge && cell.selectionEnd === edge);
  };
  const isFree = (cell, forward) => cell.tagName === "INPUT" || isAtEdge(cell, forward);
  const breakLine = (cell) => {
    if (cell.tagName !== "TEXTAREA") return;
    cell.setRangeText("\n", cell.selectionStart, cell.selectionEnd, "end");
    cell.dispatchEvent(new Event("input", { bubbles: true }));
  };
  grid.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!cell.dataset?.cell || event.isComposing) return;
    const [row, column] = placeOf(cell);
    if (event.key === "Enter" && event.altKey) {
      event.preventDefault();
      return breakLine(cell);
    }
    if (event.key.toLowerCase() === "d" && (event.ctrlKey || event.metaKey) && !event.altKey) {
      event.preventDefault();
      const above = at(row - 1, column);
      if (above) put(cell, above.value);
      return;
    }
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const wanted = {
      ArrowDown: () => isFree(cell, true) && at(row + 1, column),
      ArrowUp: () => isFree(cell, false) && at(row - 1, column),
      Enter: () => at(row + (event.shiftKey ? -1 : 1), column),
      ArrowRight: () => isAtEdge(cell, true) && at(row, column + 1),
      ArrowLeft: () => isAtEdge(cell, false) && at(row, column - 1),
    }[event.key]?.();
    if (event.key === "Enter" || wanted) event.preventDefault();
    if (wanted) go(wanted);
  });
  const refuse = (text) => {
    told.hidden = !text;
    told.textContent = text;
  };
  grid.addEventListener("paste", (event) => {
    if (!event.target.dataset?.cell) return;
    const text = event.clipboardData.getData("text/plain");
    if (!/\t|\n(?=[\s\S]*\S)/.test(text.replace(/\n+$/, ""))) return;
    event.preventDefault();
    const merged = told.dataset.merged && firstMerged(event.clipboardData.getData("text/html"));
    if (merged) {
      const [line, place] = [merged.parentElement.rowIndex + 1, merged.cellIndex + 1];
      return refuse(told.dataset.merged.replace("{line}", line).replace("{place}", place));
    }
    const rows = pastedRows(text);
    const width = Math.max(...rows.map((row) => row.length));
    const [row, column] = placeOf(event.target);
    const places = [...cells.keys()].map((key) => key.split(":").map(Number));
    const room = [Math.max(...places.map(([r]) => r)) - row + 1, Math.max(...places.map(([, c]) => c)) - column + 1];
    const isTooBig = rows.length > room[0] || width > room[1];
    refuse(isTooBig ? told.dataset.tooBig.replace("{found}", rows.length * width).replace("{most}", room[0] * room[1]) : "");
    if (isTooBig) return;
    const unknown = [];
    rows.forEach((line, down) => line.forEach((value, right) => {
      const cell = at(row + down, column + right);
      if (cell && !put(cell, value)) unknown.push(`${cell.getAttribute("aria-label").split(",")[0]} « ${value} »`);
    }));
    if (unknown.length && told.dataset.unknown) refuse(told.dataset.unknown.replace("{cells}", unknown.slice(0, 8).join(", ")));
    go(at(row + rows.length - 1, column + width - 1) ?? event.target);
  });
}
