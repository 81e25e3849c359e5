import { html } from "../dom.js";
import { undoAll } from "../store.js";
import { mountCard } from "./card.js";
import { mountMarks } from "./marks.js";
import { createVoter } from "./voter.js";

/** @import { Page } from "../page.js" */
/** @import { Room } from "../lecture/room.js" */

/** The questions of a lecture on every page of it: the class's card, and what is painted on the grid. Whoever may present does not vote. */
export function mountAsking(/** @type {HTMLElement} */ root, /** @type {Page} */ page, /** @type {Room} */ room) {
  const place = html("div");
  root.append(place);
  let card = /** @type {ReturnType<typeof mountCard> | null} */ (null);
  const voter = room.store.get().role === "presenter" ? null : createVoter(room, () => card?.draw());
  card = mountCard(place, { store: room.store, voter });
  return undoAll([() => place.remove(), () => voter?.takeDown(), card.takeDown, mountMarks(page, room.store)]);
}
