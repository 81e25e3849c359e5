import { fixed } from "../format.js";
import { latestOf } from "../trainer.js";
import { words } from "../words.js";

/** @import { TrainingState } from "../trainer.js" */

const RISEN = 2; // times the first loss: the steps overshoot
const MINUTE = 60;
const LONG = 90; // s: what takes longer is counted in minutes

/** How far it is, and how long it will still take at the speed so far. */
function runningOf(/** @type {TrainingState} */ training) {
  const { first, last, left } = training;
  const epoch = latestOf(training)?.epoch ?? first;
  if (left === null) return words("training.running", { epoch, last, seconds: "…" });
  if (left > LONG) return words("training.running.minutes", { epoch, last, minutes: Math.ceil(left / MINUTE) });
  return words("training.running", { epoch, last, seconds: Math.ceil(left) });
}

/** Where the training is, in a sentence. */
export function sentenceOf(/** @type {TrainingState} */ training) {
  const { phase, place, reason, first } = training;
  const latest = latestOf(training);
  if (phase === "idle") return words("training.none");
  if (phase === "starting") return words("training.starting");
  if (phase === "queued") return words("training.queued", { place });
  if (phase === "running") return runningOf(training);
  if (reason === "refused" || reason === "diverged") return "";
  return words(`training.${reason}`, { epoch: latest?.epoch ?? first, loss: latest ? fixed(latest.loss, 4) : "—" });
}

/** What is read out of it: nobody wants to hear every epoch, nor what an alert says. */
export function heardOf(/** @type {TrainingState} */ training) {
  if (training.phase === "running") return words("training.begun", { last: training.last });
  return training.phase === "queued" || training.phase === "ended" ? sentenceOf(training) : "";
}

/** What went wrong with the steps, in a sentence; null: nothing did. */
export function troubleOf(/** @type {TrainingState} */ training) {
  const [first] = training.records;
  const latest = latestOf(training);
  if (training.reason === "diverged") return words("training.diverged", { epoch: latest?.epoch ?? training.first });
  if (first && latest && latest.loss > RISEN * first.loss) return words("training.rising", { first: fixed(first.loss, 2), now: fixed(latest.loss, 2) });
  return null;
}
