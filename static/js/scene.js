import { lookup } from "./lookup.js";

/** @import { Layer, Scene } from "./types.js" */

/** The layer that makes vectors of words, where it has weights; null: the words are one-hot. */
export const embeddingOf = (/** @type {Scene} */ scene) => (scene.layers[0].type === "Embedding" ? scene.layers[0] : null);

/** How many layers stand below the recurrent ones: what their places in the scene are counted from. */
export const firstRecurrent = (/** @type {Scene} */ scene) => (embeddingOf(scene) ? 1 : 0);

/** All layers between the words and the last one, which is Dense. */
export const recurrentLayers = (/** @type {Scene} */ scene) => scene.layers.slice(firstRecurrent(scene), -1);

/** How many numbers a layer hands up. */
const widthOf = (/** @type {Layer} */ { units, output_dim: width }) => units ?? width;

/** Has a state the form that its layer needs? */
function fitsLayer(state, /** @type {Layer} */ { type, units }) {
  return type === "LSTM" ? state?.h?.length === units && state.c?.length === units : state?.length === units;
}

/** Does every timestep have an output, or the last alone? */
export const outputEverywhere = (/** @type {Scene} */ scene) => recurrentLayers(scene).at(-1)?.return_sequences === true;

/** How much each timestep counts in the loss; null where only the last has an output. */
export const lossWeights = (/** @type {Scene} */ scene) => (outputEverywhere(scene) ? scene.sentence.map((_, i) => scene.sample_weight?.[i] ?? 1) : null);

/** A copy of a scene whose timesteps count so much; where all count 1, or have no output, nothing is weighed. */
function weighed(/** @type {Scene} */ scene, /** @type {number[] | undefined} */ weights) {
  const { sample_weight: _, ...rest } = scene;
  const kept = lossWeights({ ...rest, sample_weight: weights });
  return kept?.some((each) => each !== 1) ? { ...rest, sample_weight: kept } : rest;
}
/** The scene in which one timestep counts so much in the loss. */
export const withLossWeight = (scene, timestep, weight) => weighed(scene, lossWeights(scene)?.with(timestep - 1, weight));

/** What the shapes of a scene's weights follow from. */
const sizesOf = ({ layers, vocabulary }) => JSON.stringify([vocabulary.length, layers.map(({ type, units, input_dim, output_dim, reset_after: after }) => [type, units, input_dim, output_dim, after])]);

/** Numbers are set by hand where they are looked at: before a training, or after it. */
const editsOf = (/** @type {Scene} */ { weights: { edits, training } }) => (training?.updates ? training.edits : edits);

/** A copy of a scene with other numbers set by hand; where there are none the field is left out. @returns {Scene} */
function withEdits(/** @type {Scene} */ scene, edits) {
  const { edits: _, ...weights } = scene.weights;
  if (weights.training?.updates) return { ...scene, weights: { ...scene.weights, training: { ...weights.training, edits } } };
  return { ...scene, weights: Object.keys(edits).length ? { ...weights, edits } : weights };
}
function withInputs(/** @type {Scene} */ { inputs: _, ...rest }, inputs) {
  return Object.keys(inputs).length ? { ...rest, inputs } : rest;
}
/** The scene in which the number at this address is set by hand, "1/kernel/1,2" or "input/2/x/1"; null gives back what the seed or the word made. */
export function withNumber(/** @type {Scene} */ scene, address, value) {
  const own = address.startsWith("input/");
  const { [address]: _, ...others } = (own ? scene.inputs : editsOf(scene)) ?? {};
  const numbers = value === null ? others : { ...others, [address]: value };
  return own ? withInputs(scene, numbers) : withEdits(scene, numbers);
}
/** The number that is set by hand at this address; undefined where none is. */
export const setByHand = (/** @type {Scene} */ scene, address) => lookup(address.startsWith("input/") ? scene.inputs : editsOf(scene), address);
/** The scene with nothing set by hand among its weights and inputs. */
export const withoutEdits = (/** @type {Scene} */ scene) => withInputs(withEdits(untaught(scene), {}), {});
/** The scene before its training. */
export function untaught(/** @type {Scene} */ scene) {
  const { training } = scene.weights;
  return training?.updates ? { ...scene, weights: { ...scene.weights, training: { ...training, updates: 0, edits: {} } } } : scene;
}
/** What a training follows from; where it changes, nothing is learnt yet. */
export const taughtBy = ({ layers, vocabulary, loss, optimizer, l2, window, weights: { seed, edits, training } }) => (
  JSON.stringify([layers, vocabulary, loss, optimizer, l2, window, seed, edits, training?.dataset, training?.batch_size, training?.seed]));
/** The scene as it follows another one: what that has learnt is lost with a change of what it follows from. */
export const learningAfter = (before, scene) => (scene.weights.training?.updates && taughtBy(before) !== taughtBy(scene) ? untaught(scene) : scene);

