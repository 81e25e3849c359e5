import { html } from "../dom.js";
import { listen, undoAll } from "../store.js";
import { mountCliff } from "./cliff.js";
import { between, createCode, oneOf } from "./coded.js";
import { mountBifurcation, mountLinear } from "./curves.js";
import { mountMemory } from "./memory.js";
import { KINDS } from "./settings.js";

const STUDIES = { cliff: mountCliff, linear: mountLinear, bifurcation: mountBifurcation, memory: mountMemory };

/** What the studies are set to: where the walks on the cliff begin and how far they go, two recurrent weights, a cell, and a word by its place in the vocabulary. */
const code = createCode({
  pace: { first: 200, read: between(0, 200) },
  w: { first: 5, read: between(-99, 99, 2) },
  b: { first: -2.3, read: between(-99, 99, 2) },
  rate: { first: 0.05, read: between(0.01, 0.2, 2) },
  linear: { first: 1.2, read: between(0.8, 1.3, 2) },
  bifurcation: { first: 5, read: between(2, 8, 1) },
  cell: { first: KINDS[0], read: oneOf(KINDS) },
  word: { first: 0, read: between(1, 99999) }, // 0: the first that can be taken
});

/** What papers show, live: asked for when it is first opened. `failed` is told why an answer could not be had. */
export function mountStudies(root, sceneOf, store, failed) {
  /** @type {{follow: () => void, redraw?: () => void, takeDown: () => void}[]} */
  const mounted = [];
  let settings = code.read(store.get().study);
  const begun = new Set(); // names of studies
  let down = false;

  const context = {
    sceneOf,
    failed,
    settings: () => settings,
    change(patch) {
      settings = code.read(code.write({ ...settings, ...patch }));
      store.set({ study: code.write(settings) });
      follow();
    },
  };

  async function begin(name) {
    const figure = root.querySelector(`[data-study=${name}] .figure`);
    try {
      const study = await STUDIES[name](figure, context);
      if (down) return study.takeDown();
      mounted.push(study);
      study.follow();
    } catch (error) {
      begun.delete(name); // what failed is begun again
      failed(error);
      figure.replaceChildren(html("p", { class: "fault", role: "alert" }, error.message));
    }
  }

  function follow() {
    if (!root.open) return;
    for (const study of mounted) study.follow();
    for (const name of Object.keys(STUDIES)) {
      if (begun.has(name)) continue;
      begun.add(name);
      begin(name);
    }
  }

  const unlisten = undoAll([
    listen(root, "toggle", follow),
    store.watch(({ study }) => study, (text) => {
      if (text === code.write(settings)) return;
      settings = code.read(text);
      follow();
    }),
  ]);
  return {
    follow,
    redraw: () => mounted.forEach((study) => study.redraw?.()),
    takeDown() {
      down = true;
      unlisten();
      mounted.forEach((study) => study.takeDown());
    },
  };
}
