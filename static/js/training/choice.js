import { html, join, mark, text } from "../dom.js";
import { setField, typed } from "../fields.js";
import { grouped } from "../format.js";
import { isProblem, markError } from "../problem.js";
import { DEFAULTS, trainingOf, withTraining } from "../recipe.js";
import { edit } from "../runner.js";
import { listen, undoAll } from "../store.js";
import { isRunning } from "../trainer.js";
import { sendTable } from "../trainings.js";
import { tables, words } from "../words.js";
import { addDataSets, chosenIn, learnFrom, prepare } from "./datasets.js";

/** @import { State } from "../types.js" */
/** @import { DataSet } from "../recipe.js" */

const OWN = "own";

/** One that comes with Unrolled is named by the page's words. */
const nameOf = (/** @type {DataSet} */ { name: shipped }) => (shipped ? words(`training.dataset.name.${shipped}`) : words("training.own"));
const sourceOf = (/** @type {DataSet} */ { name: shipped }) => (shipped ? words(`training.dataset.source.${shipped}`) : "");

/** How many sentences it has, and how long they are. */
function countedOf(/** @type {DataSet} */ { examples, timesteps: { min, max } }) {
  return words(min === max ? "training.dataset.fixed" : "training.dataset.about", { examples: grouped(examples), min, max });
}

/** What a scene learns from, and how: the data sets that there are, one's own sentences, the batch and the order. */
export function mountChoice(root, store) {
  const find = (name) => root.querySelector(`[data-part=${name}]`);
  const [choice, source, counted, heading, own, fault] = ["dataset", "source", "counted", "heading", "own", "ownFault"].map(find);
  const [area, file] = [own.querySelector("textarea"), own.querySelector("input")];
  const headings = {}; // by data set: what a table's first row was taken for
  const fields = { batch_size: find("batch"), seed: find("seed") };

  function draw() {
    const state = /** @type {State} */ (store.get());
    const dataset = chosenIn(state);
    const options = [...state.datasets.known.map((each) => ({ id: each.id, name: nameOf(each) })), { id: OWN, name: words("training.dataset.own") }];
    join(choice, options, { key: ({ id }) => id, create: ({ id, name }) => html("option", { value: id }, name), update: () => {} });
    choice.disabled = isRunning(/** @type {import("../trainer.js").TrainingState} */ (state.training));
    setField(choice, own.hidden ? dataset?.id ?? "" : OWN);
    text(source, dataset ? sourceOf(dataset) : "");
    text(counted, dataset ? countedOf(dataset) : "");
    text(heading, dataset && headings[dataset.id] ? words("training.own.heading", { row: headings[dataset.id] }) : "");
    const recipe = trainingOf(state.scene) ?? DEFAULTS;
    for (const [name, field] of Object.entries(fields)) setField(field, recipe[name]);
  }

  async function useTable() {
    try {
      const { heading: row, ...dataset } = await sendTable(area.value);
      headings[dataset.id] = row;
      mark(fault, null);
      addDataSets(store, [dataset]);
      if (dataset.id === trainingOf(store.get().scene)?.dataset) store.set({ scene: { ...store.get().scene } }); // it was missing: what was learnt from it is asked for again
      else learnFrom(store, dataset);
      own.hidden = true;
      choice.focus(); // what was pressed is gone
    } catch (error) {
      markError(fault, error, "training.away");
    }
    draw();
  }

  return undoAll([
    listen(choice, "change", () => {
      const dataset = store.get().datasets.known.find(({ id }) => id === choice.value);
      own.hidden = choice.value !== OWN;
      if (dataset) learnFrom(store, dataset);
    }),
    listen(file, "change", async () => {
      const [chosen] = file.files;
      if (chosen) area.value = await chosen.text();
    }),
    listen(find("use"), "click", useTable),
    ...Object.entries(fields).map(([name, field]) => listen(field, "change", () => {
      const value = typed(field);
      if (value === null) return;
      prepare(store);
      if (trainingOf(store.get().scene)) edit(store, withTraining(store.get().scene, { [name]: value }));
    })),
    store.watch((/** @type {State} */ { problem }) => isProblem(problem, "unknown-dataset"), (missing) => {
      if (missing) own.hidden = false; // the page says that the file is needed again
    }),
    store.watch((/** @type {State} */ { datasets, scene, training, problem }) => [datasets, scene.weights.training, training?.phase, problem], draw),
  ]);
}
