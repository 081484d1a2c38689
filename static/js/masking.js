// Draw the zones of a photo to hide: by pointer, touch or keyboard; the lines of numbers stay the truth that is sent.

const NAMES = ["x", "y", "width", "height"];
const SMALLEST = 0.5;
const NEW = { x: 40, y: 40, width: 20, height: 20 };
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const layer = document.querySelector("[data-mask-layer]");
if (layer) start();

function start() {
  const list = document.querySelector("[data-zones]");
  const template = document.querySelector("[data-zone-template]");
  const status = document.querySelector("[data-mask-status]");
  const way = document.getElementById("way-copy");
  const most = Number(list.dataset.most);
  const shapes = new Map();

  const lines = () => [...list.querySelectorAll("[data-zone]")];
  const input = (line, name) => line.querySelector(`[name="zone-${name}"]`);
  const hold = (value, least, top) => Math.round(Math.min(Math.max(value, least), top) * 10) / 10;

  /** The numbers of a line; null while one is missing or out of place. */
  function read(line) {
    const values = NAMES.map((name) => Number.parseFloat(input(line, name).value));
    if (values.some(Number.isNaN)) return null;
    const [x, y, width, height] = values;
    return x < 0 || y < 0 || x + width > 100.05 || y + height > 100.05 ? null : { x, y, width, height };
  }

  /** Write a rectangle into a line, kept inside the image. */
  function write(line, wanted) {
    const width = hold(wanted.width, SMALLEST, 100);
    const height = hold(wanted.height, SMALLEST, 100);
    const zone = { width, height, x: hold(wanted.x, 0, 100 - width), y: hold(wanted.y, 0, 100 - height) };
    for (const name of NAMES) input(line, name).value = zone[name];
    draw();
  }

  /** Make the rectangles over the image say what the lines say. */
  function draw() {
    const kept = lines();
    for (const [line, shape] of shapes) if (!kept.includes(line)) { shape.remove(); shapes.delete(line); }
    kept.forEach((line, index) => {
      for (const place of line.querySelectorAll("[data-number]")) place.textContent = index + 1;
      const zone = read(line);
      if (!zone) { shapes.get(line)?.remove(); shapes.delete(line); return; }
      const shape = shapes.get(line) ?? shaped(line);
      shape.setAttribute("aria-label", `${layer.dataset.label} ${index + 1} : ${NAMES.map((n) => zone[n]).join(", ")} %`);
      shape.firstChild.textContent = index + 1;
      shape.dataset.hiding = input(line, "hiding").value;
      Object.assign(shape.style, { left: `${zone.x}%`, top: `${zone.y}%`, width: `${zone.width}%`, height: `${zone.height}%` });
    });
  }

  function shaped(line) {
    const shape = document.createElement("button");
    shape.type = "button";
    shape.className = "mask__zone";
    shape.append(document.createElement("span"), document.createElement("i"));
    shape.addEventListener("keydown", (event) => keyed(event, line));
    shape.addEventListener("pointerdown", (event) => dragged(event, line, event.target === shape.lastChild));
    layer.append(shape);
    shapes.set(line, shape);
    return shape;
  }

  /** Return an empty line to write into: one that is there, or a new one; null when there are enough. */
  function emptyLine() {
    const blank = lines().find((line) => NAMES.every((name) => input(line, name).value === ""));
    if (blank) return blank;
    if (lines().length >= most) return null;
    list.append(template.content.cloneNode(true));
    const line = lines().at(-1);
    line.querySelector("[data-zone-remove]").hidden = false;
    return line;
  }

  function add(zone) {
    const line = emptyLine();
    if (!line) return null;
    write(line, zone);
    if (way) way.checked = true;
    return line;
  }

  function remove(line) {
    const next = lines()[lines().indexOf(line) + 1] ?? lines()[lines().indexOf(line) - 1];
    line.remove();
    draw();
    (shapes.get(next) ?? document.querySelector("[data-zone-add]")).focus();
  }

  function keyed(event, line) {
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      remove(line);
      return;
    }
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    const zone = read(line);
    const [across, down] = arrow;
    if (event.shiftKey) {
      zone.width = Math.min(zone.width + across, 100 - zone.x);
      zone.height = Math.min(zone.height + down, 100 - zone.y);
    } else {
      zone.x += across;
      zone.y += down;
    }
    write(line, zone);
    status.textContent = shapes.get(line).getAttribute("aria-label");
  }

  /** Where a pointer is, in percent of the image. */
  function place(event) {
    const box = layer.getBoundingClientRect();
    return {
      x: Math.min(Math.max(((event.clientX - box.left) / box.width) * 100, 0), 100),
      y: Math.min(Math.max(((event.clientY - box.top) / box.height) * 100, 0), 100),
    };
  }

  /** Follow a pointer until it is released. */
  function follow(event, moved, ended = () => {}) {
    layer.setPointerCapture(event.pointerId);
    const stop = () => {
      layer.removeEventListener("pointermove", moved);
      layer.removeEventListener("pointerup", stop);
      layer.removeEventListener("pointercancel", stop);
      ended();
    };
    layer.addEventListener("pointermove", moved);
    layer.addEventListener("pointerup", stop);
    layer.addEventListener("pointercancel", stop);
  }

  function dragged(event, line, isCorner) {
    event.stopPropagation();
    const from = place(event);
    const zone = read(line);
    follow(event, (move) => {
      const to = place(move);
      const [across, down] = [to.x - from.x, to.y - from.y];
      if (isCorner) {
        write(line, { ...zone, width: Math.min(zone.width + across, 100 - zone.x), height: Math.min(zone.height + down, 100 - zone.y) });
      } else {
        write(line, { ...zone, x: zone.x + across, y: zone.y + down });
      }
    });
  }

  layer.addEventListener("pointerdown", (event) => {
    if (event.target !== layer || event.button !== 0) return;
    event.preventDefault();
    const from = place(event);
    let line = null;
    follow(event, (move) => {
      const to = place(move);
      const zone = { x: Math.min(from.x, to.x), y: Math.min(from.y, to.y), width: Math.abs(to.x - from.x), height: Math.abs(to.y - from.y) };
      if (line) write(line, zone);
      else if (zone.width > 1 && zone.height > 1) line = add(zone);
    }, () => { if (line) shapes.get(line)?.focus(); });
  });

  list.addEventListener("input", draw);
  list.addEventListener("click", (event) => {
    if (event.target.closest("[data-zone-remove]")) remove(event.target.closest("[data-zone]"));
  });
  document.querySelector("[data-zone-add]").addEventListener("click", () => {
    const line = add(NEW);
    if (line) shapes.get(line).focus();
  });

  layer.hidden = false;
  for (const line of lines()) {
    if (NAMES.every((name) => input(line, name).value === "")) line.remove();
    else line.querySelector("[data-zone-remove]").hidden = false;
  }
  for (const each of document.querySelectorAll("[data-mask-help], [data-mask-tools]")) each.hidden = false;
  draw();
}
