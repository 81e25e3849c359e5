import { fixed, magnitude } from "./format.js";

const MINUS = "\u2212";

/** A number with so many decimals, or as a power of ten where they would all be 0. */
export const readable = (value, decimals) =>
  (value !== 0 && Number(Math.abs(value).toFixed(decimals)) === 0 ? `${value < 0 ? MINUS : ""}${magnitude(Math.abs(value))}` : fixed(value, decimals));

/** The units that are written out, at most so many: all of a few, of many those around one of them; counted from 1. */
export function unitsAround(unit, units, most) {
  const first = Math.max(1, Math.min(unit - Math.floor(most / 2), units - most + 1));
  return Array.from({ length: Math.min(units, most) }, (_, i) => first + i);
}
