import { heatIn } from "./layout.js";

const PAUSE = 250; // ms: nobody reads numbers that change more often

/**
 * The store for views of numbers beside the grid. A large grid plays faster than they can be read, so there these views draw at once
 * and then at most every quarter of a second, always ending with the latest state.
 *
 * @template {{get: () => any, watch: (select: (state: any) => any, draw: (slice: any) => void) => () => void}} S
 * @param {S} store
 * @returns {S}
 */
export function calm(store) {
  function watch(select, draw) {
    let latest = -Infinity;
    let timer;
    const now = () => {
      latest = performance.now();
      draw(select(store.get()));
    };
    const stop = store.watch(select, () => {
      clearTimeout(timer);
      const wait = heatIn(store.get()) ? latest + PAUSE - performance.now() : 0;
      if (wait > 0) timer = setTimeout(now, wait);
      else now();
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }
  return { ...store, watch };
}
