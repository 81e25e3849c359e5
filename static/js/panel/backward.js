import { attrs, html } from "../dom.js";
import { hasTwoBiases } from "../equations.js";
import { exact, fixed } from "../format.js";
import { math, quantitySymbol } from "../formula.js";
import { columnsOf, gatesOf, openPart, presentQuantity, quantityOf } from "../gates.js";
import { weightMatrix } from "../matrix.js";
import { quantityName, weightName } from "../names.js";
import { gradientNodes, nameNodes, notationIn } from "../notation.js";
import { descends } from "../scene.js";
import { readBy, shapeIn, timelineIn, valuesIn } from "../state.js";
import { layerOf } from "../timeline.js";
import { addressText } from "../trace.js";
import { rich, tables, words } from "../words.js";

/** @import { State, Place } from "../types.js" */

/** The numbers of a gradient, unit by unit; before its step, a dash. */
function gradientCell(state, address, values, by = "") {
  const show = state.exact ? exact : (value) => fixed(value, 4);
  const at = (i) => addressText({ ...address, gradient: true, unit: i + 1 }) + by;
  const numbers = Array.from(values ?? [], (value, i) => html("span", { class: "gradient", "data-address": at(i) }, show(value)));
  return html("td", {}, numbers.length ? numbers : "–");
}

const gradientIn = (state, address) => valuesIn(state, { ...address, gradient: true });

/** One line of a gradient: where it comes from or goes to, and its numbers; where nothing comes, the words alone. */
function line(state, title, address, { none = false, values = gradientIn(state, address), by = "" } = {}) {
  if (none) return html("tr", {}, html("th", { scope: "row", colspan: 2 }, title));
  return html("tr", {}, html("th", { scope: "row" }, title), gradientCell(state, address, values, by));
}

const table = (rows, head = null) => html("table", { class: "gradients" }, head ? html("thead", {}, head) : [], html("tbody", {}, rows));

const FORGOTTEN = "/f"; // a gradient of c that has passed the forget gate is a part of that gradient's address

/** What c gets from its own future: dL/dc of a timestep times the forget gate there; null before the step at which it arrives. */
function throughTime(/** @type {State} */ state, layer, timestep) {
  const arrived = timelineIn(state).known({ layer, timestep: timestep - 1, quantity: "c", gradient: true }) <= state.step;
  const gradient = arrived ? gradientIn(state, { layer, timestep, quantity: "c" }) : null;
  const forget = valuesIn(state, { layer, timestep, quantity: "f" });
  return gradient && forget ? gradient.map((value, i) => value * forget[i]) : null;
}

/** At an output: the loss's own gradient, and that through the activation; a cross-entropy gives both at once. */
function enteringOutput(state, at, activation) {
  const crossEntropy = state.shown.scene.loss !== "mse";
  const gradient = (quantity) => gradientNodes(notationIn(state), { quantity });
  return crossEntropy ? [line(state, rich("from.loss", { gradient: gradient("a") }), at("a"))]
    : [line(state, rich("from.loss", { gradient: gradient("y") }), at("y")), line(state, rich("from.derivative", { f: activation, gradient: gradient("a") }), at("a"))];
}

/** What arrives: from above, from the future, the whole, and where a single function makes the state, that through it. */
export function arriving(/** @type {State} */ state, /** @type {Place} */ { layer, timestep }) {
  const at = (quantity) => ({ layer, timestep, quantity });
  const { layers, outputs, timesteps } = shapeIn(state);
  const { type, activation = "tanh" } = layerOf(shapeIn(state), layer);
  if (layer === "output") return [table(enteringOutput(state, at, activation))];
  const top = Number(layer) === layers.length;
  const notation = notationIn(state);
  const matrix = (of, weight) => nameNodes(weightName(notation, { layer: of, weight }));
  const gradient = (quantity) => gradientNodes(notation, { quantity });
  const letter = nameNodes(quantityName(notation, { quantity: "c" }));
  const W = matrix(top ? "output" : String(Number(layer) + 1), "kernel");
  const leaves = !top || outputs.includes(timestep);
  const last = timestep === timesteps;
  const above = leaves ? rich(top ? "from.above.output" : "from.above.layer", { above: Number(layer) + 1, W }) : words("none.top");
  const future = last ? words("none.last") : rich("from.future", { next: timestep + 1, U: matrix(layer, "recurrent_kernel") });
  const memory = type === "LSTM" && !last
    ? [line(state, rich("from.memory", { c: letter, next: timestep + 1 }), { ...at("c"), timestep: timestep + 1 }, { values: throughTime(state, layer, timestep + 1), by: FORGOTTEN })] : [];
  return [table([
    line(state, above, at("h_from_depth"), { none: !leaves }),
    line(state, future, at("h_from_time"), { none: last }),
    line(state, rich("from.whole", { gradient: gradient("h") }), at("h")),
    ...memory,
    ...(gatesOf(type).length ? [] : [line(state, rich("from.derivative", { f: activation, gradient: gradient("a") }), at("a"))]),
  ])];
}

