/**
 * Does something again and again, never twice at once, and with a pause between; of what is asked for meanwhile the newest is done next,
 * also where the one before came to nothing.
 *
 * @template [A=void]
 * @param {(asked: A) => Promise<void>} act
 * @param {() => number} [pause] in ms
 */
export function createTurns(act, pause = () => 0) {
  let running = false;
  let stopped = false;
  let waiting = null; // in a list: what is asked for can be nothing
  let timer;

  async function turn() {
    if (running || stopped || !waiting) return;
    const [asked] = waiting;
    waiting = null;
    running = true;
    try {
      await act(asked);
    } finally {
      const wait = pause();
      const next = () => {
        running = false;
        turn();
      };
      if (wait) timer = setTimeout(next, wait);
      else next();
    }
  }

  return {
    ask(/** @type {A} */ asked) {
      waiting = [asked];
      turn();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
