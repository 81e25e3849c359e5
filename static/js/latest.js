/** Does the newest of what is asked, one after another: what was asked meanwhile and is old is left out. What fails is told, and the next is done. */
export function createLatest(act, failed = (_) => {}) {
  let waiting = null;
  let busy = false;
  return async function latest(asked) {
    waiting = { asked };
    if (busy) return;
    busy = true;
    while (waiting !== null) {
      const next = waiting.asked;
      waiting = null;
      try {
        await act(next);
      } catch (error) {
        failed(error);
      }
    }
    busy = false;
  };
}
