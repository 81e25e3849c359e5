import { once } from "./memo.js";
import { recurrentLayers, withCell, withSentence } from "./scene.js";
import { stepIn, timelineIn, timelineOf } from "./state.js";

/** @import { Scene, State } from "./types.js" */

const CELLS = ["SimpleRNN", "LSTM", "GRU"];
const LEARNT = { "1": 1, "10": 10, "50": 50 };

/** What a scene can be held against: other cells, another sentence, itself after some steps of learning, itself before an edit. */
export const RIVALS = [...CELLS, "sentence", ...Object.keys(LEARNT).map((steps) => `learnt/${steps}`), "before"];

/** The scene whose every layer has this kind of cell. */
const withCells = (scene, type) => recurrentLayers(scene).reduce((changed, layer, i) => (layer.type === type ? changed : withCell(changed, i, type)), scene);

const rival = once((/** @type {Scene} */ scene, chosen, sentence, base) => {
  if (CELLS.includes(chosen)) return withCells(scene, chosen);
  if (chosen === "sentence") return withSentence(scene, sentence.length ? sentence : scene.sentence, Array.isArray(scene.label) ? scene.label[0] : scene.label);
  if (chosen === "before") return base;
  return { ...scene, weights: { ...scene.weights, steps: LEARNT[chosen.split("/")[1]] } };
});

/** The scene that stands beside the present one; null where there is none. @returns {Scene | null} */
export function otherScene(/** @type {State} */ { view, scene, versus, otherSentence, base }) {
  return view === "compare" ? rival(scene, versus, otherSentence, base?.scene ?? null) : null;
}

/**
 * The state as the second picture sees it: the other scene, at the same event; or how far the other is from the first, as its own grid.
 * @returns {State | null}
 */
export function seenBeside(/** @type {State} */ state) {
  const { other, contrast, otherViewport } = state;
  if (!other) return null;
  const own = { ...state, shown: other, viewport: otherViewport, base: contrast ? state.shown : null, difference: contrast };
  const step = timelineOf(other.scene, state.detail, state.order).nearest(stepIn(state));
  const { last } = timelineIn(own);
  return { ...own, step: Math.min(step, last), pinned: null, kept: [] };
}

/**
 * The states that differ from the first picture's, as far as they are known: how many, of how many, and how far the difference has travelled.
 *
 * @returns {{cells: number, all: number, first?: number, last?: number, lowest?: number, highest?: number}}
 */
export function noticedIn(/** @type {State} */ { shown, base, step, detail, order }) {
  const { known } = timelineOf(shown.scene, detail, order);
  const { length: layers } = recurrentLayers(shown.scene);
  const { length: timesteps } = shown.scene.sentence;
  const places = Array.from({ length: layers * timesteps }, (_, i) => ({ layer: String(1 + Math.floor(i / timesteps)), timestep: 1 + (i % timesteps), quantity: "h" }));
  const there = places.filter((address) => known(address) <= step);
  const moved = there.filter((address) => {
    const [one, other] = [base, shown].map((each) => each?.trace?.vector(address));
    return one && other?.some((value, unit) => value !== one[unit]);
  });
  if (!moved.length) return { cells: 0, all: there.length };
  const [times, depths] = [moved.map(({ timestep }) => timestep), moved.map(({ layer }) => Number(layer))];
  return { cells: moved.length, all: there.length, first: Math.min(...times), last: Math.max(...times), lowest: Math.min(...depths), highest: Math.max(...depths) };
}

/** A store for the second picture: what it sets changes the page, but for the size of its own window. */
export function storeBeside(store) {
  const seen = once(seenBeside);
  const here = () => /** @type {State} */ (seen(store.get()));
  return {
    get: here,
    set({ viewport, pinned: _, kept: __, ...patch }) {
      store.set(viewport ? { ...patch, otherViewport: viewport } : patch);
    },
    watch: (select, draw) => store.watch((state) => (state.other ? select(seen(state)) : null), (slice) => store.get().other && draw(slice)),
  };
}
