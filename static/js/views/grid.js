import { attrs, join, svg } from "../dom.js";
import { createEdge, drawEdge } from "../draw/edges.js";
import { cellIn, drawCell } from "../draw/cells.js";
import { drawInitial, drawInput, drawOutput, verdictOf } from "../draw/ends.js";
import { drawAxes } from "../draw/axes.js";
import { createEdges, createGeometry, flowOf } from "../geometry.js";
import { placeIn, shapeIn, stepIn, timelineIn, valuesIn } from "../state.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";

/** @import { State } from "../types.js" */

const rgbOf = (hex) => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));
const group = (create) => () => create("g");

/** Everything that the drawing follows from, gathered once per frame. */
function sceneOf(/** @type {State} */ state) {
  const shape = shapeIn(state);
  const { scene } = state.shown;
  const gradients = state.step >= timelineIn(state).known({ layer: "output", quantity: "loss" });
  const at = createGeometry(shape, { ...state.viewport, gradients, projector: state.projector, features: scene.vocabulary.length });
  return { state, shape, scene, at, step: stepIn(state), place: placeIn(state) };
}

const isPlace = (place, layer, timestep) => place?.layer === layer && place.timestep === timestep;

function drawCells(root, { state, shape, at, step, place }) {
  const backward = rgbOf(getComputedStyle(document.documentElement).getPropertyValue("--backward").trim());
  const frame = [at.kind, at.pitch, at.height, at.left, at.gradients, state.shown.id, state.dark, shape.layers.map(({ units }) => units)].join();
  attrs(root, { "aria-label": words("grid.name", { layers: shape.layers.length, timesteps: shape.timesteps }), "aria-busy": String(state.busy) });
  join(root, [...shape.layers].reverse(), {
    key: ({ name }) => name,
    create: group(svg),
    update(row, { name, units }) {
      attrs(row, { role: "row", "aria-label": words("layer", { layer: name }) });
      const cells = Array.from({ length: shape.timesteps }, (_, i) => cellIn(state, name, i + 1, step));
      join(row, cells, {
        key: ({ timestep }) => timestep,
        create: () => svg("g", { role: "gridcell", tabindex: -1 }),
        signature: ({ timestep, h, gradient, now }) =>
          [frame, units, h !== null, gradient !== null, now, isPlace(state.pinned, name, timestep), isPlace(place, name, timestep)].join("|"),
        update: (node, cell) => drawCell(node, cell, at, {
          pinned: isPlace(state.pinned, name, cell.timestep), chosen: isPlace(place, name, cell.timestep), units, backward,
        }),
      });
    },
  });
  const focusable = root.querySelector(`[data-address="${place.layer}/${place.timestep}"]`) ?? root.querySelector('[role="gridcell"]');
  for (const node of root.querySelectorAll('[tabindex="0"]')) if (node !== focusable) attrs(node, { tabindex: -1 });
  if (focusable) attrs(focusable, { tabindex: 0 });
}

function drawEdges(root, { state, shape, at, step }) {
  const { known } = timelineIn(state);
  const layout = state.shown.trace?.layout.weights;
  const lit = state.hover ?? state.lit ?? "";
  join(root, createEdges(shape, at), {
    key: ({ key }) => key,
    create: createEdge,
    update: (node, edge) => drawEdge(node, edge, {
      flow: flowOf(edge, step, (address) => known(address) <= state.step),
      shape: layout?.[edge.weight.layer]?.[edge.weight.weight],
      shapes: state.shapes || lit.startsWith(`${edge.weight.layer}/${edge.weight.weight}`),
      font: at.profile.font,
      serial: `${state.step} ${state.detail} ${state.order}`,
    }),
  });
}

