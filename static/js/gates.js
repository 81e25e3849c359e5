import { shapeIn, stepIn } from "./state.js";
import { layerOf } from "./timeline.js";
import { tables } from "./words.js";

/** @import { State, Place, WeightAddress } from "./types.js" */

/** What is no gate and no state of its own, by the part of the cell that it serves. */
const SERVES = { m: "n", tanh_c: "c" };

/** The part of its cell that a quantity belongs to: a_i to i, m to the candidate n, tanh c to c; without gates there is one part. */
export function partOf(type, quantity) {
  if (quantity === "a") return type === "Dense" ? "y" : "h";
  if (quantity.startsWith("a_")) return quantity.slice(2);
  if (quantity.startsWith("h_")) return "h";
  return SERVES[quantity] ?? quantity;
}

/** The parts of a cell in the order in which they are finished: i f g o c h. */
export const partsOf = (type) => [...new Set(tables.operations[type].forward.map((quantity) => partOf(type, quantity)))];

/** The gates of a type in the order of the kernel's groups of columns; [] of one that has no gates. */
export function gatesOf(type) {
  const sums = tables.gates[type] ?? [];
  return sums.length > 1 ? sums.map((name) => name.slice(2)) : [];
}

/** What the table of quantities says of one. */
export const quantityOf = (type, quantity) => tables.quantities[type].find(({ name }) => name === quantity);

/** The quantity that is computed in a place, or whose gradient is, at this very step; null by cell, and elsewhere. */
export function presentQuantity(/** @type {State} */ state, /** @type {Place} */ { layer, timestep }) {
  const step = stepIn(state);
  return step.layer === layer && (step.timestep ?? timestep) === timestep ? (step.quantity ?? null) : null;
}

/** The part that is open in the panel: what a person chose, until another operation of this cell comes; else the present operation's. */
export function openPart(/** @type {State} */ state, /** @type {Place} */ place) {
  const { type } = layerOf(shapeIn(state), place.layer);
  const parts = partsOf(type);
  const quantity = presentQuantity(state, place);
  const present = quantity && partOf(type, quantity);
  const { chosen } = state;
  if (chosen && parts.includes(chosen.part) && (!present || chosen.step === state.step)) return chosen.part;
  return present ?? parts[0];
}

/** The columns of a kernel that lead to a gate: the index of the first, and how many; of the whole where there are no gates. */
export function columnsOf({ type, units }, gate) {
  const place = gatesOf(type).indexOf(gate);
  return { first: Math.max(place, 0) * units, count: units };
}

/** The gate that a number of a weight leads to, and its column there, from 1; null where the layer has no gates. */
export function gateOfColumn(layer, index) {
  const gates = layer ? gatesOf(layer.type) : [];
  if (!gates.length) return null;
  const column = index.at(-1) - 1;
  return { gate: gates[Math.floor(column / layer.units)], column: (column % layer.units) + 1 };
}
