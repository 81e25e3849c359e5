import { chosenGradient } from "../chosen.js";
import { attrs, html } from "../dom.js";
import { math } from "../formula.js";
import { gateButtons, openGate, optionsOf, wholeName } from "../panel/backward.js";
import { columnsOf, gatesOf } from "../gates.js";
import { weightMatrix } from "../matrix.js";
import { partial } from "../names.js";
import { layerName, nameNodes, notationIn } from "../notation.js";
import { placeIn, shapeIn, timelineIn } from "../state.js";
import { undoAll } from "../store.js";
import { bookOf, nameOf, sumTable } from "../terms.js";
import { layerOf } from "../timeline.js";
import { addressText } from "../trace.js";
import { rich, tables } from "../words.js";

/** @import { State } from "../types.js" */

/** The gradient of every weight of a layer, and of one number the sum over the timesteps in which it is used. */
export function mountGradient(root, store) {
  const find = (name) => root.querySelector(`[data-part=${name}]`);
  const [about, pending, sums, terms] = ["about", "pending", "sums", "terms"].map(find);

  /** All timesteps of a layer have to be gone back through before its weights' gradients are whole. */
  function known(/** @type {State} */ state, layer) {
    const { known: step } = timelineIn(state);
    if (layer === "output") return step({ layer, quantity: "loss" }) <= state.step;
    const own = layer === "embedding" ? "1" : layer;
    const last = tables.operations[layerOf(shapeIn(state), own).type].backward.at(-1);
    return step({ layer: own, timestep: 1, quantity: last, gradient: true }) <= state.step;
  }

  function draw() {
    const state = store.get();
    if (state.tab !== "gradient") return;
    const chosen = chosenGradient(state);
    const layer = chosen?.layer ?? placeIn(state).layer;
    const shape = layerOf(shapeIn(state), layer);
    const { trace } = state.shown;
    if (!shape) return;
    const there = trace !== null && known(state, layer);
    about.replaceChildren(...rich("panel.gradient", { layer: layerName(layer), timesteps: state.shown.scene.sentence.length }));
    pending.hidden = there;
    const gate = openGate(state, { ...placeIn(state), layer }, shape.type);
    const figures = !there ? [] : tables.weights[shape.type].map((weight) => {
      const rows = trace.weight({ layer, weight, of: "gradients" });
      return rows && html("figure", {}, html("figcaption", {}, partial(notationIn(state)), nameNodes(wholeName(state, { layer, weight }, shape))),
        math(weightMatrix(rows, { layer, weight, gradient: true }, { ...optionsOf(state, layer), numbers: trace.rowsOf({ layer, weight }) },
          gatesOf(shape.type).length ? columnsOf(shape, gate) : {})));
    }).filter(Boolean);
    attrs(sums, { class: figures.length ? "equation numbers" : null });
    sums.replaceChildren(...(gate && figures.length ? [gateButtons(state, { ...placeIn(state), layer }, shape.type)] : []), ...figures);

    const told = state.weightTerms;
    const explanation = there && chosen && told?.key === `${state.shown.id}/${addressText(chosen)}` ? told.gradients?.[0] : null;
    terms.hidden = !explanation;
    if (!explanation) return;
    terms.querySelector("h3").replaceChildren(...rich("gradient.terms", { name: nameOf(bookOf(state), { ...chosen, gradient: true }) }));
    terms.querySelector(".body").replaceChildren(sumTable(state, explanation));
  }

  return undoAll([
    store.watch(({ tab, shown, step, detail, order, pinned, lit, exact, dark, chosen, weightTerms, notation }) =>
      [tab, shown, step, detail, order, pinned, lit, exact, dark, chosen, weightTerms, notation], draw),
  ]);
}
