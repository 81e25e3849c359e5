import { attrs, html, join, svg, text } from "../dom.js";
import { cellName, nameKept } from "../draw/cells.js";
import { captionOf, drawInitials, drawOutputs, drawWords } from "../draw/heat-ends.js";
import { drawMarks } from "../draw/heat-marks.js";
import { createPainter } from "../draw/heat.js";
import { keptAs } from "../kept.js";
import { extentIn, heatIn, heatmapIn, scrollIn } from "../layout.js";
import { UNKNOWN, bringTo, cellsOf, indexOf, largestIn, movedOf, numbersKey, numbersOf, placeAt } from "../levels.js";
import { same } from "../memo.js";
import { notationIn } from "../notation.js";
import { mountPick } from "../pick.js";
import { placeIn, shapeIn, stepIn, timelineIn } from "../state.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";

/** @import { State } from "../types.js" */

const FEW = 32; // of more changed cells all are painted

/** Everything that the drawing follows from. */
function drawingOf(/** @type {State} */ state) {
  const { known } = timelineIn(state);
  return { state, shape: shapeIn(state), scene: state.shown.scene, at: heatmapIn(state), notation: notationIn(state), step: stepIn(state), place: placeIn(state), known };
}

/** What of the window shows cells: not its left edge, where layers are named, nor its lower one with the timesteps. */
const clipOf = ({ state: { viewport }, at: { profile } }) => ({ left: profile.gutter, top: 0, right: viewport.width, bottom: viewport.height - profile.axis });

const SHEET = { width: 940, height: 520 }; // px that a picture has on a sheet of A4 or of letter paper, beside its words

/** How much smaller a heat map has to be to stand whole on a sheet. */
const fitOf = ({ width, height }) => Math.min(1, SHEET.width / width, SHEET.height / height).toFixed(3);

/** The rows and cells of the accessible grid: empty boxes over the canvas, made once per shape. */
function buildCells(root, { shape }) {
  attrs(root, { "aria-label": words("grid.name", { layers: shape.layers.length, timesteps: shape.timesteps }) });
  join(root, [...shape.layers].reverse(), {
    key: ({ name }) => name,
    create: ({ name }) => html("div", { role: "row", "aria-label": words("layer", { layer: name }) }),
    update: (row, { name }) => join(row, Array.from({ length: shape.timesteps }, (_, i) => i + 1), {
      key: (timestep) => timestep,
      create: (timestep) => html("span", { role: "gridcell", class: "spot", tabindex: -1, "aria-selected": "false", "data-address": `${name}/${timestep}`, "aria-label": words("cell.pending", { layer: name, timestep }) }),
      update: () => {},
    }),
  });
  return [...root.children].reverse().flatMap((row) => [...row.children]);
}

/** Puts the rows where the cells are painted; their cells share them evenly. */
function placeRows(root, { at }) {
  [...root.children].reverse().forEach((row, i) => {
    const { y, height } = at.cellBox(i + 1, 1);
    attrs(row, { style: `left: ${at.left + at.gap / 2}px; top: ${y}px; width: ${at.plot.width - at.gap}px; height: ${height}px; gap: ${at.gap}px` });
  });
}

/** Which of its cells a place is; null where it is none of them. */
const indexIn = ({ shape }, place) => (place && Number(place.layer) <= shape.layers.length && place.timestep > 0 && place.timestep <= shape.timesteps ? indexOf(shape, place) : null);

/** The elements of the heat map, from the back to the front. */
function createParts() {
  const canvas = /** @type {HTMLCanvasElement} */ (html("canvas", { "aria-hidden": "true" }));
  const [caption, outputs, initials, inputs] = ["caption", "outputs", "initials", "words"].map((name) => html("div", { class: name }));
  const cells = html("div", { role: "grid", class: "spots" });
  const board = html("div", { class: "board" }, caption, outputs, initials, cells, inputs);
  const frame = html("div", { class: "rim", "aria-hidden": "true" }, html("i", { class: "gutter" }), html("i", { class: "axis" }));
  const marks = svg("svg", { class: "marks", "aria-hidden": "true" });
  const root = html("div", { class: "heat", role: "group", "aria-label": words("grid.picture"), hidden: true }, canvas, board, frame, marks);
  return { root, canvas, caption, outputs, initials, cells, inputs, frame, marks };
}

