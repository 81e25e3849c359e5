import { listen, undoAll } from "./store.js";
import { relatives } from "./trace.js";

/** Pointing at a number lights its source, and the other way round: every element with the same address, wherever it stands. */
export function mountHighlight(store) {
  const addressOf = (target) => (target instanceof Element ? target.closest("[data-address]")?.getAttribute("data-address") ?? null : null);

  function draw([hover, lit]) {
    for (const node of document.querySelectorAll(".lit")) node.classList.remove("lit");
    const address = hover ?? lit;
    if (address) for (const node of document.querySelectorAll(relatives(address))) node.classList.add("lit");
  }

  return undoAll([
    listen(document, "pointerover", ({ target, pointerType }) => pointerType !== "touch" && store.set({ hover: addressOf(target) })),
    listen(document, "focusin", ({ target }) => store.set({ hover: target.closest?.("[data-light]") ? addressOf(target) : null })),
    listen(document, "click", ({ target }) => {
      const number = target.closest?.("[data-light]"); // what stands in the panel is followed
      if (number) store.set({ lit: store.get().lit === addressOf(number) ? null : addressOf(number) });
    }),
    // every redraw can bring elements that are not lit yet, and this one is mounted after all that draw
    store.watch(({ hover, lit, ...rest }) => [hover, lit, ...Object.values(rest)], draw),
  ]);
}
