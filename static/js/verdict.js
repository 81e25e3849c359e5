import { fixed, list } from "./format.js";
import { valuesIn } from "./state.js";
import { words } from "./words.js";

/** @import { State } from "./types.js" */

const SOME = 6; // more numbers than this are cut in a sentence

/** Numbers side by side, as far as a sentence has room for them. */
export const some = (values) => (values.length > SOME ? `${list(values.slice(0, SOME))}, …` : list(values));

/** Is a probability read as yes? */
const yes = (probability) => probability >= 0.5;

const rightness = (right) => words(right ? "verdict.right" : "verdict.wrong");

/** Probabilities of yes: "ŷ = 0.56: positive; label 1: right". */
function ofProbabilities(y, label) {
  const sides = new Set(Array.from(y, yes));
  const reading = words(sides.size > 1 ? "verdict.mixed" : yes(y[0]) ? "verdict.positive" : "verdict.negative");
  const said = { y: some(y), reading, label, judgement: rightness(sides.size === 1 && yes(y[0]) === yes(label)) };
  return { ...said, value: words("output.value", said), whole: words("verdict", said), short: words("verdict.short", said) };
}

/** A probability for each class, of which the largest counts: "ŷ = class 1 (0.73); label 1: right". */
function ofClasses(y, label) {
  const best = y.indexOf(Math.max(...y));
  const said = { class: best, probability: fixed(y[best], 2), label, judgement: rightness(best === label) };
  return { ...said, y: some(y), value: words("output.class", said), whole: words("verdict.class", said), short: words("verdict.class.short", said) };
}

/** Numbers that are wanted to be near another one: "ŷ = 0.43; label 1: off by −0.57". */
function ofNumbers(y, label) {
  const said = { y: some(y), label, error: some(y.map((number) => number - label)) };
  const judgement = words("verdict.off", said);
  return { ...said, judgement, value: words("output.value", said), whole: words("verdict.number", said), short: words("verdict.number.short", said) };
}

const READINGS = { binary_crossentropy: ofProbabilities, categorical_crossentropy: ofClasses, mse: ofNumbers };

/** The label of a timestep: one for all, or one each. */
export const labelAt = ({ label }, timestep) => (Array.isArray(label) ? label[timestep - 1] : label);

/** What an output says, in words: as a value alone, in short and as a whole; null before its step. */
export function verdictOf(/** @type {State} */ state, timestep) {
  const y = valuesIn(state, { layer: "output", timestep, quantity: "y" });
  const { scene } = state.shown;
  return y && READINGS[scene.loss](y, labelAt(scene, timestep));
}
