import { embeddingOf, outputEverywhere, recurrentLayers, withSentence, withSequences } from "./scene.js";

/** @import { Scene } from "./types.js" */

/** What is said of a data set without its examples. @typedef {{id: string, name?: string, source?: string, examples: number, vocabulary: string[],
 *   timesteps: {min: number, max: number}, label_per_timestep: boolean, first: {sentence: string[], label: number | number[]}}} DataSet */

/** What a scene learns from and how, where it says so. */
export const trainingOf = (/** @type {Scene} */ scene) => scene.weights.training ?? null;

/** Does the scene learn from a table that somebody uploaded, which the server may forget? Those that come with Unrolled it always has. */
export function needsUpload(/** @type {Scene} */ scene, /** @type {string[]} */ shipped) {
  const training = trainingOf(scene);
  return training !== null && !shipped.includes(training.dataset);
}

/** How many updates an epoch has. */
export const batchesOf = (/** @type {DataSet} */ dataset, { batch_size: size }) => Math.ceil(dataset.examples / size);

/** The scene with other words of its training. */
export const withTraining = (/** @type {Scene} */ scene, patch) => ({ ...scene, weights: { ...scene.weights, training: { ...scene.weights.training, ...patch } } });

/** The scene after so many updates, as they left it. */
export const afterUpdates = (/** @type {Scene} */ scene, updates) => withTraining(scene, { updates, edits: {} });

/** How a training begins to be set. */
export const DEFAULTS = { batch_size: 4, seed: 0 };

function knows(/** @type {Scene} */ scene, words) {
  const known = new Set(scene.vocabulary);
  return words.every((word) => known.has(word));
}

/** The scene whose words are those of a data set; an embedding that is too small grows. */
function withWordsOf(/** @type {Scene} */ scene, { vocabulary }) {
  if (knows(scene, vocabulary)) return scene;
  const embedding = embeddingOf(scene);
  const all = embedding ? [...new Set([...scene.vocabulary, ...vocabulary])] : vocabulary;
  const lowest = embedding ? [{ ...embedding, input_dim: Math.max(embedding.input_dim, all.length + 1) }, ...scene.layers.slice(1)] : scene.layers;
  const { inputs: _, ...rest } = scene;
  const { edits: __, ...weights } = rest.weights;
  return { ...rest, vocabulary: all, layers: lowest, weights };
}

/** The scene that learns from a data set, from its beginning: with its words, its first sentence, and an output where it has labels. */
export function withDataSet(/** @type {Scene} */ scene, /** @type {DataSet} */ dataset, { batch_size, seed }) {
  const worded = withWordsOf(scene, dataset);
  const top = recurrentLayers(worded).length - 1;
  const everywhere = dataset.label_per_timestep || (outputEverywhere(worded) && !Array.isArray(scene.label)); // as a person set it, not a data set
  const shaped = everywhere === outputEverywhere(worded) ? worded : withSequences(worded, top, everywhere);
  const fits = knows(shaped, shaped.sentence) && !dataset.label_per_timestep && shaped === scene;
  const reading = fits ? shaped : withSentence(shaped, dataset.first.sentence, dataset.first.label);
  return withTraining(reading, { dataset: dataset.id, batch_size, seed, updates: 0, edits: {} });
}
