import { listen, undoAll } from "./store.js";

const SETTLING = 5000; // ms: what a part shows comes piece by piece
const MOMENTUM = 1000; // ms: a part that was set in motion runs on
const PLACES = { panel: "#panel", training: "#training", laboratory: "#gradients .bench" };

/** The hundredth part of the size of letters, in px: what is written larger is scrolled further. */
const unitOf = (part) => parseFloat(getComputedStyle(part).fontSize) / 100;

/** How far the parts beside the picture are scrolled: a class is led to the same words, and whoever scrolls a part stays where they like until the presenter scrolls. */
export function mountScrolling(store) {
  let touched = -Infinity; // when a person last did what can scroll; else what is led is moved by what it shows, and is put back
  const parts = () => Object.entries(PLACES).map(([name, place]) => ({ name, part: document.querySelector(place) })).filter(({ part }) => part);
  let timer;

  function write() {
    const moved = parts().filter(({ part }) => part.scrollTop > 0);
    store.set({ scrolled: moved.map(({ name, part }) => `${name}~${Math.round(part.scrollTop / unitOf(part))}`).join(".") });
  }

  function follow(scrolled) {
    const wanted = Object.fromEntries(scrolled.split(".").map((each) => each.split("~")));
    for (const { name, part } of parts()) part.scrollTop = Number(wanted[name] ?? 0) * unitOf(part);
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
    ...["wheel", "touchmove", "pointerdown", "keydown"].map((type) => listen(document, type, () => { touched = performance.now(); }, { capture: true, passive: true })),
    listen(document, "scroll", () => (store.get().led && performance.now() - touched > MOMENTUM) || write(), { capture: true, passive: true }),
    store.watch(({ led, scrolled }) => [led !== null, scrolled], ([led, scrolled]) => led && lead(scrolled)),
  ]);
}
