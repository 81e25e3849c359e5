import { attrs, mark, switchOff, text } from "../dom.js";
import { setField, typed } from "../fields.js";
import { fixed } from "../format.js";
import { trainingOf } from "../recipe.js";
import { edit } from "../runner.js";
import { withClipping, withOptimizer, withOption } from "../scene.js";
import { listen, undoAll } from "../store.js";
import { createTone } from "../tone.js";
import { doneOf, isRunning, latestOf } from "../trainer.js";
import { tables, words } from "../words.js";
import { chosenIn, placeIn, prepare } from "./datasets.js";
import { percent } from "./predictions.js";
import { heardOf, sentenceOf, troubleOf } from "./said.js";

/** @import { Scene, State } from "../types.js" */
/** @import { TrainingState } from "../trainer.js" */

const HEARD = 60; // frames with a tone: a training that had fewer was over before a person could hear it
const PARTS = ["start", "pause", "stop", "step", "epoch", "epochs", "scrub", "at", "progress", "loss", "accuracy", "sound", "said", "heard", "trouble", "risen", "reason", "fault"];

const REMEDIES = {
  rate: (/** @type {Scene} */ scene) => withOption(scene, "learning_rate", Number((scene.optimizer.learning_rate / 10).toPrecision(3))),
  clip: (scene) => withClipping(scene, "global_clipnorm", tables.clipping),
  adam: (scene) => withOptimizer(scene, "Adam", Object.fromEntries(tables.optimizers.Adam), tables.clipping),
};

/** What can be pressed now; of Start and Pause there is one, and the keyboard keeps its place on it. */
function drawCommands(/** @type {Record<string, any>} */ { start, pause, stop, step, epoch }, running, ready) {
  const gone = running ? start : pause;
  const held = document.activeElement === gone;
  start.hidden = running;
  pause.hidden = !running;
  if (held) (running ? pause : start).focus();
  switchOff(start, !ready);
  switchOff(stop, !running);
  for (const button of [step, epoch]) switchOff(button, running || !ready);
}

function drawPlace(/** @type {Record<string, any>} */ { scrub, at, progress, loss, accuracy }, /** @type {State} */ state) {
  const training = /** @type {TrainingState} */ (state.training);
  const running = isRunning(training);
  const { epoch, batch, batches } = placeIn(state);
  const last = Math.max(latestOf(training)?.epoch ?? 0, epoch, running ? training.last : 0);
  const said = words("training.epoch.of", { epoch, last });
  scrub.disabled = last === 0 || !chosenIn(state);
  scrub.max = String(Math.max(last, 1));
  setField(scrub, epoch);
  attrs(scrub, { "aria-valuetext": said });
  text(at, batch ? words("training.epoch.inside", { epoch, batch, batches }) : said);
  progress.hidden = !running;
  progress.value = training.last > training.first ? doneOf(training) / (training.last - training.first) : 0;
  const record = training.records.find((each) => each.epoch === epoch);
  text(loss, record ? words("training.loss", { loss: fixed(record.loss, 4) }) : "");
  text(accuracy, record && record.accuracy !== null ? words("training.accuracy", { percent: percent(record.accuracy) }) : "");
}

/** Trainings by their buttons, any epoch by a slider, and what is said of it all. */
export function mountProgress(root, store, trainer) {
  const parts = /** @type {Record<string, any>} */ (Object.fromEntries(PARTS.map((name) => [name, root.querySelector(`[data-part=${name}]`)])));
  const { start, epochs, scrub, sound, trouble } = parts;
  const tone = createTone();
  const training = () => /** @type {TrainingState} */ (store.get().training);
  let heard = "idle";
  /** How often the training that runs has sounded. @type {number | null} */
  let sounded = null;
  let warned = { began: 0, said: null };

  /** A trouble is said once while a training runs: a loss that swings would have it read out again and again. */
  function troubleNow(/** @type {TrainingState} */ now) {
    const { began } = now;
    if (!isRunning(now) || warned.began !== began || warned.said === null) warned = { began, said: troubleOf(now) };
    return warned.said;
  }

  function drawTrouble(/** @type {TrainingState} */ now) {
    const said = troubleNow(now);
    const held = said === null && trouble.contains(document.activeElement);
    trouble.hidden = said === null;
    text(parts.risen, said ?? "");
    mark(parts.reason, now.reason === "diverged" ? now.problem : null);
    if (held) start.focus(); // the remedy that was pressed is gone
  }

  /** What is read out changes with the kind of thing that happens, not with every epoch. */
  function drawHeard(/** @type {TrainingState} */ now) {
    const key = [now.phase, now.reason, now.phase === "queued" && now.place].join();
    if (key !== heard) text(parts.heard, heardOf(now));
    heard = key;
  }

  /** The loss as a tone while it falls; of a training that is over in no time, afterwards. */
  function sing(/** @type {TrainingState} */ now) {
    const latest = latestOf(now);
    if (isRunning(now) && sound.checked) {
      sounded ??= 0;
      if (now.phase !== "running" || !latest) return;
      tone.sound(latest.loss);
      sounded += 1;
    } else if (sounded !== null) {
      const missed = sound.checked && now.reason === "finished" && sounded < HEARD;
      if (missed) tone.tune(now.records.filter(({ epoch }) => epoch > now.first).map(({ loss }) => loss));
      else tone.rest();
      sounded = null;
    }
  }

  function draw() {
    const state = /** @type {State} */ (store.get());
    const now = training();
    drawCommands(parts, isRunning(now), chosenIn(state) !== null);
    drawPlace(parts, state);
    drawTrouble(now);
    const { epoch } = placeIn(state);
    setField(epochs, state.epochs);
    text(parts.said, now.phase === "idle" && epoch > 0 ? words("training.kept", { epoch }) : sentenceOf(now));
    drawHeard(now);
    mark(parts.fault, state.datasets.problem ?? (now.reason === "refused" ? now.problem : null));
    sing(now);
  }

  /** After a pause as many epochs as it had still before it, else as many as the field says. */
  function goOn() {
    const { reason, last } = training();
    const { epochs: wanted } = store.get();
    const { epoch } = placeIn(store.get());
    prepare(store);
    trainer.start(reason === "paused" && last > epoch ? last - epoch : wanted);
  }

  function stepOnce() {
    prepare(store);
    trainer.goTo(trainingOf(store.get().scene).updates + 1);
  }

  /** How many epochs a press is for; a field that is being typed in keeps what it had. */
  function wantEpochs() {
    const wanted = typed(epochs);
    trainer.forget();
    if (wanted !== null) store.set({ epochs: wanted });
  }

  return undoAll([
    listen(start, "click", goOn),
    listen(parts.pause, "click", () => trainer.end("paused")),
    listen(parts.stop, "click", () => trainer.end("stopped")),
    listen(parts.epoch, "click", () => {
      prepare(store);
      trainer.start(1);
    }),
    listen(parts.step, "click", stepOnce),
    listen(epochs, "input", wantEpochs),
    listen(scrub, "input", () => trainer.goTo(Number(scrub.value) * placeIn(store.get()).batches)),
    ...[...root.querySelectorAll("[data-remedy]")].map((button) => listen(button, "click", () => edit(store, REMEDIES[button.dataset.remedy](store.get().scene)))),
    store.watch((/** @type {State} */ { training: now, scene, datasets, epochs: wanted }) => [now, scene, datasets, wanted], draw),
    tone.end,
  ]);
}
