import { DEFAULTS, batchesOf, trainingOf, withDataSet } from "../recipe.js";
import { edit } from "../runner.js";
import { ProblemError } from "../server.js";
import { undoAll } from "../store.js";
import { getDataSet, getDataSets } from "../trainings.js";
import { createTurns } from "../turns.js";

/** @import { State } from "../types.js" */
/** @import { DataSet } from "../recipe.js" */

/** The data sets that the page knows, and what the server says of one that it does not. @typedef {{known: DataSet[], problem: string | null}} DataSets */

const NONE = /** @type {DataSets} */ ({ known: [], problem: null });

/** What the scene learns from, or would; null: the page does not know it (yet). */
export function chosenIn(/** @type {State} */ { datasets: { known }, scene }) {
  const wanted = trainingOf(scene)?.dataset ?? known[0]?.id;
  return known.find(({ id }) => id === wanted) ?? null;
}

/** Where the scene stands in its training: after so many epochs, and so many of the batches of the next. */
export function placeIn(/** @type {State} */ state) {
  const dataset = chosenIn(state);
  const { updates = 0, ...recipe } = trainingOf(state.scene) ?? DEFAULTS;
  const batches = dataset ? batchesOf(dataset, recipe) : 1;
  return { epoch: Math.floor(updates / batches), batch: updates % batches, batches };
}

/** Adds data sets to those that are known. */
export function addDataSets(store, more) {
  const { known } = store.get().datasets;
  const ids = new Set(known.map(({ id }) => id));
  store.set({ datasets: { known: [...known, ...more.filter(({ id }) => !ids.has(id))], problem: null } });
}

/** The scene learns from a data set, from the beginning. */
export function learnFrom(store, /** @type {DataSet} */ dataset) {
  const { scene } = store.get();
  edit(store, withDataSet(scene, dataset, { ...DEFAULTS, ...trainingOf(scene) }));
}

/** A scene that has no training yet gets one before anything is asked of it. */
export function prepare(store) {
  const dataset = chosenIn(store.get());
  if (dataset && !trainingOf(store.get().scene)) learnFrom(store, dataset);
}

/** Brings what is said of the data sets: of those that come with Unrolled, and of the one that the scene names, whenever it names another. */
export function mountDataSets(store) {
  const datasets = () => /** @type {DataSets} */ (store.get().datasets);
  const unknown = (id) => id && !datasets().known.some((each) => each.id === id);

  async function bring(wanted) {
    try {
      if (!datasets().known.some(({ name }) => name)) addDataSets(store, await getDataSets());
      if (unknown(wanted)) addDataSets(store, [await getDataSet(wanted)]);
      else if (datasets().problem) store.set({ datasets: { ...datasets(), problem: null } });
    } catch (error) {
      if (error instanceof ProblemError) store.set({ datasets: { ...datasets(), problem: error.message } });
      else store.set({ away: true }); // and is asked again when it is back
    }
  }

  store.set({ datasets: datasets() ?? NONE });
  const turns = createTurns(bring, () => 0);
  return undoAll([
    store.watch((/** @type {State} */ { away, scene }) => [away, trainingOf(scene)?.dataset], ([away, wanted]) => !away && turns.ask(wanted)),
    turns.stop,
  ]);
}
