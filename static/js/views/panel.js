import { attrs, html, join, text } from "../dom.js";
import { setField } from "../fields.js";
import { keptAs, toggleKept } from "../kept.js";
import { quantityName } from "../names.js";
import { layerName, nameNodes, notationIn } from "../notation.js";
import { arriving, contributions, leaving, throughGates, updates } from "../panel/backward.js";
import { numbers, symbols } from "../panel/forward.js";
import { scalars } from "../panel/scalars.js";
import { editNumbers } from "../runner.js";
import { descends, initialOf, recurrentLayers, withInitial } from "../scene.js";
import { placeIn, shapeIn, stepIn, timelineIn } from "../state.js";
import { listen, undoAll } from "../store.js";
import { layerOf } from "../timeline.js";
import { mountUnfolding } from "../unfolding.js";
import { quoted, rich, tables, words } from "../words.js";

/** @import { State } from "../types.js" */

const PARTS = ["where", "pinned", "pending", "symbols", "numbers", "scalar", "units", "arrives", "through", "blame", "leaves", "weights", "initial", "inputs", "update", "exact", "keep", "beside"];

function heading(/** @type {State} */ state, { layer, timestep }) {
  const step = stepIn(state);
  const { type: optimizer, learning_rate: rate } = state.shown.scene.optimizer;
  if (step.phase === "update" && !state.pinned) return rich("panel.update", { layer: layerName(layer), optimizer, rate });
  if (timestep === 0) return rich("panel.initial", { layer });
  return rich(layer === "output" ? "panel.output" : "panel.cell", { layer, timestep, words: quoted(state.shown.scene.sentence.slice(0, timestep)) });
}

/** The units of the chosen cell, one button each. */
function drawUnits(root, state, units) {
  join(root, Array.from({ length: units }, (_, i) => i + 1), {
    key: (unit) => unit,
    create: (unit) => html("button", { type: "button", "data-unit": unit, "aria-label": words("unit", { unit }) }, String(unit)),
    update: (node, unit) => attrs(node, { "aria-pressed": String(unit === state.unit) }),
  });
}

/** The editor of an initial state: one number per unit, of an LSTM for h and for c. */
function drawInitial(root, state, index) {
  const limit = tables.limits.absolute_value.max;
  const there = recurrentLayers(state.scene)[index]; // not where a layer was just taken out, and the grid still shows it
  const fields = Object.entries(there ? initialOf(state.scene, index) : {}).flatMap(([quantity, values]) => values.map((value, unit) => ({ quantity, unit, value })));
  join(root, fields, {
    key: ({ quantity, unit }) => `${index}/${quantity}/${unit}`,
    create: ({ quantity, unit }) => html("label", {}, html("span"),
      html("input", { type: "number", step: "0.1", min: -limit, max: limit, "data-layer": index, "data-quantity": quantity, "data-unit": unit })),
    update(node, { quantity, unit, value }) {
      node.querySelector("span").replaceChildren(...rich("initial.unit", { state: nameNodes(quantityName(notationIn(state), { quantity, timestep: 0 })), unit: unit + 1 }));
      setField(node.querySelector("input"), value);
    },
  });
}

/** Fills a section, or hides it where it has nothing to say. */
function fill(section, nodes) {
  section.hidden = nodes.length === 0;
  section.querySelector(".body").replaceChildren(...nodes);
}

/** What the panel is about at this step: an initial state, an update, or a cell, as far as its numbers are known. */
function lookOf(state, place) {
  const { known } = timelineIn(state);
  const operations = tables.operations[layerOf(shapeIn(state), place.layer).type];
  const has = (quantity, gradient = false) => known({ ...place, quantity, gradient }) <= state.step;
  const initial = place.timestep === 0;
  const updating = stepIn(state).phase === "update" && !state.pinned;
  const forward = !initial && !updating && state.shown.trace !== null && has(operations.forward[0]);
  const backward = forward && has(operations.backward[0], true);
  return { initial, updating, forward, backward, whole: backward && has(operations.backward.at(-1), true) };
}

/** The server's answers, where they are about this place. */
function answersFor({ shown, terms, uses }, { layer, timestep }) {
  return {
    terms: terms?.key === `${shown.id}/${layer}/${timestep}` ? terms : null,
    uses: uses?.key === `${shown.id}/${layer}` ? uses : null,
  };
}

/** Why there are no terms: the server is away, or it said why. */
function failure(state, answer) {
  const why = answer?.error ?? (state.away && !answer ? words("panel.away") : null);
  return why === null ? [] : [html("p", { class: "note" }, why)];
}

