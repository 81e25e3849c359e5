import { numberIn } from "../changes.js";
import { chosenNumber, firstOfBias, sizeOf } from "../chosen.js";
import { attrs, fill, html, join, mark, switchOff, text } from "../dom.js";
import { setField, typed } from "../fields.js";
import { gateButtons, openGate, wholeName } from "../panel/backward.js";
import { matrices, shapesOf, uses } from "../panel/layer.js";
import { asText, turned } from "../names.js";
import { layerName, notationIn } from "../notation.js";
import { amend, editNumbers } from "../runner.js";
import { embeddingOf, setByHand, withNumber } from "../scene.js";
import { placeIn, shapeIn } from "../state.js";
import { listen, undoAll } from "../store.js";
import { layerOf } from "../timeline.js";
import { addressText } from "../trace.js";
import { rich, tables, words } from "../words.js";

/** @import { State } from "../types.js" */

const REACH = 2; // the slider reaches from −2 to 2, and further for a number that lies beyond

/** The layer that the tab tells of. */
const layerIn = (/** @type {State} */ state, chosen) => (chosen.layer === "input" ? "1" : chosen.layer);

/** Row and column of an address; a bias of one row has none. */
const indexOf = (address) => (address.quantity ? [address.timestep, address.unit] : address.index);
const addressAt = (address, index) => (address.quantity ? { ...address, timestep: index[0], unit: index[1] } : { ...address, index });

/** What can be chosen in a layer: its weights, and for the first over one-hot words the inputs. */
function choices(/** @type {State} */ state, layer) {
  const shape = layerOf(shapeIn(state), layer);
  const weights = tables.weights[shape.type].map((weight) => ({ value: weight, name: asText(wholeName(state, { layer, weight }, shape)) }));
  return layer === "1" && !embeddingOf(state.shown.scene) ? [...weights, { value: "x", name: words("number.input") }] : weights;
}

