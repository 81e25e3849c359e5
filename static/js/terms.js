import { html } from "./dom.js";
import { exact, fixed } from "./format.js";
import { notation, quantityName, weightName } from "./notation.js";
import { addressText } from "./trace.js";
import { words } from "./words.js";

/** @import { Explanation, Factor, Term } from "./types.js" */

const DECIMALS = 4;

/** What a factor is called: h₂⁽¹⁾[1], W⁽²⁾[1,2], or its function of that. */
function factorName({ address, function: applied, value }, show) {
  if (!address) return show(value);
  const name = nameOf(address);
  return applied ? words(`function.${spelled(applied, address)}`, { name }) : name;
}

/** The name of a function with y for the letter that it is spelled in: 1 - h^2 is 1 - y^2. */
const spelled = (applied, { quantity }) => applied.replaceAll(new RegExp(`\\b${quantity}\\b`, "g"), "y");

/** A number's name with its unit or its place in the matrix; the loss is one number. */
function nameOf(address) {
  if (address.weight) return `${weightName(address)}[${address.index.join(",")}]`;
  if (address.quantity === "loss") return notation.symbols.loss;
  const name = `${quantityName(address)}[${address.unit}]`;
  return address.quantity.includes("_from_") ? words(`part.${address.quantity}`, { name }) : name;
}

/** The factors that say something: 1/N is left out where it is 1. */
const telling = ({ factors }) => factors.filter(({ address, result }) => address || result !== 1);

/** The numbers of a term: −0.66 × 0.09; of a single function, what it is applied to: tanh(−0.07). */
function product(term, show) {
  const factors = telling(term);
  const [{ value, function: applied, address }] = factors;
  if (factors.length === 1) return applied ? [words(`function.${spelled(applied, address)}`, { name: show(value) })] : [];
  return factors.flatMap(({ result, address }, i) => [i ? " × " : null, html("span", { "data-address": addressText(address) }, show(result))]);
}

/** A sum as a table of products that add up, or that says that it is rounded. */
export function sumTable(explanation, full) {
  const show = full ? exact : (value) => fixed(value, DECIMALS);
  const { terms, value, address } = explanation;
  const shown = terms.reduce((sum, term) => sum + Math.round(term.value * 10 ** DECIMALS), 0);
  const adds = full || shown === Math.round(value * 10 ** DECIMALS);
  const rows = terms.map((term) => html("tr", { "data-address": term.factors.length ? addressText(term.factors[0].address) : null },
    html("th", { scope: "row" }, telling(term).map((factor) => factorName(factor, show)).join("·")), html("td", {}, product(term, show)), html("td", { class: "value" }, show(term.value))));
  const name = words(adds ? "term.sum" : "term.rounded", { name: nameOf(address) });
  const total = html("tr", { class: "total" }, html("th", { scope: "row", colspan: 2 }, name), html("td", { class: "value", "data-address": addressText(address) }, show(value)));
  return html("table", { class: "terms" }, html("tbody", {}, rows, terms.length > 1 ? total : []));
}
