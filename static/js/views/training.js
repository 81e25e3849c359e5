import { mountCharts } from "../charts/charts.js";
import { undoAll } from "../store.js";
import { createTrainer } from "../trainer.js";
import { mountChoice } from "../training/choice.js";
import { mountDataSets } from "../training/datasets.js";
import { mountPredictions } from "../training/predictions.js";
import { mountProgress } from "../training/progress.js";
import { mountSteps } from "../training/steps.js";

const ROOMY = "(min-width: 821px)";

/** Training: what is learnt from and how, the epochs as they come and as they went, and what the network says of every sentence. */
export function mountTraining(root, store) {
  const trainer = createTrainer(store);
  const mounted = undoAll([
    trainer.takeDown,
    mountDataSets(store),
    mountChoice(root, store),
    mountSteps(root, store),
    mountProgress(root, store, trainer),
    mountPredictions(root, store),
    mountCharts(root.querySelector("#charts"), store),
  ]);
  root.querySelector("#charts details").open = matchMedia(ROOMY).matches; // what draws them is read before anything moves
  return mounted;
}
