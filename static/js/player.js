import { advance, shownStep } from "./playhead.js";
import { timelineIn } from "./state.js";

/** @import { State } from "./types.js" */

export const BEAT = 1000; // ms per step at speed 1, of a timeline that is not long
const LONGEST = 120_000; // ms that a whole timeline takes at speed 1, however many steps it has
const HURRY = 100; // ms: steps that follow each other faster are no longer read one by one

/** How long a step stands, in ms. */
export const beatOf = (/** @type {State} */ state) => Math.min(BEAT, LONGEST / timelineIn(state).last) / state.speed;

/** Does the page play faster than its sentences can be read? */
export const hurries = (/** @type {State} */ state) => state.playing && beatOf(state) < HURRY;

/** Moves the playhead while the page plays: one step a beat, or as many as a frame is worth, waiting where the numbers have not arrived. */
export function mountPlayer(store) {
  let frame = 0;
  let since = 0; // when the present step was due

  function walk(/** @type {State} */ state, steps) {
    const { last } = timelineIn(state);
    if (state.step < last && state.predict) advance(store);
    else if (state.step < last) shownStep(store, Math.min(last, state.step + steps));
    else if (state.loop) store.set({ step: 0 });
    else store.set({ playing: false });
  }

  function tick(now) {
    const state = store.get();
    const beat = beatOf(state);
    if (now - since > beat + BEAT) since = now - beat; // the browser was busy elsewhere: the playhead does not jump
    const steps = Math.floor((now - since) / beat);
    if (steps > 0) walk(state, steps);
    since += steps * beat;
    if (store.get().playing) frame = requestAnimationFrame(tick);
  }

  const stop = store.watch(({ playing, speed }) => [playing, speed], ([playing]) => {
    cancelAnimationFrame(frame);
    since = performance.now() - 0.75 * beatOf(store.get()); // the first step comes soon
    if (playing) frame = requestAnimationFrame(tick);
  });
  return () => {
    stop();
    cancelAnimationFrame(frame);
  };
}
