import { bringPart, mountLate, mountOnPress, styles } from "./late.js";
import { openStore } from "./opening.js";
import { undoAll } from "./store.js";

/**
 * A page as it stands: its store, what takes it down, and what somebody needs who begins it anew: its elements as the server wrote them, and who wants to know.
 * @typedef {{store: ReturnType<typeof openStore>, takeDown: () => void, mount: (store: any) => () => void, written: HTMLElement, renewed: Set<() => void>}} Page
 */

/** Opens the page. The lecture that it belongs to, or that a person starts, is brought late, and stands around it. */
export function openPage(mount) {
  const store = openStore();
  const written = /** @type {HTMLElement} */ (document.body.cloneNode(true));
  const page = /** @type {Page} */ ({ store, mount, written, renewed: new Set(), takeDown: mount(store) });
  const root = /** @type {HTMLElement} */ (document.getElementById("lecture"));
  const bring = () => Promise.all([import("./lecture/lecture.js"), bringPart(root, "lecture"), styles("lecture")]);
  const around = ([{ mountLecture }]) => mountLecture(root, page);
  const lecture = document.body.dataset.lecture
    ? mountLate(store, ({ away }) => !away, bring, around)
    : mountOnPress(store, "[data-part=lecture]", bring, around);
  return { unmount: undoAll([() => page.takeDown(), lecture]) };
}
