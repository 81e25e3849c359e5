import { html } from "../dom.js";
import { exact, fixed } from "../format.js";
import { math, weightMatrix } from "../formula.js";
import { weightName } from "../notation.js";
import { readBy } from "../place.js";
import { shapeIn, valuesIn } from "../state.js";
import { addressText } from "../trace.js";
import { words } from "../words.js";

/** @import { State, Place } from "../types.js" */

/** One line of a gradient: where it comes from or goes to, and its numbers; before its step, a dash; where nothing comes, the words alone. */
function line(state, title, address, none = false) {
  if (none) return html("tr", {}, html("th", { scope: "row", colspan: 2 }, title));
  const values = valuesIn(state, { ...address, gradient: true });
  const show = state.exact ? exact : (value) => fixed(value, 4);
  const numbers = Array.from(values ?? [], (value, i) => html("span", { class: "gradient", "data-address": addressText({ ...address, gradient: true, unit: i + 1 }) }, show(value)));
  return html("tr", {}, html("th", { scope: "row" }, title), html("td", {}, numbers.length ? numbers : "–"));
}

const table = (rows) => html("table", { class: "gradients" }, html("tbody", {}, rows));

/** What arrives: from above, from the future, the whole, and that through tanh. */
export function arriving(/** @type {State} */ state, /** @type {Place} */ { layer, timestep }) {
  const at = (quantity) => ({ layer, timestep, quantity });
  if (layer === "output") return [table([line(state, words("from.sigmoid"), at("a"))])];
  const { layers, outputs, timesteps } = shapeIn(state);
  const top = Number(layer) === layers.length;
  const W = weightName({ layer: top ? "output" : String(Number(layer) + 1), weight: "kernel" });
  const leaves = !top || outputs.includes(timestep);
  const above = leaves ? words(top ? "from.above.output" : "from.above.layer", { above: Number(layer) + 1, W }) : words("none.top");
  const future = timestep < timesteps
    ? words("from.future", { next: timestep + 1, U: weightName({ layer, weight: "recurrent_kernel" }) })
    : words("none.last");
  return [table([
    line(state, above, at("h_from_depth"), !leaves),
    line(state, future, at("h_from_time"), timestep === timesteps),
    line(state, words("from.whole"), at("h")),
    line(state, words("from.derivative"), at("a")),
  ])];
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
  }
  return [table(lines)];
}

/** What this timestep alone adds to the gradient of each weight of its layer: one term of the sum over time. */
export function contributions(/** @type {State} */ state, /** @type {Place} */ { layer, timestep }, weights) {
  const here = ({ factors }) => factors.some(({ address }) => address?.gradient && address.timestep === timestep);
  return Object.entries(weights).map(([weight, gradients]) => {
    const columns = Math.max(...gradients.map(({ address }) => address.index.at(-1)));
    const values = gradients.map(({ terms }) => terms.find(here)?.value ?? 0);
    const lines = Array.from({ length: values.length / columns }, (_, i) => values.slice(i * columns, (i + 1) * columns));
    return html("figure", {}, html("figcaption", {}, words("to.weight", { name: weightName({ layer, weight }) })),
      math(weightMatrix(lines, { layer, weight, gradient: true }, { full: state.exact })));
  });
}

/** How a layer's weights change: before, gradient, after. */
export function updates(/** @type {State} */ state, layer, names) {
  const trace = state.shown.trace;
  if (!trace) return [];
  return names.map((weight) => {
    const part = (of, key) => {
      const rows = trace.weight({ layer, weight, of });
      if (!rows) return null;
      return html("figure", {}, html("figcaption", {}, words(key, { rate: state.shown.scene.optimizer.learning_rate })),
        math(weightMatrix(rows, { layer, weight, gradient: of === "gradients" }, { full: state.exact })));
    };
    return html("section", { class: "update" }, html("h4", { "data-address": `${layer}/${weight}` }, weightName({ layer, weight })),
      part("weights", "update.before"), part("gradients", "update.gradient"), part("updated", "update.after"));
  });
}
