import { attrs, html, text } from "../dom.js";
import { magnitude } from "../format.js";
import { ticksOf } from "../heat.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";
import { sized, trace } from "./canvas.js";
import { createShades, inks } from "./colours.js";
import { placeOn } from "./reading.js";

/** One network's grid as it is drawn: rows from the lowest layer up. @typedef {{key: string, name: string, rows: number[][], parts: {whole: number[], depth: number[], time: number[]}[], ends: number[], scale: {low: number, high: number}, path: number[][]}} Band */

const HIGHEST_ROW = 34;
const ALL_ROWS = 120; // px that the rows share where there are many
const GAP = 2;
const GAPLESS = 5; // px: narrower cells stand side by side
const ROOM = 110; // px between the timesteps that are named

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0], Home: [0, -Infinity], End: [0, Infinity] };
const mapped = (/** @type {object} */ entries, change) => Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, change(value)]));
const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/** Where cells stand on a band of such a width. */
function geometryOf(/** @type {Band} */ { rows }, width) {
  const row = rows.length <= 3 ? HIGHEST_ROW : Math.max(22, ALL_ROWS / rows.length);
  const pitch = width / rows[0].length;
  return {
    row, pitch, gap: pitch < GAPLESS ? 0 : GAP, height: row * rows.length,
    middle: ([layer, timestep]) => [(timestep - 0.5) * pitch, (rows.length - layer + 0.5) * row],
    cellAt: (x, y) => [clamp(rows.length - Math.floor(y / row), 1, rows.length), clamp(Math.floor(x / pitch) + 1, 1, rows[0].length)],
  };
}

function drawCells(context, /** @type {Band} */ { rows, scale }, { row, pitch, gap }, ink) {
  const shade = createShades();
  const width = pitch - gap;
  const height = row - 2 * GAP;
  rows.forEach((numbers, i) => {
    const y = (rows.length - 1 - i) * row + GAP;
    numbers.forEach((number, t) => {
      const place = placeOn(scale, number);
      context.fillStyle = place === null ? ink.surface : shade(place);
      context.beginPath();
      if (gap) context.roundRect(t * pitch + gap / 2, y, width, height, Math.min(4, width / 4));
      else context.rect(t * pitch, y, width + 0.5, height);
      context.fill();
    });
  });
}

function drawPath(context, /** @type {Band} */ { path }, { middle }, ink) {
  const points = path.map(middle);
  trace(context, points, { colour: ink.surface, width: 6 });
  trace(context, points, { colour: ink.ink, width: 2.5 });
  for (const [x, y] of [points[0], points[points.length - 1]]) {
    context.beginPath();
    context.arc(x, y, 4.5, 0, 2 * Math.PI);
    Object.assign(context, { fillStyle: ink.ink, strokeStyle: ink.surface, lineWidth: 2 });
    context.fill();
    context.stroke();
  }
}

function drawRing(context, [layer, timestep], { row, pitch, middle }, ink) {
  const [x, y] = middle([layer, timestep]);
  const width = Math.max(pitch, 6);
  Object.assign(context, { strokeStyle: ink.ink, lineWidth: 2 });
  context.setLineDash([]);
  context.beginPath();
  context.roundRect(x - width / 2, y - row / 2 + 1, width, row - 2, 4);
  context.stroke();
}

/** A number with its decade, and nothing as 0. */
export const sizeOf = (number) => (number === 0 ? "0" : magnitude(number));

/**
 * A grid of norms as one picture, which the keyboard walks like a table; what a pointer or the keyboard is at stands beside its name.
 *
 * @param {(key: string, cell: number[]) => void} choose
 */
export function createBand(choose) {
  const canvas = html("canvas", { role: "img", tabindex: "0" });
  const [name, readout, labels, ticks] = [html("h2"), html("span", { class: "muted", "aria-live": "polite" }), html("div", { class: "labels", "aria-hidden": "true" }), html("div", { class: "ticks", "aria-hidden": "true" })];
  const figure = html("figure", { class: "band" }, html("figcaption", {}, name, readout), labels, canvas, ticks);
  /** @type {Band | null} */
  let band = null;
  let width = 0;
  let ring = null; // the cell that the pointer or the keyboard is at
  let axis = "";

  const shape = () => geometryOf(/** @type {Band} */ (band), width);
  const said = () => {
    const { rows, parts, ends, name: of } = /** @type {Band} */ (band);
    const [first, last] = ends.map(sizeOf);
    const told = () => words("gradients.cell", { layer: ring[0], timestep: ring[1], ...mapped(parts[ring[0] - 1], (numbers) => sizeOf(numbers[ring[1] - 1])) });
    attrs(canvas, { "aria-label": words("gradients.strip", { name: of, first, last, timesteps: rows[0].length }) });
    text(readout, ring ? told() : words("gradients.ends", { first, last, timesteps: rows[0].length }));
  };

  /** Names of layers and timesteps, written only where they are others. */
  function drawAxes({ row, pitch, height }) {
    const { rows } = /** @type {Band} */ (band);
    const now = [rows.length, rows[0].length, Math.round(width)].join();
    if (axis === now) return;
    axis = now;
    canvas.style.height = `${height}px`;
    labels.replaceChildren(...rows.map((_, i) => html("span", { style: `height:${row}px` }, words("gradients.layer", { layer: rows.length - i }))));
    const edge = (t) => (t === 1 ? "first" : t === rows[0].length ? "last" : null); // within the band, beside what stands above and below it
    ticks.replaceChildren(...ticksOf(rows[0].length, pitch, ROOM).map((t) => html("span", { class: edge(t), style: `inset-inline-start:${(((t - 0.5) * pitch) / width) * 100}%` }, words("timestep", { t }))));
  }

  function draw() {
    if (!band || !width) return;
    const room = shape();
    drawAxes(room);
    const context = sized(canvas, width, room.height);
    const ink = inks();
    drawCells(context, band, room, ink);
    if (band.path.length) drawPath(context, band, room, ink);
    if (ring) drawRing(context, ring, room, ink);
    said();
  }

  function point(cell) {
    const { rows } = /** @type {Band} */ (band);
    ring = cell && [clamp(cell[0], 1, rows.length), clamp(cell[1], 1, rows[0].length)];
    draw();
  }

  function press(event) {
    const { rows } = /** @type {Band} */ (band);
    const from = ring ?? [rows.length, rows[0].length];
    if (event.key === "Enter" || event.key === " ") choose(/** @type {Band} */ (band).key, from);
    else if (MOVES[event.key]) point(ring ? from.map((number, i) => number + MOVES[event.key][i]) : from);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const at = ({ offsetX, offsetY }) => shape().cellAt(offsetX, offsetY);
  const seen = new ResizeObserver(([{ contentRect }]) => {
    width = contentRect.width;
    draw();
  });
  seen.observe(canvas);
  return Object.assign(figure, {
    /** Draws at once: who moves a slider waits for it. */
    show(/** @type {Band} */ next) {
      band = next;
      text(name, next.name);
      if (ring) ring = [Math.min(ring[0], next.rows.length), Math.min(ring[1], next.rows[0].length)];
      draw();
    },
    takeDown: undoAll([
      () => seen.disconnect(),
      listen(canvas, "pointermove", (event) => point(at(event))),
      listen(canvas, "pointerleave", () => point(null)),
      listen(canvas, "blur", () => point(null)),
      listen(canvas, "focus", () => ring ?? point([Infinity, Infinity])),
      listen(canvas, "click", (event) => choose(/** @type {Band} */ (band).key, at(event))),
      listen(canvas, "keydown", press),
    ]),
  });
}
