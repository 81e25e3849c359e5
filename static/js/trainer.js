import { afterUpdates, trainingOf } from "./recipe.js";
import { amend } from "./runner.js";
import { ProblemError } from "./server.js";
import { timelineIn } from "./state.js";
import { listenTo, startTraining, stopTraining } from "./trainings.js";

/** @import { State } from "./types.js" */

/**
 * A training as the page sees it. `records` are its epochs by their numbers, from whatever epoch the page was there.
 * @typedef {{epoch: number, updates: number, loss: number, accuracy: number | null, gradient_norms: number[], scene: string}} EpochRecord
 * @typedef {{phase: string, id: string | null, records: EpochRecord[], first: number, last: number, batches: number, place: number, began: number,
 *   inside: {epoch: number, batch: number, batches: number, loss: number} | null, reason: string | null, problem: string | null}} TrainingState
 */

/** @type {TrainingState} */
export const IDLE = { phase: "idle", id: null, records: [], first: 0, last: 0, batches: 1, place: 0, began: 0, inside: null, reason: null, problem: null };

export const isRunning = ({ phase }) => ["starting", "queued", "running"].includes(phase);

/** The last epoch that is known. */
export const latestOf = (/** @type {TrainingState} */ training) => training.records.at(-1) ?? null;

/** The records with one more; one that was there already is the same. */
function withRecord(records, record) {
  const at = records.findLastIndex(({ epoch }) => epoch < record.epoch) + 1;
  return [...records.slice(0, at), record, ...records.slice(records[at]?.epoch === record.epoch ? at + 1 : at)];
}

/** What each kind of event makes of the training. */
const TOLD = {
  queued: ({ place }) => ({ phase: "queued", place }),
  started: ({ first, last }) => ({ phase: "running", first, last, began: performance.now() }),
  progress: (data) => ({ inside: data }),
  epoch: (data, { records }) => ({ records: withRecord(records, data), inside: null }),
  diverged: ({ detail }) => ({ problem: detail }),
  ended: ({ reason }) => ({ phase: "ended", reason, inside: null }),
};

/** Runs trainings of the scene, one at a time, and lets the grid follow: the newest epoch, as soon as the one before is on the screen. */
export function createTrainer(store) {
  let listening = new AbortController();

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
    showForward();
    set({ phase: "starting", problem: null, reason: null, inside: null });
    try {
      const told = await startTraining(store.get().scene, epochs);
      if (signal.aborted) return void stopTraining(told.id);
      set({ ...told, records: now().records.filter(({ epoch }) => epoch <= told.first) });
      for await (const { kind, data } of listenTo(`api/trainings/${told.id}/events`, { ending: "ended", signal })) set(TOLD[kind](data, now()));
    } catch (error) {
      if (signal.aborted) return;
      set({ phase: "ended", inside: null, reason: error instanceof ProblemError ? "refused" : "away", problem: error instanceof ProblemError ? error.message : null });
    }
    follow();
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

  /** The scene goes where the training is. */
  function follow() {
    const latest = latestOf(now());
    const { scene } = store.get();
    if (latest && trainingOf(scene) && trainingOf(scene).updates !== latest.updates) amend(store, afterUpdates(scene, latest.updates));
  }

  return { start, end, follow, takeDown: () => end("stopped") };
}
