import { once } from "./memo.js";
import { differenceIn, timelineIn, shapeIn } from "./state.js";

/** @import { State } from "./types.js" */

/** How much is known of a cell: nothing, its h, its h and its gradient. */
export const UNKNOWN = 0, VALUE = 1, GRADIENT = 2;

/** The step at which each cell's h becomes known, and its gradient; layer by layer, counted from 0. */
export const stepsOf = once((shape, timeline) => {
  const cells = shape.layers.flatMap(({ name }) => Array.from({ length: shape.timesteps }, (_, i) => ({ layer: name, timestep: i + 1, quantity: "h" })));
  return { values: Float64Array.from(cells, (cell) => timeline.known(cell)), gradients: Float64Array.from(cells, (cell) => timeline.known({ ...cell, gradient: true })) };
});

/** The place of a cell in those lists, and the cell at a place. */
export const indexOf = ({ timesteps }, { layer, timestep }) => (Number(layer) - 1) * timesteps + timestep - 1;
export const placeAt = ({ timesteps }, index) => ({ layer: String(Math.floor(index / timesteps) + 1), timestep: (index % timesteps) + 1 });

/** The numbers at an address whose step has come, or how far they have moved since the edit; null where they have not arrived. */
const numberAt = (/** @type {State} */ state, address) => (state.difference ? differenceIn(state, address) : (state.shown.trace?.vector(address) ?? null));

/** Which numbers a picture shows, for as long as this is the same. */
export const numbersKey = ({ shown, difference, base }) => [shown.id, difference, base?.id];

/**
 * Brings `drawn`, how much of each cell is on the screen, to this step, and tells of each cell that changed. A number that has not arrived is not known.
 *
 * @param {Uint8Array} drawn
 * @param {(index: number, level: number) => void} tell
 */
export function bringTo(/** @type {State} */ state, drawn, tell) {
  const shape = shapeIn(state);
  const { values, gradients } = stepsOf(shape, timelineIn(state));
  const here = (index, gradient) => numberAt(state, { ...placeAt(shape, index), quantity: "h", gradient }) !== null;
  for (let index = 0; index < drawn.length; index += 1) {
    let level = (values[index] <= state.step ? 1 : 0) + (gradients[index] <= state.step ? 1 : 0);
    if (level === drawn[index]) continue;
    if (level > VALUE && !here(index, true)) level = VALUE;
    if (level > UNKNOWN && level > drawn[index] && !here(index, false)) level = UNKNOWN;
    if (level === drawn[index]) continue;
    drawn[index] = level;
    tell(index, level);
  }
}

/** The numbers of a cell, as far as they are known. */
export function numbersOf(/** @type {State} */ state, index, level) {
  const address = { ...placeAt(shapeIn(state), index), quantity: "h" };
  return { values: level > UNKNOWN ? numberAt(state, address) : null, gradients: level === GRADIENT ? numberAt(state, { ...address, gradient: true }) : null };
}

/** Which units of an address an edit has changed, as a question; null where there was no edit. */
function movedAt(/** @type {State} */ { shown, base }, address) {
  const [now, before] = [shown, base].map((of) => of?.trace?.vector(address));
  return now && before?.length === now.length ? (unit) => now[unit] !== before[unit] : null;
}

/** What an edit has changed of a cell's h and of its gradient. */
export function movedOf(/** @type {State} */ state, index) {
  const address = { ...placeAt(shapeIn(state), index), quantity: "h" };
  return [movedAt(state, address), movedAt(state, { ...address, gradient: true })];
}

/** These cells as they are painted; `boxOf(layer, timestep)` says where. */
export function cellsOf(/** @type {State} */ state, drawn, indices, boxOf, largest) {
  const shape = shapeIn(state);
  return indices.map((index) => {
    const { layer, timestep } = placeAt(shape, index);
    const number = Number(layer);
    return { box: boxOf(number, timestep), units: shape.layers[number - 1].units, largest, ...numbersOf(state, index, drawn[index]) };
  });
}

const largestOf = once((trace, shape) => {
  let largest = 0;
  for (let index = 0; index < shape.layers.length * shape.timesteps; index += 1) {
    for (const value of trace?.vector({ ...placeAt(shape, index), quantity: "h", gradient: true }) ?? []) largest = Math.max(largest, Math.abs(value));
  }
  return largest;
});

/** The largest gradient of any unit at any timestep, which all are measured against. */
export const largestIn = (/** @type {State} */ state) => largestOf(state.shown.trace, shapeIn(state));
