import { ProblemError, runScene } from "./server.js";
import { learningAfter } from "./scene.js";
import { undoAll } from "./store.js";
import { fitted, shapeIn, stepIn, timelineIn } from "./state.js";

/** @import { Scene, State } from "./types.js" */

const FOLLOWED = 250; // ms: of a drag that a class follows so often a step is stored, and told
const SLOW = 300; // ms after which the page says that it is computing

/** Shows a stack that cannot work: at step 0, until it works again. */
function showBroken(store, scene) {
  const { step, arriving } = store.get();
  store.set({ shown: { scene, id: null, trace: null }, step: 0, arriving: arriving ?? { step } });
  store.set(fitted(store.get()));
}

/** Zoom and pan stay with a picture of the same size; another one is seen whole. */
function framed(before, state) {
  const [one, other] = [shapeIn(before), shapeIn(state)];
  const same = one.timesteps === other.timesteps && one.layers.length === other.layers.length;
  return same ? { zoom: before.zoom, pan: before.pan } : { zoom: 1, pan: null };
}

/** Puts a scene with its trace on the screen; the playhead stays at its event, where the new scene still has it. */
export function show(store, shown) {
  const { arriving, ...before } = store.get();
  const state = { ...before, shown, ...arriving };
  if (!arriving && shown.scene !== before.shown.scene) Object.assign(state, { step: timelineIn(state).nearest(stepIn(before)), ...framed(before, state) });
  const { detail, order, zoom, pan } = state;
  store.set({ shown, arriving: null, busy: false, detail, order, zoom, pan, ...fitted(state) });
}

/** Can a scene with this problem be drawn? A stack that cannot work is shown, broken at its place; other scenes stay in the controls. */
const drawable = ({ errors = [] }) => errors.length > 0 && errors.every(({ code }) => code === "expected_ndim");

/**
 * Keeps what is shown at what the server says of `scene`: asks when the scene changes, and again when the server is back.
 * What is on the screen stays until the answer's first numbers are here.
 */
export function mountRunner(store) {
  let running = new AbortController();
  let asked = false; // for something transient?
  let stored = -Infinity; // when it was last asked for something else

  /** Is the scene a step of a drag that is not over, and nobody's but this page's? */
  function isTransient() {
    const { dragging, followed } = store.get();
    if (dragging && !(followed && performance.now() - stored >= FOLLOWED)) return true;
    stored = performance.now();
    return false;
  }

  async function run(scene) {
    const transient = (asked = isTransient());
    running.abort();
    const { signal } = (running = new AbortController());
    const slow = setTimeout(() => store.set({ busy: true }), SLOW);
    try {
      await runScene(scene, (id, trace) => {
        if (signal.aborted) return;
        show(store, { scene, id, trace, ...(transient ? { transient } : {}) });
        store.set({ problem: null });
      }, signal, transient);
    } catch (error) {
      if (signal.aborted) return;
      store.set(error instanceof ProblemError ? { problem: error.problem, busy: false } : { away: true, busy: false });
      if (error instanceof ProblemError && drawable(error.problem)) showBroken(store, scene);
    } finally {
      clearTimeout(slow);
    }
  }

  const stop = store.ask(({ scene, away, awaited }) => (away || awaited ? null : scene), (scene) => scene && run(scene));
  /** Where a drag has ended, its last step is asked for again, and stored. */
  const settle = store.ask(({ dragging }) => dragging, (dragging) => {
    const { scene, away, awaited } = store.get();
    if (!dragging && asked && !away && !awaited) run(scene);
  });
  return undoAll([stop, settle, () => running.abort()]);
}

/** Changes the scene, so that it can be undone. */
export function edit(store, changed) {
  const { scene: before, history } = store.get();
  const scene = changed === before ? before : learningAfter(before, changed);
  if (scene === before) return;
  store.set({ scene, history: { past: [...history.past, before].slice(-100), future: [] }, base: null, difference: false });
}

/** Changes numbers of the scene by hand, so that what follows from it can be compared with what was there before. */
export function editNumbers(store, scene) {
  const { shown, scene: before, difference } = store.get();
  if (scene === before) return;
  edit(store, scene);
  store.set({ base: shown.trace ? shown : null, difference });
}

/** The same while a slider is dragged: one more value of the same change, which is undone as one. */
export function amend(store, scene) {
  store.set({ scene });
}

/** Walks the list of scenes: -1 undoes, +1 does again. */
export function travel(store, direction) {
  const { scene, history: { past, future } } = store.get();
  const to = direction < 0 ? past.at(-1) : future[0];
  if (!to) return;
  const history = direction < 0
    ? { past: past.slice(0, -1), future: [scene, ...future] }
    : { past: [...past, scene], future: future.slice(1) };
  store.set({ scene: to, history, base: null, difference: false });
}
