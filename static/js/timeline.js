import { embeddingOf, recurrentLayers } from "./scene.js";

/** @import { Scene, Step } from "./types.js" */

/** The wave in which the cells are computed: each order visits every cell after the cells that it reads. */
const ORDERS = {
  timestep: (a, b) => a.timestep - b.timestep || a.layer - b.layer,
  layer: (a, b) => a.layer - b.layer || a.timestep - b.timestep,
  diagonal: (a, b) => a.layer + a.timestep - (b.layer + b.timestep) || a.layer - b.layer,
};

/** What a timeline follows from: a scene's layers, timesteps and outputs. */
export function shapeOf(/** @type {Scene} */ scene) {
  const recurrent = recurrentLayers(scene);
  const embedding = embeddingOf(scene);
  const timesteps = scene.sentence.length;
  const all = Array.from({ length: timesteps }, (_, i) => i + 1);
  return {
    layers: recurrent.map((layer, i) => ({ ...layer, name: String(i + 1), sequences: layer.return_sequences === true })),
    output: { .../** @type {Scene["layers"][0]} */ (scene.layers.at(-1)), type: "Dense" },
    /** what makes vectors of words, where it has weights */
    embedding: embedding && { ...embedding, units: embedding.output_dim },
    timesteps,
    outputs: recurrent.at(-1)?.return_sequences ? all : [timesteps],
    /** the first layer whose input has lost its timesteps, or null where the stack works */
    broken: brokenAt(recurrent),
  };
}

/** A layer of a shape by its name; undefined for one-hot words. */
export function layerOf(shape, name) {
  if (name === "embedding") return shape.embedding ?? undefined;
  return name === "output" ? shape.output : shape.layers[Number(name) - 1];
}

/** The index of the first recurrent layer that hands only its last timestep to another one; null where there is none. */
function brokenAt(recurrent) {
  const at = recurrent.slice(0, -1).findIndex(({ return_sequences }) => !return_sequences);
  return at < 0 ? null : at;
}

const keyOf = (/** @type {Step} */ { phase, layer, timestep, quantity, weight }) => [phase, layer ?? "", timestep ?? "", quantity ?? weight ?? ""].join("/");

/**
 * Every step of a scene, the empty step 0 first, and when each number becomes known.
 *
 * @param {ReturnType<typeof shapeOf>} shape
 * @param {string} detail "cell" or "operation"
 * @param {string} order "timestep", "layer" or "diagonal"
 * @param {Record<string, {forward: string[], backward: string[]}>} operations the quantities that a cell of each type passes through
 * @param {Record<string, string[]>} weights the weights of each type, in Keras's order
 */
export function createTimeline(shape, detail, order, operations, weights) {
  const byOperation = detail === "operation";

  /** What a cell or a layer passes through within one step by cell. */
  function partsOf(/** @type {Step} */ { phase, layer }) {
    const type = layerOf(shape, layer)?.type;
    if (!type) return [];
    return phase === "update" ? weights[type] : operations[type][phase === "backward" ? "backward" : "forward"];
  }

  /** One step, or one for each of its operations. */
  const split = (step, name = "quantity") => (byOperation ? partsOf(step).map((part) => ({ ...step, [name]: part })) : [step]);
  const times = Array.from({ length: shape.timesteps }, (_, i) => i + 1);
  const cells = shape.layers.flatMap(({ name }) => times.map((timestep) => ({ layer: Number(name), timestep }))).sort(ORDERS[order]);
  const cellSteps = (phase) => cells.map(({ layer, timestep }) => split({ phase, layer: String(layer), timestep }));
  const weighted = ["output", ...shape.layers.map(({ name }) => name).reverse(), ...(shape.embedding ? ["embedding"] : [])];

  /** @type {Step[]} */
  const steps = [
    { phase: "start" },
    ...times.map((timestep) => ({ phase: "words", layer: "input", timestep })),
    ...cellSteps("forward").flat(),
    ...split({ phase: "output", layer: "output" }),
    { phase: "loss", layer: "output" },
    ...cellSteps("backward").reverse().flat(),
    ...weighted.flatMap((layer) => split({ phase: "update", layer }, "weight")),
  ];

  const at = new Map(steps.map((step, i) => [keyOf(step), i]));
  const whole = (/** @type {Step} */ { phase, layer, timestep }) => ({ phase, layer, timestep });
  const end = (step) => at.get(keyOf({ ...whole(step), quantity: byOperation ? partsOf(step).at(-1) : undefined }));

  /** The step at which the number at this address becomes known; Infinity where it never does. */
  function known(address) {
    const { layer, timestep, quantity, gradient } = address;
    if (timestep === 0) return gradient ? (end({ phase: "backward", layer, timestep: 1 }) ?? Infinity) : 0;
    if (layer === "input") return (gradient ? end({ phase: "backward", layer: "1", timestep }) : at.get(`words/input/${timestep}/`)) ?? Infinity;
    if (layer === "output" && (gradient || quantity === "loss")) return at.get("loss/output//") ?? Infinity;
    if (layer === "output") return at.get(`output/output//${quantity}`) ?? at.get("output/output//") ?? Infinity;
    const phase = gradient ? "backward" : "forward";
    const part = quantity === "h_norm" ? "h" : quantity;
    return at.get(keyOf({ phase, layer, timestep, quantity: part })) ?? at.get(keyOf({ phase, layer, timestep })) ?? Infinity;
  }

  /**
   * The nearest step at or before the moment of a step of another timeline; where the scene has lost that place, the end of its phase.
   * @param {Step} step
   */
  function nearest(step) {
    const exactly = at.get(keyOf(step));
    if (exactly !== undefined) return exactly;
    const finished = end(step);
    const part = step.quantity ?? step.weight;
    const complete = part === undefined || part === partsOf(step).at(-1);
    if (finished !== undefined) return complete ? finished : finished - 1;
    return steps.findLastIndex(({ phase }) => phase === step.phase);
  }

  return { steps, last: steps.length - 1, known, nearest };
}

/** The tensor that has to be here before a step can be shown; the loss also shows the gradient of every output, and they come last to first. */
export function tensorOf(/** @type {Step} */ { phase, layer, timestep }, outputs, names) {
  if (phase === "forward" || phase === "words") return `forward/${timestep}`;
  if (phase === "output") return "output";
  if (phase === "loss") return `backward/${outputs[0]}`;
  if (phase === "backward") return `backward/${timestep}`;
  if (phase === "update") return `updated/${layer}/${names.at(-1)}`;
  return null;
}
