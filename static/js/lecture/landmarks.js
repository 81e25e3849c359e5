import { boxIn, extentIn } from "../layout.js";
import { shapeIn } from "../state.js";
import { once } from "../memo.js";

/** Where a point of the picture is, said so that it is at the same cell on a screen of another size: between which edges of cells it lies, as shares. */

/** @typedef {{xs: number[], ys: number[]}} Landmarks */

/** Edges in the order in which they follow each other, from one end of the picture to the other. */
function inOrder(edges, end) {
  let last = 0;
  return [0, ...edges, end].map((edge) => (last = Math.max(last, Math.min(edge, end))));
}

const landmarksOf = once((/** @type {any} */ state, shape, extent) => {
  const { timesteps, layers } = shape;
  const columns = Array.from({ length: timesteps }, (_, i) => boxIn(state, { layer: "1", timestep: i + 1 }));
  const rows = ["output", ...[...layers].reverse().map(({ name }) => name), "input"].map((layer) => boxIn(state, { layer, timestep: timesteps }));
  return {
    xs: inOrder(columns.flatMap(({ x, width }) => [x, x + width]), extent.width),
    ys: inOrder(rows.flatMap(({ y, height }) => [y, y + height]), extent.height),
  };
});

/** The edges of what is shown. @returns {Landmarks} */
export const landmarksIn = (state) => landmarksOf(state, shapeIn(state), extentIn(state));

/** Which share of the way along the edges a point has. */
function along(edges, at) {
  const last = edges.length - 1;
  const i = Math.max(0, Math.min(last - 1, edges.findLastIndex((edge) => edge <= at)));
  const gap = edges[i + 1] - edges[i];
  return Math.max(0, Math.min(1, (i + (gap ? (at - edges[i]) / gap : 0)) / last));
}

function at(edges, share) {
  const last = edges.length - 1;
  const i = Math.min(last - 1, Math.floor(share * last));
  return edges[i] + (share * last - i) * (edges[i + 1] - edges[i]);
}

/** A point of the picture, in px, as shares between 0 and 1. */
export const shareOf = (/** @type {Landmarks} */ { xs, ys }, { x, y }) => ({ x: along(xs, x), y: along(ys, y) });
/** The other way round. */
export const placeIn = (/** @type {Landmarks} */ { xs, ys }, { x, y }) => ({ x: at(xs, x), y: at(ys, y) });
