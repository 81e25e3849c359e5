import { OURS, mark } from "./dom.js";
import { ProblemError } from "./server.js";
import { words } from "./words.js";

/** @import { Problem } from "./types.js" */

/** Shows why something failed: in the server's words, or that it cannot be reached, in ours. */
export const markError = (fault, error, away = "notice.away") => (error instanceof ProblemError ? mark(fault, error.message) : mark(fault, words(away), OURS));

/** Is it a problem of this name? */
export const isProblem = (/** @type {Problem | null} */ problem, name) => problem?.type.endsWith(`/${name}`) ?? false;

/** What the server says of the places of the scene that a pattern names, or null. */
export function faultAt(/** @type {Problem | null} */ problem, pattern) {
  const error = problem?.errors?.find(({ pointer }) => pattern.test(pointer));
  return error ? (error.detail ?? problem?.detail ?? "") : null;
}

/** The places of a scene that a control of the page marks by itself. */
export const MARKED = {
  sentence: /^\/(sentence|label)/, vocabulary: /^\/vocabulary/, loss: /^\/loss/, learning: /^\/(optimizer|l2|window|sample_weight)/, layer: (index) => new RegExp(`^/layers/${index}(/|$)`),
};
