/** @import { Step } from "./types.js" */

/**
 * A step as links, plans, logs and recordings name it: by its event, because the timeline may change; in version 1 by its number.
 * @typedef {Step | {number: number}} Moment
 */

const EVENT = /^(start|words|forward|output|loss|backward|update)(?:\.(input|embedding|output|[1-9]\d{0,2})?(?:\.([1-9]\d{0,2})?(?:\.([a-z]\w{0,19}))?)?)?$/;
const NUMBER = /^\d{1,6}$/;

/** phase.layer.timestep.quantity, or weight; what is left out at the end needs no point. */
export function writeMoment(/** @type {Step} */ { phase, layer, timestep, quantity, weight }) {
  return [phase, layer ?? "", timestep ?? "", quantity ?? weight ?? ""].join(".").replace(/\.+$/, "");
}

/** What such a text names; undefined where it names nothing. @returns {Moment | undefined} */
export function readMoment(/** @type {string} */ text) {
  if (NUMBER.test(text)) return { number: Number(text) };
  const [, phase, layer, timestep, part] = EVENT.exec(text) ?? [];
  if (!phase) return undefined;
  const named = part ? { [phase === "update" ? "weight" : "quantity"]: part } : {};
  return { phase, ...(layer ? { layer } : {}), ...(timestep ? { timestep: Number(timestep) } : {}), ...named };
}
