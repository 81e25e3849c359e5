import { attrs, join, svg } from "../dom.js";
import { createEdge, drawEdge, isFlowing } from "../draw/edges.js";
import { cellIn, drawCell } from "../draw/cells.js";
import { drawInitial, drawInput, drawOutput, inputNow } from "../draw/ends.js";
import { drawAxes } from "../draw/axes.js";
import { createEdges, flowOf } from "../geometry.js";
import { keptAs } from "../kept.js";
import { extentIn, geometryIn, heatIn } from "../layout.js";
import { lookup } from "../lookup.js";
import { once } from "../memo.js";
import { mountPick } from "../pick.js";
import { isPlace } from "../place.js";
import { notationIn } from "../notation.js";
import { gradientRgb } from "../scales.js";
import { initialOf } from "../scene.js";
import { placeIn, shapeIn, stepIn, timelineIn, valuesIn } from "../state.js";
import { undoAll } from "../store.js";
import { tables, words } from "../words.js";

import { labelAt, verdictOf } from "../verdict.js";
/** @import { State } from "../types.js" */

const group = (create) => () => create("g");

const edgesOf = once((shape, at) => createEdges(shape, at, tables.quantities));

/** Everything that the drawing follows from. What stands still from step to step keeps its identity, so that signatures can hold it. */
function drawingOf(/** @type {State} */ state) {
  const shape = shapeIn(state);
  const { scene } = state.shown;
  return { state, shape, scene, at: geometryIn(state), notation: notationIn(state), step: stepIn(state), place: placeIn(state) };
}

function drawCells(root, { state, shape, at, step, place, notation }) {
  attrs(root, { "aria-label": words("grid.name", { layers: shape.layers.length, timesteps: shape.timesteps }), "aria-busy": String(state.busy) });
  join(root, [...shape.layers].reverse(), {
    key: ({ name }) => name,
    create: group(svg),
    update(row, { name, type, units }) {
      attrs(row, { role: "row", "aria-label": words("layer", { layer: name }) });
      const cells = Array.from({ length: shape.timesteps }, (_, i) => cellIn(state, name, i + 1, step));
      join(row, cells, {
        key: ({ timestep }) => timestep,
        create: () => svg("g", { role: "gridcell", tabindex: -1 }),
        signature: ({ timestep, h, gradient, now, quantity, moved }) =>
          [at, moved, state.shown.id, state.dark, notation, h !== null, gradient !== null, now, quantity, isPlace(state.pinned, name, timestep), isPlace(place, name, timestep), keptAs(state, name, timestep)],
        update: (node, cell) => drawCell(node, cell, at, {
          pinned: isPlace(state.pinned, name, cell.timestep), chosen: isPlace(place, name, cell.timestep), kept: keptAs(state, name, cell.timestep), units, backward: gradientRgb(), remembers: type === "LSTM", notation,
        }),
      });
    },
  });
  const focusable = root.querySelector(`[data-address="${place.layer}/${place.timestep}"]`) ?? root.querySelector('[role="gridcell"]');
  for (const node of root.querySelectorAll('[tabindex="0"]')) if (node !== focusable) attrs(node, { tabindex: -1 });
  if (focusable) attrs(focusable, { tabindex: 0 });
}

/** The matrix whose use, number or name is pointed at. */
const pointedWeight = ({ hover, lit }) => /^\w+\/(?:recurrent_)?kernel/.exec(hover ?? lit ?? "")?.[0];

function drawEdges(root, { state, shape, at, step, notation }) {
  const { known } = timelineIn(state);
  const layout = state.shown.trace?.layout.weights;
  const pointed = pointedWeight(state);
  const room = at.width - at.x(shape.timesteps); // right of the last column
  const serial = `${state.step} ${state.detail} ${state.order}`;
  const looks = edgesOf(shape, at).map((edge) => {
    const flow = flowOf(edge, step, (address) => known(address) <= state.step);
    if (!edge.weight) return { edge, flow, shape: null };
    const { layer, weight } = edge.weight;
    const sized = state.shapes || pointed === `${layer}/${weight}`;
    return { edge, flow, shape: sized ? lookup(lookup(layout, layer), weight) : null };
  });
  join(root, looks, {
    key: ({ edge }) => edge.key,
    create: createEdge,
    signature: ({ edge, flow, shape }) => [edge, shape, flow, notation, isFlowing(flow) && serial],
    update: (node, { edge, flow, shape }) => drawEdge(node, edge, { notation, flow, shape, font: at.profile.font, serial, room }),
  });
}

function drawInputs(root, { state, shape, scene, at, step }) {
  const { known } = timelineIn(state);
  const inputs = scene.sentence.map((word, i) => {
    const address = { layer: "input", timestep: i + 1, quantity: "x" };
    const index = scene.vocabulary.indexOf(word);
    const vector = shape.embedding || scene.inputs ? valuesIn(state, address) : null;
    return { word, timestep: i + 1, index, now: inputNow(step, i + 1), seen: known(address) <= state.step,
      embedded: shape.embedding !== null, vector, address: `embedding/embeddings/${index + 2}` }; // row 1 is padding
  });
  join(root, inputs, {
    key: ({ timestep }) => timestep,
    create: group(svg),
    signature: ({ word, index, now, seen, vector }) => [at, word, index, now, seen, vector && `${state.shown.id} ${state.dark}`],
    update: (node, input) => drawInput(node, input, at),
  });
}

