import { shapeIn } from "./state.js";

/** @import { Address, State, Place } from "./types.js" */

/** The quantity that a place reads from below. @returns {Address} */
export function below(/** @type {State} */ state, /** @type {Place} */ { layer, timestep }) {
  if (layer === "1") return { layer: "input", timestep, quantity: "x" };
  const under = layer === "output" ? shapeIn(state).layers.length : Number(layer) - 1;
  return { layer: String(under), timestep, quantity: "h" };
}

/** A weight as rows of numbers, before the update, after it, or its gradient. */
export const rows = (/** @type {State} */ state, address) => state.shown.trace?.weight(address) ?? [];
