import { html, mathml } from "./dom.js";
import { exact, fixed } from "./format.js";
import { math, quantitySymbol, weightSymbol } from "./formula.js";
import { link } from "./follow.js";
import { gateOfColumn } from "./gates.js";
import { quantityName, weightName } from "./notation.js";
import { shapeIn } from "./state.js";
import { layerOf } from "./timeline.js";
import { addressText } from "./trace.js";
import { words } from "./words.js";

/** @import { State, Explanation, Factor, Term } from "./types.js" */

const DECIMALS = 4;
const HOLE = "\u0000"; // where a name, which is mathematics and no text, goes into a sentence

/** A sentence of the table around a formula. */
const around = (sentence, ...nodes) => sentence.split(HOLE).flatMap((piece, i) => (i ? [...nodes, piece] : [piece]));

/** A number's name with its unit or its place in the matrix, there by gate: W_i[1,2]; the loss is one number. */
function nameOf(shape, address) {
  const part = (...indices) => mathml("mtext", {}, `[${indices.join(",")}]`);
  if (address.weight) {
    const { index } = address;
    const { gate, column } = gateOfColumn(layerOf(shape, address.layer), index) ?? { gate: null, column: index.at(-1) };
    const blame = address.gradient ? ["∂L/∂"] : [];
    if (address.weight === "bias") return html("span", {}, blame, math(weightSymbol(address, gate, index.length > 1 && index[0] === 2), part(column)));
    return html("span", {}, blame, math(weightSymbol(address, gate), part(index[0], column)));
  }
  return address.quantity === "loss" ? math(quantitySymbol(address)) : math(quantitySymbol(address), part(address.unit));
}

/** The same as text, for whoever hears it. */
function textOf(shape, address) {
  const { index } = address;
  if (!address.weight) return `${quantityName(address)}[${address.unit}]`;
  const { gate, column } = gateOfColumn(layerOf(shape, address.layer), index) ?? { gate: null, column: index.at(-1) };
  return `${weightName(address)}${gate ? ` ${gate}` : ""}[${[...index.slice(0, -1), column].join(",")}]`;
}

/** The same in words, where it is a part of a gradient. */
function spoken(shape, address) {
  const name = nameOf(shape, address);
  return address.quantity?.includes("_from_") ? around(words(`part.${address.quantity}`, { name: HOLE }), name) : [name];
}

/** What a factor is called: h₂⁽¹⁾[1], W⁽²⁾[1,2], or its function of that. */
function factorName(shape, { address, function: applied, value }, show) {
  if (!address) return [show(value)];
  return applied ? around(words(`function.${spelled(applied, address)}`, { name: HOLE }), nameOf(shape, address)) : spoken(shape, address);
}

function factorText(shape, { address, function: applied, value }, show) {
  if (!address) return show(value);
  return applied ? words(`function.${spelled(applied, address)}`, { name: textOf(shape, address) }) : textOf(shape, address);
}

/** The same as a way to that number; a constant leads nowhere. */
function factorLink(shape, factor, show) {
  const name = factorName(shape, factor, show);
  return factor.address ? [link(factor.address, factorText(shape, factor, show), ...name)] : name;
}

/** The name of a function with y for the letter that it is spelled in: 1 - h^2 is 1 - y^2. */
const spelled = (applied, { quantity }) => applied.replaceAll(new RegExp(`\\b${quantity}\\b`, "g"), "y");

/** The factors that say something: 1/N is left out where it is 1. */
const telling = ({ factors }) => factors.filter(({ address, result }) => address || result !== 1);

/** The numbers of a term: −0.66 × 0.09; of a single function, what it is applied to: tanh(−0.07). */
function product(term, show) {
  const factors = telling(term);
  const [{ value, function: applied, address, result: alone }] = factors;
  if (applied === "negative" && factors.length === 1) return [show(alone)]; // a minus before 0 would be none
  if (factors.length === 1) return applied ? [words(`function.${spelled(applied, address)}`, { name: show(value) })] : [];
  return factors.flatMap(({ result, address }, i) => [i ? " × " : null, html("span", { "data-address": addressText(address) }, show(result))]);
}

/** A sum as a table of products that add up, or that says that it is rounded; a single product or function names what it makes. */
export function sumTable(/** @type {State} */ state, /** @type {Explanation} */ { terms, value, address }, now = false) {
  const shape = shapeIn(state);
  const full = state.exact;
  const show = full ? exact : (number) => fixed(number, DECIMALS);
  const shown = terms.reduce((sum, term) => sum + Math.round(term.value * 10 ** DECIMALS), 0);
  const adds = full || shown === Math.round(value * 10 ** DECIMALS);
  const single = terms.length === 1;
  const rows = terms.map((term) => html("tr", { "data-address": term.factors.length ? addressText(term.factors[0].address) : null },
    html("th", { scope: "row" }, single ? html("span", {}, ...spoken(shape, address), " = ") : [],
      telling(term).flatMap((factor, i) => [i ? " · " : "", ...factorLink(shape, factor, show)])),
    html("td", {}, product(term, show)),
    html("td", { class: "value", "data-address": single ? addressText(address) : null }, show(single ? value : term.value))));
  const name = around(words(adds ? "term.sum" : "term.rounded", { name: HOLE }), ...spoken(shape, address));
  const total = html("tr", { class: "total" }, html("th", { scope: "row", colspan: 2 }, name), html("td", { class: "value", "data-address": addressText(address) }, show(value)));
  return html("table", { class: now ? "terms now" : "terms" }, html("tbody", {}, rows, single ? [] : total));
}
