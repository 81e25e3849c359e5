import { html } from "../dom.js";
import { exact, fixed } from "../format.js";
import { link } from "../follow.js";
import { math } from "../formula.js";
import { columnsOf, gatesOf } from "../gates.js";
import { weightMatrix } from "../matrix.js";
import { turned } from "../names.js";
import { nameNodes, notationIn } from "../notation.js";
import { shapeIn, timelineIn } from "../state.js";
import { bookOf, nameOf, textOf } from "../terms.js";
import { layerOf } from "../timeline.js";
import { addressText } from "../trace.js";
import { tables, words } from "../words.js";
import { optionsOf, wholeName } from "./backward.js";

/** @import { State, Explanation } from "../types.js" */

/** What a layer hands up, as Keras writes shapes. */
const sequence = (timesteps, units) => (timesteps ? `(batch, timesteps, ${units})` : `(batch, ${units})`);

/** What enters a layer and what leaves it, as Keras's summary writes it. */
export function shapesOf(/** @type {State} */ state, layer) {
  const { layers, output, embedding } = shapeIn(state);
  const features = embedding ? embedding.units : state.shown.scene.vocabulary.length;
  if (layer === "embedding") return { from: "(batch, timesteps)", to: sequence(true, features) };
  const top = layers.at(-1);
  if (layer === "output") return { from: sequence(top.sequences, top.units), to: sequence(top.sequences, output.units) };
  const index = Number(layer) - 1;
  return { from: sequence(true, index ? layers[index - 1].units : features), to: sequence(layers[index].sequences, layers[index].units) };
}

/** Every weight of a layer with its numbers; of one with gates the columns of that gate. */
export function matrices(/** @type {State} */ state, layer, gate) {
  const { trace } = state.shown;
  const shape = layerOf(shapeIn(state), layer);
  if (!trace || !shape) return [];
  return tables.weights[shape.type].map((weight) => {
    const rows = trace.weight({ layer, weight });
    if (!rows) return null;
    const options = { ...optionsOf(state, layer), numbers: trace.rowsOf({ layer, weight }) };
    const size = turned(notationIn(state), trace.layout.weights[layer][weight], weight).join("×");
    return html("figure", {}, html("figcaption", { "data-address": `${layer}/${weight}` }, nameNodes(wholeName(state, { layer, weight }, shape)), ` ${size}`),
      math(weightMatrix(rows, { layer, weight }, options, gatesOf(shape.type).length ? columnsOf(shape, gate) : {})));
  }).filter(Boolean);
}

/** A factor's name as a way to it, and its number. */
function factor(/** @type {State} */ state, { address, result }) {
  const show = state.exact ? exact : (value) => fixed(value, 4);
  return [link(address, textOf(bookOf(state), address), nameOf(bookOf(state), address)), " = ",
    html("span", { class: address.gradient ? "gradient" : "", "data-address": addressText(address) }, show(result))];
}

/**
 * Every use of a weight over time: what it multiplies, what that adds to the sum there, and what it adds to the weight's gradient;
 * each number from its own step on.
 */
export function uses(/** @type {State} */ state, /** @type {Explanation} */ { address, value: gradient, terms }, weight) {
  const show = state.exact ? exact : (number) => fixed(number, 4);
  const { known } = timelineIn(state);
  const seen = ({ address: at }) => known(at) <= state.step;
  const rows = terms.map(({ value, factors }) => {
    const back = factors.find(({ address: at }) => at?.gradient);
    const [input] = factors.filter(({ address: at }) => at && !at.gradient);
    if (!back) return null;
    const { timestep } = back.address;
    const ahead = input ? (seen(input) ? [...factor(state, input), ` → ${show(input.result * weight)}`] : ["–"]) : [show(weight)];
    return html("tr", {}, html("th", { scope: "row" }, words("timestep", { t: timestep })), html("td", {}, ahead),
      html("td", {}, seen(back) ? [html("span", { class: "gradient" }, show(value))] : "–"));
  }).filter(Boolean);
  const whole = terms.every(({ factors }) => factors.every((each) => !each.address || seen(each)));
  const name = textOf(bookOf(state), { ...address, gradient: true });
  return html("table", { class: "terms uses" },
    html("thead", {}, ["uses.when", "uses.ahead", "uses.back"].map((key) => html("th", { scope: "col" }, words(key)))),
    html("tbody", {}, rows, html("tr", { class: "total" }, html("th", { scope: "row", colspan: 2 }, words("uses.sum", { name })),
      html("td", {}, whole ? [html("span", { class: "gradient", "data-address": addressText({ ...address, gradient: true }) }, show(gradient))] : "–"))));
}
