import { DEFAULT_VIEW } from "./link.js";
import { createStore } from "./store.js";
import { tables } from "./words.js";

/** The state that a page opens with. */
export function openStore() {
  const { scene } = tables;
  const window = /** @type {HTMLElement} */ (document.getElementById("window"));
  return createStore({
    ...DEFAULT_VIEW,
    scene, shown: { scene, id: null, trace: null }, problem: null, arriving: null, awaited: document.body.dataset.lecture ?? null, history: { past: [], future: [] },
    busy: false, away: false, dragging: false, followed: false, led: null, playing: false, dark: false, hover: null, notice: null, terms: null, uses: null, scrolled: "", chosen: null, pointed: null,
    trail: [], base: null, difference: false, weightTerms: null,
    predict: false, asks: null, question: null, answered: null, score: { right: 0, asked: 0 }, training: null, other: null, otherProblem: null, otherViewport: { width: 0, height: 0 },
    viewport: { width: window.clientWidth, height: window.clientHeight },
  });
}
