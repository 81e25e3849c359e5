import { readTrace } from "./stream.js";

/** @import { Cell, Explanation, Problem, Scene } from "./types.js" */

/** What the server answered instead: a problem in words for a student. */
export class ProblemError extends Error {
  /** @param {Problem} problem */
  constructor(problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

export async function answered(response) {
  if (response.ok) return response;
  if (response.headers.get("Content-Type")?.startsWith("application/problem+json")) throw new ProblemError(await response.json());
  throw new TypeError(`The answer ${response.status} is not from this server.`);
}

export const getJson = async (path, signal) => (await answered(await fetch(path, { signal }))).json();
export const sendJson = async (method, path, body) => (await answered(await fetch(path, {
  method, ...(body ? { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {}),
}))).json();

/**
 * Computes a scene: its trace comes piece by piece.
 *
 * @param {Scene} scene
 * @param {(id: string, trace: import("./trace.js").Trace) => void} arrived
 * @param {AbortSignal} signal
 * @param {boolean} [transient] a step of a drag that is not over: the server stores nothing, and need not know the id later
 */
export async function runScene(scene, arrived, signal, transient = false) {
  const body = JSON.stringify(scene);
  const response = await answered(await fetch(`api/traces${transient ? "?transient=1" : ""}`, { method: "POST", headers: { "Content-Type": "application/json" }, body, signal }));
  const id = /** @type {string} */ (response.headers.get("Scene-Id"));
  await readTrace(/** @type {ReadableStream<Uint8Array>} */ (response.body), (trace) => arrived(id, trace));
}

/** @returns {Promise<Scene>} */
export const getScene = (id) => getJson(`api/scenes/${id}`);

/** An answer as a file, whose progress is told as a share of it. @returns {Promise<Blob>} */
async function getFile(path, { signal, progress }) {
  const response = await answered(await fetch(path, { signal }));
  const size = Number(response.headers.get("Content-Length"));
  const pieces = [];
  let here = 0;
  for await (const piece of /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body)) {
    pieces.push(piece);
    here += piece.length;
    progress(Math.min(1, here / (size || Infinity)));
  }
  return new Blob(pieces, { type: response.headers.get("Content-Type") ?? "" });
}

/** The trace of a scene, as the server has it. */
export const getTraceFile = (id, job) => getFile(`api/traces/${id}`, job);
/** The scene in its canonical form. */
export const getSceneFile = (id, job) => getFile(`api/scenes/${id}`, job);
/** Where a scene stands as a worksheet. */
export const worksheetAt = (id) => `worksheet/${id}?language=${document.documentElement.lang}`;

/** The network of a scene in the table that Keras prints. */
export const getSummary = async (id) => (await answered(await fetch(`api/traces/${id}/summary`))).text();

/** A part of the page that it does not begin with. @returns {Promise<{html: string, words: Record<string, string>}>} */
export const getPart = (name) => getJson(`parts/${name}?language=${document.documentElement.lang}`);

const ANSWERS_KEPT = 64;
const answers = new Map();

/** An answer about an immutable trace; the last few are kept. */
function getKept(path) {
  if (!answers.has(path)) {
    const answer = getJson(path);
    answers.set(path, answer);
    answer.catch(() => answers.delete(path));
    if (answers.size > ANSWERS_KEPT) answers.delete(answers.keys().next().value);
  }
  return answers.get(path);
}

/** Every number of a cell, or of one unit of it, with every term of its sum. @returns {Promise<Cell>} */
export const getCell = (id, layer, timestep, unit = null) => getKept(`api/traces/${id}/cells/${layer}/${timestep}${unit === null ? "" : `?unit=${unit}`}`);

/** The gradient of a weight, as the sum over its uses. @returns {Promise<{gradients: Explanation[]}>} */
export const getWeight = (id, layer, name) => getKept(`api/traces/${id}/weights/${layer}/${name}`);

/** The gradient of one number of a weight. @returns {Promise<{gradients: Explanation[]}>} */
export const getNumber = (id, { layer, weight, index }) =>
  getKept(`api/traces/${id}/weights/${layer}/${weight}?${index.length > 1 ? `row=${index[0]}&` : ""}unit=${index.at(-1)}`);

/** How the optimizer moves one number of a weight. */
export const getUpdate = (id, { layer, weight, row, unit }) => getKept(`api/traces/${id}/updates/${layer}/${weight}?${row === null ? "" : `row=${row}&`}unit=${unit}`);

/** @returns {Promise<{engine: string}>} */
export const getVersion = (signal) => getJson("version", signal);
