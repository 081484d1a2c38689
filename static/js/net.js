// Talk to the server: token, idempotency key, what the answer means.

const meta = document.querySelector('meta[name="csrf-token"]');

/** Who is signed in on this page, as text; "" for nobody. */
export const person = document.body.dataset.person ?? "";

/** Return the token that unsafe requests carry. */
export const token = () => meta?.content ?? "";

/** Return a fresh random key; randomUUID only exists on HTTPS and on this machine. */
export function freshKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Take a new token after a new sign-in; tell whether the same person is signed in. */
export async function refreshToken() {
  try {
    const answer = await fetch(document.body.dataset.account ?? location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector('meta[name="csrf-token"]')?.content;
    if (!answer.ok || !fresh || (page.body.dataset.person ?? "") !== person) return false;
    if (meta) meta.content = fresh;
    for (const input of document.querySelectorAll('input[name="csrf_token"]')) input.value = fresh;
    return true;
  } catch {
    return false;
  }
}

/**
 * Send a request and say what became of it: {kind, status, body, wait_ms}.
 * kind: "saved", "signed-out", "conflict", "wrong" (to be mended), "lost" (never here), "later" (try again).
 */
export async function send(url, { method = "POST", body = null, key = "", json = false, again = true } = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": token() };
  if (key) headers["Idempotency-Key"] = key;
  if (json) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(url, { method, body, headers, credentials: "same-origin" });
  } catch {
    return { kind: "later", status: 0, body: {}, wait_ms: 0 };
  }
  const told = await bodyOf(answer);
  if (answer.status === 400 && again && (await refreshToken())) {
    return send(url, { method, body, key, json, again: false });
  }
  return { kind: kindOf(answer), status: answer.status, body: told, wait_ms: 1000 * Number(answer.headers.get("Retry-After") ?? 0) };
}

async function bodyOf(answer) {
  const isJson = (answer.headers.get("Content-Type") ?? "").includes("json");
  try {
    return isJson ? await answer.json() : {};
  } catch {
    return {};
  }
}

/** Say what a status means to someone who saves. */
export function kindOf({ status, ok = status >= 200 && status < 300 }) {
  if (ok) return "saved";
  if (status === 401) return "signed-out";
  if (status === 409) return "conflict";
  if ([403, 404, 405, 410].includes(status)) return "lost";
  return status === 429 || status >= 500 ? "later" : "wrong";
}

/** Return the sentences of a refusal: {error}, {errors: {field: []}} or {refusals: [{message}]}. */
export function sentences(body) {
  if (body.errors) return Object.values(body.errors).flat();
  if (body.refusals?.length) return body.refusals.map((refusal) => refusal.message);
  return body.error ? [body.error] : [];
}
