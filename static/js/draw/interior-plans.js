/**
 * Where the parts of a cell stand in the drawing of its inside, and along which wires they feed one another.
 * A wire names the quantities that are computed through it, `to`, and those whose gradient comes back through it, `from`.
 *
 * One that is `ahead` is there only where a timestep follows, one that goes `up` where the state leaves upward.
 *
 * @typedef {{d: string, to?: string[], from?: string[], weight?: string, carries?: string, ahead?: boolean, up?: boolean}} Wire
 * @typedef {{x: number, y: number, sign: string, to: string[], from: string[]}} Operator
 * @typedef {{quantity: string, back?: number, x: number, y: number, labelled?: boolean}} Num
 * @typedef {{part: string, x: number, top: number, width: number, height: number, numbers: Num[], applied?: {x: number, y: number}, named?: number}} Card
 * @typedef {{x: number, y: number, key: string, anchor: string, factors: [string, number][], of: string}} Product
 * @typedef {{width: number, height: number, wires: Wire[], operators: Operator[], cards: Card[], numbers: Num[], products: Product[],
 *   past: {x: number, y: number}, below: {x: number, y: number}, up: {x: number}}} Plan
 */

export const CHIP = { width: 44, height: 20 };
export const STRIP = { width: 44, height: 16 };
const WIDTH = 360;
const RADIUS = 11; // of an operator
const LINE = 34; // how high the line of the state runs
const PAIR = 22; // from a number to its gradient below it
const [PAST, NEXT, UP] = [30, 332, 303]; // what comes from the past, what goes to the future, what goes up
const PAST_END = PAST + CHIP.width / 2;
const NEXT_START = NEXT - CHIP.width / 2;
const HALF = 7; // half of the room between the two wires into a card

/** A gate: its letter, its value, the function, its sum, its name, from top to bottom. `alone` is a number without a sum. */
function card(part, x, top, width, gradients, alone = false) {
  const pair = gradients ? PAIR : 0;
  const value = top + 38;
  const sum = value + pair + 38;
  const numbers = [{ quantity: part, x, y: value }, ...(alone ? [] : [{ quantity: `a_${part}`, x, y: sum }])];
  const named = (alone ? value : sum) + pair + 21;
  return { part, x, top, width, height: named + 12 - top, numbers, named, ...(alone ? {} : { applied: { x, y: value + pair + 19 } }) };
}

/** The lines along which the past and what comes from below reach the cards. @returns {{wires: Wire[], past: any, below: any, height: number}} */
function feeds(bottom, cards, { fromPast, fromBelow, entry }) {
  const [pastLine, belowLine] = [bottom + 15, bottom + 31];
  const both = (part) => fromPast.includes(part) && fromBelow.includes(part);
  const foot = ({ top, height }) => top + height;
  const into = (names, line, start, shift, weight) => cards.filter(({ part }) => names.includes(part)).map((to) => ({
    d: `M${start} ${line}H${to.x + (both(to.part) ? shift : 0)}V${foot(to)}`, weight,
    to: [to.part === "m" || !to.applied ? to.part : `a_${to.part}`],
  }));
  return {
    wires: [
      ...into(fromPast, pastLine, PAST_END, -HALF, "recurrent_kernel"),
      ...into(fromBelow, belowLine, entry, HALF, "kernel").map((wire) => ({ ...wire, d: `M${entry} ${belowLine + 18}V${belowLine}${wire.d.slice(wire.d.indexOf("H"))}` })),
    ],
    past: { x: PAST, y: pastLine }, below: { x: entry, y: belowLine + 26 }, height: belowLine + 40,
  };
}

