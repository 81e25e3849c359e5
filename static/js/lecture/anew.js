import { openStore } from "../opening.js";

/** @import { Page } from "../page.js" */

/**
 * Begins the page anew in this state: what was mounted is taken down with its store, and every element is as the server wrote it. So nothing of what a person did
 * before can be left, and whoever joins late, reloads or comes back begins the same way. What belongs to the lecture stays.
 */
export function beginAnew(/** @type {Page} */ page, lecture, state) {
  page.takeDown();
  const fresh = [.../** @type {HTMLElement} */ (page.written.cloneNode(true)).children];
  const at = fresh.findIndex(({ id }) => id === lecture.id);
  for (const node of [...document.body.children]) if (node !== lecture) node.remove();
  lecture.before(...fresh.slice(0, at));
  lecture.after(...fresh.slice(at + 1));
  scrollTo({ left: 0, top: 0, behavior: "instant" });
  page.store = openStore();
  page.store.set(state);
  page.takeDown = page.mount(page.store);
  for (const again of page.renewed) again();
}

/** Watches a page's store, and that of the page that begins anew; `how` is "watch" or "ask". */
export function watchPage(/** @type {Page} */ page, how, select, draw) {
  let stop = page.store[how](select, draw);
  const again = () => {
    stop();
    stop = page.store[how](select, draw);
  };
  page.renewed.add(again);
  return () => {
    page.renewed.delete(again);
    stop();
  };
}