/** A copy of a scene with other layers; states that no longer fit are left out, and weights of timesteps that have no output, and numbers set by hand where other weights are drawn. */
function withLayers(/** @type {Scene} */ scene, layers) {
  const { initial_state: states, ...rest } = scene;
  const kept = sizesOf({ ...rest, layers }) === sizesOf(scene) ? rest : withoutEdits(rest);
  const changed = weighed({ ...kept, layers }, scene.sample_weight);
  const recurrent = recurrentLayers(changed);
  const fits = states?.length === recurrent.length && states.every((state, i) => fitsLayer(state, recurrent[i]));
  return fits ? { ...changed, initial_state: states } : changed;
}

/** A copy of a scene with the recurrent layers changed. */
function withRecurrent(/** @type {Scene} */ scene, recurrent) {
  return withLayers(scene, [...scene.layers.slice(0, firstRecurrent(scene)), ...recurrent, scene.layers.at(-1)]);
}

/** A copy of a scene with one recurrent layer changed, where there is one. */
function withLayer(scene, index, patch) {
  const layers = recurrentLayers(scene);
  return layers[index] ? withRecurrent(scene, layers.with(index, patch(layers[index]))) : scene;
}

/** The scene with another number of units in a layer. */
export const withUnits = (scene, index, units) => withLayer(scene, index, (layer) => ({ ...layer, units }));
/** The scene with a layer's return_sequences switched. */
export const withSequences = (scene, index, sequences) => withLayer(scene, index, (layer) => ({ ...layer, return_sequences: sequences }));
/** The scene with another kind of cell in a layer, at its defaults. */
export function withCell(scene, index, type) {
  const defaults = type === "GRU" ? { reset_after: true } : {};
  return withLayer(scene, index, ({ units, return_sequences: sequences, recurrent_initializer: start, dropout }) => (
    { type, units, return_sequences: sequences, ...defaults, ...(start ? { recurrent_initializer: start } : {}), ...(dropout ? { dropout } : {}) }));
}
/** The scene with another activation in a SimpleRNN; tanh, the default, is left out. */
export function withActivation(scene, index, activation) {
  return withLayer(scene, index, ({ activation: _, ...layer }) => (activation === "tanh" ? layer : { ...layer, activation }));
}
/** The scene with a GRU's reset after the product with its recurrent kernel, or before. */
export const withReset = (scene, index, after) => withLayer(scene, index, (layer) => ({ ...layer, reset_after: after }));

const NOTES_EMBEDDING = { type: "Embedding", input_dim: 10_000, output_dim: 32 };

/** The scene whose words are rows of a table, at first that of the notes. */
export function withEmbedding(scene) {
  const input_dim = Math.max(NOTES_EMBEDDING.input_dim, scene.vocabulary.length + 1);
  return embeddingOf(scene) ? scene : withLayers(scene, [{ ...NOTES_EMBEDDING, input_dim }, ...scene.layers]);
}
/** The scene whose words are one-hot. */
export const withOneHot = (scene) => withLayers(scene, scene.layers.slice(firstRecurrent(scene)));
/** The scene with another size of its embedding: input_dim or output_dim. */
export function withEmbeddingSize(scene, name, size) {
  return embeddingOf(scene) ? withLayers(scene, [{ ...scene.layers[0], [name]: size }, ...scene.layers.slice(1)]) : scene;
}

/** A label that the loss can use: 0 or 1, a class that there is, or any number. */
function fittingLabel(label, loss, classes) {
  if (loss === "mse") return label;
  const largest = loss === "binary_crossentropy" ? 1 : classes - 1;
  return Math.max(0, Math.min(largest, Math.round(label)));
}

function withDense(scene, dense, loss = scene.loss) {
  const fit = (label) => fittingLabel(label, loss, dense.units);
  const label = Array.isArray(scene.label) ? scene.label.map(fit) : fit(scene.label);
  return { ...scene, layers: [...scene.layers.slice(0, -1), dense], loss, label };
}

/** The scene with another activation of the output. */
export const withOutputActivation = (scene, activation) => withDense(scene, { ...scene.layers.at(-1), activation });
/** The scene with another number of outputs. */
export const withOutputUnits = (scene, units) => withDense(scene, { ...scene.layers.at(-1), units });

/** The scene with another loss, and with the output and the label that it needs; `needed` is its activation, null: any. */
export function withLoss(scene, loss, needed) {
  const { activation, units, ...dense } = scene.layers.at(-1);
  const free = activation === "softmax" ? "linear" : activation;
  return withDense(scene, { ...dense, units: needed === "softmax" ? Math.max(2, units) : units, activation: needed ?? free }, loss);
}

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

