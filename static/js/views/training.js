import { mountCharts } from "../charts/charts.js";
import { attrs, html, join, mark, text } from "../dom.js";
import { setField, typed } from "../fields.js";
import { fixed, grouped } from "../format.js";
import { createLatest } from "../latest.js";
import { batchesOf, afterUpdates, trainingOf, withDataSet, withTraining } from "../recipe.js";
import { amend, edit } from "../runner.js";
import { withOption, withOptimizer, withClipping, withSentence } from "../scene.js";
import { ProblemError } from "../server.js";
import { listen, undoAll } from "../store.js";
import { IDLE, createTrainer, isRunning, latestOf } from "../trainer.js";
import { createTone } from "../tone.js";
import { getDataSets, getDataSet, getPredictions, sendTable } from "../trainings.js";
import { tables, words } from "../words.js";

/** @import { Scene, State } from "../types.js" */
/** @typedef {{i: number, sentence: string[], label: number | number[], output: any[], right: boolean | null}} Prediction */
/** @import { DataSet } from "../recipe.js" */
/** @import { TrainingState } from "../trainer.js" */

const DEFAULTS = { batch_size: 4, seed: 0 };
const EPOCHS = 100;
const RISEN = 2; // times the first loss: the steps overshoot
const OWN = "own";
const ROOMY = "(min-width: 821px)";

const percent = (share) => Math.round(share * 1000) / 10;

/** Seconds until the last epoch, at the speed so far. */
function secondsLeft(/** @type {TrainingState} */ training) {
  const latest = latestOf(training);
  const done = (latest?.epoch ?? training.first) - training.first + (training.inside ? training.inside.batch / training.inside.batches : 0);
  if (done <= 0) return null;
  return Math.ceil(((performance.now() - training.began) / 1000 / done) * (training.last - training.first - done));
}

/** Where the training is, in a sentence. */
function sentenceOf(/** @type {TrainingState} */ training) {
  const { phase, place, last, reason, first } = training;
  const latest = latestOf(training);
  const epoch = latest?.epoch ?? first;
  if (phase === "idle") return words("training.none");
  if (phase === "starting") return words("training.starting");
  if (phase === "queued") return words("training.queued", { place });
  if (phase === "running") return words("training.running", { epoch, last, seconds: secondsLeft(training) ?? "…" });
  if (reason === "refused" || reason === "diverged") return "";
  return words(`training.${reason}`, { epoch, loss: latest ? fixed(latest.loss, 4) : "—" });
}

/** What went wrong with the steps, in a sentence; null: nothing did. */
function troubleOf(/** @type {TrainingState} */ training) {
  const [first] = training.records;
  const latest = latestOf(training);
  if (training.reason === "diverged") return words("training.diverged", { reason: training.problem, epoch: latest?.epoch ?? training.first });
  if (first && latest && latest.loss > RISEN * first.loss) return words("training.rising", { first: fixed(first.loss, 2), now: fixed(latest.loss, 2) });
  return null;
}

const REMEDIES = {
  rate: (/** @type {Scene} */ scene) => withOption(scene, "learning_rate", Number((scene.optimizer.learning_rate / 10).toPrecision(3))),
  clip: (scene) => withClipping(scene, "global_clipnorm", tables.clipping),
  adam: (scene) => withOptimizer(scene, "Adam", Object.fromEntries(tables.optimizers.Adam), tables.clipping),
};

/** The outputs of a sentence, as they stand in a list. */
const outputText = (output) => output.flat().map((y) => fixed(y, 2)).join(" ");

/** What the network says of one sentence. */
function createPrediction(/** @type {Prediction} */ { sentence, label }) {
  const chips = sentence.map((word) => html("bdi", { class: "chip" }, word));
  return html("li", {}, html("button", { type: "button" }, html("span", { class: "words" }, chips), html("span", { class: "label" }, [label].flat().join(" ")),
    html("span", { class: "output" }), html("span", { class: "verdict", "aria-hidden": "true" })));
}

function drawPrediction(item, /** @type {Prediction} */ { sentence, label, output, right }) {
  const [button] = item.children;
  const [, , number, verdict] = button.children;
  const said = right === null ? "" : words(right ? "training.right" : "training.wrong");
  attrs(button, { "aria-label": words("training.prediction", { words: sentence.join(" "), label: [label].flat().join(" "), output: outputText(output), verdict: said }) });
  text(number, outputText(output));
  text(verdict, right === null ? "" : right ? "✓" : "✗");
  attrs(item, { "data-right": right === null ? null : String(right) });
}

