import { shapeIn } from "./state.js";

/** @import { Address, State, Place } from "./types.js" */

/** What a layer reads: the word for the first, else the h of the layer below; of so many recurrent layers. */
export function below(layer, layers) {
  if (layer === "1") return { layer: "input", quantity: "x" };
  return { layer: layer === "output" ? String(layers) : String(Number(layer) - 1), quantity: "h" };
}

/** The quantity that a place reads from below. @returns {Address} */
export function readBy(/** @type {State} */ state, /** @type {Place} */ { layer, timestep }) {
  return { ...below(layer, shapeIn(state).layers.length), timestep };
}