/** Holds what is on the screen, and brings it to a state: only what changed is named and painted again. */
function createHeatmap(parts) {
  const painter = createPainter(parts.canvas);
  let built = null; // the shape whose cells are there
  let nodes = [];
  let drawn = new Uint8Array(0);
  let names = []; // by how much is known of the cell
  let shown = null; // which numbers are there
  let kept = /** @type {State["kept"]} */ ([]); // which cells are said to stand beside others
  let look = []; // what else the pixels follow from
  const marked = { pinned: null, focusable: null };

  /** The cells of a shape, none of them known. */
  function rebuild(drawing) {
    nodes = buildCells(parts.cells, drawing);
    drawn = new Uint8Array(nodes.length);
    built = drawing.shape;
    names = [];
    shown = null;
    look = [];
    Object.assign(marked, { pinned: null, focusable: null });
  }

  /** What a cell is called; kept, because whoever drags the timeline comes by again. */
  function name(drawing, index, level) {
    const of = (names[level] ??= []);
    if (of[index] === undefined) {
      const { values, gradients } = numbersOf(drawing.state, index, level);
      of[index] = cellName({ ...placeAt(drawing.shape, index), h: values, gradient: gradients, moved: drawing.state.difference });
    }
    const { layer, timestep } = placeAt(drawing.shape, index);
    nodes[index].setAttribute("aria-label", nameKept(of[index], keptAs(drawing.state, layer, timestep)));
  }

  /** Names every cell that changed, and returns them. */
  function rename(drawing) {
    const { state } = drawing;
    const changed = [];
    if (!same(shown, numbersKey(state))) {
      names = [];
      nodes.forEach((_, index) => drawn[index] && name(drawing, index, (drawn[index] = UNKNOWN)));
    }
    shown = numbersKey(state);
    bringTo(state, drawn, (index, level) => {
      name(drawing, index, level);
      changed.push(index);
    });
    if (kept !== state.kept) for (const index of [...kept, ...state.kept].map((place) => indexIn(drawing, place))) if (index !== null) name(drawing, index, drawn[index]);
    kept = state.kept;
    return changed;
  }

  /** Moves a mark from the cell that had it to the one that has it now. */
  function mark(kind, index, put, take) {
    const node = index === null ? null : nodes[index];
    if (marked[kind] !== node && marked[kind]) take(marked[kind]);
    marked[kind] = node;
    if (node) put(node);
  }

  function markCells(drawing) {
    const { state, place } = drawing;
    const at = (spot) => indexIn(drawing, spot);
    mark("pinned", at(state.pinned), (node) => attrs(node, { "aria-selected": "true" }), (node) => attrs(node, { "aria-selected": "false" }));
    const focused = nodes.includes(document.activeElement) ? nodes.indexOf(document.activeElement) : null;
    mark("focusable", focused ?? at(place) ?? 0, (node) => attrs(node, { tabindex: 0 }), (node) => attrs(node, { tabindex: -1 }));
  }

  /** Every cell within the window. */
  function within({ shape, at, state: { viewport } }, scroll) {
    const [first, last] = at.visible(scroll.left, scroll.left + viewport.width);
    return shape.layers.flatMap((_, i) => Array.from({ length: last - first + 1 }, (__, t) => i * shape.timesteps + first - 1 + t));
  }

  function paint(drawing, scroll, changed) {
    const { state, at } = drawing;
    const scale = devicePixelRatio;
    const largest = at.gradients ? largestIn(state) : 0;
    const now = [at, scroll.left, scroll.top, state.dark, scale, state.viewport, largest, ...numbersKey(state)];
    const whole = !same(now, look) || changed.length > FEW;
    if (look[3] !== state.dark) painter.recolour();
    if (look[4] !== scale || look[5] !== state.viewport) painter.clear(state.viewport, scale);
    look = now;
    const boxOf = (layer, timestep) => {
      const { x, y, ...size } = at.cellBox(layer, timestep);
      return { x: x - scroll.left, y: y - scroll.top, ...size };
    };
    const indices = whole ? within(drawing, scroll) : changed;
    const cells = cellsOf(state, drawn, indices, boxOf, largest).map((cell, i) => (state.base ? { ...cell, moved: movedOf(state, indices[i]) } : cell));
    if (whole || cells.length) parts.canvas.dataset.painted = String(painter.paint(cells, at, clipOf(drawing), scale, whole));
  }

  return {
    draw(/** @type {State} */ state) {
      const drawing = drawingOf(state);
      const { at } = drawing;
      if (built !== drawing.shape) rebuild(drawing);
      if (look[0] !== at) placeRows(parts.cells, drawing);
      const scroll = scrollIn(state);
      attrs(parts.root, { style: `width: ${at.width}px; height: ${at.height}px; --wide: ${state.viewport.width}px; --high: ${state.viewport.height}px; --gutter: ${at.profile.gutter}px; --axis: ${at.profile.axis}px; --fit: ${fitOf(at)}` });
      for (const part of [parts.outputs, parts.marks]) attrs(part, { "data-phase": drawing.step.phase }); // not the root: that would style thousands of cells anew
      attrs(parts.cells, { "aria-busy": String(state.busy) });
      paint(drawing, scroll, rename(drawing));
      markCells(drawing);
      drawWords(parts.inputs, drawing);
      drawInitials(parts.initials, drawing);
      drawOutputs(parts.outputs, drawing);
      text(attrs(parts.caption, { style: `padding-top: ${at.top - (drawing.shape.outputs.length > 1 ? 48 : 30)}px` }), captionOf(drawing));
      drawMarks(parts.marks, drawing, scroll, clipOf(drawing));
    },
  };
}

