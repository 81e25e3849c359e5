import { listen, undoAll } from "./store.js";

const SETTLING = 5000; // ms: what a part shows comes piece by piece
const PLACES = { panel: "#panel", training: "#training", laboratory: "#gradients .bench" };

/** The hundredth part of the size of letters, in px: what is written larger is scrolled further. */
const unitOf = (part) => parseFloat(getComputedStyle(part).fontSize) / 100;

/** How far the parts beside the picture are scrolled: a class is led to the same words, and whoever scrolls a part stays where they like until the presenter scrolls. */
export function mountScrolling(store) {
  const placed = new WeakMap(); // where a part was put that no person has scrolled since
  const parts = () => Object.entries(PLACES).map(([name, place]) => ({ name, part: document.querySelector(place) })).filter(({ part }) => part);
  let timer;

  function write() {
    const moved = parts().filter(({ part }) => part.scrollTop > 0);
    store.set({ scrolled: moved.map(({ name, part }) => `${name}~${Math.round(part.scrollTop / unitOf(part))}`).join(".") });
  }

  function follow(scrolled) {
    const wanted = Object.fromEntries(scrolled.split(".").map((each) => each.split("~")));
    for (const { name, part } of parts()) {
      part.scrollTop = Number(wanted[name] ?? 0) * unitOf(part);
      placed.set(part, part.scrollTop);
    }
  }

  const grown = new MutationObserver(() => follow(store.get().scrolled));

  /** Goes there, and stays there while what is missing comes. */
  function lead(scrolled) {
    follow(scrolled);
    grown.observe(document.body, { childList: true, subtree: true });
    clearTimeout(timer);
    timer = setTimeout(() => grown.disconnect(), SETTLING);
  }

  return undoAll([
    () => clearTimeout(timer),
    () => grown.disconnect(),
    listen(document, "scroll", ({ target }) => placed.get(target) === target.scrollTop || write(), { capture: true, passive: true }),
    store.watch(({ led, scrolled }) => [led !== null, scrolled], ([led, scrolled]) => led && lead(scrolled)),
  ]);
}
