/** Where everything of a large grid stands, in px: cells without edges, as small as they must be, as large as one zooms; pure functions. */

import { numbered } from "./geometry.js";

const MOST_CELLS = 96; // of more cells, or over more timesteps, the grid is a heat map
const MOST_TIMESTEPS = 24;

const PROFILES = {
  normal: { gutter: 74, right: 26, top: 48, input: 22, axis: 26, initial: 30, font: 12 },
  phone: { gutter: 26, right: 10, top: 52, input: 18, axis: 24, initial: 24, font: 12 },
  projector: { gutter: 96, right: 30, top: 58, input: 28, axis: 32, initial: 36, font: 18 },
};
const PHONE_WIDTH = 560;
const PROJECTED = 440; // as in geometry.js
const LOWEST_ROW = 22;
const HIGHEST_ROW = 132;
const UPRIGHT = 0.8; // a zoomed cell is never lower than this share of its width
const GAPLESS = 6; // narrower timesteps stand side by side without a gap
const BESIDE = 76; // from this width on a cell's gradients stand right of its values, else below them
const WIDEST = 160; // of a timestep: a few units are numbers then
const PER_UNIT = 2.6; // and so much more for each further unit
const TILE = 2.5; // how much wider than high a unit of many is

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/** Is a grid of this shape drawn as a heat map? */
export const isHeat = ({ layers, timesteps }) => timesteps > MOST_TIMESTEPS || layers.length * timesteps > MOST_CELLS;

/** How the units of a cell are laid out in a box: a few below each other, many in rows and columns. */
export function arrangement(units, { width, height }) {
  const wanted = numbered(units) ? units : clamp(Math.round(Math.sqrt((units * TILE * height) / width)), 1, units);
  const columns = Math.ceil(units / wanted);
  return { rows: Math.ceil(units / columns), columns };
}

/** The boxes of a cell's values and of its gradients: beside each other, or where that is too narrow below each other. */
export function partsOf(box, gradients) {
  if (!gradients) return [box];
  if (box.width >= BESIDE) {
    const width = (box.width - 4) / 2;
    return [{ ...box, width }, { ...box, x: box.x + width + 4, width }];
  }
  const height = (box.height - 2) / 2;
  return [{ ...box, height }, { ...box, y: box.y + height + 2, height }];
}

/**
 * @param {ReturnType<typeof import("./timeline.js").shapeOf>} shape
 * @param {{width: number, height: number, gradients: boolean, projector: boolean}} room
 * @param {number} zoom 1 shows all timesteps
 */
export function createHeat(shape, { width, height, gradients, projector }, zoom) {
  const kind = projector && width >= PROJECTED ? "projector" : width < PHONE_WIDTH ? "phone" : "normal";
  const profile = PROFILES[kind];
  const count = shape.layers.length;
  const left = profile.gutter + profile.initial;
  const whole = Math.max(1, (width - left - profile.right) / shape.timesteps);
  const units = Math.max(...shape.layers.map((layer) => layer.units));
  const largest = Math.max(1, (WIDEST + PER_UNIT * Math.max(0, units - 6)) / whole);
  const pitch = whole * clamp(zoom, 1, largest);

  const fixed = profile.top + profile.input + profile.axis + 14;
  const row = Math.max(clamp((height - fixed) / count, LOWEST_ROW, HIGHEST_ROW), UPRIGHT * pitch);
  const spare = Math.max(0, height - fixed - row * count) / 2;
  const top = profile.top + spare;
  const gap = pitch < GAPLESS ? 0 : clamp(pitch * 0.12, 1, 12);
  const between = clamp(row * 0.22, 6, 24);
  const inputTop = top + row * count + 4;
  const column = (timestep) => ({ x: left + (timestep - 1) * pitch + gap / 2, width: pitch - gap });

  return {
    heat: true, kind, profile, pitch, row, gap, gradients, left, top, inputTop, largest,
    x: (timestep) => left + (timestep - 0.5) * pitch,
    width: Math.max(width, left + pitch * shape.timesteps + profile.right),
    height: Math.max(height, fixed + row * count),
    plot: { x: left, y: top, width: pitch * shape.timesteps, height: row * count },
    cellBox: (layer, timestep) => ({ ...column(timestep), y: top + (count - layer) * row + between / 2, height: row - between }),
    inputBox: (timestep) => ({ ...column(timestep), y: inputTop, height: profile.input }),
    outputBox: (timestep) => ({ ...column(timestep), y: top - 30, height: 20 }),
    /** The unit of a cell at a point of the picture; null beside it. */
    unitAt(layer, timestep, point) {
      const box = this.cellBox(layer, timestep);
      const part = partsOf(box, gradients).find(({ x, y, width: w, height: h }) => point.x >= x && point.x <= x + w && point.y >= y && point.y <= y + h) ?? box;
      const of = shape.layers[layer - 1].units;
      const { rows, columns } = arrangement(of, part);
      const at = (share, cells) => clamp(Math.floor(share * cells), 0, cells - 1);
      return Math.min(of, at((point.y - part.y) / part.height, rows) * columns + at((point.x - part.x) / part.width, columns) + 1);
    },
    /** The first and the last timestep between two places of the picture. */
    visible: (from, to) => [clamp(Math.floor((from - left) / pitch) + 1, 1, shape.timesteps), clamp(Math.ceil((to - left) / pitch), 1, shape.timesteps)],
  };
}

const TICKS = [1, 2, 5, 10, 20, 25, 50, 100];

/** The timesteps that the axis names, each with so much room at least. */
export function ticksOf(timesteps, pitch, room) {
  const every = TICKS.find((count) => count * pitch >= room) ?? 100;
  const all = Array.from({ length: Math.floor(timesteps / every) }, (_, i) => (i + 1) * every);
  return every === 1 ? all : [1, ...all];
}

/**
 * What flows at a step, as pairs of places: into the cell that is computed, or back to the cell that is blamed.
 *
 * @param {import("./types.js").Step} step
 * @param {ReturnType<typeof import("./timeline.js").shapeOf>} shape
 */
export function flowsOf({ phase, layer, timestep, quantity }, { layers, outputs, timesteps }) {
  const number = Number(layer);
  const to = { layer, timestep };
  const top = number === layers.length;
  if (phase === "forward") {
    const below = { layer: number === 1 ? "input" : String(number - 1), timestep };
    return [{ from: below, to, way: "depth" }, { from: { layer, timestep: timestep - 1 }, to, way: "time" }];
  }
  if (phase === "output" && outputs.length === 1) return [{ from: { layer: String(layers.length), timestep: outputs[0] }, to: { layer: "output", timestep: outputs[0] }, way: "depth" }];
  if (phase !== "backward") return [];
  const part = (name) => quantity === undefined || quantity === name;
  const above = top ? outputs.includes(timestep) && { layer: "output", timestep } : { layer: String(number + 1), timestep };
  return [
    ...(above && part("h_from_depth") ? [{ from: above, to, way: "depth" }] : []),
    ...(timestep < timesteps && part("h_from_time") ? [{ from: { layer, timestep: timestep + 1 }, to, way: "time" }] : []),
  ];
}