function drawEnds({ inputs, initials, outputs }, { state, shape, scene, at, step, place }) {
  const { known } = timelineIn(state);
  join(inputs, scene.sentence.map((word, i) => ({ word, timestep: i + 1 })), {
    key: ({ timestep }) => timestep,
    create: group(svg),
    update: (node, { word, timestep }) => drawInput(node, {
      word, timestep, index: scene.vocabulary.indexOf(word), now: step.phase === "words" && step.timestep === timestep,
      seen: known({ layer: "input", timestep, quantity: "x" }) <= state.step,
    }, at),
  });
  join(initials, shape.layers, {
    key: ({ name }) => name,
    create: group(svg),
    update: (node, { name, units }) => drawInitial(node, {
      layer: name, state: scene.initial_state?.[Number(name) - 1] ?? Array(units).fill(0), chosen: isPlace(place, name, 0),
    }, at),
  });
  join(outputs, shape.outputs, {
    key: (timestep) => timestep,
    create: group(svg),
    update: (node, timestep) => drawOutput(node, {
      timestep, verdict: verdictOf(state, timestep), gradient: valuesIn(state, { layer: "output", timestep, quantity: "a", gradient: true }),
      now: step.phase === "output" || step.phase === "loss" ? step.phase : null, chosen: isPlace(place, "output", timestep),
    }, at),
  });
}

/** Keeps what happens now in view, where the grid is larger than its window. */
function follow(window, { step, at, shape }) {
  if (!step.timestep || (at.width <= window.clientWidth && at.height <= window.clientHeight)) return;
  const layer = Number(step.layer);
  const box = layer && layer <= shape.layers.length ? at.cellBox(layer, step.timestep) : at.inputBox(step.timestep);
  const room = 60;
  const near = (from, size, start, extent) => Math.min(Math.max(start, from + size + room - extent), from - room);
  window.scrollTo({
    left: near(box.x, box.width, window.scrollLeft, window.clientWidth),
    top: near(box.y, box.height, window.scrollTop, window.clientHeight),
  });
}

/** The grid: inputs, cells, edges, h_0, outputs. `window` is the element that it scrolls in. */
export function mountGrid(window, store) {
  const picture = svg("svg", { class: "grid", "aria-label": words("grid.picture"), role: "group" });
  const parts = /** @type {Record<"axes" | "edges" | "inputs" | "initials" | "cells" | "outputs", SVGGElement>} */ (Object.fromEntries(["axes", "edges", "inputs", "initials", "cells", "outputs"].map((name) => [name, svg("g", { class: name })])));
  attrs(parts.axes, { "aria-hidden": "true" });
  attrs(parts.edges, { "aria-hidden": "true" });
  attrs(parts.cells, { role: "grid" });
  picture.append(...Object.values(parts));
  window.append(picture);

  /** The place that an element stands for: a cell, an initial state or an output. */
  const placeOf = (target) => {
    const [layer, timestep] = target.closest("[role=gridcell], [role=button]")?.dataset.address.split("/") ?? [];
    return layer ? { layer, timestep: Number(timestep) } : null;
  };

  const choose = (target) => {
    const place = placeOf(target);
    const unit = Number(target.closest(".number")?.dataset.address.split("/").at(-1)) || store.get().unit;
    const edge = target.closest(".edge");
    const units = place && place.layer !== "output" ? shapeIn(store.get()).layers[Number(place.layer) - 1].units : 1;
    if (place) store.set({ pinned: place, unit: Math.min(unit, units) });
    if (edge) store.set({ lit: store.get().lit === edge.dataset.address ? null : edge.dataset.address });
  };

  const size = new ResizeObserver(() => store.set({ viewport: { width: window.clientWidth, height: window.clientHeight } }));
  size.observe(window);

  return undoAll([
    listen(picture, "click", ({ target }) => choose(target)),
    listen(picture, "keydown", (event) => {
      if (event.key !== "Enter" && !(event.key === " " && event.target.getAttribute("role") === "button")) return;
      event.preventDefault();
      choose(event.target);
    }),
    store.watch(({ shown, step, detail, order, dark, pinned, viewport, projector, shapes, hover, lit, busy }) =>
      [shown, step, detail, order, dark, pinned, viewport, projector, shapes, hover, lit, busy], () => {
      const drawing = sceneOf(store.get());
      const { at } = drawing;
      attrs(picture, { width: at.width, height: at.height, viewBox: `0 0 ${at.width} ${at.height}`, "data-kind": at.kind, "data-phase": drawing.step.phase });
      drawAxes(parts.axes, drawing);
      drawEdges(parts.edges, drawing);
      drawEnds(parts, drawing);
      drawCells(parts.cells, drawing);
    }),
    store.watch(({ step, detail, order }) => [step, detail, order], () => follow(window, sceneOf(store.get()))),
    () => size.disconnect(),
    () => picture.remove(),
  ]);
}
