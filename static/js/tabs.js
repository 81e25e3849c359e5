import { attrs } from "./dom.js";
import { listen, undoAll } from "./store.js";

const MOVES = { ArrowRight: 1, ArrowLeft: -1 };

/** The tabs of a panel, as every screen reader knows them: one is in the order of Tab, arrow keys choose another. */
export function mountTabs(root, store) {
  const tabs = [...root.querySelectorAll("[role=tab]")];
  const nameOf = (tab) => tab.dataset.tab;

  /** @param {KeyboardEvent} event */
  function move(event) {
    const at = tabs.indexOf(event.target);
    const to = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : at + MOVES[event.key];
    if (at < 0 || !(to in tabs)) return;
    event.preventDefault();
    store.set({ tab: nameOf(tabs[to]) });
    tabs[to].focus();
  }

  return undoAll([
    listen(root, "click", ({ target }) => {
      const tab = target.closest?.("[role=tab]");
      if (tab) store.set({ tab: nameOf(tab) });
    }),
    listen(root, "keydown", move),
    store.watch(({ tab }) => tab, (chosen) => {
      for (const tab of tabs) {
        const on = nameOf(tab) === chosen;
        attrs(tab, { "aria-selected": String(on), tabindex: on ? 0 : -1 });
        document.getElementById(tab.getAttribute("aria-controls")).hidden = !on;
        if (on) attrs(root, { "aria-labelledby": tab.id });
      }
    }),
  ]);
}
