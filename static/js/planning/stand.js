import { placeOf, readPlace } from "../lecture/view.js";
import { edit, show } from "../runner.js";
import { getScene } from "../server.js";
import { tables } from "../words.js";

/** @import { State } from "../types.js" */
/** @import { Step } from "./plan.js" */

const OWN = ["theme", "projector", "speed", "now", "base", "difference", "training", "at"]; // of the screen and the moment, not of the step

/** The picture as it stands, as a step of a plan; of a stack that cannot work the view says what it is, and some scene stands below it. @returns {Step} */
export function stepOf(/** @type {State} */ state) {
  const texts = Object.entries(placeOf(state).view).filter(([name]) => !OWN.includes(name));
  const view = Object.fromEntries(texts);
  return { title: "", scene: view.draft ? tables.scene : state.shown.scene, view, notes: "", question: null };
}

/** The same scene, the same text, in whatever order its fields stand. */
const textOf = (scene) => JSON.stringify(scene, (_, value) => (value && typeof value === "object" && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))) : value));

/** Moves the page to a step: its scene into the controls, where it can be undone, and its view once the scene is here. */
export async function goTo(store, /** @type {Step} */ { scene, view }) {
  const { patch, draft } = readPlace(view);
  const { step, detail, order, pinned, kept, unit, zoom, pan, theme: _, speed: __, difference: ___, training: ____, ...looks } = patch;
  const wanted = draft ?? (typeof scene === "string" ? await getScene(scene) : scene);
  const { shown } = store.get();
  const same = shown.trace !== null && textOf(shown.scene) === textOf(wanted);
  store.set({ playing: false, question: null, answered: null, ...looks, arriving: { step, detail, order, pinned, kept, unit, zoom, pan } });
  if (!same) return edit(store, wanted);
  store.set({ scene: shown.scene });
  show(store, shown);
}
