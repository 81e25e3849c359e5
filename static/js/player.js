import { advance } from "./playhead.js";
import { timelineIn } from "./state.js";

export const BEAT = 1000; // ms per step at speed 1

/** Moves the playhead while the page plays: one step a beat, waiting where the numbers have not arrived. */
export function mountPlayer(store) {
  let timer;

  function beat() {
    const state = store.get();
    const { last } = timelineIn(state);
    if (state.step < last) advance(store);
    else if (state.loop) store.set({ step: 0 });
    else return store.set({ playing: false });
    if (store.get().playing) timer = setTimeout(beat, BEAT / store.get().speed);
  }

  const stop = store.watch(({ playing, speed }) => [playing, speed], ([playing, speed]) => {
    clearTimeout(timer);
    if (playing) timer = setTimeout(beat, BEAT / speed / 4);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
