import { undoAll } from "../store.js";
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
    ]);
  }

  return undoAll([mountStart(root, page, enter), () => unmount()]);
}

