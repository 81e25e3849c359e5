import { listen, undoAll } from "./store.js";

const MOMENTUM = 1000; // ms: a part that was set in motion runs on
const PLACES = { panel: "#panel", training: "#training", laboratory: "#gradients .bench" };

/** The hundredth part of the size of letters, in px: what is written larger is scrolled further. */
const unitOf = (part) => parseFloat(getComputedStyle(part).fontSize) / 100;

const placeOf = (part) => Math.round(part.scrollTop / unitOf(part));

/** How far the parts beside the picture are scrolled: a class is led to the same words, and whoever scrolls a part stays where they like until the presenter scrolls. */
export function mountScrolling(store) {
  let touched = -Infinity; // when a person last did what can scroll; else what is led is moved by what it shows, and is put back
  let put = {}; // where this has left the parts
  let watched = new Set(); // what stands in the parts, whose size says that something has come
  const tops = () => Object.fromEntries(parts().map(({ name, part }) => [name, part.scrollTop]));
  const parts = () => Object.entries(PLACES).map(([name, place]) => ({ name, part: document.querySelector(place) })).filter(({ part }) => part);

  function write() {
    const moved = parts().filter(({ part }) => part.scrollTop > 0);
    store.set({ scrolled: moved.map(({ name, part }) => `${name}~${placeOf(part)}`).join(".") });
  }

  function follow(scrolled) {
    const wanted = Object.fromEntries(scrolled.split(".").map((each) => each.split("~")));
    for (const { name, part } of parts()) {
      const place = Number(wanted[name] ?? 0);
      if (placeOf(part) !== place) part.scrollTop = place * unitOf(part);
    }
    put = tops();
  }

  /** A person who is led scrolls for themselves; what this did, or what came, does not. */
  function scrolled() {
    if (store.get().led) {
      const now = performance.now();
      const own = now - touched < MOMENTUM && Object.entries(tops()).some(([name, top]) => top !== put[name]);
      if (!own) return;
      touched = now;
    }
    write();
  }

  const grown = new ResizeObserver(() => follow(store.get().scrolled));
  const added = new MutationObserver(watchSizes);

  function watchSizes() {
    for (const child of parts().flatMap(({ part }) => [...part.children])) {
      if (!watched.has(child)) grown.observe(child);
      watched.add(child);
    }
  }

  function rest() {
    added.disconnect();
    grown.disconnect();
    watched = new Set();
  }

  /** Who is led stays there while what is missing comes, piece by piece. */
  function stay() {
    added.observe(document.body, { childList: true, subtree: true });
    watchSizes();
  }

  return undoAll([
    rest,
    ...["wheel", "touchmove", "pointerdown", "keydown"].map((type) => listen(document, type, () => { touched = performance.now(); }, { capture: true, passive: true })),
    listen(document, "scroll", scrolled, { capture: true, passive: true }),
    store.watch(({ led }) => led !== null, (led) => (led ? stay() : rest())),
    store.watch(({ led, scrolled }) => [led !== null, scrolled], ([led, scrolled]) => led && follow(scrolled)),
  ]);
}