/** @returns {Plan} */
function lstm(gradients) {
  const top = gradients ? 150 : 138;
  const [f, i, g, o] = [78, 144, 208, 286];
  const [input, show] = [(i + g) / 2, 241];
  const [product, output] = [116, 106];
  const cards = [card("f", f, top, 58, gradients), card("i", i, top, 58, gradients), card("g", g, top, 62, gradients), card("o", o, top, 58, gradients)];
  const parts = ["i", "f", "g", "o"];
  const feed = feeds(cards[0].top + cards[0].height, cards, { fromPast: parts, fromBelow: parts, entry: input });
  return {
    width: WIDTH, height: feed.height, cards, past: feed.past, below: feed.below, up: { x: UP },
    wires: [
      ...feed.wires,
      { d: `M0 ${LINE}H${f - RADIUS}`, to: ["c"], carries: "c" },
      { d: `M${f + RADIUS} ${LINE}H${input - RADIUS}`, to: ["c"], from: ["f"], carries: "c" },
      { d: `M${input + RADIUS} ${LINE}H${NEXT_START}`, to: ["c"], from: ["f", "i", "g"], carries: "c" },
      { d: `M${NEXT + CHIP.width / 2} ${LINE}H${WIDTH}`, to: ["c"], from: ["c"], carries: "c", ahead: true },
      { d: `M${f} ${top}V${LINE + RADIUS}`, to: ["c"], from: ["f"] },
      { d: `M${i} ${top}V${product}H${input - RADIUS}`, to: ["c"], from: ["i"] },
      { d: `M${g} ${top}V${product}H${input + RADIUS}`, to: ["c"], from: ["g"] },
      { d: `M${input} ${product - RADIUS}V${LINE + RADIUS}`, to: ["c"], from: ["i", "g"] },
      { d: `M${show} ${LINE}V55M${show} 83V${output}`, to: ["tanh_c"], from: ["c"] },
      { d: `M${show} ${output}H${o - RADIUS}`, to: ["h"], from: ["tanh_c"] },
      { d: `M${o} ${top}V${output + RADIUS}`, to: ["h"], from: ["o"] },
      { d: `M${o + RADIUS} ${output}H${NEXT_START}`, to: ["h"], from: ["tanh_c", "o"] },
      { d: `M${UP} ${output}V${LINE + 8}M${UP} ${LINE - 8}V4`, to: ["h"], from: ["h_from_depth"], up: true },
      { d: `M${NEXT} ${output}H${WIDTH}`, to: ["h"], from: ["h_from_time"], ahead: true },
    ],
    operators: [
      { x: f, y: LINE, sign: "⊙", to: ["c"], from: ["f"] },
      { x: input, y: LINE, sign: "+", to: ["c"], from: ["f", "i", "g"] },
      { x: input, y: product, sign: "⊙", to: ["c"], from: ["i", "g"] },
      { x: show, y: 69, sign: "tanh", to: ["tanh_c"], from: ["c"] },
      { x: o, y: output, sign: "⊙", to: ["h"], from: ["tanh_c", "o"] },
    ],
    numbers: [
      { quantity: "c", back: 1, x: PAST, y: LINE, labelled: true }, { quantity: "c", x: NEXT, y: LINE, labelled: true },
      { quantity: "tanh_c", x: show, y: output }, { quantity: "h", x: NEXT, y: output, labelled: true },
    ],
    products: [
      { key: "interior.kept", x: (f + input) / 2, y: LINE - 15, anchor: "middle", factors: [["f", 0], ["c", 1]], of: "c" },
      { key: "interior.added", x: input - 7, y: 72, anchor: "end", factors: [["i", 0], ["g", 0]], of: "c" },
    ],
  };
}

