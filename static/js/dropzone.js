// Files by drop, paste, choice or camera. With data-upload each file goes at once, and waits here without network.

import { freshKey, kindOf, person, sentences, token } from "./net.js";
import * as queue from "./queue.js";
import { make, say } from "./texts.js";

const RETRY_MS = 15_000;
const waiting = new Set();

/** Start every [data-drop] and send again what earlier pages kept. */
export async function start() {
  const zones = [...document.querySelectorAll("[data-drop]")];
  zones.forEach(prepare);
  for (const record of await queue.mine("uploads", person).catch(() => [])) {
    const zone = zones.find((candidate) => candidate.dataset.upload === record.url);
    const line = zone ? lineFor(zone, record.file) : null;
    upload(record, line, zone);
  }
  addEventListener("online", () => waiting.forEach((again) => again()));
}

/** Start one zone, made after the page. */
export function prepare(zone) {
  const input = zone.querySelector('input[type="file"]');
  const take = (files) => (zone.dataset.upload ? [...files].forEach((file) => begin(zone, input, file)) : choose(zone, input, files));
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("is-over");
  });
  zone.addEventListener("dragleave", (event) => zone.contains(event.relatedTarget) || zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("is-over");
    take(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    if (event.clipboardData?.files.length && isNear(zone, event.target)) take(event.clipboardData.files);
  });
  input.addEventListener("change", () => {
    take(input.files);
    if (zone.dataset.upload) input.value = "";
  });
  const row = restyle(zone, input);
  if (zone.dataset.camera && matchMedia("(pointer: coarse)").matches) addCamera(zone, row, take);
}

const isNear = (zone, target) => zone.contains(target) || document.querySelectorAll("[data-drop]").length === 1;

/** Show our own button, in the language of the page, instead of the browser's; the input stays reachable. */
function restyle(zone, input) {
  input.id ||= `drop-${freshKey()}`;
  input.classList.replace("form-control", "drop__input");
  const button = make("label", { class: "btn btn-secondary", for: input.id, text: zone.dataset.choose });
  const row = make("p", { class: "drop__buttons" });
  input.before(row);
  row.append(input, button);
  return row;
}

function addCamera(zone, row, take) {
  const camera = make("input", { type: "file", accept: "image/*", capture: "environment", class: "visually-hidden", tabindex: "-1", "aria-hidden": "true" });
  camera.addEventListener("change", () => {
    take(camera.files);
    camera.value = "";
  });
  const button = make("button", { type: "button", class: "btn btn-primary", text: zone.dataset.camera, on: { click: () => camera.click() } });
  row.prepend(button, camera);
}

/** Put dropped files into the input, so that they go with the form, and show them. */
function choose(zone, input, files) {
  if (input.files !== files) {
    const chosen = new DataTransfer();
    const kept = input.multiple ? [...input.files, ...files] : [...files].slice(0, 1);
    kept.forEach((file) => chosen.items.add(file));
    input.files = chosen.files;
  }
  zone.querySelector("[data-drop-list]").replaceChildren();
  for (const file of input.files) refuse(zone, input, file, lineFor(zone, file));
}

function lineFor(zone, file) {
  const preview = file.type.startsWith("image/") ? make("img", { class: "upload__preview", alt: "" }) : make("span", { class: "upload__preview", "aria-hidden": "true", text: extension(file.name) });
  if (preview.tagName === "IMG") {
    preview.src = URL.createObjectURL(file);
    preview.addEventListener("load", () => URL.revokeObjectURL(preview.src), { once: true });
  }
  const state = make("div", { class: "upload__state", text: size(file.size) });
  const text = make("div", {}, make("div", { class: "upload__name", text: file.name }), state);
  const line = make("li", { class: "upload" }, preview, text);
  zone.querySelector("[data-drop-list]").append(line);
  return line;
}

const extension = (name) => (name.includes(".") ? name.split(".").pop().slice(0, 4).toUpperCase() : "?");

function size(bytes) {
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, "kilobyte"] : [bytes / 1_000_000, "megabyte"];
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

function tell(line, text, look = "") {
  if (!line) return;
  line.className = `upload ${look}`;
  line.querySelector(".upload__state").textContent = text;
}

/** Say at once what the server would refuse anyway; true when it is refused. */
function refuse(zone, input, file, line) {
  const accepted = (input.accept || "").split(",").map((type) => type.trim().toLowerCase()).filter(Boolean);
  const name = file.name.toLowerCase();
  const fits = (type) => (type.startsWith(".") ? name.endsWith(type) : type.endsWith("/*") ? file.type.startsWith(type.slice(0, -1)) : file.type === type);
  const reason = zone.dataset.max && file.size > Number(zone.dataset.max) ? say("too_big") : accepted.length && !accepted.some(fits) ? say("wrong_type") : "";
  if (reason) tell(line, reason, "is-wrong");
  return Boolean(reason);
}

async function begin(zone, input, file) {
  const line = lineFor(zone, file);
  if (refuse(zone, input, file, line)) return;
  const record = { id: freshKey(), person, url: zone.dataset.upload, name: input.name, file, at: Date.now() };
  await queue.put("uploads", record).catch(() => {});
  upload(record, line, zone);
}

function upload(record, line, zone) {
  const bar = make("progress", { max: 1, value: 0, "aria-label": say("sending") });
  tell(line, say("sending"));
  line?.querySelector(".upload__state").after(bar);
  const form = new FormData();
  form.append(record.name, record.file, record.file.name);
  const request = new XMLHttpRequest();
  request.open("POST", record.url);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", token());
  request.setRequestHeader("Idempotency-Key", record.id);
  request.upload.addEventListener("progress", (event) => event.lengthComputable && (bar.value = event.loaded / event.total));
  request.addEventListener("loadend", () => {
    bar.remove();
    settle(record, line, zone, request);
  });
  request.send(form);
}

async function settle(record, line, zone, request) {
  const body = parse(request.responseText);
  const kind = request.status === 0 ? "later" : request.status === 507 ? "wrong" : kindOf(request);
  if (kind === "later" || kind === "signed-out") return retryLater(record, line, zone);
  await queue.drop("uploads", record.id).catch(() => {});
  if (kind === "saved") {
    tell(line, say("done"), "is-done");
    zone?.dispatchEvent(new CustomEvent("drop:uploaded", { bubbles: true, detail: body }));
  } else {
    tell(line, sentences(body).join(" ") || (request.status === 413 ? say("too_big") : say("failed")), "is-wrong");
  }
}

function retryLater(record, line, zone) {
  tell(line, say("offline"));
  const again = () => {
    clearTimeout(timer);
    waiting.delete(again);
    upload(record, line, zone);
  };
  const timer = setTimeout(again, RETRY_MS);
  waiting.add(again);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
