// What is typed or photographed and not yet accepted by the server, kept in this browser (IndexedDB).
// Each record carries its person: another user of the same device neither sees nor sends it.

const NAME = "qse-audit";
const STORES = ["saves", "uploads", "drafts"];
const memory = new Map(STORES.map((store) => [store, new Map()]));
let opening;

function open() {
  opening ??= new Promise((resolve) => {
    try {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => STORES.forEach((store) => request.result.createObjectStore(store, { keyPath: "id" }));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  return opening;
}

async function ask(store, mode, act, fallback) {
  const database = await open();
  if (!database) return fallback(memory.get(store));
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: "strict" });
    const request = act(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

/** Say whether records survive the page; if not, leaving must be asked. */
export const isDurable = async () => (await open()) !== null;

/** Keep `record` (it has an `id` and a `person`). */
export const put = (store, record) =>
  ask(store, "readwrite", (records) => records.put(record), (records) => void records.set(record.id, record));

/** Return the record `id`, or undefined. */
export const get = (store, id) => ask(store, "readonly", (records) => records.get(id), (records) => records.get(id));

/** Forget the record `id`. */
export const drop = (store, id) =>
  ask(store, "readwrite", (records) => records.delete(id), (records) => void records.delete(id));

/** Return the records of everyone who uses this browser. */
export const everyone = (store) => ask(store, "readonly", (records) => records.getAll(), (records) => [...records.values()]);

/** Return the records of `person`, oldest first. */
export async function mine(store, person) {
  const all = await everyone(store);
  return all.filter((record) => record.person === person).sort((a, b) => a.at - b.at);
}