/** The unit under the pointer or the finger, or the cell with the focus, is pointed at. */
function mountPointing({ root, cells }, store) {
  const spotOf = (target) => target.closest?.("[role=gridcell]")?.dataset.address.split("/");
  const point = ({ target, clientX, clientY }) => {
    const [layer, timestep] = spotOf(target) ?? [];
    if (!layer) return store.set({ pointed: null });
    const { left, top } = root.getBoundingClientRect();
    const unit = heatmapIn(store.get()).unitAt(Number(layer), Number(timestep), { x: clientX - left, y: clientY - top });
    const before = store.get().pointed;
    if (before?.layer !== layer || before.timestep !== Number(timestep) || before.unit !== unit) store.set({ pointed: { layer, timestep: Number(timestep), unit } });
  };
  return undoAll([
    listen(root, "pointermove", (event) => event.pointerType !== "touch" && event.buttons === 0 && point(event)),
    listen(root, "click", (event) => event.detail > 0 && point(event), { capture: true }),
    listen(root, "pointerleave", ({ pointerType }) => pointerType !== "touch" && store.set({ pointed: null })),
    listen(cells, "focusin", ({ target }) => {
      const [layer, timestep] = spotOf(target) ?? [];
      if (layer && target.matches(":focus-visible")) store.set({ pointed: { layer, timestep: Number(timestep), unit: store.get().unit } });
    }),
    listen(cells, "focusout", () => store.set({ pointed: null })),
  ]);
}

/** The grid that is too large for a drawing: a heat map on a canvas, under cells that can be walked, named and pointed at. */
export function mountHeat(window, store) {
  const parts = createParts();
  window.append(parts.root);
  const heatmap = createHeatmap(parts);

  return undoAll([
    mountPointing(parts, store),
    mountPick(parts.root, store),
    store.watch(({ shown, step, detail, order, dark, pinned, kept, viewport, projector, busy, difference, base, notation, zoom, pan, led }) =>
      [shown, step, detail, order, dark, pinned, kept, viewport, projector, busy, difference, base, notation, zoom, pan, led], () => {
      const state = store.get();
      parts.root.hidden = !heatIn(state);
      if (heatIn(state) && state.viewport.width) heatmap.draw(state); // a window that is not shown has no size
    }),
    () => parts.root.remove(),
  ]);
}
