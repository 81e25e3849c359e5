import { html, mathml } from "./dom.js";
import { exact, fixed } from "./format.js";
import { link } from "./follow.js";
import { math, nameNode, quantitySymbol } from "./formula.js";
import { gateOfColumn } from "./gates.js";
import { asText, partial, quantityName, weightName } from "./names.js";
import { notationIn } from "./notation.js";
import { shapeIn } from "./state.js";
import { layerOf } from "./timeline.js";
import { addressText } from "./trace.js";
import { words } from "./words.js";

/** @import { State, Explanation, Factor, Term } from "./types.js" */

const DECIMALS = 4;
const HOLE = "\u0000"; // where a name, which is mathematics and no text, goes into a sentence

/** A sentence of the table around a formula. */
const around = (sentence, ...nodes) => sentence.split(HOLE).flatMap((piece, i) => (i ? [...nodes, piece] : [piece]));

/** Where a number of a weight stands, as the notation counts: its row and its column among those of its gate, or where vectors are columns the other way round. */
function placeOf({ notation, shape }, { layer, weight, index }) {
  const found = layerOf(shape, layer);
  const { gate, column } = gateOfColumn(found, index) ?? { gate: null, column: index.at(-1) };
  const two = weight === "bias" && index.length > 1;
  const pair = notation.columns && layer !== "embedding" ? [column, index[0]] : [index[0], column];
  return { gate, rows: two ? (index[0] === 2 ? "second" : "first") : null, indices: weight === "bias" ? [column] : pair };
}

/** The name of a number, without a gradient's ∂, and what stands in brackets behind it; the loss is one number. */
function named(book, address) {
  if (!address.weight) return { name: quantityName(book.notation, address), indices: address.quantity === "loss" ? [] : [address.unit] };
  const { gate, rows, indices } = placeOf(book, address);
  return { name: weightName(book.notation, address, gate, rows), indices };
}

const bracket = (indices) => (indices.length ? `[${indices.join(",")}]` : "");

/** What names are written by: the notation, and the layers that they are names of. */
export const bookOf = (/** @type {State} */ state) => ({ notation: notationIn(state), shape: shapeIn(state) });

/** A number's name with its unit or its place in the matrix, there by gate: W_i[1,2]. */
export function nameOf(book, address) {
  const { name, indices } = named(book, address);
  const symbol = address.weight ? nameNode(name) : quantitySymbol(book.notation, address);
  const whole = indices.length ? math(symbol, mathml("mtext", {}, bracket(indices))) : math(symbol);
  return address.weight && address.gradient ? html("span", {}, partial(book.notation), whole) : whole;
}

/** The same as text, for whoever hears it. */
export function textOf(book, address) {
  const { name, indices } = named(book, address);
  return `${address.gradient ? partial(book.notation) : ""}${asText(name)}${bracket(indices)}`;
}

/** The same in words, where it is a part of a gradient. */
function spoken(book, address) {
  const name = nameOf(book, address);
  return address.quantity?.includes("_from_") ? around(words(`part.${address.quantity}`, { name: HOLE }), name) : [name];
}

/** What a factor is called: h₂⁽¹⁾[1], W⁽²⁾[1,2], or its function of that. */
function factorName(book, { address, function: applied, value }, show) {
  if (!address) return [show(value)];
  return applied ? around(words(`function.${spelled(applied, address)}`, { name: HOLE }), nameOf(book, address)) : spoken(book, address);
}

function factorText(book, { address, function: applied, value }, show) {
  if (!address) return show(value);
  return applied ? words(`function.${spelled(applied, address)}`, { name: textOf(book, address) }) : textOf(book, address);
}

/** The same as a way to that number; a constant leads nowhere. */
function factorLink(book, factor, show) {
  const name = factorName(book, factor, show);
  return factor.address ? [link(factor.address, factorText(book, factor, show), ...name)] : name;
}

/** The name of a function with y for the letter that it is spelled in: a > 0 is y > 0. */
const spelled = (applied, { quantity }) => applied.replaceAll(new RegExp(`\\b${quantity}\\b`, "g"), "y");

/** The factors that say something, 1/N is left out where it is 1, in the notation's order: where vectors are columns the matrix comes first. */
function telling({ notation }, { factors }) {
  const shown = factors.filter(({ address, result }) => address || result !== 1);
  return notation.columns ? shown.toSorted((a, b) => Number(Boolean(b.address?.weight)) - Number(Boolean(a.address?.weight))) : shown;
}

/** The numbers of a term: −0.66 × 0.09; of a single function, what it is applied to: tanh(−0.07). */
function product(book, term, show) {
  const factors = telling(book, term);
  const [{ value, function: applied, address, result: alone }] = factors;
  if (applied === "negative" && factors.length === 1) return [show(alone)]; // a minus before 0 would be none
  if (factors.length === 1) return applied ? [words(`function.${spelled(applied, address)}`, { name: show(value) })] : [];
  return factors.flatMap(({ result, address }, i) => [i ? " × " : null, html("span", { "data-address": addressText(address) }, show(result))]);
}

/** A sum as a table of products that add up, or that says that it is rounded; a single product or function names what it makes. */
export function sumTable(/** @type {State} */ state, /** @type {Explanation} */ { terms, value, address }, now = false) {
  const book = bookOf(state);
  const full = state.exact;
  const show = full ? exact : (number) => fixed(number, DECIMALS);
  const shown = terms.reduce((sum, term) => sum + Math.round(term.value * 10 ** DECIMALS), 0);
  const adds = full || shown === Math.round(value * 10 ** DECIMALS);
  const single = terms.length === 1;
  const rows = terms.map((term) => html("tr", { "data-address": term.factors.length ? addressText(term.factors[0].address) : null },
    html("th", { scope: "row" }, single ? html("span", {}, ...spoken(book, address), " = ") : [],
      telling(book, term).flatMap((factor, i) => [i ? " · " : "", ...factorLink(book, factor, show)])),
    html("td", {}, product(book, term, show)),
    html("td", { class: "value", "data-address": single ? addressText(address) : null }, show(single ? value : term.value))));
  const name = around(words(adds ? "term.sum" : "term.rounded", { name: HOLE }), ...spoken(book, address));
  const total = html("tr", { class: "total" }, html("th", { scope: "row", colspan: 2 }, name), html("td", { class: "value", "data-address": addressText(address) }, show(value)));
  return html("table", { class: now ? "terms now" : "terms" }, html("tbody", {}, rows, single ? [] : total));
}
