// Put rows in order by drag (mouse, finger) or with the buttons of each row; the order is posted after each move.

import { send } from "./net.js";
import { make, say } from "./texts.js";

const live = make("p", { class: "visually-hidden", role: "status" });
const items = (list) => [...list.children].filter((child) => child.matches("li[data-id]"));
const childList = (item) => item.querySelector(":scope > ol.ordered");

/** Start every [data-reorder]. */
export function start() {
  document.body.append(live);
  for (const root of document.querySelectorAll("[data-reorder]")) {
    root.addEventListener("submit", (event) => onButton(event, root));
    root.addEventListener("pointerdown", (event) => onGrip(event, root));
  }
}

/** Moves: each returns whether the row moved. */
const MOVES = {
  up: (item) => swap(item, item.previousElementSibling, "before"),
  down: (item) => swap(item, item.nextElementSibling, "after"),
  in: (item) => {
    const parent = item.previousElementSibling;
    if (!parent) return false;
    if (!childList(parent)) parent.append(make("ol", { class: "ordered" }));
    childList(parent).append(item);
    return true;
  },
  out: (item, root) => {
    const list = item.parentElement;
    if (list === root) return false;
    list.closest("li[data-id]").after(item);
    if (!items(list).length) list.remove();
    return true;
  },
};

function swap(item, other, side) {
  other?.[side](item);
  return Boolean(other);
}

function onButton(event, root) {
  const direction = event.submitter?.value;
  if (!(direction in MOVES)) return;
  event.preventDefault();
  const item = event.target.closest("li[data-id]");
  if (!MOVES[direction](item, root)) return;
  event.submitter.focus();
  announce(item);
  save(root);
}

function announce(item) {
  const siblings = items(item.parentElement);
  live.textContent = say("moved", { place: siblings.indexOf(item) + 1, count: siblings.length });
}

function onGrip(event, root) {
  const item = event.target.closest("[data-grip]")?.closest("li[data-id]");
  if (!item || event.button !== 0) return;
  event.preventDefault();
  const before = JSON.stringify(orderOf(root));
  item.classList.add("is-dragged");
  const move = ({ clientY }) => follow(item, clientY);
  const end = () => {
    removeEventListener("pointermove", move);
    item.classList.remove("is-dragged");
    if (JSON.stringify(orderOf(root)) === before) return;
    announce(item);
    save(root);
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", end, { once: true });
  addEventListener("pointercancel", end, { once: true });
}

/** Let the dragged row take the place over which the pointer is, among its siblings. */
function follow(item, clientY) {
  for (const other of items(item.parentElement)) {
    if (other === item) continue;
    const { top, height } = other.getBoundingClientRect();
    const isAfter = Boolean(item.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (isAfter && clientY > top + height / 2) other.after(item);
    else if (!isAfter && clientY < top + height / 2) {
      other.before(item);
      return;
    }
  }
}

/** Return [{id, parent}] from top to bottom. */
function orderOf(root) {
  return [...root.querySelectorAll("li[data-id]")].map((item) => ({
    id: item.dataset.id,
    parent: item.parentElement === root ? null : item.parentElement.closest("li[data-id]").dataset.id,
  }));
}

async function save(root) {
  root.querySelector(":scope > [data-script-error]")?.remove();
  const { kind } = await send(root.dataset.reorder, { body: JSON.stringify({ order: orderOf(root) }), json: true });
  if (kind === "saved") return;
  const again = make("button", { type: "button", class: "btn btn-secondary btn-sm", text: say("retry"), on: { click: () => save(root) } });
  root.append(make("li", { class: "field__errors", role: "alert", "data-script-error": true }, `${say("failed")} `, again));
}
