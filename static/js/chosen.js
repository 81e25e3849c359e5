import { lookup } from "./lookup.js";
import { placeIn, shapeIn } from "./state.js";
import { layerOf } from "./timeline.js";
import { parseAddress } from "./trace.js";
import { tables } from "./words.js";

/** @import { State } from "./types.js" */

/** Does the network on the screen have a number at this address? One that was lit may be of another, as may one in a link. */
function isThere(/** @type {State} */ state, { layer, weight, index, quantity, timestep, unit }) {
  const { trace } = state.shown;
  const size = weight ? lookup(lookup(trace?.layout.weights, layer), weight) : sizeOf(state, { layer, weight });
  const at = quantity ? [timestep, unit] : index;
  return trace === null || (size !== undefined && at.length === size.length && at.every((number, i) => number >= 1 && number <= size[i]));
}

/** The number that the editor holds: the one that is lit, where it is a weight or an input, else the first of the layer's kernel. */
export function chosenNumber(/** @type {State} */ state) {
  const lit = parseAddress(state.lit);
  if (lit && !lit.gradient && ((lit.weight && lit.index) || (lit.layer === "input" && lit.unit)) && isThere(state, lit)) return lit;
  if (lit?.weight && tables.weights[layerOf(shapeIn(state), lit.layer)?.type]?.includes(lit.weight)) return { ...lit, gradient: false, index: lit.weight === "bias" ? firstOfBias(state, lit.layer) : [1, 1] };
  const { layer } = placeIn(state);
  return layer === "embedding" ? { layer, weight: "embeddings", index: [state.shown.trace?.layout.embedding_rows?.[0] ?? 1, 1] } : { layer, weight: "kernel", index: [1, 1] };
}

/** A GRU's bias has two rows. */
export const firstOfBias = (state, layer) => (sizeOf(state, { layer, weight: "bias" }).length > 1 ? [1, 1] : [1]);

/** How many rows and columns an address counts through. */
export function sizeOf(/** @type {State} */ { shown: { scene, trace } }, { layer, weight }) {
  if (layer === "input") return [scene.sentence.length, scene.vocabulary.length];
  return lookup(lookup(trace?.layout.weights, layer), weight) ?? [1, 1];
}

/** The number whose sum is open: the gradient of a weight that is lit. */
export function chosenGradient(/** @type {State} */ state) {
  const address = parseAddress(state.lit);
  return address?.gradient && address.weight && address.index && isThere(state, address) ? address : null;
}
