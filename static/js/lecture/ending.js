import { attrs, mark } from "../dom.js";
import { writeLink } from "../link.js";
import { markError } from "../problem.js";
import { listen, undoAll } from "../store.js";
import { plainAddress } from "../whereabouts.js";
import { isOver } from "./log.js";
import { deleteLecture } from "./requests.js";

/** @import { Page } from "../page.js" */
/** @import { State } from "../types.js" */

/** Who presents may delete what is over, once it is sure. */
function mountDeleting(root, /** @type {import("./room.js").Room} */ { store }) {
  const dialog = root.querySelector("#lecture-delete");
  const button = root.querySelector("[data-part=delete]");
  const fault = dialog.querySelector(".fault");

  async function gone() {
    try {
      await deleteLecture(store.get().code);
      dialog.close();
      store.set({ phase: "deleted" });
    } catch (error) {
      markError(fault, error);
    }
  }

  return undoAll([
    listen(button, "click", () => dialog.showModal()),
    listen(dialog.querySelector("[data-part=gone]"), "click", gone),
    listen(dialog, "close", () => mark(fault, null)),
    store.watch(({ phase, role }) => phase === "ended" && role === "presenter", (may) => { button.hidden = !may; }),
  ]);
}

/** The end: the presenter is asked once; afterwards, or without a lecture, everybody may go on alone from where the page stands. */
export function mountEnding(root, /** @type {Page} */ page, /** @type {import("./room.js").Room} */ room) {
  const { store, command } = room;
  const dialog = root.querySelector("#lecture-end");
  const [alone, again] = ["alone-now", "again"].map((name) => root.querySelector(`[data-part=${name}]`));
  return undoAll([
    mountDeleting(root, room),
    listen(root.querySelector("[data-part=end]"), "click", () => dialog.showModal()),
    listen(dialog.querySelector("[data-part=sure]"), "click", () => {
      dialog.close();
      command("ended", {}).catch(() => {}); // the room has said why
    }),
    listen(alone, "click", () => {
      const state = /** @type {State} */ (page.store.get());
      location.href = plainAddress() + (state.shown.trace ? writeLink(state) : "");
    }),
    store.watch((lecture) => lecture.begun && isOver(lecture), (over) => { alone.hidden = !over; }),
    store.watch(({ phase, code }) => (phase === "ended" ? code : null), (code) => {
      again.hidden = code === null;
      attrs(again, { href: code && `?replay=${code}&language=${document.documentElement.lang}` });
    }),
  ]);
}