/** The scene with another sentence and its label. */
export const withSentence = (scene, sentence, label) => {
  const same = sentence.join(" ") === scene.sentence.join(" ");
  return weighed({ ...(same ? scene : withInputs(scene, {})), sentence, label }, scene.sample_weight);
};
/** The scene with other weights; what it learns from stays. */
export function withSeed(scene, seed) {
  const { training } = untaught(scene).weights;
  return { ...scene, weights: training ? { seed, training } : { seed } };
}
/** The scene with another optimizer, at its defaults; what is clipped stays. */
export function withOptimizer(scene, type, options, clipping) {
  const kept = Object.entries(scene.optimizer).filter(([name]) => clipping.includes(name));
  return { ...scene, optimizer: { type, ...options, ...Object.fromEntries(kept) } };
}
/** Is a weight after one step w − rate · gradient, and nothing else? */
export function descends({ optimizer, l2 = 0 }) {
  const { type, learning_rate: _, ...options } = optimizer;
  return type === "SGD" && l2 === 0 && Object.values(options).every((value) => !value);
}
/** The scene with another value of one of its optimizer's options. */
export const withOption = (scene, name, value) => ({ ...scene, optimizer: { ...scene.optimizer, [name]: value } });

const CLIPPED_AT = 1; // where a limit of gradients begins

/** The scene whose gradients are clipped in this way, or in none. */
export function withClipping(scene, name, clipping) {
  const kept = Object.entries(scene.optimizer).filter(([option]) => !clipping.includes(option));
  return { ...scene, optimizer: { ...Object.fromEntries(kept), ...(name ? { [name]: CLIPPED_AT } : {}) } };
}
/** The scene whose loss has a share of the squares of its kernels; none at 0. */
export function withL2(scene, share) {
  const { l2: _, ...rest } = scene;
  return share === 0 ? rest : { ...rest, l2: share };
}
/** The scene in which training drops such a share of a layer's states on their way up; none at 0. */
export function withDropout(scene, index, rate) {
  return withLayer(scene, index, ({ dropout: _, ...layer }) => (rate === 0 ? layer : { ...layer, dropout: rate }));
}
/** The scene whose gradients reach back so many timesteps; null: all of them. */
export function withWindow(scene, window) {
  const { window: _, ...rest } = scene;
  return window === null ? rest : { ...rest, window };
}
/** The scene with another beginning of a layer's recurrent kernel; Keras's own is left out. */
export function withStart(scene, index, start) {
  const own = start.type === "orthogonal" && start.gain === 1;
  return withLayer(scene, index, ({ recurrent_initializer: _, ...layer }) => (own ? layer : { ...layer, recurrent_initializer: start }));
}
/** The scene with one word more, at the end of the vocabulary. */
export const withWord = (scene, word) => withVocabulary(scene, [...scene.vocabulary, word]);
/** The scene whose vocabulary has lost a word. */
export const withoutWord = (scene, word) => withVocabulary(scene, scene.vocabulary.filter((known) => known !== word));
/** One-hot words have a row of the first kernel each, so a kernel of another size is drawn. */
const withVocabulary = (scene, vocabulary) => ({ ...(embeddingOf(scene) ? scene : withoutEdits(scene)), vocabulary });

/** The states of a recurrent layer before the first word, by their letters. @returns {Record<string, number[]>} */
export function initialOf(/** @type {Scene} */ scene, index) {
  const { type, units } = recurrentLayers(scene)[index];
  const state = scene.initial_state?.[index];
  const zeros = () => Array(units).fill(0);
  return type === "LSTM" ? { h: state?.h ?? zeros(), c: state?.c ?? zeros() } : { h: state ?? zeros() };
}

/** Sets one unit of an initial state, of an LSTM h or c; when all are zero again there is none. */
export function withInitial(scene, index, unit, value, quantity = "h") {
  const states = recurrentLayers(scene).map((_, i) => initialOf(scene, i));
  if (!states[index]) return scene;
  states[index][quantity] = states[index][quantity].map((old, u) => (u === unit ? value : old));
  const { initial_state: _, ...rest } = scene;
  const zero = states.every((state) => Object.values(state).flat().every((number) => number === 0));
  return zero ? rest : { ...rest, initial_state: states.map((state) => ("c" in state ? state : state.h)) };
}

const product = (size) => size.reduce((result, n) => result * n, 1);

/**
 * How many numbers a layer learns: so many gates, each with the weights of these sizes.
 *
 * @param {Scene} scene
 * @param {Record<string, string[]>} gates of each type of layer, those with weights of their own
 */
export function parameters(scene, index, gates) {
  const { type, units, input_dim, output_dim, reset_after: after = true } = scene.layers[index];
  if (type === "Embedding") return { gates: 1, features: input_dim, units: output_dim, sizes: { embeddings: [input_dim, output_dim] }, total: input_dim * output_dim };
  const features = index === 0 ? scene.vocabulary.length : widthOf(scene.layers[index - 1]);
  const recurrent = type === "Dense" ? {} : { recurrent_kernel: [units, units] };
  const sizes = { kernel: [features, units], ...recurrent, bias: type === "GRU" && after ? [2, units] : [units] };
  const count = lookup(gates, type)?.length ?? 1;
  return { gates: count, features, units, sizes, total: count * Object.values(sizes).reduce((sum, size) => sum + product(size), 0) };
}
