import { attrs, switchOff, text } from "../dom.js";
import { extentIn, heatIn, overflowsIn, zoomsIn } from "../layout.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";
import { zooms } from "../zoom.js";

/** The buttons of the zoom; a drawing that fits its window has no need of them. */
export function mountZoom(root, store) {
  const [out, reset, nearer] = root.querySelectorAll("button");

  function draw() {
    const state = store.get();
    const { min, max } = zoomsIn(state);
    const percent = Math.round(Math.min(max, state.zoom) * 100);
    root.hidden = !heatIn(state) && state.zoom === 1 && !overflowsIn(state);
    switchOff(out, state.zoom <= min);
    switchOff(nearer, state.zoom >= max);
    attrs(reset, { "aria-label": words("zoom.reset", { percent }) });
    text(reset, `${percent} %`);
  }

  return undoAll([
    listen(root, "click", ({ target }) => zooms[target.closest("button")?.dataset.command]?.(store)),
    store.watch((state) => [state.zoom, extentIn(state), state.viewport], draw),
  ]);
}
