// Save as people type; keep what cannot be sent; never send twice, never overwrite.
//
//   autosave(element, { url, method, collect, onSaved })   → { flush, restore, state }
//
// form[data-autosave] needs no call: app.js starts it. A record holds what was sent and not answered (`sent`, with its
// key: sending it again changes nothing) and what was typed since (`next`).

import { showConflict, hideConflict } from "./conflict.js";
import { clearErrors, entriesOf, fill, readable, showErrors } from "./fields.js";
import { freshKey, person, refreshToken, send, sentences } from "./net.js";
import * as queue from "./queue.js";
import { showState } from "./savestate.js";
import { say } from "./texts.js";

const PAUSE_MS = 900;
const SLOWEST_MS = 60_000;
const savers = new Map();

const withVersion = (entries, version) =>
  version == null ? entries : entries.map(([name, value]) => (name === "version" ? [name, String(version)] : [name, value]));

/** What tells two states of a form apart. */
const textOf = (entries) => JSON.stringify(entries.filter(([name]) => name !== "version"));

class Saver {
  constructor(element, { url, method = "POST", collect, onSaved }) {
    Object.assign(this, { element, url, method, onSaved, collect: collect ?? (() => entriesOf(element)) });
    this.id = `${person} ${method} ${url}`;
    this.state = "idle";
    this.tries = 0;
    this.isStopped = false;
  }

  /** Go on with a form made anew for the same address: what waits to be sent is put back into it. */
  adopt(element, { collect, onSaved = this.onSaved } = {}) {
    Object.assign(this, { element, onSaved, collect: collect ?? (() => entriesOf(element)) });
    if (!this.record) return;
    fill(element, (this.record.next ?? this.record.sent).entries);
    this.show(this.state);
  }

  /** Save after a pause. */
  soon() {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.flush(), PAUSE_MS);
  }

  /** Keep what is typed now in this browser, then send it. */
  async flush() {
    clearTimeout(this.pause);
    this.pause = null;
    const entries = this.collect();
    const kept = this.record?.next ?? this.record?.sent;
    const isNew = textOf(entries) !== (kept ? textOf(kept.entries) : this.savedText);
    if (!isNew && (this.running || !kept)) return this.run();
    this.isStopped = false;
    this.record ??= { id: this.id, person, url: this.url, method: this.method, page: location.pathname + location.search, sent: null };
    this.record.next = { entries, key: freshKey() };
    Object.assign(this.record, { at: Date.now(), isLost: false, texts: readable(this.element, entries) });
    await queue.put("saves", this.record).catch(() => {});
    return this.run();
  }

  /** Take up what an earlier page left. */
  async restore() {
    this.record = await queue.get("saves", this.id);
    if (!this.record) return;
    fill(this.element, (this.record.next ?? this.record.sent).entries);
    this.show("offline");
    await this.run();
  }

  /** Send until nothing waits or something stops it; the same run for all who ask meanwhile. */
  async run() {
    if (this.isStopped) return;
    this.running ??= this.sendAll().finally(() => (this.running = null));
    await this.running;
  }

  async sendAll() {
    clearTimeout(this.again);
    while (this.record && (this.record.sent || this.record.next)) {
      this.record.sent ??= this.record.next;
      if (this.record.sent === this.record.next) this.record.next = null;
      if (this.state !== "offline") this.show("saving");
      const { entries, key } = this.record.sent;
      const result = await send(this.url, { method: this.method, body: new URLSearchParams(entries), key });
      if (!(await this.settle(result))) return;
    }
  }

  /** Say whether something typed has not been accepted yet. */
  get isWaiting() {
    return Boolean(this.pause || this.record);
  }

  /** Save what waits, then let the form go with its `button`; stay here if it cannot be saved. */
  async leave(button) {
    if (this.isLeaving) return;
    this.isLeaving = true;
    await this.flush();
    await this.run();
    this.isLeaving = false;
    if (!this.isWaiting) button.form.requestSubmit(button);
  }

  /** Act on an answer; true when the next record may go. */
  async settle({ kind, body, wait_ms }) {
    if (kind === "saved") return this.saved(body);
    if (kind === "later") return this.later(wait_ms);
    this.isStopped = true;
    if (kind === "signed-out") return this.show("signed-out");
    if (kind === "conflict" && this.isSame(body.theirs)) return this.saved({ version: versionIn(body) });
    this.record.next ??= this.record.sent;
    this.record.sent = null;
    this.record.isLost = kind === "lost";
    await queue.put("saves", this.record).catch(() => {});
    if (kind === "conflict") return this.conflict(body);
    this.show("wrong");
    showErrors(this.element, body.errors ?? {}, kind === "lost" ? [say("lost")] : body.errors ? [] : sentences(body));
    return false;
  }

  async saved(body) {
    this.tries = 0;
    this.savedText = textOf(this.record.sent.entries);
    this.record.sent = null;
    this.useVersion(body.version);
    clearErrors(this.element);
    if (this.record.next) {
      await queue.put("saves", this.record).catch(() => {});
    } else {
      this.record = undefined;
      await queue.drop("saves", this.id).catch(() => {});
      this.show("saved");
    }
    this.onSaved?.(body);
    this.element.dispatchEvent(new CustomEvent("autosave:saved", { bubbles: true, detail: body }));
    return true;
  }

  later(wait_ms) {
    this.show("offline");
    this.tries += 1;
    const delay = Math.max(wait_ms, Math.min(SLOWEST_MS, 1000 * 2 ** this.tries));
    this.again = setTimeout(() => this.run(), delay * (0.8 + 0.4 * Math.random()));
    return false;
  }

  conflict(body) {
    this.show("conflict");
    const mine = Object.fromEntries(this.record.next.entries);
    showConflict(this.element, {
      theirs: body.theirs ?? {},
      mine,
      who: body.who,
      canKeepMine: versionIn(body) != null,
      keepMine: () => {
        this.useVersion(versionIn(body));
        this.flush();
      },
      keepTheirs: async () => {
        fill(this.element, Object.entries({ ...mine, ...body.theirs }).map(([name, value]) => [name, String(value ?? "")]));
        this.useVersion(versionIn(body));
        this.record = undefined;
        await queue.drop("saves", this.id).catch(() => {});
        if (!Object.keys(body.theirs ?? {}).length) location.reload();
        this.show("saved");
      },
    });
    return false;
  }

  isSame(theirs) {
    const mine = new Map(this.record.sent.entries);
    const common = Object.entries(theirs ?? {}).filter(([name]) => name !== "version" && mine.has(name));
    return common.length > 0 && common.every(([name, value]) => mine.get(name) === String(value ?? ""));
  }

  useVersion(version) {
    if (version == null) return;
    const input = this.element.querySelector?.('input[name="version"]');
    if (input) input.value = version;
    if (this.record?.next) this.record.next.entries = withVersion(this.record.next.entries, version);
  }

  show(state) {
    this.state = state;
    if (state !== "conflict") hideConflict(this.element);
    showState(this.element, state, [...savers.values()].map((saver) => saver.state));
    return false;
  }
}

