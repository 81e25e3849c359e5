import { mathml } from "./dom.js";
import { exact, fixed } from "./format.js";
import { notation } from "./notation.js";
import { below } from "./place.js";
import { signed } from "./scales.js";
import { addressText } from "./trace.js";

/** @import { Address } from "./types.js" */

const SYMBOL = /^(\w+)\{([^}]*)\}$/;
const WEIGHT = /^(kernel|recurrent_kernel|bias|recurrent_bias)(?:_(\w))?$/;

const raisedIndex = (layer) => mathml("mrow", {}, mathml("mo", { stretchy: "false" }, "("), mathml("mn", {}, layer), mathml("mo", { stretchy: "false" }, ")"));

/** Fills an index such as t-1 or l from the cell's place. */
function index(text, place) {
  const [, name, shift] = /^([tlo])(-1)?$/.exec(text) ?? [];
  if (name === "o") return "output";
  const value = name === "t" ? place.timestep : place.layer;
  return shift ? String(Number(value) + Number(shift)) : String(value);
}

function symbolNode(letter, /** @type {{timestep?: string, layer?: string}} */ { timestep, layer }, address) {
  const base = mathml("mi", {}, letter);
  const low = timestep === undefined ? null : mathml("mn", {}, timestep);
  const high = layer === undefined || layer === "input" ? null : layer === "output" ? raisedIndex("o") : raisedIndex(layer);
  const values = { "data-address": addressText(address) };
  if (low && high) return mathml("msubsup", values, base, low, high);
  if (low) return mathml("msub", values, base, low);
  return high ? mathml("msup", values, base, high) : base;
}

/** One symbol of a formula, with the address that pointing at it means. */
function symbol(name, indices, place, layers) {
  const [first, second] = indices.split(",").map((text) => index(text, place));
  const [, weight] = WEIGHT.exec(name) ?? [];
  if (weight) return symbolNode(notation.symbols[name], { layer: first }, { layer: first, weight: weight === "recurrent_bias" ? "bias" : weight });
  if (name === "below") {
    const { layer, quantity } = below(second ?? place.layer, layers);
    return symbolNode(notation.symbols[quantity], { timestep: first, layer }, { layer, timestep: Number(first), quantity });
  }
  const layer = second ?? "output";
  return symbolNode(notation.symbols[name], { timestep: first, layer: second }, { layer, timestep: Number(first), quantity: name });
}

const NAMES = new Set(Object.values(notation.functions));

/** The formulas of a layer at a cell, a line each: symbols that can be pointed at. */
export function formulas({ type, activation = "tanh", reset_after: after = true }, place, layers) {
  const lines = notation.formulas[type === "GRU" && !after ? "GRU, reset before" : type];
  return lines.map((line) => mathml("math", { display: "block" }, mathml("mrow", {}, line.split(" ").map((token) => {
    const [, base, indices] = SYMBOL.exec(token) ?? [];
    if (base) return symbol(base, indices, place, layers);
    const written = token === "activation" ? notation.functions[activation] : token;
    return NAMES.has(written) ? mathml("mi", {}, written) : mathml("mo", {}, written);
  }))));
}

/** A number in the colour of its sign, with its address. */
function number(value, address, { full }) {
  const { fill, ink } = signed(value);
  return mathml("mn", { "data-address": addressText(address), style: `background: ${fill}; color: ${ink}`, title: exact(value) }, full ? exact(value) : fixed(value, 2));
}

const LONGEST = 6; // rows or columns of a matrix that are written out; of more, the first and the last

/** The indices that are written out, with null where some are left out. */
function written(length) {
  const all = Array.from({ length }, (_, i) => i);
  return length <= LONGEST ? all : [...all.slice(0, LONGEST - 2), null, length - 1];
}

/** A matrix in brackets; `at(i, j)` is the address of an entry. */
function matrix(rows, at, options) {
  const columns = written(rows[0].length);
  const entry = (i, j) => (i === null ? mathml("mo", {}, "⋮") : j === null ? mathml("mo", {}, "⋯") : number(rows[i][j], at(i, j), options));
  const table = mathml("mtable", {}, written(rows.length).map((i) => mathml("mtr", {}, columns.map((j) => mathml("mtd", {}, entry(i, j))))));
  return mathml("mrow", {}, mathml("mo", { stretchy: "true" }, "["), table, mathml("mo", { stretchy: "true" }, "]"));
}

/** A row vector of a quantity. */
export const row = (values, address, options) => matrix([values], (_, j) => ({ ...address, unit: j + 1 }), options);

/** A weight, or the gradient of one, as a matrix. */
export function weightMatrix(rows, { layer, weight, gradient = false }, options) {
  return matrix(rows, (i, j) => ({ layer, weight, index: weight === "bias" ? [j + 1] : [i + 1, j + 1], gradient }), options);
}

/** One formula out of parts. */
export const math = (...nodes) => mathml("math", {}, mathml("mrow", {}, nodes));
/** A sign between two of them. */
export const operator = (sign) => mathml("mo", {}, sign);
/** An arrow with the name of the function that is applied. */
export const arrowNamed = (name) => mathml("mover", {}, mathml("mo", { stretchy: "false" }, "→"), mathml("mi", {}, name));
