import { attrs, html } from "../dom.js";
import { equations, math, quantitySymbol, tokenNode } from "../formula.js";
import { columnsOf, gatesOf, openPart, partOf, partsOf, presentQuantity, quantityOf } from "../gates.js";
import { arrowNamed, operator, row, weightMatrix } from "../matrix.js";
import { notation } from "../notation.js";
import { readBy } from "../place.js";
import { shapeIn, valuesIn } from "../state.js";
import { layerOf } from "../timeline.js";
import { tables } from "../words.js";

/** @import { State, Place } from "../types.js" */
/** @import { Token } from "../formula.js" */

const equationsOf = (state, place) => equations(layerOf(shapeIn(state), place.layer), place, shapeIn(state).layers.length);

/** The formulas of the place in symbols; the one that is computed now stands out. */
export function symbols(/** @type {State} */ state, /** @type {Place} */ place) {
  const lines = equationsOf(state, place);
  const { forward } = tables.operations[layerOf(shapeIn(state), place.layer).type];
  const present = presentQuantity(state, place);
  const ahead = present === null ? [] : forward.slice(forward.indexOf(present)); // tanh c and a have no line of their own: they stand in that of h
  const now = ahead.map((quantity) => lines.find(([lead]) => lead.address.quantity === quantity)).find(Boolean);
  return lines.map((line) => attrs(math(...line.map(tokenNode)), { class: line === now ? "now" : null }));
}

/** A token with its numbers in its place: a vector, the columns of a gate, or the sign that it is; null before its step. */
function figure(state, /** @type {Token} */ token) {
  const options = { full: state.exact };
  const { address } = token;
  if (token.kind === "quantity") {
    const values = valuesIn(state, address);
    return values && row(values, address, options);
  }
  if (token.kind !== "weight") return tokenNode(token);
  const rows = state.shown.trace.weight(address);
  const columns = columnsOf(layerOf(shapeIn(state), address.layer), token.gate);
  return rows && weightMatrix(rows, address, options, { ...columns, row: address.weight === "bias" ? Number(token.second) : null });
}

/** Cuts a list before every entry that starts a new piece, outside of parentheses. */
function cut(tokens, starts) {
  const pieces = [[]];
  let depth = 0;
  for (const token of tokens) {
    depth += { "(": 1, ")": -1 }[token.written] ?? 0;
    if (depth === 0 && starts(token)) pieces.push([]);
    pieces.at(-1).push(token);
  }
  return pieces.filter((piece) => piece.length);
}

const isPlus = ({ written }) => written === "+";
const isFactor = ({ written, kind, address }) => written === "⊙" || (kind === "weight" && address.weight !== "bias");

/** An equation with its numbers, from the symbol on its left to its result; nothing before its step. A line breaks at a plus, or else within a product. */
function numbered(state, /** @type {Token[]} */ [lead, equals, ...rest]) {
  const result = figure(state, lead);
  const sums = cut(rest, isPlus).map((product) => cut(product, isFactor).map((piece) => piece.map((token) => figure(state, token))));
  if (!result || sums.flat(2).includes(null)) return [];
  sums[0][0].unshift(tokenNode(lead), tokenNode(equals));
  return [...sums.map((product) => html("span", { class: "product" }, product.map((piece) => math(...piece)))), math(operator("="), result)];
}

const functionIn = (line) => line?.find(({ kind }) => kind === "function")?.written;

/** One gate or state: its name, its sum and what becomes of it; of the open gate the products too. */
function drawPart(state, place, type, part, lines) {
  const own = lines.filter(([lead]) => partOf(type, lead.address.quantity) === part);
  const gate = gatesOf(type).includes(part);
  const open = openPart(state, place) === part;
  const at = (quantity) => ({ ...place, quantity });
  const vector = (quantity, before) => {
    const values = valuesIn(state, at(quantity));
    return values && math(before, row(values, at(quantity), { full: state.exact }));
  };
  const value = lines.find(([lead]) => lead.address.quantity === part);
  const vectors = gate ? [vector(`a_${part}`), vector(part, arrowNamed(functionIn(value)))]
    : part === "c" ? [vector("tanh_c", arrowNamed(notation.functions.tanh))] : [];
  const sums = gate ? own.filter((line) => line !== value) : own;
  const worked = gate && !open ? [] : sums.flatMap((line) => [...numbered(state, line), html("span", { class: "break" })]);
  const shown = gate ? vectors : [...worked.slice(0, -1), ...vectors];
  if (!shown.some(Boolean)) return null;
  return html("div", { class: open ? "part open" : "part" },
    html("button", { type: "button", "data-gate": part, "data-within": "numbers", "aria-expanded": gate ? String(open) : null },
      math(quantitySymbol({ ...place, quantity: part })), html("span", {}, quantityOf(type, part).label)),
    html("div", { class: "vectors" }, shown),
    gate && worked.length ? html("div", { class: "vectors worked" }, worked.slice(0, -1)) : []);
}

/** What comes from below, its own past, the bias, and what becomes of the sum, where one function makes the state. */
function plainNumbers(state, place, { activation = "tanh" }) {
  const { layer, timestep } = place;
  const options = { full: state.exact };
  const at = (quantity, t = timestep) => ({ layer, timestep: t, quantity });
  const under = readBy(state, place);
  const sum = valuesIn(state, at("a"));
  const input = valuesIn(state, under);
  if (!sum || !input) return [];

  const made = layer === "output" ? "y" : "h";
  const weight = (name) => weightMatrix(state.shown.trace.weight({ layer, weight: name }), { layer, weight: name }, options);
  const past = layer === "output" ? null : valuesIn(state, at("h", timestep - 1));
  const result = valuesIn(state, at(made));
  return [
    math(row(input, under, options), weight("kernel")),
    past && math(operator("+"), row(past, at("h", timestep - 1), options), weight("recurrent_kernel")),
    math(operator("+"), weight("bias")),
    html("span", { class: "break" }),
    math(operator("="), row(sum, at("a"), options)),
    result && math(arrowNamed(notation.functions[activation]), row(result, at(made), options)),
  ].filter(Boolean);
}

/** The formulas with this place's numbers; of a cell with gates, gate by gate. */
export function numbers(/** @type {State} */ state, /** @type {Place} */ place) {
  const layer = layerOf(shapeIn(state), place.layer);
  if (!gatesOf(layer.type).length) return plainNumbers(state, place, layer);
  const lines = equationsOf(state, place);
  return partsOf(layer.type).map((part) => drawPart(state, place, layer.type, part, lines)).filter(Boolean);
}
