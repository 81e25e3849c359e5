import { createStore, undoAll } from "../store.js";
import { advanced, indexAt } from "./recording.js";

/** @import { Track } from "./recording.js" */
/** @typedef {{time: number, index: number, playing: boolean, speed: number, skip: boolean, ask: boolean}} Playing `index` is the last entry that has happened */

const TICK = 100; // ms

/** Plays a track: by the clock, as fast as a person wants. */
export function createPlayer(/** @type {Track} */ track) {
  const store = createStore(/** @type {Playing} */ ({ time: 0, index: indexAt(track, 0), playing: false, speed: 1, skip: true, ask: true }));
  let timer = /** @type {number | undefined} */ (undefined);
  let last = 0;

  const go = (time, more = {}) => store.set({ time, index: indexAt(track, time), ...more });

  function tick() {
    const { time, speed, skip, ask } = store.get();
    const now = performance.now();
    const { time: next, playing } = advanced(track, time, ((now - last) / 1000) * speed, { skip, ask });
    last = now;
    go(next, { playing });
  }

  function run(playing) {
    clearInterval(timer);
    last = performance.now();
    if (playing) timer = setInterval(tick, TICK);
  }

  return {
    store,
    /** Goes to a moment; whoever drags it stops it. */
    seek: (time) => go(Math.max(0, Math.min(track.duration, time)), { playing: false }),
    toggle() {
      const { time, playing } = store.get();
      if (!playing && time >= track.duration) go(0);
      store.set({ playing: !playing });
    },
    takeDown: undoAll([store.ask(({ playing }) => playing, run), () => clearInterval(timer)]),
  };
}
