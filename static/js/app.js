// What every page does once it is there: menus, dialogs, messages, focus, one send per form.
// A page works without any of it. Each behaviour starts from a data attribute.

import { person } from "./net.js";
import { make, say } from "./texts.js";

/** Close menus on a click elsewhere, on Escape (focus goes back), and when another opens. */
function menus() {
  const openMenus = () => document.querySelectorAll("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details[data-menu][open]");
    if (!menu || document.querySelector("dialog:modal")) return;
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(menu, event.key === "ArrowDown" ? 1 : -1);
    }
  });
  document.addEventListener("focusout", (event) => {
    const menu = event.target.closest?.("details[data-menu][open]");
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
}

function step(menu, by) {
  const entries = [...menu.querySelectorAll(".menu__panel a, .menu__panel button")].filter((entry) => !entry.closest("dialog"));
  const place = entries.indexOf(document.activeElement);
  entries[(place + by + entries.length) % entries.length]?.focus();
}

/** A dialog is a popover without script; with it, a modal one. */
function dialogs() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[popovertarget]");
    const dialog = button && document.getElementById(button.getAttribute("popovertarget"));
    if (!dialog || dialog.tagName !== "DIALOG") return;
    event.preventDefault();
    if (button.getAttribute("popovertargetaction") === "hide") dialog.close();
    else if (!dialog.open) {
      document.body.append(dialog);
      dialog.showModal();
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.tagName === "DIALOG" && event.target.open && isOutside(event)) event.target.close();
  });
}

function isOutside({ target, clientX, clientY }) {
  const box = target.getBoundingClientRect();
  return clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
}

/** Let people put messages away. */
function messages() {
  for (const flash of document.querySelectorAll("[data-flashes] .flash")) {
    const close = make("button", { type: "button", class: "btn btn-quiet btn-icon flash__close", "aria-label": say("close"), text: "×" });
    close.addEventListener("click", () => flash.remove());
    flash.append(close);
  }
}

/** One click, one send: the second is ignored until the page changes or comes back. */
function onceOnly() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-once]") || event.defaultPrevented) return;
    if (form.dataset.once === "sent") {
      event.preventDefault();
      return;
    }
    form.dataset.once = "sent";
    form.querySelectorAll("button:not([type=button])").forEach((button) => button.setAttribute("aria-busy", "true"));
  });
  addEventListener("pageshow", () => {
    document.querySelectorAll('form[data-once="sent"]').forEach((form) => (form.dataset.once = ""));
    document.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });
}

/** Go back to the page before, with what was typed in it. */
function wayBack() {
  for (const button of document.querySelectorAll("button[data-back]")) {
    button.hidden = history.length < 2;
    button.addEventListener("click", () => history.back());
  }
}

/** Keep the current entry of the navigation in sight, and give refused forms their focus. */
function focus() {
  document.querySelector("[data-focus]")?.focus();
  const entry = document.querySelector(".side__scroll [aria-current]");
  const side = entry?.closest(".side__scroll"); // it scrolls by itself: the page stays at its head
  if (side) side.scrollTop += Math.max(0, entry.getBoundingClientRect().bottom - side.getBoundingClientRect().bottom);
}

/** Load a behaviour only on pages that carry its attribute. */
async function load(selector, module) {
  if (document.querySelector(selector)) (await module()).start();
}

menus();
dialogs();
messages();
onceOnly();
wayBack();
focus();
load("[data-work], [data-work-line]", () => import("./works.js"));
load("form[data-filters]", () => import("./filters.js"));
load("[data-drop]", () => import("./dropzone.js"));
load("[data-chart]", () => import("./charts.js"));
load("[data-reorder]", () => import("./reorder.js"));
load("[data-signed-out]", () => import("./draft.js").then((draft) => draft.keepAll()));
if (person) {
  load("form[data-autosave]", () => import("./autosave.js"));
  import("./pending.js").then((pending) => pending.start());
  import("./draft.js").then((draft) => draft.start());
}
