// What earlier pages could not send is sent from any page, once the network is back.

import { person } from "./net.js";
import * as queue from "./queue.js";

/** Send what waits, if this page does not do it already. */
export async function start() {
  const saves = await queue.mine("saves", person).catch(() => []);
  if (saves.length && !document.querySelector("form[data-autosave]")) (await import("./autosave.js")).start();
  const uploads = await queue.mine("uploads", person).catch(() => []);
  if (uploads.length && !document.querySelector("[data-drop]")) (await import("./dropzone.js")).start();
}
