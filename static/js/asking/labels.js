import { exact, grouped } from "../format.js";
import { lookup } from "../lookup.js";
import { layerName } from "../notation.js";
import { words } from "../words.js";

/** @import { Poll, Tied } from "../lecture/state.js" */

/** The choices that this page has words for, so that each student reads them in their own language. */
export const FIXED = { sign: ["positive", "negative"], edge: ["depth", "time", "both"] };

/** One of those in this page's language. */
export const fixedName = (choice) => words(`predict.${choice}`);

/** What an answer is called here; the log has one form of it for everybody. */
export function choiceName(/** @type {{kind: string}} */ { kind }, choice) {
  if (lookup(FIXED, kind)?.includes(choice)) return fixedName(choice);
  if (kind === "number") return exact(Number(choice));
  return kind === "count" && /^\d+$/.test(choice) ? grouped(Number(choice)) : choice;
}

/** The cell that a question is about, in words. */
export function placeName(/** @type {Tied} */ { layer, timestep, unit }) {
  const place = words("asking.place", { layer: layerName(layer), timestep });
  return unit ? words("asking.place.unit", { place, unit }) : place;
}
