"use strict";
const words = Object.fromEntries([...document.getElementById("words").content.children].map((span) => [span.dataset.key, span.textContent]));
const say = (key, name = "") => (words[key] ?? key).replace("{name}", name);
const TAGS = ["bagit.txt", "manifest-sha256.txt", "bag-info.txt", "tagmanifest-sha256.txt", "seal.json", "seal.sig", "seal.pem"];
const P256 = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";
const text = new TextDecoder("utf-8", { fatal: true });

class Problem extends Error {}
const fail = (key, name) => { throw new Problem(say(key, name)); };

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (digits) => Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const sha256 = async (bytes) => hex(await crypto.subtle.digest("SHA-256", bytes));
const encode = (value) => new TextEncoder().encode(value);

/** Return name → Blob of the members of a ZIP whose members are stored. */
async function readZip(file) {
  const tail = new DataView(await file.slice(Math.max(0, file.size - 22)).arrayBuffer());
  if (tail.byteLength < 22 || tail.getUint32(0, true) !== 0x06054b50) fail("zip");
  const [count, length, start] = [tail.getUint16(10, true), tail.getUint32(12, true), tail.getUint32(16, true)];
  const view = new DataView(await file.slice(start, start + length).arrayBuffer());
  const found = new Map();
  for (let i = 0, at = 0; i < count; i += 1) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50 || view.getUint16(at + 10, true) !== 0) fail("zip");
    const [size, nameLength, extra, note, offset] = [view.getUint32(at + 24, true), view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true), view.getUint32(at + 42, true)];
    const name = text.decode(new Uint8Array(view.buffer, at + 46, nameLength));
    const local = new DataView(await file.slice(offset, offset + 30).arrayBuffer());
    if (local.byteLength < 30 || local.getUint32(0, true) !== 0x04034b50) fail("zip");
    const data = offset + 30 + local.getUint16(26, true) + local.getUint16(28, true);
    if (found.has(name)) fail("added", name);
    found.set(name, file.slice(data, data + size));
    at += 46 + nameLength + extra + note;
  }
  return found;
}

/** Return the members below the one root folder. */
function belowRoot(members) {
  const names = [...members.keys()];
  const root = names.find((name) => name.endsWith("/seal.json") && !name.includes("/data/"))?.slice(0, -"seal.json".length);
  if (root === undefined) fail("missing", "seal.json");
  const below = new Map();
  for (const [name, blob] of members) {
    if (!name.startsWith(root)) fail("added", name);
    below.set(name.slice(root.length), blob);
  }
  for (const name of TAGS) if (!below.has(name)) fail("missing", name);
  return { root: root.slice(0, -1), below };
}

const lines = (content) => content.split("\n").slice(0, -1).map((line) => [line.slice(0, 64), line.slice(66)]);

/** Return a DER signature as the 64 bytes that WebCrypto takes. */
function rawSignature(der) {
  const number = (at) => {
    const bytes = der.slice(at + 2, at + 2 + der[at + 1]);
    const digits = hex(bytes).replace(/^(00)+/, "");
    return [digits.padStart(64, "0"), at + 2 + der[at + 1]];
  };
  const [r, next] = number(2);
  const [s] = number(next);
  return unhex(r + s);
}

/** Return the public key inside a PEM certificate, as its 91 bytes. */
function keyOf(pem) {
  const der = hex(Uint8Array.from(atob(pem.replace(/-----[^-]+-----|\s/g, "")), (letter) => letter.charCodeAt(0)));
  const at = der.indexOf(P256);
  if (at < 0) fail("signature");
  return unhex(der.slice(at, at + 182));
}

async function checkSeal(below, wanted) {
  const bytes = async (name) => new Uint8Array(await below.get(name).arrayBuffer());
  const sealed = await bytes("seal.json");
  const seal = JSON.parse(text.decode(sealed));
  const pem = await bytes("seal.pem");
  if ((await sha256(pem)) !== seal.certificate_sha256) fail("changed", "seal.pem");
  const spki = keyOf(text.decode(pem));
  const fingerprint = await sha256(spki);
  if (fingerprint !== seal.key_sha256) fail("signature");
  if (wanted && wanted.toLowerCase().replace(/[^0-9a-f]/g, "") !== fingerprint) fail("key");
  const key = await crypto.subtle.importKey("spki", spki, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  const good = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, rawSignature(await bytes("seal.sig")), sealed);
  if (!good) fail("signature");
  return { seal, fingerprint };
}

async function checkFiles(below, seal) {
  const listed = await below.get("tagmanifest-sha256.txt").arrayBuffer();
  if ((await sha256(listed)) !== seal.tagmanifest_sha256) fail("changed", "tagmanifest-sha256.txt");
  const compare = async (expected) => {
    for (const [digest, name] of expected) {
      if (!below.has(name)) fail("missing", name);
      if ((await sha256(await below.get(name).arrayBuffer())) !== digest) fail("changed", name);
    }
  };
  await compare(lines(text.decode(listed)));
  const payload = lines(await below.get("manifest-sha256.txt").text());
  const known = new Set([...TAGS, ...payload.map(([, name]) => name)]);
  for (const name of below.keys()) if (!known.has(name)) fail("added", name);
  await compare(payload);
  return payload.length;
}

async function checkChain(below, claims) {
  let prev = "0".repeat(64);
  let count = 0;
  for (const line of (await below.get("data/events.jsonl").text()).split("\n").slice(0, -1)) {
    const event = JSON.parse(line);
    count += 1;
    const digest = await sha256(encode(`qse-event-v1\n${prev}${event.body}`));
    if (event.seq !== count || event.prev !== prev || event.hash !== digest) fail("chain", count);
    prev = event.hash;
  }
  if (prev !== claims.head_hash) fail("head");
  return count;
}

const steps = document.getElementById("steps");
const verdict = document.getElementById("verdict");

function show(key, name, look = "") {
  const item = document.createElement("li");
  item.textContent = say(key, name);
  item.className = look;
  steps.append(item);
}

async function members() {
  const zip = document.getElementById("zip").files[0];
  const folder = [...document.getElementById("folder").files];
  if (zip) return readZip(zip);
  if (!folder.length) fail("none");
  return new Map(folder.map((file) => [file.webkitRelativePath, file]));
}

async function check() {
  const { root, below } = belowRoot(await members());
  const wanted = document.getElementById("key").value.trim();
  const { seal, fingerprint } = await checkSeal(below, wanted);
  if (document.getElementById("zip").files[0] && root !== seal.root) fail("changed", root);
  show("sealed", seal.sealed_at);
  show("fingerprint", fingerprint);
  if (!wanted) show("compare");
  show("files", await checkFiles(below, seal));
  show("register", await checkChain(below, seal.claims));
}

document.getElementById("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  steps.replaceChildren();
  verdict.className = "";
  verdict.textContent = say("busy");
  try {
    await check();
    verdict.className = "good";
    verdict.textContent = "✔ " + say("good");
  } catch (error) {
    verdict.className = "bad";
    verdict.textContent = "✘ " + say("bad");
    show(error instanceof Problem ? error.message : "zip", "", "bad");
  }
});
