import { arrowNamed, formula, math, matrix, operator, row } from "../formula.js";
import { below, rows } from "../place.js";
import { shapeIn, timelineIn, valuesIn } from "../state.js";
import { sumTable } from "../terms.js";

/** @import { State, Place } from "../types.js" */

/** The formula of the place in symbols. */
export function symbols(/** @type {State} */ state, /** @type {Place} */ place) {
  const { layers } = shapeIn(state);
  return [formula(place.layer === "output" ? "Dense" : layers[Number(place.layer) - 1].type, place, layers.length)];
}

/** The same with this place's numbers: what comes from below, its own past, the bias, and what becomes of the sum. */
export function numbers(/** @type {State} */ state, /** @type {Place} */ place) {
  const { layer, timestep } = place;
  const options = { full: state.exact };
  const at = (quantity, t = timestep) => ({ layer, timestep: t, quantity });
  const under = below(state, place);
  const sum = valuesIn(state, at("a"));
  const input = valuesIn(state, under);
  if (!sum || !input) return [];

  const weight = (name) => matrix(rows(state, { layer, weight: name }), (i, j) => ({ layer, weight: name, index: name === "bias" ? [j + 1] : [i + 1, j + 1] }), options);
  const past = layer === "output" ? null : valuesIn(state, at("h", timestep - 1));
  const result = valuesIn(state, at(layer === "output" ? "y" : "h"));
  const activation = layer === "output" ? "σ" : "tanh";
  return [
    math(row(input, under, options), weight("kernel")),
    past && math(operator("+"), row(past, at("h", timestep - 1), options), weight("recurrent_kernel")),
    math(operator("+"), weight("bias")),
    math(operator("="), row(sum, at("a"), options), ...(result ? [arrowNamed(activation), row(result, at(layer === "output" ? "y" : "h"), options)] : [])),
  ].filter(Boolean);
}

/** One unit's numbers in the order of the operations, each as the sum or the function that it is; only what is known at this step. */
export function scalars(/** @type {State} */ state, explanations, order) {
  const { known } = timelineIn(state);
  const place = ({ address }) => (address.timestep === 0 ? Infinity : order.indexOf(address.quantity));
  return explanations
    .toSorted((a, b) => place(a) - place(b))
    .filter(({ address, terms }) => terms.length && (address.unit === state.unit || address.quantity === "loss") && known(address) <= state.step)
    .map((explanation) => sumTable(explanation, state.exact));
}
