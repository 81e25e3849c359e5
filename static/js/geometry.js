/** Where everything of the grid stands, in px: a function of the scene's shape and the room there is, and of nothing else. */

/** @type {Record<string, {unit: number, gap: number, pad: number, one: number, two: number, font: number, small: number, input: [number, number],
 *   tile: number, output: number, axis: number, left: number, right: number, top: number, row: number, column: number, spread: number}>} */
const PROFILES = {
  normal: { unit: 24, gap: 3, pad: 11, one: 70, two: 52, font: 13, small: 12, input: [92, 56], tile: 22, output: 124, left: 150, right: 26, axis: 78, top: 22, row: 32, column: 26, spread: 120 },
  phone: { unit: 22, gap: 3, pad: 6, one: 66, two: 42, font: 13, small: 12, input: [82, 48], tile: 20, output: 96, left: 36, right: 6, axis: 8, top: 22, row: 28, column: 12, spread: 60 },
  projector: { unit: 29, gap: 3, pad: 9, one: 84, two: 66, font: 18, small: 18, input: [112, 62], tile: 25, output: 150, left: 166, right: 26, axis: 92, top: 8, row: 24, column: 36, spread: 120 },
};

const PHONE_WIDTH = 620;
const PROJECTED = 440; // less is a phone that opened a projector's link
const NUMBERED_UNITS = 6; // more units than this are drawn as a mosaic of colours
const MOSAIC_ROWS = 4;
const OUTPUT_HEIGHT = 44;
const AXIS_ROOM = 46; // below the inputs: the time axis and its labels
const EDGE_GAP = 5; // between the end of an edge and the box
const MEMORY = { normal: 28, phone: 23, projector: 31 }; // how far the line of c runs above the recurrent edge

/** Is a cell of so many units written in numbers? */
export const numbered = (units) => units <= NUMBERED_UNITS;

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/** The box of a unit's number inside its cell; the gradient stands right of the value. */
function unitBoxes(profile, units, gradients) {
  const width = gradients ? profile.two : profile.one;
  const rows = numbered(units) ? units : 1;
  const height = numbered(units) ? profile.unit : MOSAIC_ROWS * (profile.unit + profile.gap) - profile.gap;
  return Array.from({ length: rows }, (_, i) => ({ x: profile.pad, y: profile.pad + i * (height + profile.gap), width, height }));
}

const heightOf = (boxes, { pad }) => boxes[boxes.length - 1].y + boxes[boxes.length - 1].height + pad;

/** The boxes of a layer's units; where c has a line of its own, one unit alone stands in the middle of a cell that is high enough for it. */
function layerBoxes(profile, /** @type {import("./types.js").Layer} */ { units, type }, gradients, memory) {
  const boxes = unitBoxes(profile, units, gradients);
  const short = type === "LSTM" ? Math.max(0, 2 * (memory + 8) - heightOf(boxes, profile)) : 0;
  return { boxes: boxes.map((box) => ({ ...box, y: box.y + short / 2 })), height: heightOf(boxes, profile) + short };
}

/**
 * @param {ReturnType<typeof import("./timeline.js").shapeOf>} shape
 * @param {{width: number, height: number, gradients: boolean, projector: boolean, features: number}} room
 */
export function createGeometry(shape, { width, height, gradients, projector, features }) {
  const kind = projector && width >= PROJECTED ? "projector" : width < PHONE_WIDTH ? "phone" : "normal";
  const profile = PROFILES[kind];
  const cellWidth = 2 * profile.pad + (gradients ? 2 * profile.two + profile.gap * 2 : profile.one);
  const pitch = clamp((width - profile.left - profile.right) / shape.timesteps, cellWidth + profile.column, cellWidth + profile.spread);
  const wide = profile.left + pitch * shape.timesteps + profile.right;
  const left = profile.left + Math.max(0, (width - wide) / 2);
  const x = (timestep) => left + pitch * (timestep - 0.5);

  const layers = shape.layers.map((layer) => layerBoxes(profile, layer, gradients, MEMORY[kind]));
  const heights = layers.map((layer) => layer.height);
  const inputHeight = profile.input[1];
  const fixed = profile.top + OUTPUT_HEIGHT + heights.reduce((sum, h) => sum + h, 0) + inputHeight + AXIS_ROOM;
  const rise = clamp((height - fixed) / (shape.layers.length + 1), profile.row, 96);
  const tall = fixed + rise * (shape.layers.length + 1);

  const outputBox = (timestep) => {
    const w = Math.min(profile.output + (gradients ? profile.two : 0), Math.max(cellWidth, pitch - 8));
    return { x: x(timestep) - w / 2, y: profile.top, width: w, height: OUTPUT_HEIGHT };
  };
  const tops = [];
  let y = profile.top + OUTPUT_HEIGHT + rise;
  for (let i = shape.layers.length - 1; i >= 0; i -= 1) {
    tops[i] = y;
    y += heights[i] + rise;
  }
  const inputTop = y;

  const cellBox = (layer, timestep) => ({ x: x(timestep) - cellWidth / 2, y: tops[layer - 1], width: cellWidth, height: heights[layer - 1] });
  const inputBox = (timestep) => {
    const w = Math.min(profile.input[0], pitch - 6);
    return { x: x(timestep) - w / 2, y: inputTop, width: w, height: inputHeight };
  };

  return {
    kind, profile, cellWidth, pitch, gradients, features, left, rise,
    width: Math.max(width, wide), height: Math.max(tall, height), x,
    boxes: (layer) => layers[layer - 1].boxes,
    middle: (layer) => tops[layer - 1] + heights[layer - 1] / 2,
    /** where the line of c runs */
    memory: (layer) => tops[layer - 1] + heights[layer - 1] / 2 - MEMORY[kind],
    axis: { x: left - profile.left + profile.axis, y: inputTop + inputHeight + 14, top: profile.top + 20 },
    initialX: left - (kind === "phone" ? 22 : kind === "projector" ? 42 : 40),
    cellBox, inputBox, outputBox,
  };
}

