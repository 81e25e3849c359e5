import { questionAt } from "./questions.js";
import { shapeIn, timelineBy, timelineIn } from "./state.js";
import { layerOf, tensorOf } from "./timeline.js";
import { tables } from "./words.js";

/** @import { State } from "./types.js" */

/** Are the numbers of a step here? */
function arrived(/** @type {State} */ state, index) {
  const step = timelineIn(state).steps[index];
  const shape = shapeIn(state);
  const tensor = tensorOf(step, shape.outputs, tables.weights[layerOf(shape, step.layer)?.type] ?? []);
  return tensor === null || (state.shown.trace?.has(tensor) ?? false);
}

/** Goes to a step, or to the last one before it whose numbers are here. */
export function shownStep(store, index) {
  const state = store.get();
  let step = Math.max(0, Math.min(timelineIn(state).last, index));
  while (step > 0 && !arrived(state, step)) step -= 1;
  store.set({ step, question: null, answered: null });
}

/** One step on; where a person wants to predict first, the question before it, which a second press passes over. */
export function advance(store) {
  const state = store.get();
  const next = state.step + 1;
  if (state.predict && state.question !== next && questionAt(state, next)) store.set({ playing: false, question: next, answered: null });
  else shownStep(store, next);
}

/** Does what a person asks of the playhead, and stops playing. */
export function jump(store, index) {
  store.set({ playing: false });
  shownStep(store, index);
}

/** What a person asks of the playhead with one step forward. */
export function walk(store) {
  store.set({ playing: false });
  advance(store);
}

/** Plays, from the start when it stands at the end; or pauses. */
export function togglePlay(store) {
  const state = store.get();
  if (!state.playing && state.step === timelineIn(state).last) store.set({ step: 0 });
  store.set({ playing: !state.playing });
}

/** Changes detail or order; the playhead stays at the nearest step at or before the same event. */
export function regroup(store, patch) {
  const state = store.get();
  const { detail, order } = { ...state, ...patch };
  const step = timelineBy(state, detail, order).nearest(timelineIn(state).steps[state.step]);
  store.set({ ...patch, step });
}
