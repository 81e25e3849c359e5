import { fixed } from "../format.js";
import { asText, quantityName } from "../names.js";
import { notationIn } from "../notation.js";
import { questionsAt } from "../questions.js";
import { shapeIn, timelineIn } from "../state.js";
import { words } from "../words.js";

/** @import { State } from "../types.js" */
/** @import { Question } from "../questions.js" */
/** @import { Tied } from "../lecture/state.js" */

/** A question with its answer, which stays with whoever asks until it is revealed. @typedef {{kind: string, text: string, choices: string[], tolerance?: number, cell?: Tied, answer: string | null, why: string}} Draft */

const TOLERANCE = 0.1;
const KINDS = { next: "choice", sign: "sign", larger: "choice", source: "edge", shape: "shape", count: "count" };

/** Where the engine's question has signs for its choices, what the class is shown of them. */
const NAMES = {
  next(choice) {
    const [layer, timestep] = choice.split(",");
    return words("predict.cell", { layer, timestep });
  },
  larger: (choice) => words("unit", { unit: choice }),
};

/** A question of the engine's as one for a class. @returns {Draft} */
function draftOf(/** @type {Question} */ { kind, values, choices, right, why, cell }) {
  const name = NAMES[kind] ?? ((choice) => choice);
  return {
    kind: KINDS[kind], text: words(`predict.ask.${kind}`, values), choices: choices.map(name), ...(cell ? { cell } : {}), answer: name(right), why: words(`predict.why.${kind}`, why),
  };
}

/** The same number, asked for as a number. @returns {Draft} */
function numberOf(/** @type {Question} */ { values, cell, value = 0, why }) {
  return {
    kind: "number", text: words("asking.ask.number", values), choices: [], tolerance: TOLERANCE, ...(cell ? { cell } : {}),
    answer: String(Number(value.toFixed(4))), why: words("predict.why.sign", why),
  };
}

/** Before the output: what the network will say, where that is one number. @returns {Draft[]} */
function outputs(/** @type {State} */ state, index) {
  const { outputs: timesteps, output } = shapeIn(state);
  const address = { layer: "output", timestep: timesteps[0], quantity: "y" };
  const values = state.shown.trace?.vector(address);
  if (timelineIn(state).steps[index]?.phase !== "output" || timesteps.length > 1 || output.units > 1 || !values) return [];
  const name = asText(quantityName(notationIn(state), address));
  return [numberOf({ kind: "sign", values: { name }, choices: [], right: "", cell: { layer: "output", timestep: timesteps[0] }, value: values[0], why: { name, value: fixed(values[0], 4) } })];
}

/** Whatever the engine can ask before a step, and answer. @returns {Draft[]} */
export const draftsAt = (/** @type {State} */ state, index) => [
  ...[...questionsAt(state, index)].flatMap((question) => (question.kind === "sign" ? [draftOf(question), numberOf(question)] : [draftOf(question)])),
  ...outputs(state, index),
];

/** What the class is told of a question when it is opened: everything but the answer. */
export const askedOf = (/** @type {Draft} */ { kind, text, choices, tolerance, cell }) =>
  ({ kind, text, choices, ...(tolerance === undefined ? {} : { tolerance }), ...(cell ? { cell } : {}) });