/** The quantities of a layer that its kernel leads to, and those that its own past does: every pre-activation; a GRU's m hears the past alone. */
function fedBy(roles, type) {
  const sums = roles[type].filter(({ role }) => role === "pre-activation").map(({ name }) => name);
  return { depth: sums, time: type === "GRU" ? [...sums.filter((name) => name !== "a_n"), "m"] : sums };
}

/**
 * Every edge: a weight matrix, at one of its uses, or the line of an LSTM's c, which has none. The broken ones lead into a layer whose
 * input has lost its timesteps. `feeds` are the quantities that it leads to, `returns` the gradient that comes back along it.
 *
 * @param {ReturnType<typeof import("./timeline.js").shapeOf>} shape
 * @param {ReturnType<typeof createGeometry>} at
 * @param {Record<string, {name: string, role: string}[]>} roles the quantities of each type of layer
 */
export function createEdges(shape, at, roles) {
  const edges = [];
  const upwards = (weight, type, timestep, from, lower, upper, broken = false) => edges.push({
    key: `${weight.layer}/${weight.weight}/${timestep}`, weight, timestep, broken, upright: true,
    from, to: { layer: weight.layer, timestep }, feeds: fedBy(roles, type).depth, returns: "h_from_depth",
    x1: at.x(timestep), y1: lower.y - EDGE_GAP, x2: at.x(timestep), y2: upper.y + upper.height + EDGE_GAP,
  });

  /** From the cell before to this one: through the recurrent kernel, or as it is. */
  const onwards = (name, what, timestep, y, values) => edges.push({
    key: `${name}/${what}/${timestep}`, timestep, broken: false, upright: false,
    from: { layer: name, timestep: timestep - 1 }, to: { layer: name, timestep },
    x1: timestep === 1 ? at.initialX + 12 : at.cellBox(Number(name), timestep - 1).x + at.cellWidth + EDGE_GAP,
    y1: y, x2: at.cellBox(Number(name), timestep).x - EDGE_GAP, y2: y, ...values,
  });

  shape.layers.forEach(({ name, type, sequences }, i) => {
    const layer = i + 1;
    const below = shape.layers[i - 1];
    for (let timestep = 1; timestep <= shape.timesteps; timestep += 1) {
      const box = at.cellBox(layer, timestep);
      const lower = layer === 1 ? at.inputBox(timestep) : at.cellBox(layer - 1, timestep);
      const broken = below !== undefined && !below.sequences;
      const from = { layer: below?.name ?? "input", timestep };
      if (!broken || timestep === shape.timesteps) upwards({ layer: name, weight: "kernel" }, type, timestep, from, lower, box, broken);
      onwards(name, "recurrent_kernel", timestep, at.middle(layer), { weight: { layer: name, weight: "recurrent_kernel" }, feeds: fedBy(roles, type).time, returns: "h_from_time", under: type === "LSTM" });
      if (type === "LSTM") onwards(name, "c", timestep, at.memory(layer), { weight: null, carries: "c", feeds: ["c"], returns: "c" });
    }
    if (layer === shape.layers.length) {
      const leaving = sequences ? Array.from({ length: shape.timesteps }, (_, t) => t + 1) : [shape.timesteps];
      for (const timestep of leaving) upwards({ layer: "output", weight: "kernel" }, "Dense", timestep, { layer: name, timestep }, at.cellBox(layer, timestep), at.outputBox(timestep));
    }
  });
  return edges;
}

/**
 * What an edge does at a step: what flows ("forward", "backward", "update"), or else "done" or "todo".
 *
 * @param {{weight: {layer: string, weight: string} | null, from: {layer: string, timestep: number}, to: {layer: string, timestep: number}, feeds: string[], returns: string}} edge
 * @param {import("./types.js").Step} step
 * @param {(address: {layer: string, timestep: number, quantity: string}) => boolean} known
 */
export function flowOf({ weight, from, to, feeds, returns }, step, known) {
  const at = (place) => step.layer === place.layer && step.timestep === place.timestep;
  const part = (...names) => step.quantity === undefined || names.includes(step.quantity);
  if (step.phase === "forward" && at(to) && part(...feeds)) return "forward";
  if (step.phase === "output" && to.layer === "output" && part(...feeds)) return "forward";
  if (step.phase === "backward" && from.timestep > 0 && at(from) && part(returns)) return "backward";
  if (step.phase === "update" && step.layer === weight?.layer && (step.weight ?? weight.weight) === weight.weight) return "update";
  return known({ ...to, quantity: feeds[0] }) ? "done" : "todo";
}
