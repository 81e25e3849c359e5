import { embeddingOf } from "../scene.js";
import { between, createCode, oneOf } from "./coded.js";

/** @import { Layer, Scene } from "../types.js" */

/** What the laboratory is set to. @typedef {{radius: number, timesteps: number, layers: number, units: number, activation: string, start: string, clipping: string, show: string, remedy: string, kind: string}} Settings */

export const KINDS = ["SimpleRNN", "LSTM", "GRU"];
export const SHOWS = ["whole", "depth", "time", "strongest", "own"];
export const REMEDIES = ["none", "clipping", "identity", "orthogonal", "LSTM", "GRU", "every timestep", "shorter"];

/** Each setting as it stands in a link, in this order, with where it begins: Keras's own network, three layers over fifty words. */
const FIELDS = {
  radius: { first: 1, read: between(0.05, 2, 2) },
  timesteps: { first: 50, read: between(3, 100) },
  layers: { first: 3, read: between(1, 5) },
  units: { first: 16, read: between(1, 64) },
  activation: { first: "tanh", read: oneOf(["tanh", "relu", "sigmoid", "linear"]) },
  start: { first: "orthogonal", read: oneOf(["orthogonal", "scaled_orthogonal", "identity"]) },
  clipping: { first: "none", read: oneOf(["none", "clipnorm", "global_clipnorm", "clipvalue"]) },
  show: { first: "whole", read: oneOf(SHOWS) },
  remedy: { first: "none", read: oneOf(REMEDIES) },
  kind: { first: KINDS[0], read: oneOf(KINDS) },
};
const code = createCode(FIELDS);

export const writeSettings = (/** @type {Settings} */ settings) => code.write(settings);
/** @returns {Settings} */
export const readSettings = (/** @type {string} */ text) => /** @type {Settings} */ (code.read(text));

/** Numbers between 0 and 1 that follow from a seed (mulberry32). */
function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The scene's sentence, cut to so many words, or continued with words of its vocabulary that follow from its seed. */
export function sentenceOf(/** @type {Scene} */ { sentence, vocabulary, weights: { seed } }, timesteps) {
  const random = createRandom(seed);
  const more = Array.from({ length: Math.max(0, timesteps - sentence.length) }, () => vocabulary[Math.floor(random() * vocabulary.length)]);
  return [...sentence.slice(0, timesteps), ...more];
}

/** How a recurrent kernel begins, with this radius; Keras's own is left out. */
function startOf(/** @type {Settings} */ { start, radius }) {
  if (start === "orthogonal") return radius === 1 ? {} : { recurrent_initializer: { type: start, gain: radius } };
  return { recurrent_initializer: start === "identity" ? { type: start, gain: radius } : { type: start, spectral_radius: radius } };
}

/** @returns {Layer} */
function layerOf(/** @type {Settings} */ settings, kind, top) {
  const own = { SimpleRNN: settings.activation === "tanh" ? {} : { activation: settings.activation }, LSTM: {}, GRU: { reset_after: true } }[kind];
  return { type: kind, units: settings.units, return_sequences: !top, ...own, ...startOf(settings) };
}

/**
 * The network of the laboratory, from a kind of cell: what the scene reads and says stays, with one output, after the last word. What is
 * bound to the sizes of its own layers, or was learnt by them, does not.
 *
 * @returns {Scene}
 */
export function laboratoryScene(/** @type {Scene} */ scene, /** @type {Settings} */ settings, kind) {
  const { version, vocabulary, loss, weights: { seed } } = scene;
  const embedding = embeddingOf(scene);
  const recurrent = Array.from({ length: settings.layers }, (_, i) => layerOf(settings, kind, i === settings.layers - 1));
  return {
    version, vocabulary, loss,
    sentence: sentenceOf(scene, settings.timesteps),
    label: Array.isArray(scene.label) ? scene.label[scene.label.length - 1] : scene.label,
    layers: [...(embedding ? [embedding] : []), ...recurrent, /** @type {Layer} */ (scene.layers.at(-1))],
    weights: { seed },
    optimizer: { type: "SGD", learning_rate: scene.optimizer.learning_rate, ...(settings.clipping === "none" ? {} : { [settings.clipping]: 1 }) },
  };
}
