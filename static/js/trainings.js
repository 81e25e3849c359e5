import { ProblemError, answered, getJson, sendJson } from "./server.js";

/** @import { Scene } from "./types.js" */

/** What the server says of trainings and of what they learn from. */
export const getDataSets = async () => (await getJson("api/datasets")).datasets;
export const getDataSet = (id) => getJson(`api/datasets/${encodeURIComponent(id)}`);
export const sendTable = (text) => sendJson("POST", "api/datasets/table", { text });
/** @returns {Promise<{id: string, first: number, last: number, batches: number}>} */
export const startTraining = (/** @type {Scene} */ scene, epochs) => sendJson("POST", `api/trainings?epochs=${epochs}`, scene);
export const stopTraining = (id) => sendJson("DELETE", `api/trainings/${id}`);
export const getPredictions = (id) => getJson(`api/traces/${id}/predictions`);

const LONGEST_WAIT = 20_000; // ms before another try
const FIRST_WAIT = 500;
const TRIES = 8;

/** A wait that grows, and that no two pages share; it ends early where nobody needs it any more. */
function pause(tries, signal) {
  const wait = Math.random() * Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries);
  return new Promise((resolve) => {
    const timer = setTimeout(done, wait);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve(undefined);
    }
    signal.addEventListener("abort", done);
  });
}

/** One event as it stands in a stream: its kind, its number if it can be come back to, its data. */
function parse(block) {
  const fields = Object.fromEntries(block.split("\n").filter((line) => !line.startsWith(":")).map((line) => {
    const at = line.indexOf(": ");
    return [line.slice(0, at), line.slice(at + 2)];
  }));
  return fields.data ? { kind: fields.event, id: fields.id, data: JSON.parse(fields.data) } : null;
}

/** The events of one connection. */
async function* heard(path, last, signal) {
  const response = await answered(await fetch(path, { headers: last ? { "Last-Event-ID": last } : {}, signal }));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() ?? "";
    yield* blocks.map(parse).filter((event) => event !== null);
  }
}

/**
 * Server-sent events up to the one that ends them; after a lost connection it comes back to where it was.
 *
 * @param {string} path
 * @param {{ending: string, signal: AbortSignal}} until the kind of the last event
 */
export async function* listenTo(path, { ending, signal }) {
  let last = null;
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      for await (const event of heard(path, last, signal)) {
        last = event.id ?? last;
        tries = 0;
        yield event;
        if (event.kind === ending) return;
      }
    } catch (error) {
      if (signal.aborted || error instanceof ProblemError) throw error;
    }
    await pause(tries, signal);
    signal.throwIfAborted();
  }
  throw new TypeError("The server cannot be reached.");
}
