import { only } from "./dom.js";
import { listen, undoAll } from "./store.js";
import { relatives } from "./trace.js";

/** Pointing at a number lights its source, and the other way round: every element with the same address, wherever it stands. */
export function mountHighlight(store) {
  const addressOf = (target) => (target instanceof Element ? target.closest("[data-address]")?.getAttribute("data-address") ?? null : null);

  function draw([hover, lit]) {
    const address = hover ?? lit;
    only("lit", address ? document.querySelectorAll(relatives(address)) : []);
  }

  let rests = { x: NaN, y: NaN }; // where the pointer was last moved to

  /** What is drawn anew under a resting pointer is not pointed at: only the same number stays lit. */
  function over({ target, pointerType, clientX, clientY }) {
    if (pointerType === "touch") return;
    const address = addressOf(target);
    const moved = clientX !== rests.x || clientY !== rests.y;
    store.set({ hover: moved || address === store.get().hover ? address : null });
  }

  return undoAll([
    listen(document, "pointerover", over),
    listen(document, "pointermove", ({ clientX, clientY }) => {
      rests = { x: clientX, y: clientY };
    }),
    listen(document, "wheel", () => {
      rests = { x: NaN, y: NaN }; // what is scrolled under it is
    }, { passive: true }),
    listen(document, "focusin", ({ target }) => store.set({ hover: target.closest?.("[data-light]") ? addressOf(target) : null })),
    listen(document, "click", ({ target }) => {
      const number = target.closest?.("[data-light]"); // what stands in the panel is followed
      if (number) store.set({ lit: store.get().lit === addressOf(number) ? null : addressOf(number) });
    }),
    // every redraw can bring elements that are not lit yet, and this one is mounted after all that draw
    store.watch(({ hover, lit, ...rest }) => [hover, lit, ...Object.values(rest)], draw),
  ]);
}
