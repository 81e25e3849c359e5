import { attrs, mathml } from "./dom.js";
import { notation } from "./notation.js";
import { below } from "./place.js";
import { addressText } from "./trace.js";

/**
 * One piece of an equation: a sign, a function, or a symbol with what it stands for at a place.
 *
 * @typedef {{kind: string, written: string, address?: any, gate?: string, second?: boolean, timestep?: string, layer?: string}} Token
 */

const SYMBOL = /^(\w+)\{([^}]*)\}$/;
const WEIGHT = /^(kernel|recurrent_kernel|bias|recurrent_bias)(?:_(\w))?$/;
const NAMES = new Set(Object.values(notation.functions));

const raisedIndex = (layer) => mathml("mrow", {}, mathml("mo", { stretchy: "false" }, "("), mathml("mn", {}, layer), mathml("mo", { stretchy: "false" }, ")"));

/** Fills an index such as t-1 or l from the cell's place. */
function index(text, place) {
  const [, name, shift] = /^([tlo])(-1)?$/.exec(text) ?? [];
  if (name === "o") return "output";
  const value = name === "t" ? place.timestep : place.layer;
  return shift ? String(Number(value) + Number(shift)) : String(value);
}

/** What stands low: the gate, the timestep, or both. */
function lowered(gate, timestep) {
  if (!gate) return timestep === undefined ? null : mathml("mn", {}, timestep);
  const letter = mathml("mi", {}, gate);
  return timestep === undefined ? letter : mathml("mrow", {}, letter, mathml("mo", { separator: "true", lspace: "0", rspace: "0" }, ","), mathml("mn", {}, timestep));
}

/** A symbol as the table writes it, W_i or tanh c, with its timestep below and its layer above. */
export function symbolNode(written, /** @type {{timestep?: any, layer?: string}} */ { timestep, layer }, address = null) {
  const [, before, letter, gate] = /^(?:(.*) )?([^_]+)(?:_(.*))?$/.exec(written) ?? [];
  const base = mathml("mi", {}, letter);
  const low = lowered(gate, timestep);
  const high = /^\d+$/.test(layer) ? raisedIndex(layer) : layer === "output" ? raisedIndex("o") : null;
  const whole = low && high ? mathml("msubsup", {}, base, low, high) : low ? mathml("msub", {}, base, low) : high ? mathml("msup", {}, base, high) : base;
  const node = before ? mathml("mrow", {}, mathml("mi", {}, before), mathml("mspace", { width: "0.17em" }), whole) : whole;
  return attrs(node, { "data-address": addressText(address) });
}

/** The name of a quantity, or of its gradient with ∂L/∂ before it. */
export function quantitySymbol({ layer, timestep, quantity, gradient = false }) {
  const written = notation.symbols[quantity.startsWith("h_") ? "h" : quantity];
  const symbol = symbolNode(written, quantity === "loss" ? {} : { timestep, layer: layer === "output" ? undefined : layer });
  return gradient ? mathml("mrow", {}, mathml("mi", {}, "∂L"), mathml("mo", { lspace: "0", rspace: "0" }, "/"), mathml("mi", {}, "∂"), symbol) : symbol;
}

/** The name of a weight, or of a gate's columns of it; b′ is the second row of a bias that has two. */
export function weightSymbol({ layer, weight }, gate = null, second = false) {
  const name = weight === "bias" && second ? "recurrent_bias" : weight;
  return symbolNode(notation.symbols[gate ? `${name}_${gate}` : name], { layer });
}

/** Reads one symbol of a formula at a place. @returns {Token} */
function symbol(name, indices, place, layers) {
  const [first, second] = indices.split(",").map((text) => index(text, place));
  const [, weight, gate] = WEIGHT.exec(name) ?? [];
  if (weight) {
    const row = weight === "recurrent_bias";
    return { kind: "weight", written: notation.symbols[name], layer: first, gate, second: row, address: { layer: first, weight: row ? "bias" : weight } };
  }
  const { layer, quantity } = name === "below" ? below(second ?? place.layer, layers) : { layer: second ?? "output", quantity: name };
  return { kind: "quantity", written: notation.symbols[quantity], timestep: first, layer: second ? layer : undefined,
    address: { layer, timestep: Number(first), quantity } };
}

/** The equations of a layer at a place, each as its tokens. */
export function equations({ type, activation = "tanh", reset_after: after = true }, place, layers) {
  const lines = notation.formulas[type === "GRU" && !after ? "GRU, reset before" : type];
  return lines.map((line) => line.split(" ").map((/** @type {string} */ token) => {
    const [, name, indices] = SYMBOL.exec(token) ?? [];
    if (name) return symbol(name, indices, place, layers);
    const written = token === "activation" ? notation.functions[activation] : token;
    return /** @type {Token} */ ({ kind: NAMES.has(written) ? "function" : "sign", written });
  }));
}

/** A token as it is written. */
export function tokenNode(/** @type {Token} */ { kind, written, timestep, layer, address }) {
  if (address) return symbolNode(written, { timestep, layer }, address);
  if (kind === "function") return mathml("mi", {}, written);
  return mathml(/^\d+$/.test(written) ? "mn" : "mo", {}, written);
}

/** One formula out of parts. */
export const math = (...nodes) => mathml("math", {}, mathml("mrow", {}, nodes));
