import { listen, undoAll } from "../store.js";
import { landmarksIn, placeIn, shareOf } from "./landmarks.js";

/** @import { Page } from "../page.js" */
/** @import { Room } from "./room.js" */

const PAUSE = 250; // ms: four times a second

/** Does it point neither into the picture nor at a number? */
const isNowhere = ({ hidden = false, address = "" }) => hidden && !address;

/** The presenter's mouse over the picture is a ring on the pictures of those who follow, and the number that it rests on, wherever that stands, is lit there too. */
export function mountPointer(root, /** @type {Page} */ page, /** @type {Room} */ room) {
  const { store } = room;
  const ring = root.querySelector("[data-part=ring]");
  let timer;
  let waiting = null; // where the mouse is, until it may be told
  let nowhere = true; // is what was told last, or else nothing was
  let lit = null; // what is lit here because the presenter points at it

  function tell() {
    timer = undefined;
    if (!waiting) return;
    nowhere = isNowhere(waiting);
    room.say("pointer", waiting);
    waiting = null;
    timer = setTimeout(tell, PAUSE);
  }

  function point(where) {
    if (isNowhere(where) && nowhere && !waiting) return;
    waiting = where;
    timer ??= setTimeout(tell, 0);
  }

  function moved({ target, clientX, clientY }) {
    const { pointing, mine, frozen } = store.get();
    if (!pointing || mine === null) return;
    const window = target.closest?.("#window");
    const address = (!frozen && page.store.get().hover) || "";
    if (!window || frozen) return point({ hidden: true, address });
    const { left, top } = window.getBoundingClientRect();
    point({ ...shareOf(landmarksIn(page.store.get()), { x: clientX - left + window.scrollLeft, y: clientY - top + window.scrollTop }), address });
  }

  function draw() {
    const { pointer, pointsAt, mode, mine, scene } = store.get();
    const wanted = mine === null && mode === "following" ? pointsAt : null;
    if (wanted !== lit) page.store.set({ hover: wanted });
    lit = wanted;
    const state = page.store.get();
    const window = document.getElementById("window");
    const there = pointer && window && mine === null && mode === "following" && state.shown.id === scene && window.clientWidth > 0;
    ring.hidden = !there;
    if (!there) return;
    const { x, y } = placeIn(landmarksIn(state), pointer);
    const { left, top, right, bottom } = window.getBoundingClientRect();
    const [across, down] = [left + x - window.scrollLeft, top + y - window.scrollTop];
    ring.hidden = across < left || across > right || down < top || down > bottom;
    ring.style.transform = `translate(${Math.round(across)}px, ${Math.round(down)}px)`;
  }

  return undoAll([
    listen(document, "pointermove", moved),
    listen(document.documentElement, "pointerleave", () => store.get().pointing && point({ hidden: true })),
    store.ask(({ pointing }) => pointing, (pointing) => !pointing && point({ hidden: true })),
    store.watch(({ pointer, pointsAt, mode, mine, placed }) => [pointer, pointsAt, mode, mine, placed], draw),
    () => clearTimeout(timer),
  ]);
}
