import { attrs, svg } from "../dom.js";
import { drawInterior } from "../draw/interior.js";
import { planOf } from "../draw/interior-plans.js";
import { fixed } from "../format.js";
import { gatesOf, openPart, presentQuantity, quantityOf } from "../gates.js";
import { notationIn } from "../notation.js";
import { placeIn, readBy, shapeIn, stepIn, timelineIn, valuesIn } from "../state.js";
import { undoAll } from "../store.js";
import { layerOf } from "../timeline.js";
import { tables, words } from "../words.js";

/** @import { State, Place } from "../types.js" */

const CANDIDATES = ["g", "n"]; // bent by tanh; every other gate by a sigmoid

/** What the cell says of itself at this step. */
function cellOf(/** @type {State} */ state, /** @type {Place} */ place, gradients) {
  const { layer, timestep } = place;
  const { layers, timesteps } = shapeIn(state);
  const step = stepIn(state);
  const here = step.layer === layer && step.timestep === timestep;
  const at = (quantity, back = 0) => ({ layer, timestep: timestep - back, quantity });
  const one = (address) => valuesIn(state, address)?.[state.unit - 1] ?? null;
  const under = readBy(state, place);
  const before = at("h", 1);
  const below = under.layer === "input" ? words("interior.word", { word: state.shown.scene.sentence[timestep - 1] }) : words("interior.below", { layer: under.layer });
  const above = Number(layer) < layers.length ? words("interior.above", { layer: Number(layer) + 1 }) : words("interior.output");
  const notation = notationIn(state);
  return {
    notation, layer, timestep, unit: state.unit, gradients, above: leaves(state, place) ? above : null, ahead: timestep < timesteps,
    open: gatesOf(layerOf(shapeIn(state), layer).type).length ? openPart(state, place) : "",
    phase: here ? step.phase : null, quantity: presentQuantity(state, place),
    value: (quantity, back) => one(at(quantity, back)),
    gradient: (quantity, back) => one({ ...at(quantity, back), gradient: true }),
    vectors: { past: { address: before, values: valuesIn(state, before) }, below: { address: under, values: valuesIn(state, under), name: below } },
    applied: (part) => notation.functions[CANDIDATES.includes(part) ? "tanh" : "sigmoid"],
  };
}

/** Does the state of the cell go up? Under the output only some do. */
function leaves(state, { layer, timestep }) {
  const { layers, outputs } = shapeIn(state);
  return Number(layer) < layers.length || outputs.includes(timestep);
}

/** The drawing in words: every number that it shows. */
function nameOf(cell, type) {
  const { forward, backward } = tables.operations[type];
  const known = (quantities, ask, key) => quantities.filter((quantity) => ask(quantity) !== null)
    .map((quantity) => words(key, { name: quantityOf(type, quantity).label, value: fixed(ask(quantity), 2) }));
  const numbers = [...known(forward, cell.value, "interior.number"), ...known(backward, cell.gradient, "interior.gradient")];
  const { layer, timestep, unit } = cell;
  return words(numbers.length ? "interior.name" : "interior.pending", { type, layer, timestep, unit, numbers: numbers.join(", ") });
}

/** The flow through one cell, for one unit of it. */
export function mountInterior(root, store) {
  const picture = svg("svg", { role: "img" });
  root.querySelector(".body").replaceChildren(picture);

  function draw() {
    const state = store.get();
    const place = placeIn(state);
    const layer = layerOf(shapeIn(state), place.layer);
    const gradients = state.step >= timelineIn(state).known({ layer: "output", quantity: "loss" });
    const updating = stepIn(state).phase === "update" && !state.pinned;
    const plan = place.timestep === 0 || updating ? null : planOf(layer, notationIn(state).functions[layer.activation ?? "tanh"], gradients);
    root.hidden = plan === null || (state.step === 0 && !state.pinned); // as on a page that has not stepped yet
    if (root.hidden || state.tab !== "cell") return;
    const cell = cellOf(state, place, gradients);
    attrs(picture, { viewBox: `0 0 ${plan.width} ${plan.height}`, "aria-label": nameOf(cell, layer.type), "data-phase": stepIn(state).phase });
    drawInterior(picture, plan, cell);
  }

  return undoAll([
    store.watch(({ tab, shown, step, detail, order, pinned, unit, dark, chosen, notation }) => [tab === "cell", shown, step, detail, order, pinned, unit, dark, chosen, notation], draw),
    () => picture.remove(),
  ]);
}
