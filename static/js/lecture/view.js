import { DEFAULT_VIEW, readScene, readView, writeView } from "../link.js";
import { scrollIn } from "../layout.js";
import { readMoment, writeMoment } from "../moment.js";
import { trainingOf } from "../recipe.js";
import { timelineIn } from "../state.js";
import { readTraining, writeTraining } from "../training/told.js";

/** @import { State } from "../types.js" */
/** Scene and view as the log has them. @typedef {{scene: string | null, view: Record<string, string>}} Place */

const SCENE_ID = /^[0-9a-f]{64}$/;
const OPEN_PART = /^(\w{1,20})@([\w.]{1,60})$/;
const LONGEST = 2000; // characters of a part of a view

/** Does what happens now stand in the window? Then whoever is led, and has such a window, sees the very same. */
function nowInSight(/** @type {State} */ state) {
  const [own, led] = [scrollIn({ ...state, led: null }), scrollIn({ ...state, led: { now: true } })];
  return state.viewport.width === 0 || (own.left === led.left && own.top === led.top);
}

/** Is what is shown a stack that cannot work? It has no id, and is told as it is. */
export const isBroken = (/** @type {State} */ { shown, problem }) => shown.trace === null && problem !== null;

/** What a lecture's view says beyond a link: the part of a cell that is open, how far what stands beside the picture is scrolled, what an edit changed, how far a training is, and whether the presenter looks at what happens now. */
function extrasOf(/** @type {State} */ state) {
  const { chosen, scrolled, base, difference, shown } = state;
  const training = writeTraining(state.training, trainingOf(shown.scene)?.updates ?? 0);
  return {
    ...(state.step ? { at: String(state.step) } : {}), // for people alone, who may have another picture
    ...(chosen ? { chosen: `${chosen.part}@${writeMoment(timelineIn(state).steps[chosen.step])}` } : {}),
    ...(scrolled ? { scrolled } : {}),
    ...(base?.id ? { base: base.id } : {}),
    ...(training ? { training } : {}),
    ...(difference ? { difference: "1" } : {}),
    ...(isBroken(state) ? { draft: JSON.stringify(shown.scene) } : nowInSight(state) ? {} : { now: "0" }),
  };
}

/** Where a page stands: the scene that is shown, or before that is there `scene`, and the whole view of it. @returns {Place} */
export function placeOf(/** @type {State} */ state, scene = null) {
  const texts = { ...writeView(state), ...extrasOf(state) };
  return { scene: state.shown.id ?? scene, view: Object.fromEntries(Object.entries(texts).filter(([, text]) => text.length <= LONGEST)) };
}

/** The same place, the same text. */
export const keyOf = (/** @type {Place} */ { scene, view }) => JSON.stringify([scene, Object.entries(view).sort(([one], [other]) => (one < other ? -1 : 1))]);

const readers = {
  chosen(text) {
    const [, part, moment = ""] = OPEN_PART.exec(text ?? "") ?? [];
    const step = readMoment(moment);
    return part && step ? { part, step } : null;
  },
  scrolled: (text) => text ?? "",
  difference: (text) => text === "1",
  training: readTraining,
};

/** A scene that cannot work, as its text says it. */
const draftOf = (text) => (text === undefined ? null : readScene(text));

/**
 * What a view says: whatever it does not name is as a page opens with. What says the same as `before` is the same object, so that nobody draws or asks again.
 *
 * @returns {{texts: Record<string, string>, patch: Partial<State>, base: string | null, now: boolean, draft: import("../types.js").Scene | null}}
 */
export function readPlace(view, before = null) {
  const { projector: _, ...texts } = view; // how large numbers are is the business of one's own screen
  const said = { ...DEFAULT_VIEW, ...readView(texts).view };
  delete said.projector;
  for (const [name, read] of Object.entries(readers)) said[name] = read(texts[name]);
  const same = before ? Object.keys(said).filter((name) => before.texts[name] === texts[name]) : [];
  for (const name of same) said[name] = before.patch[name];
  return { texts, patch: said, base: SCENE_ID.test(texts.base ?? "") ? texts.base : null, now: texts.now !== "0", draft: draftOf(texts.draft) };
}
