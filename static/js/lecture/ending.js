import { attrs } from "../dom.js";
import { writeLink } from "../link.js";
import { listen, undoAll } from "../store.js";
import { plainAddress } from "../whereabouts.js";

/** @import { Page } from "../page.js" */
/** @import { State } from "../types.js" */

/** The end: the presenter is asked once; afterwards, or without a lecture, everybody may go on alone from where the page stands. */
export function mountEnding(root, /** @type {Page} */ page, /** @type {import("./room.js").Room} */ room) {
  const { store, command } = room;
  const dialog = root.querySelector("#lecture-end");
  const [alone, again] = ["alone-now", "again"].map((name) => root.querySelector(`[data-part=${name}]`));
  return undoAll([
    listen(root.querySelector("[data-part=end]"), "click", () => dialog.showModal()),
    listen(dialog.querySelector("[data-part=sure]"), "click", () => {
      dialog.close();
      command("ended", {}).catch(() => {}); // the room has said why
    }),
    listen(alone, "click", () => {
      const state = /** @type {State} */ (page.store.get());
      location.href = plainAddress() + (state.shown.trace ? writeLink(state) : "");
    }),
    store.watch(({ phase, begun }) => begun && (phase === "ended" || phase === "deleted"), (over) => { alone.hidden = !over; }),
    store.watch(({ phase, code }) => (phase === "ended" ? code : null), (code) => {
      again.hidden = code === null;
      attrs(again, { href: code && `?replay=${code}&language=${document.documentElement.lang}` });
    }),
  ]);
}
