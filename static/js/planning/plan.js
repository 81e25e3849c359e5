/**
 * A prepared lecture, as a value: each change gives a new one.
 *
 * @typedef {{kind: string, text: string, choices: string[], tolerance?: number, cell?: import("../lecture/state.js").Tied, answer: string | null, why: string}} Prepared
 * @typedef {{title: string, scene: import("../types.js").Scene | string, view: Record<string, string>, notes: string, question: Prepared | null}} Step
 * @typedef {{unrolled: "plan", version: number, title: string, steps: Step[]}} Plan
 */

export const VERSION = 1;

/** @type {Plan} */
export const EMPTY_PLAN = { unrolled: "plan", version: VERSION, title: "", steps: [] };

const SCENE_ID = /^[0-9a-f]{64}$/;
const KINDS = ["sign", "number", "edge", "shape", "count", "choice", "words"];

const isText = (value) => typeof value === "string";
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

function isQuestion(question) {
  return isObject(question) && KINDS.includes(question.kind) && isText(question.text) && Array.isArray(question.choices ?? []) && (question.choices ?? []).every(isText)
    && (question.answer === undefined || question.answer === null || isText(question.answer));
}

/** A step with what it leaves out; null where it is none. @returns {Step | null} */
function readStep(step, isScene) {
  if (!isObject(step) || !(isText(step.scene) ? SCENE_ID.test(step.scene) : isScene(step.scene))) return null;
  const { title = "", view = {}, notes = "", question = null } = step;
  const sound = isText(title) && isText(notes) && isObject(view) && Object.values(view).every(isText) && (question === null || isQuestion(question));
  return sound ? { title, scene: step.scene, view, notes, question: question && { choices: [], answer: null, why: "", ...question } } : null;
}

/**
 * The plan of a file, or what is wrong with it: the name of a fault, and what its sentence needs. The server checks the rest.
 *
 * @param {string} text
 * @param {{steps: number, bytes: number}} most
 * @param {(scene: any) => boolean} isScene can the page's controls show it?
 * @returns {{plan: Plan} | {fault: "damaged" | "other" | "newer" | "large" | "many" | "step", values: Record<string, any>}}
 */
export function readPlan(text, most, isScene) {
  if (new TextEncoder().encode(text).length > most.bytes) return { fault: "large", values: { max: Math.round(most.bytes / 1024) } };
  let document;
  try {
    document = JSON.parse(text);
  } catch {
    return { fault: "damaged", values: {} };
  }
  if (!isObject(document) || document.unrolled !== "plan") return { fault: "other", values: {} };
  if (!Number.isInteger(document.version) || document.version < 1) return { fault: "damaged", values: {} };
  if (document.version > VERSION) return { fault: "newer", values: { version: document.version } };
  const { title = "", steps = [] } = document;
  if (!isText(title) || !Array.isArray(steps)) return { fault: "damaged", values: {} };
  if (steps.length > most.steps) return { fault: "many", values: { max: most.steps } };
  const read = steps.map((step) => readStep(step, isScene));
  const bad = read.indexOf(null);
  if (bad >= 0) return { fault: "step", values: { number: bad + 1 } };
  return { plan: { unrolled: "plan", version: VERSION, title, steps: /** @type {Step[]} */ (read) } };
}

export const writePlan = (/** @type {Plan} */ plan) => JSON.stringify(plan, null, 1);

const withSteps = (/** @type {Plan} */ plan, steps) => ({ ...plan, steps });

/** One step more, after the one at this index; null: at the end. */
export function added(/** @type {Plan} */ plan, /** @type {Step} */ step, after = null) {
  const at = after === null ? plan.steps.length : after + 1;
  return withSteps(plan, [...plan.steps.slice(0, at), step, ...plan.steps.slice(at)]);
}

export const removed = (/** @type {Plan} */ plan, at) => withSteps(plan, plan.steps.filter((_, i) => i !== at));
export const changed = (/** @type {Plan} */ plan, at, /** @type {Partial<Step>} */ patch) => withSteps(plan, plan.steps.map((step, i) => (i === at ? { ...step, ...patch } : step)));

/** A step earlier or later, as far as that goes. */
export function moved(/** @type {Plan} */ plan, at, by) {
  const to = Math.max(0, Math.min(plan.steps.length - 1, at + by));
  const steps = [...plan.steps];
  steps.splice(to, 0, ...steps.splice(at, 1));
  return to === at ? plan : withSteps(plan, steps);
}

/** Where an index stands after a step was moved: on the step that it was on. */
export function movedIndex(index, at, to) {
  if (index === null) return null;
  if (index === at) return to;
  if (at < index && index <= to) return index - 1;
  return to <= index && index < at ? index + 1 : index;
}

/** A title for a step that has none: what it shows. */
export const titleOf = (/** @type {Step} */ { title, scene }) => title || (typeof scene === "string" ? "…" : scene.sentence.slice(0, 6).join(" "));
