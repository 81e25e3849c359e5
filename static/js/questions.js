import { fixed, grouped } from "./format.js";
import { lookup } from "./lookup.js";
import { asText, quantityName, weightName } from "./names.js";
import { layerName, notationIn } from "./notation.js";
import { firstRecurrent, parameters } from "./scene.js";
import { shapeIn, timelineIn } from "./state.js";
import { layerOf } from "./timeline.js";
import { tables } from "./words.js";

/** @import { State, Step } from "./types.js" */

/**
 * A question before a step: sentences by their keys, the choices, the right one, and why it is right, as the engine has it.
 * Where it is about the numbers of a cell it names that one, and of the number of one unit its value.
 * @typedef {{kind: string, values: object, choices: string[], right: string, why: object, cell?: {layer: string, timestep: number, unit?: number, gradient?: boolean}, value?: number}} Question
 */

const KINDS = { forward: ["next", "sign", "larger"], backward: ["source", "sign"], update: ["shape", "count"] };
const CHOICES = 3;

const cellText = (/** @type {Step} */ { layer, timestep }) => `${layer},${timestep}`;

/** Which cell comes next? The others are cells that come later, or have been. */
function next(/** @type {Step[]} */ steps, index) {
  const cells = steps.filter(({ phase }) => phase === "forward").map(cellText);
  const right = cellText(steps[index]);
  const after = [...new Set(cells)].filter((cell) => cell !== right);
  const place = steps.slice(0, index).filter(({ phase }) => phase === "forward").length;
  const others = [...after.slice(place), ...after].slice(0, CHOICES - 1);
  if (others.length < CHOICES - 1) return null;
  return { values: {}, choices: [right, ...new Set(others)].sort(), right, why: {} };
}

/** The numbers that a step brings: of a cell its h, or the operation's own quantity, or its gradient. */
function brought(/** @type {State} */ state, /** @type {Step} */ { phase, layer, timestep, quantity = "h" }) {
  const address = { layer: String(layer), timestep: Number(timestep), quantity, gradient: phase === "backward" };
  return { address, values: state.shown.trace?.vector(address) ?? null };
}

/** Is a number positive or negative? */
function sign(state, step, index) {
  const { address, values } = brought(state, step);
  const unit = values ? index % values.length : 0;
  if (!values || values[unit] === 0) return null;
  const name = `${asText(quantityName(notationIn(state), address))}[${unit + 1}]`;
  const shown = address.gradient ? `∂L/∂${name}` : name;
  const { layer, timestep, gradient } = address;
  return {
    values: { name: shown }, choices: ["positive", "negative"], right: values[unit] > 0 ? "positive" : "negative", why: { name: shown, value: fixed(values[unit], 4) },
    cell: { layer, timestep, unit: unit + 1, gradient }, value: values[unit],
  };
}

/** Which of two units has the larger number? */
function larger(state, step) {
  const { address, values } = brought(state, step);
  if (!values || values.length < 2 || values[0] === values[1]) return null;
  const { layer, timestep, gradient } = address;
  const name = asText(quantityName(notationIn(state), address));
  const why = { first: fixed(values[0], 4), second: fixed(values[1], 4) };
  return { values: { name }, choices: ["1", "2"], right: values[0] > values[1] ? "1" : "2", why, cell: { layer, timestep, gradient } };
}

/** From where does blame come: from above, from the future, from both? */
function source(state, { layer, timestep, quantity }) {
  if (quantity && quantity !== "h") return null;
  const { layers, outputs, timesteps } = shapeIn(state);
  const depth = Number(layer) < layers.length || outputs.includes(timestep);
  const time = timestep < timesteps;
  const right = depth && time ? "both" : depth ? "depth" : "time";
  return { values: { layer, timestep }, choices: ["depth", "time", "both"], right, why: {}, cell: { layer, timestep, gradient: true } };
}

/** What shape has a kernel? */
function shape(state, { layer, weight = "kernel" }) {
  const size = lookup(lookup(state.shown.trace?.layout.weights, layer), weight);
  if (size?.length !== 2 || size[0] === size[1]) return null;
  const [rows, columns] = size;
  const choices = [`${rows}×${columns}`, `${columns}×${rows}`, `${rows}×${rows}`];
  return { values: { name: asText(weightName(notationIn(state), { layer, weight })) }, choices: choices.toSorted(), right: choices[0], why: { rows, columns } };
}

/** How many parameters has a layer? The others forget a bias, or the recurrent kernel. */
function count(/** @type {State} */ state, { layer }) {
  const { scene } = state.shown;
  const index = layer === "output" ? scene.layers.length - 1 : layer === "embedding" ? 0 : firstRecurrent(scene) + Number(layer) - 1;
  const { gates, total, ...counted } = parameters(scene, index, tables.gates);
  const sizes = /** @type {Record<string, number[]>} */ (counted.sizes);
  const product = (size) => size.reduce((result, n) => result * n, 1);
  const choices = [total, total - gates * product(sizes.bias ?? [0]), gates * product(sizes.kernel ?? [0])];
  if (new Set(choices).size < choices.length || layer === "embedding") return null;
  const written = Object.values(sizes).map((size) => size.join("·")).join(" + ");
  return { values: { layer: layerName(layer) }, choices: choices.toSorted((a, b) => a - b).map(String), right: String(total),
    why: { sum: gates > 1 ? `${gates}·(${written})` : written, total: grouped(total) } };
}

const ASK = { next: (state, step, index) => next(timelineIn(state).steps, index), sign, larger, source, shape, count };

/**
 * Everything that can be asked before a step, one after another: the kinds of a phase take turns at being the first, and one that has nothing to ask there gives way.
 * @returns {Generator<Question>}
 */
export function* questionsAt(/** @type {State} */ state, index) {
  const step = timelineIn(state).steps[index];
  const kinds = KINDS[step?.phase] ?? [];
  for (let turn = 0; turn < kinds.length; turn += 1) {
    const kind = kinds[(index + turn) % kinds.length];
    const asked = ASK[kind](state, step, index);
    if (asked) yield { kind, ...asked };
  }
}

/** The question before a step; null where there is none. @returns {Question | null} */
export const questionAt = (/** @type {State} */ state, index) => questionsAt(state, index).next().value ?? null;
