// Explore a chart: the drawing gives its place to Plotly, loaded at the first demand, and takes it back.
// The figure comes from the page as data; colours are those of the theme, words those of the page.

import { make, say } from "./texts.js";

/** Plotly adds this style sheet, of maps we never draw, unless it is there: a place holder keeps our policy silent. */
const MAP_STYLES = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";

let loading;

/** Offer to explore each chart that has a figure. */
export function start() {
  for (const chart of document.querySelectorAll("[data-chart]")) {
    const button = chart.querySelector("[data-chart-explore]");
    if (!button || !chart.querySelector("[data-chart-live]")) continue;
    button.hidden = false;
    button.addEventListener("click", () => turn(chart, button));
  }
}

/** Show the live chart, or the drawing again. */
async function turn(chart, button) {
  if (button.getAttribute("aria-busy") === "true") return;
  const live = chart.querySelector("[data-chart-live]");
  const pressed = button.getAttribute("aria-pressed") === "true";
  if (!pressed && !(await drawn(chart, live, button))) return;
  show(chart, live, !pressed);
  button.setAttribute("aria-pressed", String(!pressed));
  if (!pressed) globalThis.Plotly.Plots.resize(live);
}

function show(chart, live, isLive) {
  live.hidden = !isLive;
  chart.querySelector(".chart__still").hidden = isLive;
}

/** Draw the figure once; say so when it cannot be. */
async function drawn(chart, live, button) {
  if (live.dataset.drawn) return true;
  const said = chart.querySelector("[data-chart-said]");
  button.setAttribute("aria-busy", "true");
  said.textContent = say("chart_loading");
  try {
    await plotly(chart.dataset.plotly);
    show(chart, live, true);
    await globalThis.Plotly.newPlot(live, ...figure(chart, live.clientWidth));
    live.dataset.drawn = "yes";
    said.textContent = "";
    return true;
  } catch {
    show(chart, live, false);
    said.textContent = say("chart_failed");
    said.classList.remove("visually-hidden");
    return false;
  } finally {
    button.removeAttribute("aria-busy");
  }
}

/** Load Plotly once for all charts of the page, with the words of its language. */
function plotly(address) {
  loading ??= new Promise((resolve, reject) => {
    const script = make("script", { src: address });
    script.addEventListener("load", () => resolve(globalThis.Plotly.register(words())));
    script.addEventListener("error", () => {
      script.remove();
      document.getElementById(MAP_STYLES).remove();
      loading = undefined;
      reject(new Error("plotly"));
    });
    document.head.append(make("meta", { id: MAP_STYLES }), script);
  });
  return loading;
}

function figure(chart, width) {
  const { data, layout, config } = JSON.parse(chart.querySelector("script[type='application/json']").textContent);
  const tokens = layout.meta.tokens;
  const style = getComputedStyle(chart);
  const themed = (value) => {
    if (typeof value === "string") return tokens[value] ? style.getPropertyValue(`--${tokens[value]}`).trim() || value : value;
    if (Array.isArray(value)) return value.map(themed);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, themed(each)]));
    return value;
  };
  const { meta, ...rest } = layout;
  const shown = themed(rest);
  shown.font.family = style.getPropertyValue("--font").trim() || shown.font.family;
  thin(shown.xaxis, width);
  return [themed(data), shown, config];
}

/** Keep as many labels of the places as the width allows. */
function thin(axis, width) {
  const every = Math.ceil(axis.tickvals.length / Math.max(2, Math.floor(width / 90)));
  const kept = (_, place) => place % every === 0;
  axis.tickvals = axis.tickvals.filter(kept);
  axis.ticktext = axis.ticktext.filter(kept);
}

/** Return Plotly's own words in the language of the page. */
function words() {
  const language = document.documentElement.lang;
  const monthsOf = (month) => [...Array(12).keys()].map((n) => new Intl.DateTimeFormat(language, { month }).format(new Date(2026, n, 1)));
  const daysOf = (weekday) => [...Array(7).keys()].map((n) => new Intl.DateTimeFormat(language, { weekday }).format(new Date(2026, 1, n + 1)));
  return {
    moduleType: "locale",
    name: language,
    dictionary: {
      Autoscale: say("chart_autoscale"),
      "Download plot as a PNG": say("chart_image"),
      "Download plot": say("chart_image"),
      Pan: say("chart_pan"),
      "Reset axes": say("chart_autoscale"),
      Reset: say("chart_autoscale"),
      Zoom: say("chart_zoom"),
      "Zoom in": say("chart_zoom_in"),
      "Zoom out": say("chart_zoom_out"),
    },
    format: {
      days: daysOf("long"),
      shortDays: daysOf("short"),
      months: monthsOf("long"),
      shortMonths: monthsOf("short"),
      date: language === "fr" ? "%d/%m/%Y" : "%d %b %Y",
      decimal: language === "fr" ? "," : ".",
      thousands: language === "fr" ? "\u202f" : ",",
    },
  };
}