/** Training: what is learnt from and how, the epochs as they come and as they went, and what the network says of every sentence. */
export function mountTraining(root, store) {
  const find = (name) => root.querySelector(`[data-part=${name}]`);
  const [choice, about, own, start, pause, stop, step, epoch, slider, progress, loss, accuracy, sound, said, trouble, fault, foretold, list] = [
    "dataset", "about", "own", "start", "pause", "stop", "step", "epoch", "scrub", "progress", "loss", "accuracy", "sound", "said", "trouble", "fault", "foretold", "predictions",
  ].map(find);
  const fields = { batch_size: find("batch"), seed: find("seed") };
  const epochs = find("epochs");
  const trainer = createTrainer(store);
  const tone = createTone();
  /** @type {DataSet[]} */
  let known = [];
  /** @type {{sentence: string[], label: number | number[]}[]} */
  let sentences = [];
  let target = null; // the epoch that a pause was on its way to

  const training = () => /** @type {TrainingState} */ (store.get().training);
  const scene = () => /** @type {Scene} */ (store.get().scene);
  const chosen = () => known.find(({ id }) => id === (trainingOf(scene())?.dataset ?? known[0]?.id));
  const perEpoch = () => (chosen() ? batchesOf(/** @type {DataSet} */ (chosen()), trainingOf(scene()) ?? DEFAULTS) : 1);
  const place = () => {
    const updates = trainingOf(scene())?.updates ?? 0;
    return { epoch: Math.floor(updates / perEpoch()), batch: updates % perEpoch() };
  };

  /** The scene learns from a data set; what was learnt from another is over. */
  function learnFrom(/** @type {DataSet} */ dataset) {
    trainer.end("stopped");
    store.set({ training: IDLE });
    target = null;
    edit(store, withDataSet(scene(), dataset, { ...DEFAULTS, ...trainingOf(scene()) }));
  }

  /** A scene that has no training yet gets one before anything is asked of it. */
  function begin(act) {
    if (!trainingOf(scene()) && chosen()) learnFrom(/** @type {DataSet} */ (chosen()));
    act();
  }

  function startTraining() {
    const ahead = target !== null && target > place().epoch ? target - place().epoch : typed(epochs) ?? EPOCHS;
    target = null;
    trainer.start(ahead);
  }

  function goTo(updates) {
    amend(store, afterUpdates(scene(), updates));
  }

  async function useTable() {
    const area = own.querySelector("textarea");
    try {
      const dataset = await sendTable(area.value);
      if (!known.some(({ id }) => id === dataset.id)) known = [...known, dataset];
      mark(find("ownFault"), null);
      learnFrom(dataset);
      own.hidden = true;
    } catch (error) {
      mark(find("ownFault"), error instanceof ProblemError ? error.message : words("training.away"));
    }
  }

  function drawChoices() {
    const options = [...known.map(({ id, name }) => ({ id, name: name ?? words("training.own") })), { id: OWN, name: words("training.dataset.own") }];
    join(choice, options, { key: ({ id }) => id, create: ({ id, name }) => html("option", { value: id }, name), update: () => {} });
    const dataset = chosen();
    setField(choice, own.hidden ? dataset?.id ?? "" : OWN);
    const { min = 0, max = 0 } = dataset?.timesteps ?? {};
    const counted = dataset && words(min === max ? "training.dataset.fixed" : "training.dataset.about", { examples: grouped(dataset.examples), min, max });
    text(about, dataset ? [dataset.source, counted].filter(Boolean).join(" · ") : "");
    const recipe = trainingOf(scene()) ?? DEFAULTS;
    for (const [name, field] of Object.entries(fields)) setField(field, recipe[name]);
  }

  function drawProgress(/** @type {State} */ state) {
    const now = /** @type {TrainingState} */ (state.training);
    const running = isRunning(now);
    const latest = latestOf(now);
    const { epoch: at, batch } = place();
    const last = Math.max(latest?.epoch ?? 0, at, running ? now.last : 0);
    const record = now.records.find((each) => each.epoch === at);
    start.hidden = running;
    pause.hidden = !running;
    for (const button of [step, epoch, choice]) button.disabled = running;
    stop.disabled = !running;
    slider.max = String(Math.max(last, 1));
    setField(slider, at);
    attrs(slider, { "aria-valuetext": words("training.epoch.of", { epoch: at, last }) });
    text(slider.nextElementSibling, batch ? words("training.epoch.inside", { epoch: at, batch, batches: perEpoch() }) : words("training.epoch.of", { epoch: at, last }));
    progress.hidden = !running;
    progress.value = now.last > now.first ? ((latest?.epoch ?? now.first) - now.first + (now.inside ? now.inside.batch / now.inside.batches : 0)) / (now.last - now.first) : 0;
    text(loss, record ? words("training.loss", { loss: fixed(record.loss, 4) }) : "");
    text(accuracy, record && record.accuracy !== null ? words("training.accuracy", { percent: percent(record.accuracy) }) : "");
    text(said, sentenceOf(now));
    const problem = troubleOf(now);
    trouble.hidden = problem === null;
    text(trouble.firstElementChild, problem ?? "");
    mark(fault, now.reason === "refused" ? now.problem : null);
    if (sound.checked && running && latest) tone.sound(latest.loss);
    else tone.rest();
  }

  /** Asked again when another epoch is shown, one answer at a time: the newest wins. */
  const predictions = createLatest(async (id) => {
    const told = await getPredictions(id);
    if (store.get().shown.id !== id) return;
    text(foretold, told.examples > told.predictions.length && told.accuracy !== null
      ? words("training.predictions.more", { shown: told.predictions.length, examples: grouped(told.examples), percent: percent(told.accuracy) }) : "");
    join(list, told.predictions.map((prediction, i) => ({ ...prediction, i })), { key: (each) => `${each.i} ${each.sentence.join(" ")}`, create: createPrediction, update: drawPrediction });
    sentences = told.predictions;
  });

  async function bringDataSets() {
    try {
      const shipped = await getDataSets();
      known = [...known, ...shipped];
      const wanted = trainingOf(scene())?.dataset;
      if (wanted && !known.some(({ id }) => id === wanted)) known = [...known, await getDataSet(wanted)];
      drawChoices();
      drawProgress(store.get());
    } catch {
      text(said, words("training.away"));
    }
  }

  store.set({ training: store.get().training ?? IDLE });
  setField(epochs, EPOCHS);
  bringDataSets();

  const charts = mountCharts(root.querySelector("#charts"), store);
  openCharts(root);

  return undoAll([
    charts,
    listen(choice, "change", () => {
      own.hidden = choice.value !== OWN;
      const dataset = known.find(({ id }) => id === choice.value);
      if (dataset) learnFrom(dataset);
    }),
    listen(own.querySelector("input"), "change", async ({ target: { files: [file] } }) => { own.querySelector("textarea").value = await file.text(); }),
    listen(find("use"), "click", useTable),
    listen(list, "click", (event) => {
      const said = sentences[[...list.children].indexOf(event.target.closest("li"))];
      if (said) edit(store, withSentence(scene(), said.sentence, said.label));
    }),
    ...Object.entries(fields).map(([name, field]) => listen(field, "change", () => {
      const value = typed(field);
      if (value !== null) begin(() => edit(store, withTraining(scene(), { [name]: value })));
    })),
    listen(start, "click", () => begin(startTraining)),
    listen(pause, "click", () => {
      target = training().last;
      trainer.end("paused");
    }),
    listen(stop, "click", () => trainer.end("stopped")),
    listen(epoch, "click", () => begin(() => trainer.start(1))),
    listen(step, "click", () => begin(() => goTo((trainingOf(scene())?.updates ?? 0) + 1))),
    listen(slider, "input", () => trainingOf(scene()) && goTo(Number(slider.value) * perEpoch())),
    ...[...root.querySelectorAll("[data-remedy]")].map((button) => listen(button, "click", () => {
      trainer.end("stopped");
      store.set({ training: IDLE });
      edit(store, REMEDIES[button.dataset.remedy](scene()));
    })),
    store.watch(({ scene: now }) => now.weights.training, drawChoices),
    store.watch((state) => [state.training, state.scene], () => drawProgress(store.get())),
    store.watch((state) => [state.training, state.shown.scene === state.scene], ([now, arrived]) => now && isRunning(now) && arrived && trainer.follow()),
    store.watch((state) => [state.shown.id, state.shown.scene.weights.training?.updates], ([id, updates]) => {
      if (id && updates) return predictions(id);
      list.replaceChildren();
      text(foretold, words("training.predictions.none"));
    }),
    tone.end,
    trainer.takeDown,
  ]);
}

/** Where there is room the charts stand open from the beginning: what draws them is read before anything moves. */
function openCharts(root) {
  root.querySelector("#charts details").open = matchMedia(ROOMY).matches;
}
