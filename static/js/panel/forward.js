import { html } from "../dom.js";
import { arrowNamed, formulas, math, operator, row, weightMatrix } from "../formula.js";
import { readBy } from "../place.js";
import { shapeIn, timelineIn, valuesIn } from "../state.js";
import { sumTable } from "../terms.js";
import { layerOf } from "../timeline.js";

/** @import { State, Place } from "../types.js" */

/** The formulas of the place in symbols. */
export function symbols(/** @type {State} */ state, /** @type {Place} */ place) {
  const shape = shapeIn(state);
  return formulas(layerOf(shape, place.layer), place, shape.layers.length);
}

/** The same with this place's numbers: what comes from below, its own past, the bias, and what becomes of the sum. */
export function numbers(/** @type {State} */ state, /** @type {Place} */ place) {
  const { layer, timestep } = place;
  const options = { full: state.exact };
  const at = (quantity, t = timestep) => ({ layer, timestep: t, quantity });
  const under = readBy(state, place);
  const sum = valuesIn(state, at("a"));
  const input = valuesIn(state, under);
  if (!sum || !input) return [];

  const weight = (name) => weightMatrix(state.shown.trace.weight({ layer, weight: name }), { layer, weight: name }, options);
  const past = layer === "output" ? null : valuesIn(state, at("h", timestep - 1));
  const result = valuesIn(state, at(layer === "output" ? "y" : "h"));
  const activation = layer === "output" ? "σ" : "tanh";
  return [
    math(row(input, under, options), weight("kernel")),
    past && math(operator("+"), row(past, at("h", timestep - 1), options), weight("recurrent_kernel")),
    math(operator("+"), weight("bias")),
    html("span", { class: "break" }),
    math(operator("="), row(sum, at("a"), options)),
    result && math(arrowNamed(activation), row(result, at(layer === "output" ? "y" : "h"), options)),
  ].filter(Boolean);
}

/** One unit's numbers in the order of the operations, then what leaves the place, each as the sum or the function that it is; only what is known at this step. */
export function scalars(/** @type {State} */ state, /** @type {Place} */ { layer, timestep }, explanations, order) {
  const { known } = timelineIn(state);
  const own = ({ address }) => address.layer === layer && address.timestep === timestep;
  const place = (explanation) => (own(explanation) ? order.indexOf(explanation.address.quantity) : Infinity);
  return explanations
    .toSorted((a, b) => place(a) - place(b))
    .filter(({ address, terms }) => terms.length && (address.unit === state.unit || address.quantity === "loss") && known(address) <= state.step)
    .map((explanation) => sumTable(explanation, state.exact));
}
