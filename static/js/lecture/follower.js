import { final, pause, waitAfter } from "../events.js";
import { DEFAULT_VIEW } from "../link.js";
import { extentIn, scrollIn } from "../layout.js";
import { once } from "../memo.js";
import { panOf } from "../pan.js";
import { taughtBy } from "../scene.js";
import { fitted } from "../state.js";
import { undoAll } from "../store.js";
import { IDLE, isRunning } from "../trainer.js";
import { createTurns } from "../turns.js";
import { beginAnew } from "./anew.js";
import { loadScene } from "./scenes.js";
import { readPlace } from "./view.js";

/** @import { Page } from "../page.js" */
/** @import { State } from "../types.js" */
/** @import { Room } from "./room.js" */
/** @import { Place } from "./view.js" */

export const LED = "lecture"; // what the page waits for, so that it computes nothing of its own

/** What a person may have begun, and nobody has who is led. */
const UNTOUCHED = /** @type {Partial<State>} */ ({
  playing: false, predict: false, question: null, answered: null, trail: [], history: { past: [], future: [] }, problem: null, arriving: null, busy: false,
});

/** A training that is told belongs to the scene that comes with it. */
const ofScene = once((training, recipe) => ({ ...training, recipe }));

const LOOKS = ["theme", "unfolded", "scrolled"]; // what one may choose for oneself, and is still led
const OWN = ["scene", "playing", "predict", "question", "base"]; // beside the view: whoever changes one of these goes on alone

/** Moves the page to where the lecture is, as a whole: scene and view together, and nothing before all of it is here. */
export function createFollower(/** @type {Page} */ page, root, /** @type {Room} */ room, { letGo, arrived }, load = loadScene) {
  let led = new AbortController(); // until a person goes on alone
  let newest = null;
  let read = null; // what the lecture's view said last
  let applied = null; // what the state was made of
  let looks = /** @type {Partial<State>} */ ({}); // that the presenter chose for the class
  let unwatch = null;

  /** The pictures of a place: its scene, and the one before an edit. Where the server is away it is asked again, unless another place is wanted by then. */
  async function pictures(ids, wanted) {
    for (let failures = 0; wanted === newest; failures += 1) {
      try {
        return await Promise.all(ids.map((id) => (id ? load(id) : null)));
      } catch (error) {
        if (final(error)) throw error;
        await pause(waitAfter(failures), wanted.signal);
      }
    }
    return null;
  }

  /** The state that a place means. */
  function stateOf(said, [shown, base]) {
    const { patch, draft, now } = said;
    const picture = draft ? { scene: draft, id: null, trace: null } : shown;
    const view = /** @type {typeof patch} */ ({ ...patch });
    for (const name of LOOKS) if (patch[name] === looks[name]) delete view[name];
    const training = room.leads() || view.training.phase === "idle" ? IDLE : ofScene(view.training, taughtBy(picture.scene)); // who has the word runs its own
    if (draft) view.step = 0; // a stack that cannot work has no other
    return { ...UNTOUCHED, ...view, training, scene: picture.scene, shown: picture, base, led: { now }, awaited: draft ? null : LED };
  }

  /** Shows it: in the page as it stands, or in one that begins anew. */
  function put(said, found, anew) {
    if (anew) looks = { theme: DEFAULT_VIEW.theme, unfolded: DEFAULT_VIEW.unfolded, scrolled: "" };
    const patch = stateOf(said, found);
    const state = /** @type {State} */ ({ ...page.store.get(), ...patch });
    if (!said.draft) Object.assign(patch, fitted(state));
    looks = said.patch;
    [read, applied] = [said, patch];
    if (anew) {
      unwatch?.();
      unwatch = null;
      beginAnew(page, root, patch);
    } else page.store.set(patch);
    unwatch ??= watch();
  }

  /** Has a person moved the page? Then it is theirs. */
  function watch() {
    const names = [...Object.keys(read.patch).filter((name) => !LOOKS.includes(name)), ...OWN];
    return page.store.ask((state) => [state.led, ...names.map((name) => state[name])], ([led, ...values]) => {
      if (led && values.some((value, i) => value !== applied[names[i]])) release();
    });
  }

  /** From here on the page is a person's own; the picture stays where it stands. */
  function release() {
    const state = /** @type {State} */ (page.store.get());
    const { left, top } = scrollIn(state);
    const { training } = state;
    const scrolled = state.pan === applied?.pan && (left > 0 || top > 0);
    led.abort();
    const over = applied && training === applied.training && isRunning(training) ? { training: IDLE } : {}; // the class's goes on without this page
    page.store.set({ led: null, awaited: null, ...over, ...(scrolled ? { pan: panOf({ left, top }, extentIn(state), state.viewport) } : {}) });
    letGo();
  }

  /** Goes to one place after another, and leaves out what is old: so a slow server is not asked for what nobody will see. */
  const turns = createTurns(async (/** @type {{place: Place, anew: boolean, signal: AbortSignal}} */ wanted) => {
    const { place: { scene, view }, anew, signal } = wanted;
    const said = readPlace(view, anew ? null : read);
    if (signal.aborted || (!scene && !said.draft)) return;
    try {
      const found = await pictures([said.draft ? null : scene, said.base], wanted);
      if (signal.aborted || !found) return;
      put(said, found, anew);
      room.store.set({ refused: null, begun: true });
      arrived();
    } catch (error) {
      if (!signal.aborted) room.store.set({ refused: error.message });
    }
  });

  return {
    /** Goes to a place, as soon as all of it is here; the newest is next. */
    go(/** @type {Place} */ place, anew = false) {
      if (led.signal.aborted) led = new AbortController();
      newest = { place, anew, signal: led.signal };
      turns.ask(newest);
    },
    /** From here on the page is a person's own. */
    release,
    takeDown: undoAll([() => unwatch?.(), () => led.abort(), turns.stop]),
  };
}
