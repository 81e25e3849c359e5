import { createTurns } from "./turns.js";

/** Does the newest of what is asked, one after another: what was asked meanwhile and is old is left out. What fails is told, and the next is done. */
export function createLatest(act, failed = (_) => {}) {
  const turns = createTurns(async (/** @type {any} */ asked) => {
    try {
      await act(asked);
    } catch (error) {
      failed(error);
    }
  });
  return turns.ask;
}