/** The gradient at every gate and memory of a cell, and at the sum before it, in the order in which it gets there. */
export function throughGates(/** @type {State} */ state, /** @type {Place} */ place) {
  const { type } = layerOf(shapeIn(state), place.layer);
  if (!gatesOf(type).length) return [];
  const present = presentQuantity(state, place);
  const inside = tables.operations[type].backward.filter((quantity) => !quantity.startsWith("h") && !quantity.startsWith("a_"));
  const rows = inside.map((quantity) => {
    const sum = gatesOf(type).includes(quantity) ? `a_${quantity}` : null;
    const cell = (name) => gradientCell(state, { ...place, quantity: name }, gradientIn(state, { ...place, quantity: name }));
    return html("tr", { class: present && [quantity, sum].includes(present) ? "now" : null },
      html("th", { scope: "row", title: quantityOf(type, quantity).label },
        html("span", { class: "hidden" }, quantityOf(type, quantity).label), attrs(math(quantitySymbol(notationIn(state), { ...place, quantity })), { "aria-hidden": "true" })),
      cell(quantity), sum ? cell(sum) : html("td"));
  });
  const head = ["column.number", "column.there", "column.sum"].map((key) => html("th", { scope: "col" }, words(key)));
  return [table(rows, html("tr", {}, head))];
}

/** What it sends on: down, and to the past. Each number has its own step, and appears there. */
export function leaving(/** @type {State} */ state, /** @type {Place} */ place) {
  const { layer, timestep } = place;
  const under = readBy(state, place);
  const down = under.layer === "input" ? words("to.input") : words("to.below", { below: under.layer });
  const lines = [line(state, down, under.layer === "input" ? under : { ...under, quantity: "h_from_depth" })];
  if (layer !== "output") {
    const past = timestep === 1 ? { layer, timestep: 0, quantity: "h" } : { layer, timestep: timestep - 1, quantity: "h_from_time" };
    lines.push(line(state, timestep === 1 ? words("to.initial") : words("to.past", { past: timestep - 1 }), past));
    const memory = { layer, timestep, quantity: "c" };
    if (layerOf(shapeIn(state), layer).type === "LSTM") {
      lines.push(line(state, rich(timestep === 1 ? "to.initial.memory" : "to.past.memory", { c: nameNodes(quantityName(notationIn(state), { quantity: "c" })), past: timestep - 1 }), memory, { values: throughTime(state, layer, timestep), by: FORGOTTEN }));
    }
  }
  return [table(lines)];
}

/** The gates of a layer as buttons, where it has any: whose columns of its weights are shown. */
export function gateButtons(state, place, type) {
  const open = openGate(state, place, type);
  return html("div", { class: "units", role: "group", "aria-label": words("panel.gate") }, gatesOf(type).map((gate) =>
    html("button", { type: "button", "data-gate": gate, "data-within": "columns", "aria-pressed": String(gate === open), title: quantityOf(type, gate).label },
      nameNodes(quantityName(notationIn(state), { quantity: gate })))));
}

/** The gate whose columns are shown; null where there are no gates. */
export function openGate(state, place, type) {
  const gates = gatesOf(type);
  const open = gates.length ? openPart(state, place) : null;
  return gates.includes(open) ? open : (gates[0] ?? null);
}

/** The whole of a weight by its name: of a bias with two rows both. */
export const wholeName = (state, address, layer) => weightName(notationIn(state), address, null, hasTwoBiases(layer) ? "both" : null);

/** How a weight is shown: an embedding is a table with a row per word in every notation. */
export const optionsOf = (state, layer) => ({ full: state.exact, columns: notationIn(state).columns && layer !== "embedding" });

/** The part of a weight that is shown: a gate's columns of it, or all. */
const shownPart = (state, place, layer) => columnsOf(layer, openGate(state, place, layer.type));

/** What this timestep alone adds to the gradient of each weight of its layer: one term of the sum over time. */
export function contributions(/** @type {State} */ state, /** @type {Place} */ place, weights) {
  const { layer, timestep } = place;
  const shape = layerOf(shapeIn(state), layer);
  const here = ({ factors }) => factors.some(({ address }) => address?.gradient && address.timestep === timestep);
  const figures = Object.entries(weights).map(([weight, gradients]) => {
    const columns = Math.max(...gradients.map(({ address }) => address.index.at(-1)));
    const values = gradients.map(({ terms }) => terms.find(here)?.value ?? 0);
    const lines = Array.from({ length: values.length / columns }, (_, i) => values.slice(i * columns, (i + 1) * columns));
    return html("figure", {}, html("figcaption", {}, rich("to.weight", { name: nameNodes(wholeName(state, { layer, weight }, shape)) })),
      math(weightMatrix(lines, { layer, weight, gradient: true }, optionsOf(state, layer), shownPart(state, place, shape))));
  });
  return gatesOf(shape.type).length && figures.length ? [gateButtons(state, place, shape.type), ...figures] : figures;
}

/** How a layer's weights change: before, gradient, after. */
export function updates(/** @type {State} */ state, /** @type {Place} */ place, names) {
  const { trace, scene } = state.shown;
  if (!trace) return [];
  const { layer } = place;
  const shape = layerOf(shapeIn(state), layer);
  const sections = names.map((weight) => {
    const options = { ...optionsOf(state, layer), numbers: trace.rowsOf({ layer, weight }) };
    const part = (of, key) => {
      const rows = trace.weight({ layer, weight, of });
      if (!rows) return null;
      return html("figure", {}, html("figcaption", {}, words(key, { rate: scene.optimizer.learning_rate })),
        math(weightMatrix(rows, { layer, weight, gradient: of === "gradients" }, options, shownPart(state, place, shape))));
    };
    return html("section", { class: "update" }, html("h4", { "data-address": `${layer}/${weight}` }, html("span", {}, nameNodes(wholeName(state, { layer, weight }, shape)))),
      part("weights", "update.before"), part("gradients", descends(scene) ? "update.gradient" : "update.pull"), part("updated", "update.after"));
  });
  return gatesOf(shape.type).length ? [gateButtons(state, place, shape.type), ...sections] : sections;
}
