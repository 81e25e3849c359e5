import { html } from "../dom.js";
import { equations, formOf } from "../equations.js";
import { math, quantitySymbol, tokenNode } from "../formula.js";
import { columnsOf, gatesOf, openPart, partOf, partsOf, presentQuantity, quantityOf } from "../gates.js";
import { arrowNamed, operator, vector, weightMatrix } from "../matrix.js";
import { notationIn } from "../notation.js";
import { shapeIn, valuesIn } from "../state.js";
import { layerOf } from "../timeline.js";
import { tables, words } from "../words.js";

/** @import { State, Place } from "../types.js" */
/** @import { Token } from "../equations.js" */
/** @import { Notation } from "../names.js" */

const layerIn = (state, place) => layerOf(shapeIn(state), place.layer);
const equationsOf = (state, place, notation = notationIn(state)) => equations(notation, layerIn(state, place), place, shapeIn(state).layers.length);

/** Cuts a list before every entry that starts a new piece; `within` says whether in parentheses too. */
function cut(tokens, starts, within = false) {
  const pieces = [[]];
  let depth = 0;
  tokens.forEach((token, i) => {
    depth += { "(": 1, ")": -1 }[token.written] ?? 0;
    if ((within || depth === 0) && starts(token, tokens[i - 1])) pieces.push([]);
    pieces.at(-1).push(token);
  });
  return pieces.filter((piece) => piece.length);
}

const isPlus = ({ written }) => written === "+";
/** Does a factor begin here: after a sign of multiplication, or right behind another one? */
const isFactor = ({ written, address }, before) => ["⊙", "@"].includes(written) || Boolean(address && before?.address);

/** The formulas of a place in symbols, in one notation; the one that is computed now stands out. A line breaks before a plus. */
function linesIn(/** @type {State} */ state, /** @type {Place} */ place, /** @type {Notation} */ notation) {
  const lines = equationsOf(state, place, notation);
  const { forward } = tables.operations[layerIn(state, place).type];
  const present = presentQuantity(state, place);
  const ahead = present === null ? [] : forward.slice(forward.indexOf(present)); // tanh c and a have no line of their own: they stand in that of h
  const now = ahead.map((quantity) => lines.find(([lead]) => lead.address.quantity === quantity)).find(Boolean);
  return lines.map((line) => html("div", { class: line === now ? "line now" : "line" }, cut(line, isPlus, true).map((piece) => math(...piece.map(tokenNode)))));
}

/** What a source means otherwise than we do, as far as this layer is concerned. */
const notesOn = (/** @type {Notation} */ notation, layer) => (notation.notes[formOf(layer)] ?? []).map((key) => html("p", { class: "footnote" }, words(key)));

/** The formulas of the place in symbols, and below them in a second notation where one is chosen. */
export function symbols(/** @type {State} */ state, /** @type {Place} */ place) {
  const layer = layerIn(state, place);
  const books = [state.notation, ...(state.beside in tables.notations && state.beside !== state.notation ? [state.beside] : [])];
  return books.flatMap((shown, i) => [
    ...(books.length > 1 ? [html("h4", { class: i ? "book second" : "book" }, words(`notation.${shown}`))] : []),
    html("div", { "data-notation": shown }, linesIn(state, place, tables.notations[shown])),
    ...notesOn(tables.notations[shown], layer),
  ]);
}

const optionsOf = (state) => ({ full: state.exact, columns: notationIn(state).columns });

/** A token with its numbers in its place: a vector, the columns of a gate, or the sign that it is; null before its step. */
function figure(state, /** @type {Token} */ token) {
  const options = optionsOf(state);
  const { address } = token;
  if (token.kind === "quantity") {
    const values = valuesIn(state, address);
    return values && vector(values, address, options);
  }
  if (token.kind !== "weight") return tokenNode(token);
  const rows = state.shown.trace.weight(address);
  const columns = columnsOf(layerOf(shapeIn(state), address.layer), token.gate);
  return rows && weightMatrix(rows, address, options, { ...columns, row: address.weight === "bias" ? Number(token.second) : null });
}

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
  const notation = notationIn(state);
  const result = (quantity, before) => {
    const values = valuesIn(state, at(quantity));
    return values && math(before, vector(values, at(quantity), optionsOf(state)));
  };
  const value = lines.find(([lead]) => lead.address.quantity === part);
  const vectors = gate ? [result(`a_${part}`), result(part, arrowNamed(functionIn(value)))]
    : part === "c" ? [result("tanh_c", arrowNamed(notation.functions.tanh))] : [];
  const sums = gate ? own.filter((line) => line !== value) : own;
  const worked = gate && !open ? [] : sums.flatMap((line) => [...numbered(state, line), html("span", { class: "break" })]);
  const shown = gate ? vectors : [...worked.slice(0, -1), ...vectors];
  if (!shown.some(Boolean)) return null;
  return html("div", { class: open ? "part open" : "part" },
    html("button", { type: "button", "data-gate": part, "data-within": "numbers", "aria-expanded": gate ? String(open) : null },
      math(quantitySymbol(notation, { ...place, quantity: part })), html("span", {}, quantityOf(type, part).label)),
    html("div", { class: "vectors" }, shown),
    gate && worked.length ? html("div", { class: "vectors worked" }, worked.slice(0, -1)) : []);
}

/** Where one function makes the state: what it is applied to with its numbers, product by product, the sum, and what becomes of it. */
function plainNumbers(state, place) {
  const [[lead, , applied, , ...inside]] = equationsOf(state, place); // h = f ( sum )
  const options = optionsOf(state);
  const at = (quantity) => ({ layer: place.layer, timestep: place.timestep, quantity });
  const sum = valuesIn(state, at("a"));
  const result = valuesIn(state, lead.address);
  const products = cut(inside.slice(0, -1), isPlus).map((product) => cut(product, isFactor).map((piece) => piece.map((token) => figure(state, token))));
  if (!sum || products.flat(2).includes(null)) return [];
  return [
    ...products.map((product) => html("span", { class: "product" }, product.map((piece) => math(...piece)))),
    html("span", { class: "break" }),
    math(operator("="), vector(sum, at("a"), options)),
    result && math(arrowNamed(applied.written), vector(result, lead.address, options)),
  ].filter(Boolean);
}

/** The formulas with this place's numbers; of a cell with gates, gate by gate. */
export function numbers(/** @type {State} */ state, /** @type {Place} */ place) {
  const layer = layerIn(state, place);
  if (!gatesOf(layer.type).length) return plainNumbers(state, place);
  const lines = equationsOf(state, place);
  return partsOf(layer.type).map((part) => drawPart(state, place, layer.type, part, lines)).filter(Boolean);
}
