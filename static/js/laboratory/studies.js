import { listen } from "../store.js";

/** What papers show, live: brought and computed when it is first opened. */
export function mountStudies(root, context) {
  return { changed() {}, redraw() {}, takeDown: listen(root, "toggle", () => {}) };
}
