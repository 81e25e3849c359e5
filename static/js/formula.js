import { attrs, mathml } from "./dom.js";
import { partial, quantityName, weightName } from "./names.js";
import { addressText } from "./trace.js";

/** @import { Mark, Name, Notation } from "./names.js" */
/** @import { Token } from "./equations.js" */

const sign = (written) => mathml("mo", { stretchy: "false", form: "infix", lspace: "0", rspace: "0" }, written);

/** An index as numbers, letters and brackets: (2), [2]⟨3⟩, i. */
const indexNode = (text) => mathml("mrow", {}, text.match(/\d+|[\p{L},]+|./gu).map((piece) =>
  (/\d/.test(piece) ? mathml("mn", {}, piece) : /\p{L}/u.test(piece) ? mathml("mi", {}, piece) : sign(piece))));

/** What stands low or high, with commas between what stands low. */
function indices(list, between) {
  const nodes = list.flatMap((text, i) => (i && between ? [mathml("mo", { separator: "true", lspace: "0", rspace: "0" }, between), indexNode(text)] : [indexNode(text)]));
  return nodes.length > 1 ? mathml("mrow", {}, nodes) : nodes[0];
}

/** A letter with what belongs to it: a tilde above, a prime behind. Longer words stand upright. */
function letterNode(letter) {
  const [, base, tilde, prime] = /^(\p{L})(\u0303)?(′)?$/u.exec(letter) ?? [];
  if (tilde) return mathml("mover", { accent: "true" }, mathml("mi", {}, base), mathml("mo", { stretchy: "false" }, "~"));
  return prime ? mathml("mrow", {}, mathml("mi", {}, base), mathml("mo", { lspace: "0", rspace: "0" }, prime)) : mathml("mi", {}, letter);
}

/** A mark: its letter, with its gate and its timestep below and its layer above, or as the notation has it. */
function markNode(/** @type {Mark} */ { before, letter, low, high }) {
  const base = letterNode(letter);
  const whole = low.length && high.length ? mathml("msubsup", {}, base, indices(low, ","), indices(high))
    : low.length ? mathml("msub", {}, base, indices(low, ",")) : high.length ? mathml("msup", {}, base, indices(high)) : base;
  return before ? mathml("mrow", {}, mathml("mi", {}, before), mathml("mspace", { width: "0.17em" }), whole) : whole;
}

/** A name; two marks for one number stand in parentheses, because what they are a part of may be a sum or a product. */
export function nameNode(/** @type {Name} */ name, address = null) {
  const nodes = name.map((mark) => (typeof mark === "string" ? mathml("mo", { form: "infix" }, mark) : markNode(mark)));
  const node = name.includes("+") ? mathml("mrow", {}, sign("("), nodes, sign(")")) : nodes.length > 1 ? mathml("mrow", {}, nodes) : nodes[0];
  return attrs(node, { "data-address": addressText(address) });
}

/** The name of a quantity, or of its gradient with ∂L/∂ before it. */
export function quantitySymbol(/** @type {Notation} */ notation, { gradient = false, ...address }) {
  const symbol = nameNode(quantityName(notation, /** @type {any} */ (address)));
  if (!gradient) return symbol;
  const [before, after] = partial(notation).split("/");
  return mathml("mrow", {}, mathml("mi", {}, before), sign("/"), mathml("mi", {}, after), symbol);
}

/** The name of a weight, or of a gate's columns of it. */
export const weightSymbol = (/** @type {Notation} */ notation, address, gate = null, rows = null) => nameNode(weightName(notation, address, gate, rows));

/** A token as it is written. */
export function tokenNode(/** @type {Token} */ { kind, written, name, address }) {
  if (name) return nameNode(name, address);
  if (kind === "function") return mathml("mi", {}, written);
  return /^\d+$/.test(written) ? mathml("mn", {}, written) : mathml("mo", { form: /^[()]$/.test(written) ? null : "infix" }, written);
}

/** One formula out of parts. */
export const math = (...nodes) => mathml("math", {}, mathml("mrow", {}, nodes));