function drawInitials(root, { state, shape, scene, at, place, notation }) {
  const initials = shape.layers.map(({ name }, i) => ({ layer: name, states: initialOf(scene, i), notation, chosen: isPlace(place, name, 0), kept: keptAs(state, name, 0) }));
  join(root, initials, {
    key: ({ layer }) => layer,
    create: group(svg),
    signature: ({ chosen, kept }) => [at, scene, state.dark, notation, chosen, kept],
    update: (node, initial) => drawInitial(node, initial, at),
  });
}

function drawOutputs(root, { state, shape, scene, at, step, place }) {
  const now = step.phase === "output" || step.phase === "loss" ? step.phase : null;
  const outputs = shape.outputs.map((timestep) => ({
    timestep, now, alone: shape.outputs.length === 1, verdict: verdictOf(state, timestep), chosen: isPlace(place, "output", timestep), kept: keptAs(state, "output", timestep),
    activation: shape.output.activation, units: shape.output.units, y: valuesIn(state, { layer: "output", timestep, quantity: "y" }),
    gradient: valuesIn(state, { layer: "output", timestep, quantity: "a", gradient: true }),
    wanted: scene.loss === "categorical_crossentropy" ? labelAt(scene, timestep) : null, rgb: gradientRgb(),
  }));
  join(root, outputs, {
    key: ({ timestep }) => timestep,
    create: group(svg),
    signature: ({ verdict, gradient, chosen, kept }) => [at, state.shown.id, state.dark, verdict !== null, gradient !== null, now, chosen, kept],
    update: (node, output) => drawOutput(node, output, at),
  });
}

/** The empty picture and its layers, from the back to the front. */
function createPicture() {
  const [axes, edges, inputs, initials, cells, outputs] = ["axes", "edges", "inputs", "initials", "cells", "outputs"].map((name) => svg("g", { class: name }));
  attrs(axes, { "aria-hidden": "true" });
  attrs(edges, { "aria-hidden": "true" });
  attrs(cells, { role: "grid" });
  const picture = svg("svg", { class: "grid", "aria-label": words("grid.picture"), role: "group" }, axes, edges, inputs, initials, cells, outputs);
  return { picture, axes, edges, inputs, initials, cells, outputs };
}

/** The height that the map and the buttons of the zoom take from the window, where the picture is larger than it. */
function spareOf() {
  const [map, zoom] = ["minimap", "zoom"].map((id) => /** @type {HTMLElement} */ (document.getElementById(id)));
  const { marginTop, marginBottom } = getComputedStyle(map);
  const above = map.hidden ? 0 : map.offsetHeight + parseFloat(marginTop) + parseFloat(marginBottom);
  if (zoom.hidden) return above;
  const legend = /** @type {HTMLElement} */ (zoom.parentElement);
  const { offsetHeight } = legend;
  zoom.hidden = true;
  const spare = offsetHeight - legend.offsetHeight;
  zoom.hidden = false;
  return above + spare;
}

/** The grid: inputs, cells, edges, h_0, outputs. `window` is the element that it scrolls in. */
export function mountGrid(window, store) {
  const { picture, axes, edges, inputs, initials, cells, outputs } = createPicture();
  window.append(picture);
  const size = new ResizeObserver(() => store.set({ viewport: { width: window.clientWidth, height: window.clientHeight, spare: spareOf() } }));
  size.observe(window);

  function draw() {
    const state = store.get();
    picture.toggleAttribute("hidden", heatIn(state));
    if (heatIn(state)) return;
    const drawing = drawingOf(state);
    const { at, step } = drawing;
    const { width, height } = extentIn(state);
    attrs(picture, { width, height, viewBox: `0 0 ${width / state.zoom} ${at.height}`, "data-kind": at.kind, "data-phase": step.phase });
    drawAxes(axes, drawing);
    drawInputs(inputs, drawing);
    drawInitials(initials, drawing);
    drawOutputs(outputs, drawing);
    drawCells(cells, drawing);
  }

  return undoAll([
    mountPick(picture, store),
    store.watch(({ shown, step, detail, order, dark, pinned, kept, viewport, projector, busy, difference, notation, zoom, folded }) =>
      [shown, step, detail, order, dark, pinned, kept, viewport, projector, busy, difference, notation, zoom, folded], draw),
    store.watch((state) => [state.shown, state.step, state.detail, state.order, state.viewport, state.projector, state.shapes, state.notation, pointedWeight(state)],
      () => heatIn(store.get()) || drawEdges(edges, drawingOf(store.get()))),
    () => size.disconnect(),
    () => picture.remove(),
  ]);
}