/** A button of a gate that had the focus has it again after it is drawn anew. */
function keepingFocus(root, draw) {
  const { gate, within } = document.activeElement instanceof HTMLElement && root.contains(document.activeElement) ? document.activeElement.dataset : {};
  draw();
  if (gate) root.querySelector(`[data-gate="${gate}"][data-within="${within}"]`)?.focus();
}

/** The right of the page: where a cell's numbers come from, and where its gradient goes. */
export function mountPanel(root, store) {
  const parts = Object.fromEntries(PARTS.map((name) => [name, root.querySelector(`[data-part="${name}"]`)]));

  function draw() {
    const state = store.get();
    const place = placeIn(state);
    const looks = lookOf(state, place);
    const { type, units } = layerOf(shapeIn(state), place.layer);
    const { initial, updating, forward, backward } = looks;
    const { terms, uses } = answersFor(state, place);
    const { forward: up, backward: down } = tables.operations[type];
    const { phase, weight } = stepIn(state);

    attrs(root, { "data-backward": backward && phase === "backward", "data-exact": state.exact, "data-phase": phase });
    if (state.tab !== "cell") return; // another tab stands before it
    parts.where.replaceChildren(...heading(state, place));
    text(parts.pinned, state.pinned ? words("panel.pinned") : words("panel.following"));
    parts.pending.hidden = forward || initial || updating;
    text(parts.pending, state.problem && !state.shown.trace ? state.problem.detail : words("panel.pending"));
    fill(parts.symbols, initial || updating ? [] : symbols(state, place));
    fill(parts.numbers, forward ? numbers(state, place) : []);
    fill(parts.scalar, forward ? [...scalars(state, place, terms?.forward ?? [], [...up, "loss"], "scalar"), ...failure(state, terms)] : []);
    parts.units.hidden = !forward;
    drawUnits(parts.units, state, units);
    fill(parts.arrives, backward ? arriving(state, place) : []);
    fill(parts.through, backward ? throughGates(state, place) : []);
    fill(parts.blame, backward ? scalars(state, place, terms?.backward ?? [], down, "blame") : []);
    fill(parts.leaves, backward ? leaving(state, place) : []);
    parts.weights.hidden = !looks.whole;
    parts.weights.querySelector(".body").replaceChildren(...failure(state, uses), ...contributions(state, place, uses?.weights ?? {}));
    parts.initial.hidden = !initial;
    if (initial) drawInitial(parts.inputs, state, Number(place.layer) - 1);
    text(parts.update.querySelector("h3"), words(descends(state.shown.scene) ? "section.update" : "section.update.step", { optimizer: state.shown.scene.optimizer.type }));
    fill(parts.update, updating ? updates(state, place, weight ? [weight] : tables.weights[type]) : []);
    attrs(parts.exact, { "aria-pressed": String(state.exact) });
    parts.keep.hidden = place.layer === "embedding";
    attrs(parts.keep, { "aria-pressed": String(keptAs(state, place.layer, place.timestep) > 0) });
    setField(parts.beside, state.beside);
  }

  return undoAll([
    listen(root, "click", ({ target }) => {
      const part = target.closest?.("[data-gate]")?.dataset.gate;
      if (part) store.set({ chosen: { part, step: store.get().step } });
    }),
    listen(parts.units, "click", ({ target }) => target.dataset.unit && store.set({ unit: Number(target.dataset.unit) })),
    listen(parts.exact, "click", () => store.set({ exact: !store.get().exact })),
    listen(parts.keep, "click", () => toggleKept(store, placeIn(store.get()))),
    listen(parts.beside, "change", () => store.set({ beside: parts.beside.value })),
    mountUnfolding(parts.weights, store, "weights"),
    listen(parts.inputs, "change", ({ target }) => {
      const { layer, unit, quantity } = target.dataset;
      if (target.validity.badInput) return;
      editNumbers(store, withInitial(store.get().scene, Number(layer), Number(unit), Number(target.value || 0), quantity));
    }),
    store.watch(({ tab, shown, scene, step, detail, order, pinned, kept, unit, exact: full, dark, chosen, terms, uses, away, problem, notation, beside }) =>
      [tab === "cell", shown, scene, step, detail, order, pinned, kept, unit, full, dark, chosen, terms, uses, away, problem, notation, beside], () => keepingFocus(root, draw)),
  ]);
}
