import { attrs, html } from "../dom.js";
import { createPainter } from "../draw/heat.js";
import { extentIn, foldedIn, overflowsIn, scrollIn } from "../layout.js";
import { bringTo, cellsOf, largestIn, numbersKey } from "../levels.js";
import { same } from "../memo.js";
import { shapeIn, stepIn, timelineIn } from "../state.js";
import { listen, undoAll } from "../store.js";

/** @import { State } from "../types.js" */

const ROW = 6; // px per layer
const LEAST = 24;
const MOST = 48;
const FEW = 32; // of more changed cells all are painted

const share = (value) => `${(value * 100).toFixed(3)}%`;

/** What the minimap's pixels follow from, and where its cells stand. */
function planOf(/** @type {State} */ state, width) {
  const shape = shapeIn(state);
  const height = Math.max(LEAST, Math.min(MOST, shape.layers.length * ROW));
  const [wide, high] = [width / shape.timesteps, height / shape.layers.length];
  return {
    width, height, gradients: state.step >= timelineIn(state).known({ layer: "output", quantity: "loss" }), kind: "normal", profile: { font: 12 },
    cellBox: (layer, timestep) => ({ x: (timestep - 1) * wide, y: (shape.layers.length - layer) * high, width: wide, height: high - 1 }),
  };
}

/** Where the window stands over the cells, and where the playhead is. */
function drawFrame(frame, now, /** @type {State} */ state) {
  const { viewport } = state;
  const extent = extentIn(state);
  const { plot } = extent;
  const { left, top } = scrollIn(state);
  const [from, to] = [left, left + viewport.width].map((x) => Math.max(0, Math.min(1, (x - plot.x) / plot.width)));
  const [upper, lower] = [top, top + viewport.height].map((y) => Math.max(0, Math.min(1, (y - plot.y) / plot.height)));
  attrs(frame, { style: `left: ${share(from)}; width: ${share(to - from)}; top: ${share(upper)}; height: ${share(lower - upper)}` });
  const { timestep, phase } = stepIn(state);
  now.hidden = !timestep;
  if (timestep) attrs(now, { style: `left: ${share((timestep - 0.5) / shapeIn(state).timesteps)}`, class: `now ${phase}` });
}

/** The whole grid, small, while its window shows a part of it; press or drag to go there. */
export function mountMinimap(root, store) {
  const canvas = /** @type {HTMLCanvasElement} */ (html("canvas"));
  const frame = html("div", { class: "frame-of" });
  const now = html("div", { class: "now" });
  const painter = createPainter(canvas);
  root.replaceChildren(canvas, frame, now);
  let drawn = new Uint8Array(0);
  let look = [];

  function draw() {
    const state = store.get();
    root.hidden = !overflowsIn(state) || foldedIn(state);
    if (root.hidden) return;
    const shape = shapeIn(state);
    const plan = planOf(state, root.clientWidth);
    const largest = plan.gradients ? largestIn(state) : 0;
    const scale = devicePixelRatio;
    const key = [shape, ...numbersKey(state), state.dark, plan.width, plan.gradients, largest, scale];
    if (!same(key, look)) {
      drawn = new Uint8Array(shape.layers.length * shape.timesteps);
      root.style.height = `${plan.height}px`;
      painter.recolour();
      painter.clear(plan, scale);
    }
    const changed = [];
    bringTo(state, drawn, (index) => changed.push(index));
    const whole = !same(key, look) || changed.length > FEW;
    look = key;
    const clip = { left: 0, top: 0, right: plan.width, bottom: plan.height };
    painter.paint(cellsOf(state, drawn, whole ? [...drawn.keys()] : changed, plan.cellBox, largest), plan, clip, scale, whole);
    drawFrame(frame, now, state);
  }

  function go({ clientX, clientY, buttons }) {
    if (!(buttons & 1)) return;
    const { left, top, width, height } = root.getBoundingClientRect();
    const at = (value) => Math.max(0, Math.min(1, value));
    store.set({ pan: { x: at((clientX - left) / width), y: at((clientY - top) / height) } });
  }

  return undoAll([
    listen(root, "pointerdown", (event) => {
      root.setPointerCapture(event.pointerId);
      go(event);
    }),
    listen(root, "pointermove", go),
    store.watch((state) => [state.shown, state.step, state.detail, state.order, state.dark, state.difference, state.base, state.pan, state.led, state.viewport, extentIn(state)], draw),
    () => root.replaceChildren(),
  ]);
}
