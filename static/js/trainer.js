import { openEvents } from "./events.js";
import { lookup } from "./lookup.js";
import { afterUpdates, trainingOf } from "./recipe.js";
import { taughtBy } from "./scene.js";
import { ProblemError } from "./server.js";
import { timelineIn } from "./state.js";
import { undoAll } from "./store.js";
import { startTraining, stopTraining } from "./trainings.js";

/** @import { State } from "./types.js" */

/**
 * A training as the page sees it. `recipe` is what it follows from, `records` are its epochs by their numbers, from whatever epoch the page was there.
 * @typedef {{epoch: number, updates: number, loss: number, accuracy: number | null, gradient_norms: number[], scene: string}} EpochRecord
 * It is this page's own where it has an `id`; of another's a class is told. `left` are the seconds that it will still take at its speed so far.
 * @typedef {{phase: string, id: string | null, recipe: string, records: EpochRecord[], first: number, last: number, batches: number, place: number, began: number, left: number | null,
 *   inside: {epoch: number, batch: number, batches: number, loss: number} | null, reason: string | null, problem: string | null}} TrainingState
 */

/** @type {TrainingState} */
export const IDLE = { phase: "idle", id: null, recipe: "", records: [], first: 0, last: 0, batches: 1, place: 0, began: 0, left: null, inside: null, reason: null, problem: null };

const BUSY = 429;
const RETRY = 1000; // ms
const TRIES = 8; // in a row, of a stream that is lost

export const isRunning = ({ phase }) => ["starting", "queued", "running"].includes(phase);

/** The last epoch that is known. */
export const latestOf = (/** @type {TrainingState} */ training) => training.records.at(-1) ?? null;

/** How many epochs of this run are done, with the share of the one that is being read. */
export function doneOf(/** @type {TrainingState} */ training) {
  const { inside, first } = training;
  return (latestOf(training)?.epoch ?? first) - first + (inside ? inside.batch / inside.batches : 0);
}

/** How long it will still take, at the speed so far. */
function leftOf(/** @type {TrainingState} */ training) {
  const { first, last, began } = training;
  const done = doneOf(training);
  return done > 0 ? ((performance.now() - began) / 1000 / done) * (last - first - done) : null;
}

/** The records with one more; one that was there already is the same. */
function withRecord(records, record) {
  const at = records.findLastIndex(({ epoch }) => epoch < record.epoch) + 1;
  return [...records.slice(0, at), record, ...records.slice(records[at]?.epoch === record.epoch ? at + 1 : at)];
}

/** What each kind of event says of the training. */
const SAID = {
  queued: ({ place }) => ({ phase: "queued", place }),
  started: ({ first, last }) => ({ phase: "running", first, last, began: performance.now() }),
  progress: (data) => ({ inside: data }),
  epoch: (data, { records }) => ({ records: withRecord(records, data), inside: null }),
  diverged: ({ detail }) => ({ problem: detail }),
  ended: ({ reason }) => ({ phase: "ended", reason, inside: null }),
};

/** What an event makes of the training. @returns {TrainingState} */
function told(/** @type {TrainingState} */ now, { kind, data }) {
  const next = { ...now, ...lookup(SAID, kind)?.(data, now) };
  return { ...next, left: leftOf(next) };
}

/** Is this page the one that runs it? */
const isOwn = (training) => isRunning(training) && training.id !== null;

/** Runs trainings of the scene, one at a time, and lets the grid follow: the newest epoch, as soon as the one before is on the screen. */
export function createTrainer(store) {
  let listening = new AbortController();
  let again;

  const now = () => /** @type {TrainingState} */ (store.get().training);
  const set = (patch) => store.set({ training: { ...now(), ...patch } });

  /** The playhead stands where all of the forward pass can be seen. */
  function showForward() {
    const { step } = store.get();
    const timeline = timelineIn(store.get());
    const loss = timeline.nearest({ phase: "loss" });
    if (step < loss) store.set({ step: loss, playing: false });
  }

  async function start(epochs) {
    listening.abort();
    const { signal } = (listening = new AbortController());
    const { scene } = store.get();
    const recipe = taughtBy(scene);
    showForward();
    store.set({ training: { ...(now().recipe === recipe ? now() : IDLE), phase: "starting", recipe, id: null, problem: null, reason: null, inside: null } });
    try {
      const queued = await startTraining(scene, epochs);
      if (signal.aborted) return void stopTraining(queued.id).catch(() => {}); // without listeners it ends by itself
      set({ ...queued, records: now().records.filter(({ epoch }) => epoch <= queued.first) });
      for await (const event of openEvents(() => `api/trainings/${queued.id}/events`, { ending: "ended", tries: TRIES, signal }).events) {
        if (signal.aborted || now().id !== queued.id) return; // the page shows another's
        store.set({ training: told(now(), event) });
      }
    } catch (error) {
      if (signal.aborted) return;
      set({ phase: "ended", inside: null, reason: error instanceof ProblemError ? "refused" : "away", problem: error instanceof ProblemError ? error.message : null });
    }
    follow();
    const { reason, first, last } = now();
    const left = last - (latestOf(now())?.epoch ?? first);
    if (reason === "deserted" && left > 0) start(left); // the page was slow, or cut off; it is here, and it goes on
  }

  /** Ends the computing; what was learnt stays. */
  function end(reason) {
    const { id, phase } = now();
    listening.abort();
    if (!isRunning({ phase })) return;
    set({ phase: "ended", reason, inside: null });
    if (id) stopTraining(id).catch(() => {}); // without listeners it ends by itself
    follow();
  }

  /** Shows the scene as so many updates left it: nothing is set by hand, so there is nothing to compare it with. */
  function goTo(updates) {
    store.set({ scene: afterUpdates(store.get().scene, updates), base: null, difference: false });
  }

  /** The scene goes where its training is. */
  function follow() {
    const latest = latestOf(now());
    const { scene } = store.get();
    if (latest && now().recipe === taughtBy(scene) && trainingOf(scene).updates !== latest.updates) goTo(latest.updates);
  }

  /** What was refused is asked for again: the newest epoch, or the same scene where there is no newer one. */
  function askAgain() {
    const { scene } = store.get();
    if (isOwn(now())) follow();
    if (store.get().scene === scene) store.set({ scene: { ...scene } });
  }

  store.set({ training: store.get().training ?? IDLE });
  return {
    start, end, goTo,
    /** Nothing is left of what a pause was on its way to. */
    forget: () => !isRunning(now()) && set({ last: 0 }),
    takeDown: undoAll([
      store.watch(({ scene }) => scene, (scene) => {
        if (now().phase === "idle" || now().recipe === taughtBy(scene)) return;
        end("stopped");
        store.set({ training: IDLE }); // another network, or other words: what is known of this training is not about it
      }),
      store.watch((/** @type {State} */ state) => [state.training, state.shown.scene === state.scene], ([training, arrived]) => {
        if (isOwn(training) && arrived) follow();
      }),
      store.watch((/** @type {State} */ { problem }) => problem, (problem) => {
        clearTimeout(again);
        const passing = isOwn(now()) || (now().phase === "ended" && problem?.status === BUSY);
        if (problem && passing) again = setTimeout(askAgain, RETRY);
      }),
      () => clearTimeout(again),
      () => end("stopped"),
    ]),
  };
}
