/** @import { Scene } from "./types.js" */

/** A copy of a scene with the recurrent layers changed; states that no longer fit are left out. */
function withRecurrent(/** @type {Scene} */ scene, recurrent) {
  const { initial_state: states, ...rest } = scene;
  const fits = states?.length === recurrent.length && states.every((state, i) => state.length === recurrent[i].units);
  return { ...rest, layers: [...recurrent, scene.layers.at(-1)], ...(fits ? { initial_state: states } : {}) };
}

/** All layers but the last, which is Dense. */
export const recurrentLayers = (/** @type {Scene} */ scene) => scene.layers.slice(0, -1);

const withLayer = (scene, index, patch) => withRecurrent(scene, recurrentLayers(scene).map((layer, i) => (i === index ? { ...layer, ...patch } : layer)));

/** The scene with another number of units in a layer. */
export const withUnits = (scene, index, units) => withLayer(scene, index, { units });
/** The scene with a layer's return_sequences switched. */
export const withSequences = (scene, index, sequences) => withLayer(scene, index, { return_sequences: sequences });

/** The switches belong to their places, not to the layers that move through them: a stack that works goes on working. */
function withOrder(scene, recurrent, sequences) {
  return withRecurrent(scene, recurrent.map((layer, i) => ({ ...layer, return_sequences: sequences[i] })));
}

const switches = (scene) => recurrentLayers(scene).map(({ return_sequences }) => return_sequences ?? false);

/** A new layer on top, as wide as the one below it. */
export function withAddedLayer(scene) {
  const layers = recurrentLayers(scene);
  const top = layers[layers.length - 1];
  const flags = switches(scene);
  return withOrder(scene, [...layers, { ...top }], [...flags.slice(0, -1), true, flags[flags.length - 1]]);
}

/** The scene without a layer; the top keeps its switch, and the last layer stays: two clicks may come before the buttons are drawn again. */
export function withoutLayer(scene, index) {
  const flags = switches(scene);
  const kept = recurrentLayers(scene).filter((_, i) => i !== index);
  if (kept.length === 0) return scene;
  return withOrder(scene, kept, [...flags.slice(0, kept.length - 1), flags[flags.length - 1]]);
}

/** Two neighbours change places, where there are two. */
export function withSwapped(scene, lower) {
  const layers = recurrentLayers(scene);
  if (!layers[lower] || !layers[lower + 1]) return scene;
  [layers[lower], layers[lower + 1]] = [layers[lower + 1], layers[lower]];
  return withOrder(scene, layers, switches(scene));
}

/** What a person typed, as words: between spaces, and words that look the same are the same. */
export const wordsOf = (typed) => typed.normalize("NFC").split(/\s+/u).filter(Boolean);

/** The scene with another sentence and its label. */
export const withSentence = (scene, sentence, label) => ({ ...scene, sentence, label });
/** The scene with other weights. */
export const withSeed = (scene, seed) => ({ ...scene, weights: { ...scene.weights, seed } });
/** The scene with one word more, at the end of the vocabulary. */
export const withWord = (scene, word) => ({ ...scene, vocabulary: [...scene.vocabulary, word] });
/** The scene whose vocabulary has lost a word. */
export const withoutWord = (scene, word) => ({ ...scene, vocabulary: scene.vocabulary.filter((known) => known !== word) });

/** Sets one unit of an initial state; when all are zero again there is none. */
export function withInitial(scene, index, unit, value) {
  const states = recurrentLayers(scene).map(({ units }, i) => scene.initial_state?.[i] ?? Array(units).fill(0));
  const changed = states.map((state, i) => (i === index ? state.map((old, u) => (u === unit ? value : old)) : state));
  const { initial_state: _, ...rest } = scene;
  return changed.flat().every((number) => number === 0) ? rest : { ...rest, initial_state: changed };
}

/** How many numbers a recurrent layer learns, and the products that they come from. */
export function parameters(scene, index) {
  const features = index === 0 ? scene.vocabulary.length : scene.layers[index - 1].units;
  const { type, units } = scene.layers[index];
  const sizes = { kernel: [features, units], ...(type === "Dense" ? {} : { recurrent_kernel: [units, units] }), bias: [units] };
  const counts = Object.values(sizes).map((size) => size.reduce((product, n) => product * n, 1));
  return { features, units, sizes, total: counts.reduce((sum, n) => sum + n, 0) };
}
