import { OURS, SERVERS, attrs, mark, text } from "../dom.js";
import { setField } from "../fields.js";
import { fixed } from "../format.js";
import { ProblemError, runScene } from "../server.js";
import { placeIn, shapeIn } from "../state.js";
import { listen, undoAll } from "../store.js";
import { oddWord, wordsOf } from "../typed-words.js";
import { verdictOf } from "../verdict.js";
import { noticedIn, otherScene, seenBeside, storeBeside } from "../versus.js";
import { words } from "../words.js";

/** @import { State } from "../types.js" */

/** What the second picture is of, and what the two say in the end. */
function verdicts(/** @type {State} */ state) {
  const beside = seenBeside(state);
  if (!beside) return "";
  const said = [state, beside].map((each) => verdictOf(each, shapeIn(each).outputs.at(-1))?.whole);
  const losses = [state, beside].map(({ shown: { trace } }) => trace?.loss());
  return said.every(Boolean) ? words("compare.verdicts", { first: said[0], second: said[1], one: fixed(losses[0] ?? 0, 4), other: fixed(losses[1] ?? 0, 4) }) : "";
}

/** How far a difference has travelled, through time and through depth. */
function noticed(/** @type {State} */ state) {
  const beside = state.contrast ? seenBeside(state) : null;
  if (!beside) return "";
  const { cells, ...how } = noticedIn(beside);
  return words(cells ? "compare.noticed" : "compare.noticed.none", { cells, ...how });
}

/** Two scenes and one playhead: the second picture, what it is of, and how far the two are apart. */
export function mountCompare(root, store, mountGrid) {
  const find = (name) => root.querySelector(`[data-part=${name}]`);
  const [choice, sentence, contrast, note, verdict, reached, window] = ["versus", "sentence", "contrast", "note", "verdict", "noticed", "window"].map(find);
  let running = new AbortController();
  let takeDown = () => {}; // the second picture, which is there only while it is looked at

  /** Computes the other scene; what was there stays until its first numbers are here. */
  async function run(scene) {
    running.abort();
    const { signal } = (running = new AbortController());
    if (!scene) return store.set({ other: null, otherProblem: null });
    try {
      await runScene(scene, (id, trace) => !signal.aborted && store.set({ other: { scene, id, trace }, otherProblem: null }), signal, store.get().dragging);
    } catch (error) {
      if (!signal.aborted) store.set({ other: null, otherProblem: error instanceof ProblemError ? error.problem.detail : words("panel.away") });
    }
  }

  function drawControls(/** @type {State} */ state) {
    const { view, versus, contrast: on, otherSentence, other, otherProblem, base } = state;
    root.hidden = view !== "compare";
    setField(choice, versus);
    choice.querySelector("[value=before]").disabled = base === null;
    sentence.hidden = versus !== "sentence";
    setField(sentence, otherSentence.join(" "));
    attrs(contrast, { "aria-pressed": String(on) });
    window.hidden = other === null;
    const theirs = otherProblem !== null && otherProblem !== words("panel.away");
    mark(note, other ? null : otherProblem ?? words(otherScene(state) ? "say.loading" : "compare.none"), theirs ? SERVERS : OURS);
    text(verdict, verdicts(state));
    text(reached, noticed(state));
  }

  return undoAll([
    listen(choice, "change", () => store.set({ versus: choice.value })),
    listen(sentence, "change", () => {
      const list = wordsOf(sentence.value);
      const odd = oddWord(list, store.get().scene.vocabulary);
      if (odd) return mark(note, words(odd.key, odd.values), OURS);
      drawControls(store.get()); // what was odd is no longer said
      store.set({ otherSentence: list });
    }),
    listen(contrast, "click", () => store.set({ contrast: !store.get().contrast })),
    store.watch((state) => [otherScene(state), state.away], ([scene, away]) => away || run(scene)),
    store.watch((state) => [state.view, state.versus, state.contrast, state.otherSentence, state.other, state.otherProblem, state.base, state.shown, state.step,
      state.detail, state.order, placeIn(state)], () => drawControls(store.get())),
    store.watch(({ view }) => view === "compare", (open) => {
      takeDown();
      takeDown = open ? mountGrid(window, storeBeside(store)) : () => {};
    }),
    () => takeDown(),
    () => running.abort(),
  ]);
}
