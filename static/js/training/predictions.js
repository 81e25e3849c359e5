import { attrs, html, join, text } from "../dom.js";
import { fixed, grouped } from "../format.js";
import { edit } from "../runner.js";
import { withSentence } from "../scene.js";
import { ProblemError } from "../server.js";
import { listen, undoAll } from "../store.js";
import { getPredictions } from "../trainings.js";
import { createTurns } from "../turns.js";
import { words } from "../words.js";

/** @import { State } from "../types.js" */
/** @typedef {{i: number, sentence: string[], label: number | number[], output: any[], right: boolean | null}} Prediction */

const PAUSE = 500; // ms between two lists: nobody reads more of them
const BUSY = 429;

export const percent = (share) => Math.round(share * 1000) / 10;

/** The outputs of a sentence, as they stand in a list. */
const outputText = (output) => output.flat().map((y) => fixed(y, 2)).join(" ");

function create(/** @type {Prediction} */ { sentence, label }) {
  const chips = sentence.map((word) => html("bdi", { class: "chip" }, word));
  return html("li", {}, html("button", { type: "button" }, html("span", { class: "words" }, chips), html("span", { class: "label" }, [label].flat().join(" ")),
    html("span", { class: "output" }), html("span", { class: "verdict", "aria-hidden": "true" })));
}

function update(item, /** @type {Prediction} */ { sentence, label, output, right }) {
  const [button] = item.children;
  const [, , number, verdict] = button.children;
  const told = { words: sentence.join(" "), label: [label].flat().join(" "), output: outputText(output) };
  const judged = right !== null;
  attrs(button, { "aria-label": judged ? words("training.prediction", { ...told, verdict: words(right ? "training.right" : "training.wrong") }) : words("training.prediction.number", told) });
  text(number, outputText(output));
  text(verdict, judged ? (right ? "✓" : "✗") : "");
  attrs(item, { "data-right": judged ? String(right) : null, "data-labels": Array.isArray(label) ? "many" : null });
}

/** What the network says of every sentence; a press makes the page read it. */
export function mountPredictions(root, store) {
  const [foretold, list] = ["foretold", "predictions"].map((name) => root.querySelector(`[data-part=${name}]`));
  /** @type {Prediction[]} */
  let told = [];

  function draw({ predictions, examples, accuracy }) {
    const more = examples > predictions.length && accuracy !== null;
    told = predictions.map((prediction, i) => ({ ...prediction, i }));
    text(foretold, more ? words("training.predictions.more", { shown: told.length, examples: grouped(examples), percent: percent(accuracy) }) : "");
    attrs(list, { "aria-busy": null });
    join(list, told, { key: ({ i, sentence }) => `${i} ${sentence.join(" ")}`, create, update });
  }

  async function bring(/** @type {string} */ id) {
    const shown = () => store.get().shown.id === id;
    try {
      const found = await getPredictions(id);
      if (shown()) draw(found);
    } catch (error) {
      if (!(error instanceof ProblemError)) store.set({ away: true });
      else if (error.problem.status === BUSY && shown()) turns.ask(id);
    }
  }

  const turns = createTurns(bring, () => PAUSE);
  return undoAll([
    listen(list, "click", (event) => {
      const chosen = told[[...list.children].indexOf(event.target.closest("li"))];
      if (chosen) edit(store, withSentence(store.get().scene, chosen.sentence, chosen.label));
    }),
    store.watch((/** @type {State} */ { shown, away }) => [shown.id, shown.scene.weights.training?.updates, away, shown.transient], ([id, updates, away, transient]) => {
      if (transient) return; // what stands there is of the scene before the drag, until it ends
      if (id && updates) {
        attrs(list, { "aria-busy": "true" }); // what stands there is of another epoch
        return away || turns.ask(id);
      }
      list.replaceChildren();
      text(foretold, words("training.predictions.none"));
    }),
    turns.stop,
  ]);
}
