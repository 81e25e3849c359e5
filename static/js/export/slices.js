const SLICE = 12; // ms of work between two looks at what a person does

/**
 * Does one task after another, and lets the page live in between.
 *
 * @template T
 * @param {(() => T)[]} tasks
 * @param {{signal: AbortSignal, progress: (share: number) => void}} job
 * @returns {Promise<T[]>}
 */
export async function inSlices(tasks, { signal, progress }) {
  const made = [];
  let until = performance.now() + SLICE;
  for (const task of tasks) {
    made.push(task());
    if (performance.now() < until) continue;
    progress(made.length / tasks.length);
    await new Promise((done) => setTimeout(done));
    signal.throwIfAborted();
    until = performance.now() + SLICE;
  }
  return made;
}
