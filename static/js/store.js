import { same } from "./memo.js";

/** The first change after a frame is drawn at once, and so is ready for the next one; what changes after it waits for that. */
function eachFrame() {
  let drawn = false;
  return (flush) => {
    const draw = () => {
      drawn = true;
      requestAnimationFrame(() => { drawn = false; });
      flush();
    };
    if (drawn) requestAnimationFrame(draw);
    else setTimeout(draw); // after the event in which it changed is over
  };
}

/**
 * One frozen state object. Views watch the slice they draw and redraw at most once per frame.
 *
 * @template {object} S
 * @param {S} initial
 * @param {(flush: () => void) => void} [schedule]
 */
export function createStore(initial, schedule = eachFrame()) {
  let state = Object.freeze({ ...initial });
  let pending = false;
  let questioned = false;
  const watchers = new Set();
  const asking = new Set();

  function flush() {
    pending = false;
    for (const watcher of watchers) {
      try {
        watcher();
      } catch (error) {
        reportError(error); // one broken view must not stop the others in this frame
      }
    }
  }

  /** Adds to the watchers that are called together. */
  const watching = (called) =>
    /**
     * Draws now, then whenever select(state) changes. Returns the function that stops it.
     *
     * @template T
     * @param {(state: S) => T} select
     * @param {(slice: T) => void} draw
     * @returns {() => void}
     */
    (select, draw) => {
      let seen = select(state);
      const watcher = () => {
        const now = select(state);
        if (same(seen, now)) return;
        seen = now;
        draw(now);
      };
      called.add(watcher);
      draw(seen);
      return () => called.delete(watcher);
    };

  /** Once for all that was set in one go, and before anything else happens. */
  function question() {
    questioned = false;
    for (const watcher of asking) watcher();
  }

  return {
    get: () => state,
    /** @param {Partial<S>} patch */
    set(patch) {
      if (Object.keys(patch).every((key) => Object.is(patch[key], state[key]))) return;
      state = Object.freeze({ ...state, ...patch });
      if (!questioned) queueMicrotask(question);
      questioned = true;
      if (pending) return;
      pending = true;
      schedule(flush);
    },
    watch: watching(watchers),
    /** The same at once, for what asks and does not draw: a question need not wait for a frame. */
    ask: watching(asking),
    /** How many watchers there are: a view that is unmounted leaves none. */
    watching: () => watchers.size + asking.size,
  };
}

/** Calls every undo of a list, last first. */
export const undoAll = (undos) => () => [...undos].reverse().forEach((undo) => undo());

/** Adds a listener and returns the function that removes it. */
export function listen(target, type, handler, options) {
  target.addEventListener(type, handler, options);
  return () => target.removeEventListener(type, handler, options);
}
