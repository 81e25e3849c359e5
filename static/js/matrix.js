import { mathml } from "./dom.js";
import { exact, fixed } from "./format.js";
import { signed } from "./scales.js";
import { addressText } from "./trace.js";

/** @import { Address } from "./types.js" */

const LONGEST = 6; // rows or columns of a matrix that are written out; of more, the first and the last

/** The indices that are written out, with null where some are left out. */
function written(length) {
  const all = Array.from({ length }, (_, i) => i);
  return length <= LONGEST ? all : [...all.slice(0, LONGEST - 2), null, length - 1];
}

/** A number in the colour of its sign, with its address. */
function number(value, address, { full }) {
  const { fill, ink } = signed(value);
  return mathml("mn", { "data-address": addressText(address), style: `background: ${fill}; color: ${ink}`, title: exact(value) }, full ? exact(value) : fixed(value, 2));
}

/** A matrix in brackets; `at(i, j)` is the address of an entry. Where vectors are columns it is shown transposed, and an entry keeps its address. */
function matrix(rows, at, /** @type {{full: boolean, columns: boolean}} */ { columns, full }) {
  const [height, width] = columns ? [rows[0].length, rows.length] : [rows.length, rows[0].length];
  const shown = (i, j) => (columns ? number(rows[j][i], at(j, i), { full }) : number(rows[i][j], at(i, j), { full }));
  const entry = (i, j) => (i === null ? mathml("mo", {}, "⋮") : j === null ? mathml("mo", {}, "⋯") : shown(i, j));
  const table = mathml("mtable", {}, written(height).map((i) => mathml("mtr", {}, written(width).map((j) => mathml("mtd", {}, entry(i, j))))));
  return mathml("mrow", {}, mathml("mo", { stretchy: "true" }, "["), table, mathml("mo", { stretchy: "true" }, "]"));
}

/** A vector of a quantity. */
export const vector = (values, /** @type {Address} */ address, options) => matrix([values], (_, j) => ({ ...address, unit: j + 1 }), options);

/**
 * A weight, or the gradient of one, as a matrix: all of it, or the columns and the row that `part` names.
 *
 * @param {ArrayLike<number>[]} rows a vector is one row
 * @param {{layer: string, weight: string, gradient?: boolean}} address
 * @param {{full: boolean, columns: boolean, numbers?: number[]}} options `numbers`: what the rows are counted as, where that is not from 1
 * @param {{first?: number, count?: number, row?: number | null}} part
 */
export function weightMatrix(rows, { layer, weight, gradient = false }, options, { first = 0, count = rows[0].length, row: only = null } = {}) {
  const chosen = only === null ? rows.map((_, i) => i) : [only];
  const shown = chosen.map((i) => Array.from(rows[i]).slice(first, first + count));
  const single = weight === "bias" && rows.length === 1;
  const at = (i, j) => (single ? [first + j + 1] : [options.numbers?.[chosen[i]] ?? chosen[i] + 1, first + j + 1]);
  return matrix(shown, (i, j) => ({ layer, weight, index: at(i, j), gradient }), options);
}

/** A sign between two of them. */
export const operator = (sign) => mathml("mo", {}, sign);
/** An arrow with the name of the function that is applied; a linear one has no name. */
export const arrowNamed = (name) => (name ? mathml("mover", {}, mathml("mo", { stretchy: "false" }, "→"), mathml("mi", {}, name)) : mathml("mo", { stretchy: "false" }, "→"));
