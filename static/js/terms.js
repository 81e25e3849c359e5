import { html } from "./dom.js";
import { exact, fixed } from "./format.js";
import { quantityName, weightName } from "./notation.js";
import { addressText } from "./trace.js";
import { words } from "./words.js";

/** @import { Explanation, Factor, Term } from "./types.js" */

const DECIMALS = 4;

/** What a factor is called: h₂⁽¹⁾[1], W⁽²⁾[1,2], or its function of that. */
function factorName({ address, function: applied, value }) {
  if (!address) return exact(value);
  const name = address.weight ? `${weightName(/** @type {any} */ (address))}[${address.index.join(",")}]` : `${quantityName(address)}[${address.unit}]`;
  if (!applied) return name;
  return words(`function.${applied}`, { name });
}

const termName = ({ factors }) => factors.map(factorName).join(" · ");

/** The numbers of a term as a product: −0.66 × 0.09. */
function product({ factors }, show) {
  if (factors.length === 1 && factors[0].function === null) return [];
  return factors.flatMap(({ result, address }, i) => [i ? " × " : null, html("span", { "data-address": addressText(address) }, show(result))]);
}

/** A sum as a table of products that add up, or that says that it is rounded. */
export function sumTable(explanation, full) {
  const show = full ? exact : (value) => fixed(value, DECIMALS);
  const { terms, value, address } = explanation;
  const shown = terms.reduce((sum, term) => sum + Math.round(term.value * 10 ** DECIMALS), 0);
  const adds = full || shown === Math.round(value * 10 ** DECIMALS);
  const rows = terms.map((term) => html("tr", { "data-address": term.factors.length ? addressText(term.factors[0].address) : null },
    html("th", { scope: "row" }, termName(term)), html("td", {}, product(term, show)), html("td", { class: "value" }, show(term.value))));
  const total = html("tr", { class: "total" }, html("th", { scope: "row" }, `${words(adds ? "term.sum" : "term.rounded")} = ${quantityName(address)}[${address.unit}]`),
    html("td", {}), html("td", { class: "value", "data-address": addressText(address) }, show(value)));
  return html("table", { class: "terms" }, html("tbody", {}, rows, terms.length > 1 ? total : []));
}
