import { quantityName, weightName } from "./names.js";
import { below } from "./place.js";

/** @import { Layer, Place } from "./types.js" */
/** @import { Name, Notation } from "./names.js" */

/**
 * One piece of an equation: a sign, a function, or a name with what it stands for at a place.
 *
 * @typedef {{kind: "sign" | "function", written: string, address?: undefined, name?: undefined, gate?: undefined, second?: undefined}} Sign
 * @typedef {{kind: "quantity" | "weight", name: Name, address: any, gate?: string, second?: boolean, written?: undefined}} Symbol
 * @typedef {Sign | Symbol} Token
 */

const SYMBOL = /^(\w+)\{([^}]*)\}$/;
const WEIGHT = /^(?:output_)?(kernel|recurrent_kernel|bias|input_bias|recurrent_bias)(?:_(\w))?$/;
const ROWS = { input_bias: "first", recurrent_bias: "second" };

/** Has the layer a bias for what comes from below and one for its own past? */
export const hasTwoBiases = (/** @type {Layer} */ { type, reset_after: after = true }) => type === "GRU" && after;

/** The form of a layer, as the tables of formulas and notes call it. */
export const formOf = (/** @type {Layer} */ layer) => (layer.type === "GRU" && !hasTwoBiases(layer) ? "GRU, reset before" : layer.type);

/** Fills an index such as t-1 or l from the cell's place. */
function index(text, place) {
  const [, name, shift] = /^([tlo])(-1)?$/.exec(text) ?? [];
  if (name === "o") return "output";
  const value = name === "t" ? place.timestep : place.layer;
  return shift ? String(Number(value) + Number(shift)) : String(value);
}

/** Reads one symbol of a formula at a place. @returns {Symbol} */
function symbol(/** @type {Notation} */ notation, name, indices, place, layers) {
  const [first, second] = indices.split(",").map((text) => index(text, place));
  const [, weight, gate] = WEIGHT.exec(name) ?? [];
  if (weight) {
    const rows = ROWS[weight];
    const address = { layer: first, weight: rows ? "bias" : weight };
    return { kind: "weight", name: weightName(notation, address, gate, rows), gate, second: rows === "second", address };
  }
  const { layer, quantity } = name === "below" ? below(second ?? place.layer, layers) : { layer: second ?? "output", quantity: name };
  return { kind: "quantity", name: quantityName(notation, { quantity, timestep: first, layer }), address: { layer, timestep: Number(first), quantity } };
}

/** The equations of a layer at a place, each as its tokens. @returns {Token[][]} */
export function equations(/** @type {Notation} */ notation, /** @type {Layer} */ layer, /** @type {Place} */ place, layers) {
  const { functions } = notation;
  return notation.formulas[formOf(layer)].map((line) => line.split(" ").map((/** @type {string} */ token) => {
    const [, name, indices] = SYMBOL.exec(token) ?? [];
    if (name) return symbol(notation, name, indices, place, layers);
    const applied = token === "activation" ? layer.activation ?? "tanh" : token;
    return applied in functions ? { kind: "function", written: functions[applied] } : { kind: "sign", written: token };
  }));
}
