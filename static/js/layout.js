import { createGeometry } from "./geometry.js";
import { createHeat, isHeat } from "./heat.js";
import { once } from "./memo.js";
import { overflows, scrollOf, scrollTo } from "./pan.js";
import { shapeIn, stepIn, timelineIn } from "./state.js";

/** @import { State } from "./types.js" */

const drawn = once((shape, { width, height }, gradients, projector, features) => createGeometry(shape, { width, height, gradients, projector, features }));
const painted = once((shape, { width, height }, gradients, projector, zoom) => createHeat(shape, { width, height, gradients, projector }, zoom));

/** Is what is shown so large that it is a heat map? */
export const heatIn = (/** @type {State} */ state) => !state.vector && isHeat(shapeIn(state));

const gradientsIn = (state) => state.step >= timelineIn(state).known({ layer: "output", quantity: "loss" });

/** Where everything of the drawn grid stands, before it is zoomed. */
export const geometryIn = (/** @type {State} */ state) =>
  drawn(shapeIn(state), state.viewport, gradientsIn(state), state.projector, state.shown.scene.vocabulary.length);

/** Where everything of the heat map stands. */
export const heatmapIn = (/** @type {State} */ state) => painted(shapeIn(state), state.viewport, gradientsIn(state), state.projector, state.zoom);

const FOLD_LEFT = 84; // px that a folded column has at least beside it: what is written there, and its loops
const FOLD_RIGHT = 128;

/** Is the drawing folded, one cell per layer? */
export const foldedIn = (/** @type {State} */ state) => state.folded && !heatIn(state);

/** Where the one column of a folded drawing stands, before it is zoomed: in the middle of the columns, or of the window that cannot hold them. */
export function foldIn(/** @type {State} */ state) {
  const at = geometryIn(state);
  const middle = (at.x(1) + at.x(shapeIn(state).timesteps)) / 2;
  const wide = state.viewport.width / state.zoom;
  return Math.min(middle, Math.max(at.left + FOLD_LEFT, Math.min((at.left + wide) / 2, wide - at.cellWidth / 2 - FOLD_RIGHT)));
}

/** How wide a drawing is before it is zoomed: folded no wider than its window, where that holds its column. */
function wideIn(/** @type {State} */ state) {
  const { width, cellWidth } = geometryIn(state);
  if (!foldedIn(state)) return width;
  return Math.min(width, Math.max(state.viewport.width / state.zoom, foldIn(state) + cellWidth / 2 + FOLD_RIGHT));
}

const extentOf = once((at, { layers, timesteps }, zoom, wide) => {
  const top = at.cellBox(layers.length, 1).y;
  const bottom = at.cellBox(1, 1).y + at.cellBox(1, 1).height;
  return {
    width: wide * zoom, height: at.height * zoom,
    plot: { x: at.left * zoom, y: top * zoom, width: at.pitch * timesteps * zoom, height: (bottom - top) * zoom },
  };
});

/** The size of the picture as it is shown, and the part of it that grows with the zoom. */
export function extentIn(/** @type {State} */ state) {
  if (heatIn(state)) return heatmapIn(state);
  return extentOf(geometryIn(state), shapeIn(state), state.zoom, wideIn(state));
}

const whole = once((viewport) => ({ width: viewport.width, height: viewport.height + viewport.spare }));

/** Is the picture larger than its window? What is there only because it is takes room from the window, and is not counted: else it would hold itself up. */
export function overflowsIn(/** @type {State} */ state) {
  const viewport = state.viewport.spare ? whole(state.viewport) : state.viewport;
  return overflows(extentIn({ ...state, viewport }), viewport);
}

/** The least and the greatest zoom: of a drawing from the whole of it to four times its size. */
export function zoomsIn(/** @type {State} */ state) {
  if (heatIn(state)) return { min: 1, max: heatmapIn(state).largest };
  const { width, height } = extentIn({ ...state, zoom: 1 });
  return { min: Math.min(1, state.viewport.width / width, state.viewport.height / height), max: 4 };
}

/** Where a cell, an input or an output stands in the picture as it is shown. */
export function boxIn(/** @type {State} */ state, { layer, timestep }) {
  const heat = heatIn(state);
  const at = heat ? heatmapIn(state) : geometryIn(state);
  const { x, y, width, height } = layer === "input" ? at.inputBox(timestep) : layer === "output" ? at.outputBox(timestep) : at.cellBox(Number(layer), timestep);
  const scale = heat ? 1 : state.zoom;
  if (foldedIn(state)) return { x: (foldIn(state) - width / 2) * scale, y: y * scale, width: width * scale, height: height * scale };
  return { x: x * scale, y: y * scale, width: width * scale, height: height * scale };
}

const MARGIN = 12; // px around what happens now

/** Where the window stands over the picture; on a smaller screen than the presenter's, it shows whoever is led what happens now. */
export function scrollIn(/** @type {State} */ state) {
  const { pan, viewport, led } = state;
  const extent = extentIn(state);
  const scroll = scrollOf(pan, extent, viewport);
  const { layer, timestep } = stepIn(state);
  if (!led?.now || !timestep) return scroll;
  const { left, top } = scrollTo(boxIn(state, { layer, timestep }), scroll, viewport, MARGIN);
  return { left: Math.min(left, Math.max(0, extent.width - viewport.width)), top: Math.min(top, Math.max(0, extent.height - viewport.height)) };
}
