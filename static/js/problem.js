/** @import { Problem } from "./types.js" */

/** What the server says of the places of the scene that a pattern names, or null. */
export function faultAt(/** @type {Problem | null} */ problem, pattern) {
  const error = problem?.errors?.find(({ pointer }) => pattern.test(pointer));
  return error ? (error.detail ?? problem?.detail ?? "") : null;
}

/** The places of a scene that a control of the page marks by itself. */
export const MARKED = {
  sentence: /^\/(sentence|label)/, vocabulary: /^\/vocabulary/, loss: /^\/loss/, learning: /^\/(optimizer|l2|window|sample_weight)/, layer: (index) => new RegExp(`^/layers/${index}(/|$)`),
};
