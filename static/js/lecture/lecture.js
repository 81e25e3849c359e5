import { undoAll } from "../store.js";
import { bringPart, mountLate, styles } from "../late.js";
import { mountBar } from "./bar.js";
import { mountCard } from "./card.js";
import { mountCurtain } from "./curtain.js";
import { mountDevices } from "./devices.js";
import { mountDoor } from "./door.js";
import { mountEnding } from "./ending.js";
import { mountHeard } from "./heard.js";
import { mountLarge } from "./large.js";
import { mountPart } from "./part.js";
import { mountPointer } from "./pointer.js";
import { mountPrivate } from "./private.js";
import { mountStart } from "./start.js";

/** @import { Page } from "../page.js" */

const found = (root, name) => /** @type {HTMLElement} */ (root.querySelector(`[data-slot=${name}]`));

/** The plan of whoever presents, with its notes. */
function mountPlan(root, page, room, asker) {
  const slots = { notes: found(root, "notes"), plan: found(root, "plan") };
  return mountLate(room.store, ({ link }) => link === "live", () => Promise.all([import("../planning/walk.js"), bringPart(slots.plan, "plan"), styles("plan")]),
    ([walk]) => walk.mountPlan(slots, page, room, asker));
}

/** Questions come with the first of them, and for whoever presents at once; `predict` lends its words to those that the engine makes. */
function mountQuestions(root, page, room) {
  const [slot, nowhere] = [found(root, "questions"), /** @type {HTMLElement} */ (document.createElement("div"))];
  const bring = (modules, place = nowhere) => Promise.all([modules, bringPart(place, "asking"), bringPart(nowhere, "predict"), styles("asking")]);
  return undoAll([
    mountLate(room.store, ({ polls, link }) => polls.length > 0 && link === "live", () => bring(import("../asking/asking.js")), ([{ mountAsking }]) => mountAsking(root, page, room)),
    mountLate(room.store, ({ role, begun, link }) => role === "presenter" && begun && link === "live", () => bring(import("../asking/presenter.js"), slot),
      ([{ createAsker, mountPresenter }]) => {
        const asker = createAsker(room);
        return undoAll([mountPresenter(slot, page, room, asker), mountPlan(root, page, room, asker)]);
      }),
  ]);
}

/** The lecture around a page: the one that its address names, or the one that a person starts on it. */
export function mountLecture(/** @type {HTMLElement} */ root, /** @type {Page} */ page) {
  let unmount = () => {};

  /** Everything of a lecture, once it is known which: its part in it, and what is seen of it. */
  function enter(first) {
    const part = mountPart(root, page, first);
    const { room } = part;
    unmount = undoAll([
      part.takeDown,
      mountBar(root, page, part),
      mountCurtain(root, room),
      mountPointer(root, page, room),
      mountHeard(root, room),
      mountDoor(root, room),
      mountPrivate(root, page, room),
      mountCard(root, room),
      mountLarge(root, room),
      mountDevices(root, room),
      mountEnding(root, page, room),
      mountQuestions(root, page, room),
    ]);
  }

  return undoAll([() => root.replaceChildren(), mountStart(root, page, enter), () => unmount()]);
}

