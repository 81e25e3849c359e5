import { listen, undoAll } from "./store.js";
import { sameAddress } from "./trace.js";

/** Pointing at a number lights its source, and the other way round: every element with the same address, wherever it stands. */
export function mountHighlight(store) {
  const addressOf = (target) => (target instanceof Element ? target.closest("[data-address]")?.getAttribute("data-address") ?? null : null);

  function draw([hover, lit]) {
    const address = hover ?? lit;
    for (const node of document.querySelectorAll("[data-address]")) {
      const here = node.getAttribute("data-address");
      node.classList.toggle("lit", address !== null && here !== "" && sameAddress(address, here));
    }
  }

  return undoAll([
    listen(document, "pointerover", ({ target, pointerType }) => pointerType !== "touch" && store.set({ hover: addressOf(target) })),
    listen(document, "focusin", ({ target }) => store.set({ hover: target.closest?.("[data-light]") ? addressOf(target) : null })),
    listen(document, "click", ({ target }) => {
      const number = target.closest?.(".panel [data-address], [data-light]");
      if (number) store.set({ lit: store.get().lit === addressOf(number) ? null : addressOf(number) });
    }),
    store.watch((state) => [state.hover, state.lit, state.step, state.shown, state.terms, state.uses, state.pinned, state.scene, state.viewport, state.unit, state.exact, state.dark], draw),
  ]);
}
