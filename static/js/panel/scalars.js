import { html } from "../dom.js";
import { exact, fixed } from "../format.js";
import { math, quantitySymbol } from "../formula.js";
import { gatesOf, openPart, partOf, presentQuantity, quantityOf } from "../gates.js";
import { notationIn } from "../notation.js";
import { shapeIn, timelineIn } from "../state.js";
import { sumTable } from "../terms.js";
import { layerOf } from "../timeline.js";
import { addressText } from "../trace.js";

/** @import { State, Place } from "../types.js" */

/** A part's numbers under its name, which opens and closes them; its own number is there in any case. */
function scalarPart(state, place, type, part, tables, within) {
  const open = openPart(state, place) === part;
  const show = state.exact ? exact : (value) => fixed(value, 4);
  const own = tables.find(({ explanation }) => explanation.address.quantity === part)?.explanation;
  return html("div", { class: open ? "part open" : "part" },
    html("h4", {},
      html("button", { type: "button", "data-gate": part, "data-within": within, "aria-expanded": String(open) },
        math(quantitySymbol(notationIn(state), { ...place, quantity: part, gradient: within === "blame" })), html("span", {}, quantityOf(type, part).label)),
      own ? html("span", { class: "value", "data-address": addressText(own.address) }, show(own.value)) : []),
    open ? tables.map(({ table }) => table) : []);
}

/** One unit's numbers in the order of the operations, then what leaves the place, each as the sum or the function that it is; only what is known at this step. */
export function scalars(/** @type {State} */ state, /** @type {Place} */ place, explanations, order, within) {
  const { layer, timestep } = place;
  const { type } = layerOf(shapeIn(state), layer);
  const { known } = timelineIn(state);
  const present = presentQuantity(state, place);
  const own = ({ address }) => address.layer === layer && address.timestep === timestep;
  const rank = (explanation) => (own(explanation) ? order.indexOf(explanation.address.quantity) : Infinity);
  const tables = explanations
    .toSorted((a, b) => rank(a) - rank(b))
    .filter(({ address, terms }) => terms.length && (address.unit === state.unit || address.quantity === "loss") && known(address) <= state.step)
    .map((explanation) => ({ explanation, table: sumTable(state, explanation, own(explanation) && explanation.address.quantity === present) }));
  if (!gatesOf(type).length) return tables.map(({ table }) => table);
  const inside = tables.filter(({ explanation }) => own(explanation));
  const parts = Map.groupBy(inside, ({ explanation }) => partOf(type, explanation.address.quantity));
  return [...[...parts].map(([part, list]) => scalarPart(state, place, type, part, list, within)),
    ...tables.filter(({ explanation }) => !own(explanation)).map(({ table }) => table)];
}
