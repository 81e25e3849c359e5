import { lookup } from "./lookup.js";
import { tables } from "./words.js";

/** @import { Scene } from "./types.js" */

/** @typedef {(value: any) => boolean} Rule */

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value) => typeof value === "string";
const isNumber = Number.isFinite;
const isCount = Number.isInteger;
const isFlag = (value) => typeof value === "boolean";

const optional = (/** @type {Rule} */ rule) => (value) => value === undefined || value === null || rule(value);
const listOf = (/** @type {Rule} */ rule) => (value) => Array.isArray(value) && value.every(rule);
const either = (/** @type {Rule[]} */ ...rules) => (value) => rules.some((rule) => rule(value));
const mapOf = (/** @type {Rule} */ rule) => (value) => isObject(value) && Object.values(value).every(rule);
const shaped = (/** @type {Record<string, Rule>} */ fields) => (value) => isObject(value) && Object.entries(fields).every(([name, rule]) => rule(lookup(value, name)));
const named = (/** @type {Record<string, any>} */ table) => (value) => isText(value) && Object.hasOwn(table, value);

const OF_NUMBERS = listOf(isNumber);
const START = (value) => named(tables.initializers)(value?.type) && mapOf(either(isNumber, isText))(value);

const EMBEDDING = shaped({ type: (type) => type === "Embedding", input_dim: isCount, output_dim: isCount });
const UPPER = shaped({
  type: (type) => named(tables.weights)(type) && type !== "Embedding", units: isCount,
  return_sequences: optional(isFlag), activation: optional(isText), reset_after: optional(isFlag), dropout: optional(isNumber), recurrent_initializer: optional(START),
});

/** An Embedding stands at the bottom or nowhere; above it are a recurrent layer and an output at least. */
function isStack(layers) {
  if (!Array.isArray(layers)) return false;
  const upper = EMBEDDING(layers[0]) ? layers.slice(1) : layers;
  return upper.length >= 2 && upper.every(UPPER);
}

/** A rate, and whatever else an optimizer is told: the controls show numbers and switches. */
const isOptimizer = (value) => named(tables.optimizers)(value?.type) && isNumber(value.learning_rate)
  && Object.entries(value).every(([name, option]) => name === "type" || optional(either(isNumber, isFlag))(option));

const SCENE = shaped({
  vocabulary: listOf(isText), sentence: listOf(isText), label: either(isNumber, OF_NUMBERS), layers: isStack, loss: (loss) => named(tables.losses)(loss), optimizer: isOptimizer,
  weights: shaped({
    seed: isCount, steps: optional(isCount), edits: optional(mapOf(isNumber)),
    training: optional(shaped({ dataset: isText, batch_size: isCount, seed: optional(isCount), updates: optional(isCount), edits: optional(mapOf(isNumber)) })),
  }),
  window: optional(isCount), l2: optional(isNumber), inputs: optional(mapOf(isNumber)), sample_weight: optional(OF_NUMBERS),
  initial_state: optional(listOf(either(OF_NUMBERS, shaped({ h: OF_NUMBERS, c: OF_NUMBERS })))),
});

/**
 * Has it everything that the page's controls show, each as what it is? What comes from a link, a file or a lecture may be anything.
 * Whether the scene can be computed, and what is too large in it, the server says in words.
 *
 * @returns {value is Scene}
 */
export const isScene = (/** @type {any} */ value) => SCENE(value);
