import { attrs } from "../dom.js";
import { heatIn } from "../layout.js";
import { listen, undoAll } from "../store.js";

/** Under the grid: what the colours mean, the switches that write the shape of every matrix on its edges and fold the grid, and after an edit the one that shows what it changed. */
export function mountLegend(root, store) {
  const [plain, decades] = [".flow.backward", ".decades"].map((name) => root.querySelector(name));
  const button = root.querySelector("[data-part=shapes]");
  const fold = root.querySelector("#fold");
  const difference = root.querySelector("[data-part=difference]");
  return undoAll([
    listen(button, "click", () => store.set({ shapes: !store.get().shapes })),
    listen(fold, "click", () => store.set({ folded: !store.get().folded })),
    store.watch(({ folded }) => folded, (folded) => attrs(fold, { "aria-pressed": String(folded) })),
    listen(difference, "click", () => store.set({ difference: !store.get().difference })),
    store.watch(({ base, difference: on }) => [base !== null, on], ([there, on]) => {
      difference.hidden = !there;
      attrs(difference, { "aria-pressed": String(on) });
    }),
    store.watch(({ shapes }) => shapes, (shapes) => attrs(button, { "aria-pressed": String(shapes) })),
    store.watch(heatIn, (heat) => {
      plain.hidden = heat;
      decades.hidden = !heat;
      fold.hidden = heat;
      button.hidden = heat; // without edges there is nowhere to write a shape
    }),
  ]);
}