/** The weights of a layer, one of their numbers in the hand, and where it is used. */
export function mountLayer(root, store) {
  const find = (name) => root.querySelector(`[data-part=${name}]`);
  const [about, matrix, weight, row, column, value, slide, reset, origin, usesOf] =
    ["about", "matrices", "weight", "row", "column", "value", "slide", "reset", "origin", "uses"].map(find);
  const fault = root.querySelector(".fault");
  /** A drag: the number that waits until the one before is on the screen. @type {{waiting: number | null} | null} */
  let drag = null;

  /** The fields follow at once: of a large grid this view is drawn a little later, and would write over what is typed by then. */
  function choose(address) {
    store.set({ lit: addressText(address) });
    const state = store.get();
    const chosen = chosenNumber(state);
    drawEditor(state, chosen, layerIn(state, chosen));
  }

  const set = (change, number) => change(store, withNumber(store.get().scene, addressText(chosenNumber(store.get())), number));

  function dragged() {
    const number = typed(slide);
    if (number === null) return;
    if (drag) {
      store.set({ dragging: true });
      drag.waiting = number;
      next(store.get());
    } else {
      drag = { waiting: null };
      set(editNumbers, number);
    }
  }

  /** Asks for the next number of a drag when the last is on the screen, so that none is computed in vain. */
  function next({ scene, shown, problem }) {
    if (!drag || drag.waiting === null || (shown.scene !== scene && !problem)) return;
    const number = drag.waiting;
    drag.waiting = null;
    set(amend, number);
  }

  function dropped() {
    if (drag && drag.waiting !== null) set(amend, drag.waiting);
    drag = null;
    store.set({ dragging: false });
  }

  function drawEditor(/** @type {State} */ state, chosen, layer) {
    const address = addressText(chosen);
    const size = sizeOf(state, chosen);
    const index = indexOf(chosen);
    const number = setByHand(state.scene, address) ?? numberIn(state.shown.trace, chosen);
    join(weight, choices(state, layer), {
      key: ({ value: name }) => name,
      create: ({ value: name }) => html("option", { value: name }),
      update: (node, { name }) => text(node, name),
    });
    setField(weight, chosen.quantity ?? chosen.weight);
    row.hidden = index.length < 2;
    const [first, second] = turned(notationIn(state), [words("number.row"), words("number.column")], chosen.weight);
    attrs(row, { max: size.at(-2) ?? 1, "aria-label": first, title: first });
    attrs(column, { max: size.at(-1), "aria-label": second, title: second });
    setField(row, index.length > 1 ? index[0] : 1);
    setField(column, index.at(-1));
    const reach = Math.max(REACH, Math.ceil(Math.abs(number ?? 0)));
    attrs(slide, { min: -reach, max: reach });
    if (!drag) setField(slide, number ?? 0);
    setField(value, number ?? "");
    weight.disabled = row.disabled = column.disabled = false; // as they come they would swallow what is typed before this view is here
    value.disabled = slide.disabled = number === null;
    const own = setByHand(state.scene, address) !== undefined;
    switchOff(reset, !own);
    text(origin, own ? words("number.own") : words(chosen.quantity ? "number.word" : "number.drawn", { seed: state.scene.weights.seed }));
    mark(fault, state.problem?.errors?.find(({ pointer }) => /^\/(weights\/edits|inputs)/.test(pointer))?.detail ?? null);
  }

  function drawUses(/** @type {State} */ state, chosen) {
    const told = state.weightTerms;
    const explanation = told?.key === `${state.shown.id}/${addressText(chosen)}` ? told.gradients?.[0] : null;
    usesOf.hidden = Boolean(chosen.quantity);
    const number = numberIn(state.shown.trace, chosen);
    usesOf.querySelector(".body").replaceChildren(...(explanation && number !== null ? [uses(state, explanation, number)]
      : told?.error || state.away ? [html("p", { class: "note" }, told?.error ?? words("panel.away"))] : []));
  }

  /** What is there to be drawn, where this tab stands in front; null where a scene has no such layer. */
  function chosenIn(/** @type {State} */ state) {
    if (state.tab !== "layer") return null;
    const chosen = chosenNumber(state);
    const layer = layerIn(state, chosen);
    const shape = layerOf(shapeIn(state), layer);
    return shape ? { state, chosen, layer, shape } : null;
  }

  function draw({ state, chosen, layer, shape }) {
    const gate = openGate(state, { ...placeIn(state), layer }, shape.type);
    fill(about, ...rich("panel.layer", { layer: layerName(layer), type: shape.type, ...shapesOf(state, layer) }));
    fill(matrix, ...(gate ? [gateButtons(state, { ...placeIn(state), layer }, shape.type)] : []), ...matrices(state, layer, gate));
    drawUses(state, chosen);
  }

  /** Draws with what is chosen now. */
  const now = (drawn) => () => {
    const found = chosenIn(store.get());
    if (found) drawn(found);
  };

  return undoAll([
    listen(weight, "change", () => {
      const { layer } = chosenNumber(store.get());
      if (weight.value === "x") choose({ layer: "input", timestep: placeIn(store.get()).timestep || 1, quantity: "x", unit: 1 });
      else choose({ layer: layer === "input" ? "1" : layer, weight: weight.value, index: weight.value === "bias" ? firstOfBias(store.get(), layer) : [1, 1] });
    }),
    ...[row, column].map((field) => listen(field, "change", () => {
      const chosen = chosenNumber(store.get());
      const size = sizeOf(store.get(), chosen);
      const within = (input, most) => Math.max(1, Math.min(most, Math.round(typed(input) ?? 1)));
      const index = indexOf(chosen).length > 1 ? [within(row, size[0]), within(column, size[1])] : [within(column, size.at(-1))];
      choose(addressAt(chosen, index));
    })),
    listen(value, "change", () => typed(value) !== null && set(editNumbers, typed(value))),
    listen(reset, "click", () => set(editNumbers, null)),
    listen(slide, "input", dragged),
    listen(slide, "change", dropped),
    store.watch(({ scene, shown, problem }) => [scene, shown, problem], () => next(store.get())),
    store.watch(({ tab, shown, scene, step, detail, order, pinned, lit, problem, notation }) => // at once as a number is set: the rest waits for what follows from it
      [tab, shown, scene, step, detail, order, pinned, lit, problem, notation], now(({ state, chosen, layer }) => drawEditor(state, chosen, layer))),
    store.watch(({ tab, shown, step, detail, order, pinned, lit, exact, dark, chosen, weightTerms, away, notation }) =>
      [tab, shown, step, detail, order, pinned, lit, exact, dark, chosen, weightTerms, away, notation], now(draw)),
  ]);
}
