/** @import { Step } from "./types.js" */

/*
 * The timeline of version 1, as it was when links, plans, logs and recordings named a step by its number. It never changes: whatever becomes of timeline.js,
 * a bare number means the event that it meant then. tests/js/links.json has every step of it.
 */

const ORDERS = {
  timestep: (a, b) => a.timestep - b.timestep || a.layer - b.layer,
  layer: (a, b) => a.layer - b.layer || a.timestep - b.timestep,
  diagonal: (a, b) => a.layer + a.timestep - (b.layer + b.timestep) || a.layer - b.layer,
};

const OPERATIONS = {
  Embedding: { forward: ["x"], backward: ["x"] },
  SimpleRNN: { forward: ["a", "h"], backward: ["h_from_depth", "h_from_time", "h", "a"] },
  LSTM: {
    forward: ["a_i", "a_f", "a_g", "a_o", "i", "f", "g", "o", "c", "tanh_c", "h"],
    backward: ["h_from_depth", "h_from_time", "h", "tanh_c", "c", "o", "g", "f", "i", "a_o", "a_g", "a_f", "a_i"],
  },
  GRU: {
    forward: ["a_z", "a_r", "z", "r", "m", "a_n", "n", "h"],
    backward: ["h_from_depth", "h_from_time", "h", "n", "a_n", "m", "r", "z", "a_r", "a_z"],
  },
  Dense: { forward: ["a", "y"], backward: ["y", "a"] },
};

const RECURRENT = ["kernel", "recurrent_kernel", "bias"];
const WEIGHTS = { Embedding: ["embeddings"], SimpleRNN: RECURRENT, LSTM: RECURRENT, GRU: RECURRENT, Dense: ["kernel", "bias"] };

/**
 * Every step of version 1, by its number.
 *
 * @param {{layers: {name: string, type: string}[], embedding: object | null, timesteps: number}} shape
 * @param {string} detail
 * @param {string} order
 * @returns {Step[]}
 */
export function stepsOfVersion1({ layers, embedding, timesteps }, detail, order) {
  const byOperation = detail === "operation";
  const typeOf = (layer) => (layer === "output" ? "Dense" : layer === "embedding" ? "Embedding" : layers[Number(layer) - 1].type);
  const split = (step, parts, name = "quantity") => (byOperation ? parts.map((part) => ({ ...step, [name]: part })) : [step]);
  const times = Array.from({ length: timesteps }, (_, i) => i + 1);
  const cells = layers.flatMap(({ name }) => times.map((timestep) => ({ layer: Number(name), timestep }))).sort(ORDERS[order]);
  const cellSteps = (phase) => cells.map(({ layer, timestep }) => split({ phase, layer: String(layer), timestep }, OPERATIONS[layers[layer - 1].type]?.[phase] ?? []));
  const weighted = ["output", ...layers.map(({ name }) => name).reverse(), ...(embedding ? ["embedding"] : [])];
  return [
    { phase: "start" },
    ...times.map((timestep) => ({ phase: "words", layer: "input", timestep })),
    ...cellSteps("forward").flat(),
    ...split({ phase: "output", layer: "output" }, OPERATIONS.Dense.forward),
    { phase: "loss", layer: "output" },
    ...cellSteps("backward").reverse().flat(),
    ...weighted.flatMap((layer) => split({ phase: "update", layer }, WEIGHTS[typeOf(layer)] ?? [], "weight")),
  ];
}
