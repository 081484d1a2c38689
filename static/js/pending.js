// What earlier pages could not send is sent from any page, once the network is back; what was refused for good is shown.

import { person } from "./net.js";
import * as queue from "./queue.js";
import { make, say } from "./texts.js";

/** Send what waits, if this page does not do it already; give back the texts that have no place any more. */
export async function start() {
  const saves = await queue.mine("saves", person).catch(() => []);
  const waiting = saves.filter((record) => !record.isLost);
  if (waiting.length && !document.querySelector("form[data-autosave]")) (await import("./autosave.js")).start();
  const uploads = await queue.mine("uploads", person).catch(() => []);
  if (uploads.length && !document.querySelector("[data-drop]")) (await import("./dropzone.js")).start();
  for (const record of saves) if (record.isLost) giveBack(record);
}

/** Show a text that its page refuses, until the person has done with it. */
function giveBack({ id, page, texts = [] }) {
  const forget = () => {
    box.remove();
    queue.drop("saves", id);
  };
  const lines = texts.map(([label, words]) => make("p", { class: "prewrap" }, make("strong", { text: `${label} ` }), words));
  const box = make(
    "div",
    { class: "callout tone-warning", role: "status", "data-lost": true },
    make(
      "div",
      { class: "callout__body" },
      make("p", { text: say("lost_text") }),
      ...lines,
      make(
        "div",
        { class: "cluster" },
        make("a", { class: "btn btn-secondary btn-sm", href: page, text: say("lost_page") }),
        make("button", { type: "button", class: "btn btn-secondary btn-sm", text: say("lost_forget"), on: { click: forget } }),
      ),
    ),
  );
  (document.querySelector("main") ?? document.body).prepend(box);
}
