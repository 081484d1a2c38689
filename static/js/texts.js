// What scripts say: the sentences come from the page, in its language.

const texts = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");

/** Return the sentence `key`, with %(name)s replaced by `values.name`. */
export function say(key, values = {}) {
  const text = texts[key] ?? key;
  return text.replace(/%\((\w+)\)s/g, (whole, name) => String(values[name] ?? whole));
}

/** Return the time of day as the page's language writes it. */
export function timeOfDay(at = new Date()) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format(at);
}

/** Make an element: text and attributes only, never markup from data. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = value;
    else if (name === "on") Object.entries(value).forEach(([event, act]) => element.addEventListener(event, act));
    else if (value !== false && value != null) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}
