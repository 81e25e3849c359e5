import { bringPart, mountLate, mountOnPress, styles } from "./late.js";
import { openStore } from "./opening.js";
import { undoAll } from "./store.js";

/**
 * A page as it stands: its store, what takes it down, and what somebody needs who begins it anew: its elements as the server wrote them, and who wants to know.
 * @typedef {{store: ReturnType<typeof openStore>, takeDown: () => void, mount: (store: any) => () => void, written: HTMLElement, renewed: Set<() => void>}} Page
 */

/** Where a lecture is prepared comes with the first press of its button. */
function mountDesk(/** @type {Page} */ page) {
  const desk = Object.assign(document.createElement("aside"), { id: "desk" });
  const bring = () => Promise.all([import("./planning/desk.js"), bringPart(desk, "plan"), bringPart(document.createElement("div"), "asking"), bringPart(document.createElement("div"), "predict"), styles("asking"), styles("plan")]);
  return mountOnPress(page.store, "[data-opens=plan]", bring, ([desks]) => desks.mountDesk(desk, page));
}

/** A recording comes with its address, or with the first press of its button; it stands where a lecture would stand. */
function mountRecordings(/** @type {Page} */ page, root) {
  const bring = () => Promise.all([import("./replaying/gate.js"), bringPart(root, "replay"), ...["asking", "predict"].map((name) => bringPart(document.createElement("div"), name)), ...["lecture", "asking", "replay"].map(styles)]);
  const around = ([gates]) => gates.mountGate(root, page);
  return new URLSearchParams(location.search).has("replay") ? mountLate(page.store, () => true, bring, around) : mountOnPress(page.store, "[data-opens=recording]", bring, around);
}

/** Opens the page. The lecture that it belongs to, or that a person starts, is brought late, and stands around it. */
export function openPage(mount) {
  const store = openStore();
  const written = /** @type {HTMLElement} */ (document.body.cloneNode(true));
  const page = /** @type {Page} */ ({ store, mount, written, renewed: new Set(), takeDown: mount(store) });
  const root = /** @type {HTMLElement} */ (document.getElementById("lecture"));
  const bring = () => Promise.all([import("./lecture/lecture.js"), bringPart(root, "lecture"), styles("lecture")]);
  const around = ([{ mountLecture }]) => mountLecture(root, page);
  const lecture = new URLSearchParams(location.search).has("replay") ? () => {} : document.body.dataset.lecture
    ? mountLate(store, () => true, bring, around)
    : mountOnPress(store, "[data-part=lecture]", bring, around);
  return { unmount: undoAll([() => page.takeDown(), lecture, mountDesk(page), mountRecordings(page, root)]) };
}
