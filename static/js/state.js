import { once } from "./memo.js";
import { below } from "./place.js";
import { createTimeline, layerOf, shapeOf } from "./timeline.js";
import { stepsOfVersion1 } from "./timeline-1.js";
import { tables } from "./words.js";

/** @import { Moment } from "./moment.js" */
/** @import { Address, State, Place } from "./types.js" */

const alike = once((text) => JSON.parse(text));

/** The shape of any scene; of two that differ in their numbers alone it is the same, so that nothing is drawn again that stands on it. @type {typeof shapeOf} */
const shape = once((scene) => alike(JSON.stringify(shapeOf(scene))));
const timeline = once((of, detail, order) => createTimeline(of, detail, order, tables.operations, tables.weights));

/** The timeline of any scene. @returns {ReturnType<typeof createTimeline>} */
export const timelineOf = (scene, detail, order) => timeline(shape(scene), detail, order);

/** Layers, timesteps and outputs of what is shown. */
export const shapeIn = (/** @type {State} */ state) => shape(state.shown.scene);

/** @returns {ReturnType<typeof createTimeline>} the timeline of what is shown */
export const timelineIn = (/** @type {State} */ state) => timelineOf(state.shown.scene, state.detail, state.order);

/** @returns {ReturnType<typeof createTimeline>} the same scene's timeline by another detail or order */
export const timelineBy = (/** @type {State} */ state, detail, order) => createTimeline(shapeIn(state), detail, order, tables.operations, tables.weights);

/** The id by which the server can be asked about what is shown; null where it has stored nothing: before the first answer, and during a drag. */
export const idIn = (/** @type {State} */ { shown }) => (shown.transient ? null : shown.id);

/** The step at which the playhead stands. */
export const stepIn = (/** @type {State} */ state) => timelineIn(state).steps[state.step];

/** All units of a quantity, or null before its step, or where it has not arrived. */
export function valuesIn(/** @type {State} */ state, address) {
  return timelineIn(state).known(address) <= state.step ? (state.shown.trace?.vector(address) ?? null) : null;
}

/** How far all units of a quantity have moved since the edit, or null before their step, or where they had no number before. */
export function differenceIn(/** @type {State} */ state, address) {
  const now = valuesIn(state, address);
  const before = state.base?.trace?.vector(address);
  return now && before?.length === now.length ? now.map((value, i) => value - before[i]) : null;
}

/** The quantity that a place reads from below. @returns {Address} */
export function readBy(/** @type {State} */ state, /** @type {Place} */ { layer, timestep }) {
  return { ...below(layer, shapeIn(state).layers.length), timestep };
}

/** The cell that the panel shows: the pinned one, or where the playhead is. */
export function placeIn(/** @type {State} */ state) {
  return state.pinned ?? followed(shapeIn(state), stepIn(state));
}

const followed = once((shape, step) => placeOf(shape, step));

function placeOf({ timesteps, outputs }, step) {
  const last = outputs[outputs.length - 1];
  if (step.phase === "forward" || step.phase === "backward") return { layer: step.layer, timestep: step.timestep };
  if (step.phase === "output" || step.phase === "loss") return { layer: "output", timestep: last };
  if (step.phase === "update") return { layer: step.layer, timestep: step.layer === "output" ? last : timesteps };
  return { layer: "1", timestep: step.timestep ?? 1 };
}

/** The step of what is shown that a link or a log names; a number there is one of version 1's timeline. @returns {number} */
export function stepAt(/** @type {State} */ state, /** @type {Moment} */ moment) {
  const { nearest } = timelineIn(state);
  if (!("number" in moment)) return Math.max(0, nearest(moment));
  const old = stepsOfVersion1(shapeIn(state), state.detail, state.order);
  return nearest(old[Math.min(moment.number, old.length - 1)]);
}

const isMoment = (step) => typeof step === "object";

/** The view, brought within what the shown scene has: a step that exists, a cell that exists. */
export function fitted(/** @type {State} */ state) {
  const { timesteps, layers, outputs } = shapeIn(state);
  const { pinned } = state;
  const exists = ({ layer: name, timestep }) => (name === "output" ? outputs.includes(timestep) : Number(name) <= layers.length && timestep <= timesteps);
  const place = pinned && exists(pinned) ? pinned : null;
  const stepOf = (step) => (isMoment(step) ? stepAt(state, step) : Math.min(step, timelineIn(state).last));
  const step = stepOf(state.step);
  const chosen = isMoment(state.chosen?.step) ? { ...state.chosen, step: stepOf(state.chosen?.step) } : state.chosen;
  const { layer } = place ?? placeOf(shapeIn(state), timelineIn(state).steps[step]);
  const unit = Math.min(state.unit, layerOf(shapeIn(state), layer).units);
  return { pinned: place, chosen, kept: state.kept.every(exists) ? state.kept : state.kept.filter(exists), step, unit };
}
