import { attrs } from "../dom.js";
import { heatIn } from "../layout.js";
import { listen, undoAll } from "../store.js";

/** Under the grid: what the colours mean, and the switch that writes the shape of every matrix on its edges. */
export function mountLegend(root, store) {
  const button = root.querySelector("button");
  const [plain, decades] = [".flow.backward", ".decades"].map((name) => root.querySelector(name));
  return undoAll([
    listen(button, "click", () => store.set({ shapes: !store.get().shapes })),
    store.watch(({ shapes }) => shapes, (shapes) => attrs(button, { "aria-pressed": String(shapes) })),
    store.watch(heatIn, (heat) => {
      plain.hidden = heat;
      decades.hidden = !heat;
      button.hidden = heat; // without edges there is nowhere to write a shape
    }),
  ]);
}
