import { listen, undoAll } from "./store.js";

/** What folds out, by name, as a link carries it. */
const namesIn = (/** @type {string} */ text) => text.split(".").filter(Boolean);

/** Is this one open? */
export const isUnfolded = (/** @type {{unfolded: string}} */ { unfolded }, name) => namesIn(unfolded).includes(name);

/** Keeps a fold of the page as the state has it, so that a link and a class find it open as well. */
export const mountUnfolding = (/** @type {HTMLDetailsElement} */ root, store, name) => undoAll([
  listen(root, "toggle", () => {
    const others = namesIn(store.get().unfolded).filter((each) => each !== name);
    store.set({ unfolded: (root.open ? [...others, name].sort() : others).join(".") });
  }),
  store.watch((state) => isUnfolded(state, name), (open) => { root.open = open; }),
]);
