import { undoAll } from "../store.js";
import { idIn } from "../state.js";
import { createTurns } from "../turns.js";
import { watchPage } from "./anew.js";
import { isBroken, keyOf, placeOf } from "./view.js";

/** @import { Page } from "../page.js" */
/** @import { State } from "../types.js" */
/** @import { Room } from "./room.js" */
/** @import { Place } from "./view.js" */

const PAUSE = 60; // ms between two commands: a page that plays, or is scrubbed, sends no more than can be seen
const SCENE_PAUSE = 400; // ms after another scene, which everybody has to fetch, or while a training runs

/**
 * Tells the class where this page stands, while it has the word: one command at a time, the newest next, and only what is not in the log already. What came out of
 * the log is not told again: a page that another device of the presenter moved has nothing to say until a person does something on it.
 */
export function createPublisher(/** @type {Page} */ page, /** @type {Room} */ room, /** @type {Place | null} */ first, pauses = { view: PAUSE, scene: SCENE_PAUSE }) {
  let agreed = first; // where the log has the lecture
  let saying = null; // what is under way
  let said = 0; // offset of the last that this page has put into the log
  let pause = pauses.view;
  let refused = null; // what the server would not take: it is not asked again

  /** Where this page is, where that is for others to see. @returns {Place | null} */
  function place() {
    const state = /** @type {State} */ (page.store.get());
    const { frozen, phase } = room.store.get();
    const ready = idIn(state) !== null || isBroken(state);
    return room.leads() && !state.led && !frozen && phase === "live" && ready ? placeOf(state, agreed?.scene) : null;
  }

  const isNews = (/** @type {Place} */ here) => keyOf(here) !== refused && (agreed === null || keyOf(here) !== keyOf(agreed));

  const turns = createTurns(async () => {
    const here = place();
    if (!here || !isNews(here)) return;
    saying = here;
    try {
      const moved = here.scene !== (agreed?.scene ?? null);
      pause = moved || here.view.training !== agreed?.view.training ? pauses.scene : pauses.view;
      const { offset } = await (moved ? room.command("scene", here) : room.command("view", { view: here.view }));
      [agreed, said, refused] = [here, offset, null];
    } catch {
      if (room.leads()) refused = keyOf(here); // the room has said why
    } finally {
      saying = null;
    }
    want();
  }, () => pause);

  /** Asks for a turn where there is something to say. */
  function want() {
    const here = place();
    if (here && isNews(here)) turns.ask();
  }

  return {
    /** What the log says: is it another's word, which this page has to follow? */
    isForeign(/** @type {Place} */ heard, placed, epochChanged) {
      if (epochChanged) {
        [agreed, said] = [heard, 0];
        want(); // a log that lost its end gets it again
        return false;
      }
      if (placed <= said || (saying && keyOf(heard) === keyOf(saying))) return false;
      const known = agreed !== null && keyOf(heard) === keyOf(agreed);
      agreed = heard;
      return !known && !saying;
    },
    takeDown: undoAll([
      room.store.ask(({ frozen, mine, phase }) => [frozen, mine, phase], want),
      room.store.ask(({ mine, frozen, presence }) => mine !== null && !frozen && presence.students > 0, (followed) => page.store.set({ followed })),
      () => page.store.set({ followed: false }),
      watchPage(page, "ask", (state) => state, want),
      turns.stop,
    ]),
  };
}
