import { lowered, raised } from "./format.js";

/**
 * How a notation writes the name of a number. A name is made of marks; where two of them stand for one number, with a sign between.
 *
 * @typedef {{before: string, letter: string, low: string[], high: string[]}} Mark a function before it, the letter, what stands low and high beside it
 * @typedef {(Mark | string)[]} Name
 *
 * @typedef {{columns: boolean, layer: string, time: string, raised_time: boolean, output: string, symbols: Record<string, string>,
 *   functions: Record<string, string>, formulas: Record<string, string[]>, notes: Record<string, string[]>}} Notation
 */

const MARK = /^(?:(\S+) )?(.+?)(?:_\{(.*)\})?$/;
const SIGN = / ([+,]) /;

/** A symbol of the table, W_{xh} or tanh c, with its indices. @returns {Name} */
function read(written, low, high) {
  return written.split(SIGN).map((part, i) => {
    if (i % 2) return part;
    const [, before = "", letter, below] = MARK.exec(part) ?? [];
    return { before, letter, low: [...(below ? [below] : []), ...low], high };
  });
}

const filled = (pattern, index) => pattern.replace("{}", String(index));

/** A quantity at its place: h with its timestep and its layer; without them the bare letter. Words, outputs and the loss stand in no layer. */
export function quantityName(/** @type {Notation} */ notation, /** @type {{quantity: string, layer?: string, timestep?: number | string}} */ { quantity, layer, timestep }) {
  const time = quantity === "loss" || timestep === undefined ? [] : [filled(notation.time, timestep)];
  const above = /^\d+$/.test(layer ?? "") ? [filled(notation.layer, layer)] : [];
  const symbol = notation.symbols[quantity.startsWith("h_") ? "h" : quantity];
  return notation.raised_time ? read(symbol, [], [...above, ...time]) : read(symbol, time, above);
}

/** A weight, or a gate's columns of it; `rows` says which row of a bias that has two is meant: "first", "second" or "both". */
export function weightName(/** @type {Notation} */ notation, /** @type {{layer: string, weight: string}} */ { layer, weight }, gate = null, rows = null) {
  const own = weight === "bias" && rows ? { first: "input_bias", second: "recurrent_bias", both: "biases" }[rows] : weight;
  const name = layer === "output" ? `output_${own}` : gate ? `${own}_${gate}` : own;
  const above = /^\d+$/.test(layer) ? filled(notation.layer, layer) : layer === "output" ? notation.output : "";
  return read(notation.symbols[name] ?? notation.symbols[own], [], above ? [above] : []); // in a stack without its Dense layer another stands last
}

/** The size of a weight as the notation has it: rows and columns, or where vectors are columns the other way round; an embedding has a row per word. */
export const turned = (/** @type {Notation} */ { columns }, size, weight) => (columns && /kernel$/.test(weight) ? size.toReversed() : size);

/**
 * A name as pieces of a line of text: what can be written low or high in Unicode is, the rest says where it belongs.
 *
 * @returns {{text: string, place?: "low" | "high"}[]}
 */
export function pieces(/** @type {Name} */ name) {
  return name.flatMap((mark) => {
    if (typeof mark === "string") return [{ text: mark === "+" ? " + " : `${mark} ` }];
    const low = mark.low.map((text) => (/^\d+$/.test(text) ? { text: lowered(text) } : { text, place: /** @type {const} */ ("low") }));
    const high = mark.high.map((text) => (raised(text) ? { text: raised(text) } : { text, place: /** @type {const} */ ("high") }));
    return [{ text: mark.before ? `${mark.before} ${mark.letter}` : mark.letter }, ...low, ...high];
  });
}

/** A name for the ear, and where nothing but plain text can stand: W_xh⁽²⁾. */
export const asText = (/** @type {Name} */ name) => pieces(name).map(({ text, place }) => (place === "low" ? `_${text}` : text)).join("");

/** What stands before a name to make it the name of its gradient. */
export const partial = (/** @type {Notation} */ notation) => `∂${notation.symbols.loss}/∂`;
