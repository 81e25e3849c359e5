import { answered, getJson } from "../server.js";

/** @import { Scene } from "../types.js" */
/** @import { Norms } from "./reading.js" */

/** Asks about a scene that is sent along and stored nowhere. */
async function ask(path, /** @type {Scene} */ scene, query = {}) {
  const body = JSON.stringify(scene);
  const asked = new URLSearchParams(query);
  return (await answered(await fetch(`api/gradients${path}?${asked}`, { method: "POST", headers: { "Content-Type": "application/json" }, body }))).json();
}

/** The scene, and with LSTM and GRU cells. @returns {Promise<Norms[]>} */
export const getKinds = async (scene) => (await ask("/kinds", scene)).networks;
/** @returns {Promise<{name: string, scene: Scene, before: Norms, after: Norms}>} */
export const getRemedy = (scene, name) => ask("/remedy", scene, { name });
/** @returns {Promise<{cells: number[][], carried: number, whole: number, exact: boolean}>} */
export const getStrongest = (scene, [layer, timestep]) => ask("/strongest", scene, { layer, timestep });
/** @returns {Promise<{cells: number[][], gains: number[], singular_values: number[], arriving: number, carried: number, whole: number}>} */
export const getPath = (scene, cells) => ask("/path", scene, { cells: cells.map((cell) => cell.join("/")).join() });
/** @returns {Promise<{timestep: number, word: string, before: string, layers: {layer: string, first: number, distances: number[], timesteps: number}[]}>} */
export const getMemory = (scene, timestep, word) => ask("/memory", scene, { timestep, word });

const study = (name, query) => getJson(`api/studies/${name}?${new URLSearchParams(query)}`);
/** @typedef {{points: number[][], errors: number[], norms: number[], left: boolean}} Walk */
/** @returns {Promise<{free: Walk, clipped: Walk}>} */
export const getDescent = (query) => study("descent", query);
/** @returns {Promise<{w: number, x: number[], b: number[], slope: number[], stable: boolean[], folds: {b: number, x: number}[]}>} */
export const getBifurcation = (w) => study("bifurcation", { w });
/** @returns {Promise<{x: number[], slope: number[], curvature: number[]}>} */
export const getLinear = (w) => study("linear", { w });

const ARRAYS = { F64: Float64Array, F32: Float32Array };
const LENGTH_BYTES = 8;

/** The error surface: tensors of one safetensors file, by their names. @returns {Promise<{w: Float64Array, b: Float64Array, wall: Float64Array, error: Float32Array}>} */
export async function getCliff() {
  const file = await (await answered(await fetch("api/studies/cliff"))).arrayBuffer();
  const start = LENGTH_BYTES + Number(new DataView(file).getBigUint64(0, true));
  const { __metadata__: _, ...tensors } = JSON.parse(new TextDecoder().decode(new Uint8Array(file, LENGTH_BYTES, start - LENGTH_BYTES)));
  return /** @type {any} */ (Object.fromEntries(Object.entries(tensors).map(([name, { dtype, data_offsets: [from, to] }]) => {
    const Numbers = ARRAYS[dtype];
    return [name, new Numbers(file, start + from, (to - from) / Numbers.BYTES_PER_ELEMENT)];
  })));
}