/** @returns {Plan} */
function gru(gradients, after) {
  const top = gradients ? 140 : 136;
  const [z, r, m, n] = [78, 146, 208, 282];
  const [other, rest, product] = [84, 172, 112]; // 1 − z on its way to the candidate; where r meets the past
  const cards = [card("z", z, top, 56, gradients), card("r", r, top, 56, gradients), card("m", m, top, 50, gradients, true), card("n", n, top, 62, gradients)];
  const sum = cards[3].numbers[1].y;
  const [left, side, bend] = [n - 31, m + 25, (m + 25 + n - 31) / 2];
  const feed = feeds(cards[0].top + cards[0].height, cards, { fromPast: after ? ["z", "r", "m"] : ["z", "r"], fromBelow: ["z", "r", "n"], entry: (r + m) / 2 });
  const reset = after ? [
    { d: `M${r} ${top}V${product}H${m - RADIUS}`, to: ["a_n"], from: ["r"] },
    { d: `M${m} ${top}V${product + RADIUS}`, to: ["a_n"], from: ["m"] },
    { d: `M${m + RADIUS} ${product}H${bend}V${sum}H${left}`, to: ["a_n"], from: ["r", "m"] },
  ] : [
    { d: `M${r} ${top}V${product}H${m - RADIUS}`, to: ["m"], from: ["r"] },
    { d: `M${m} ${LINE}V${other - 7}M${m} ${other + 7}V${product - RADIUS}`, to: ["m"], carries: "h" },
    { d: `M${m} ${product + RADIUS}V${top}`, to: ["m"], from: ["r"] },
    { d: `M${side} ${cards[2].numbers[0].y}H${bend}V${sum}H${left}`, to: ["a_n"], from: ["m"], weight: "recurrent_kernel" },
  ];
  return {
    width: WIDTH, height: feed.height, cards, past: feed.past, below: feed.below, up: { x: UP },
    wires: [
      ...feed.wires,
      ...reset,
      { d: `M0 ${LINE}H${z - RADIUS}`, to: ["h"], carries: "h" },
      { d: `M${z + RADIUS} ${LINE}H${n - RADIUS}`, to: ["h"], from: ["z"], carries: "h" },
      { d: `M${n + RADIUS} ${LINE}H${NEXT_START}`, to: ["h"], from: ["z", "n"], carries: "h" },
      { d: `M${NEXT + CHIP.width / 2} ${LINE}H${WIDTH}`, to: ["h"], from: ["h_from_time"], carries: "h", ahead: true },
      { d: `M${UP} ${LINE}V4`, to: ["h"], from: ["h_from_depth"], up: true },
      { d: `M${z} ${top}V${LINE + RADIUS}`, to: ["h"], from: ["z"] },
      { d: `M${z} ${other}H${rest - 14}M${rest + 14} ${other}H${n - RADIUS}`, to: ["h"], from: ["z"] },
      { d: `M${n} ${top}V${other + RADIUS}`, to: ["h"], from: ["n"] },
      { d: `M${n} ${other - RADIUS}V${LINE + RADIUS}`, to: ["h"], from: ["n", "z"] },
    ],
    operators: [
      { x: z, y: LINE, sign: "⊙", to: ["h"], from: ["z"] },
      { x: rest, y: other, sign: "1 −", to: ["h"], from: ["z"] },
      { x: n, y: other, sign: "⊙", to: ["h"], from: ["n", "z"] },
      { x: n, y: LINE, sign: "+", to: ["h"], from: ["n", "z"] },
      { x: m, y: product, sign: "⊙", to: [after ? "a_n" : "m"], from: after ? ["r", "m"] : ["r"] },
    ],
    numbers: [{ quantity: "h", back: 1, x: PAST, y: LINE, labelled: true }, { quantity: "h", x: NEXT, y: LINE, labelled: true }],
    products: [
      { key: "interior.kept", x: (z + n) / 2, y: LINE - 15, anchor: "middle", factors: [["z", 0], ["h", 1]], of: "h" },
    ],
  };
}

/** @returns {Plan} */
function simple(gradients, applied) {
  const line = 60;
  const sum = card("a", 128, line - 38, 58, gradients, true);
  const feed = feeds(sum.top + sum.height, [sum], { fromPast: ["a"], fromBelow: ["a"], entry: 135 });
  const bend = 226;
  return {
    width: WIDTH, height: feed.height, cards: [sum], past: feed.past, below: feed.below, up: { x: 286 },
    wires: [
      ...feed.wires,
      { d: `M157 ${line}H${bend - 18}M${bend + 18} ${line}H${NEXT_START}`, to: ["h"], from: ["a"] },
      { d: `M286 ${line}V4`, to: ["h"], from: ["h_from_depth"], up: true },
      { d: `M${NEXT} ${line}H${WIDTH}`, to: ["h"], from: ["h_from_time"], ahead: true },
    ],
    operators: [{ x: bend, y: line, sign: applied || "=", to: ["h"], from: ["a"] }],
    numbers: [{ quantity: "h", x: NEXT, y: line, labelled: true }],
    products: [],
  };
}

/** The plan of a layer's cells, with room for gradients below the numbers or without; null where there is nothing inside. */
export function planOf({ type, reset_after: after = true }, applied, gradients) {
  if (type === "LSTM") return lstm(gradients);
  if (type === "GRU") return gru(gradients, after);
  return type === "SimpleRNN" ? simple(gradients, applied) : null;
}