const versionIn = (body) => body.version ?? body.theirs?.version;

/** Autosave `element` (usually a form); returns its saver: flush(), restore(), state. */
export function autosave(element, options = {}) {
  const url = options.url ?? element.getAttribute("action");
  const key = `${options.method ?? "POST"} ${url}`;
  const known = savers.get(key);
  if (!known) savers.set(key, new Saver(element, { ...options, url }));
  else if (known.element !== element && !known.element.isConnected) known.adopt(element, options);
  return savers.get(key);
}

const formOf = (event) => event.target.closest?.("form[data-autosave]");

/** Watch every form[data-autosave] of the page, present or to come, with one listener of each kind. */
export async function start() {
  if (isStarted) return;
  isStarted = true;
  document.addEventListener("input", (event) => formOf(event) && event.target.type !== "file" && autosave(formOf(event)).soon());
  document.addEventListener("change", (event) => formOf(event) && event.target.type !== "file" && autosave(formOf(event)).flush());
  document.addEventListener("submit", (event) => {
    if (!formOf(event)) return;
    const saver = autosave(formOf(event));
    const isLeaving = event.submitter?.hasAttribute("data-leave");
    if (isLeaving && !saver.isWaiting) return;
    event.preventDefault();
    if (isLeaving) saver.leave(event.submitter);
    else saver.flush();
  });
  addEventListener("online", () => retry());
  addEventListener("focus", () => retry({ signedOut: true }));
  document.addEventListener("visibilitychange", () => document.hidden && keepPaused());
  addEventListener("beforeunload", askBeforeLeaving);
  isDurable = await queue.isDurable();
  await takeUp();
}

let isDurable = true;
let isStarted = false;

/** Take up the records that earlier pages left: in their form if it is here, silently otherwise. */
async function takeUp() {
  const forms = new Map([...document.querySelectorAll("form[data-autosave]")].map((form) => [form.getAttribute("action"), form]));
  for (const record of await queue.mine("saves", person).catch(() => [])) {
    if (record.isLost) continue; // pending.js shows it
    const saver = autosave(forms.get(record.url) ?? document.createElement("form"), { url: record.url, method: record.method });
    await saver.restore();
  }
}

function keepPaused() {
  for (const saver of savers.values()) if (saver.pause) saver.flush();
}

async function retry({ signedOut = false } = {}) {
  const waiting = [...savers.values()].filter((saver) => saver.state === "offline" || saver.state === "signed-out");
  const back = waiting.some((saver) => saver.state === "signed-out") && signedOut && (await refreshToken());
  for (const saver of waiting) {
    if (saver.state === "signed-out" && !back) continue;
    saver.isStopped = false;
    saver.run();
  }
}

function askBeforeLeaving(event) {
  if (!isDurable && [...savers.values()].some((saver) => saver.record)) event.preventDefault();
}
