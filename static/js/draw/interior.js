import { svg } from "../dom.js";
import { exact, fixed } from "../format.js";
import { quantityName } from "../names.js";
import { signed } from "../scales.js";
import { addressText } from "../trace.js";
import { words } from "../words.js";
import { CHIP, STRIP, operatorRadius } from "./interior-plans.js";
import { label, nameSpans, symbolName } from "./picture.js";

/** @import { Card, Num, Plan } from "./interior-plans.js" */
/** @import { Notation } from "../names.js" */

/**
 * What the drawing asks of the cell: a number and its gradient by quantity and timesteps back, and what happens at a quantity now.
 *
 * @typedef {{notation: Notation, layer: string, timestep: number, unit: number, open: string, phase: string | null, quantity: string | null, gradients: boolean,
 *   value: (quantity: string, back?: number) => number | null, gradient: (quantity: string, back?: number) => number | null,
 *   vectors: {past: {address: any, values: ArrayLike<number> | null}, below: {address: any, values: ArrayLike<number> | null, name: string}},
 *   above: string | null, ahead: boolean, applied: (part: string) => string}} Cell
 */

/** Does something pass here at this step? A whole cell passes everywhere. */
function passes(/** @type {Cell} */ { phase, quantity }, { to = [], from = [] }) {
  if (phase === null) return null;
  if (quantity === null) return phase;
  return (phase === "forward" ? to : from).includes(quantity) ? phase : null;
}

function drawWire(cell, wire) {
  const flow = passes(cell, wire);
  const done = wire.to.every((quantity) => cell.value(quantity) !== null);
  const state = flow ? `${flow}${cell.quantity ? "" : " whole"}` : done ? "done" : "todo";
  const address = wire.weight ? `${cell.layer}/${wire.weight}` : null;
  return svg("path", { d: wire.d, class: `wire ${state}${wire.carries ? " line" : ""}`, pathLength: flow && cell.quantity ? 1 : null, "data-address": address });
}

function drawOperator(cell, operator) {
  const { x, y, sign } = operator;
  const flow = passes(cell, operator);
  const long = sign.length > 1;
  return svg("g", { class: `operator${flow ? ` now ${flow}` : ""}` }, svg("circle", { cx: x, cy: y, r: operatorRadius(sign) }), label(sign, { x, y, class: long ? "word" : "sign" }));
}

/** A number in the colour of its sign, or its gradient in an outline; an empty well before its step. */
function chip({ x, y }, value, name, address, now) {
  const box = { x: x - CHIP.width / 2, y: y - CHIP.height / 2, ...CHIP, rx: 6 };
  if (value === null) return name === "gradient" ? [] : [svg("rect", { ...box, class: "well" })];
  const { fill, ink } = name === "gradient" ? { fill: null, ink: null } : signed(value);
  return [svg("g", { class: `number ${name}${now ? " now" : ""}`, "data-address": addressText(address) },
    svg("title", {}, exact(value)), svg("rect", { ...box, style: fill && `fill: ${fill}` }), svg("text", { x, y, style: ink && `fill: ${ink}` }, fixed(value, 2)))];
}

/** The name of a number above its middle; one with a long index starts further left. */
function nameAbove(name, { x, y }) {
  const long = Math.max(0, name[0].high.join("").length - 3) * 4;
  return symbolName(name, { x: x - 11 - long, y: y - 20 }, 0.82);
}

/** A number of the cell, below it its gradient. */
function drawNumber(/** @type {Cell} */ cell, /** @type {Num} */ { quantity, back = 0, x, y, labelled }) {
  const { layer, timestep, unit } = cell;
  const at = { layer, timestep: timestep - back, quantity, unit };
  const now = back === 0 && cell.quantity === quantity;
  const parts = { h: ["h", "h_from_depth", "h_from_time"] }[quantity] ?? [quantity];
  return [
    ...(labelled ? [nameAbove(quantityName(cell.notation, { layer, timestep: timestep - back, quantity }), { x, y })] : []),
    ...chip({ x, y }, cell.value(quantity, back), "value", at, now && cell.phase === "forward"),
    ...(cell.gradients ? chip({ x, y: y + CHIP.height + 2 }, cell.gradient(quantity, back), "gradient", { ...at, gradient: true },
      back === 0 && cell.phase === "backward" && parts.includes(cell.quantity)) : []),
  ];
}

function drawCard(/** @type {Cell} */ cell, /** @type {Card} */ { part, x, top, width, height, numbers, applied, named }) {
  const inside = numbers.map(({ quantity }) => quantity);
  const now = cell.phase !== null && (cell.quantity === null || inside.includes(cell.quantity));
  const known = numbers.some(({ quantity }) => cell.value(quantity) !== null);
  const name = part === "a" ? [] : [label(words(`gate.${part}`), { x, y: named, class: "name" })];
  return svg("g", { class: `gate${now ? ` now ${cell.phase}` : ""}${known ? "" : " todo"}${cell.open === part ? " open" : ""}`, "data-gate": part },
    svg("rect", { x: x - width / 2, y: top, width, height, rx: 11, class: "frame" }),
    label(nameSpans(quantityName(cell.notation, { quantity: part })), { x, y: top + 16, class: "letter" }),
    ...(applied ? [label(cell.applied(part), { ...applied, class: "applied" })] : []),
    ...numbers.flatMap((number) => drawNumber(cell, number)), ...name);
}

/** A vector as a strip of colours: what every gate reads, all units of it. */
function drawStrip({ x, y }, { address, values }) {
  const box = { x: x - STRIP.width / 2, y: y - STRIP.height / 2, ...STRIP, rx: 4 };
  const wide = STRIP.width / (values?.length ?? 1);
  const bars = Array.from(values ?? [], (value, i) => svg("rect", {
    x: box.x + i * wide, y: box.y, width: wide, height: STRIP.height, style: `fill: ${signed(value).fill}`, "data-address": addressText({ ...address, unit: i + 1 }) }));
  return svg("g", { class: "strip-of-units", "data-address": addressText(address) }, ...bars, svg("rect", { ...box, class: values ? "outline" : "well" }));
}

/** A product on its way, in words: what is kept of the memory, what is let in. */
function drawProduct(cell, { key, x, y, anchor, factors, of }) {
  const values = factors.map(([quantity, back]) => cell.value(quantity, back));
  if (cell.value(of) === null || values.includes(null)) return [];
  return [label(words(key, { value: fixed(values.reduce((product, value) => product * value, 1), 2) }), { x, y, class: "product", "text-anchor": anchor })];
}

/** Draws the inside of a cell into an svg element. */
export function drawInterior(root, /** @type {Plan} */ plan, /** @type {Cell} */ cell) {
  const { past, below } = cell.vectors;
  const still = (wire) => passes(cell, wire) === null;
  const wires = plan.wires.filter(({ ahead, up }) => !(ahead && !cell.ahead) && !(up && cell.above === null));
  const ordered = [...wires.filter(still), ...wires.filter((wire) => !still(wire))]; // what flows lies over what does not
  root.replaceChildren(
    ...ordered.map((wire) => drawWire(cell, wire)),
    ...plan.operators.map((operator) => drawOperator(cell, operator)),
    ...plan.cards.map((card) => drawCard(cell, card)),
    ...plan.numbers.flatMap((number) => drawNumber(cell, number)),
    ...plan.products.flatMap((product) => drawProduct(cell, product)),
    drawStrip(plan.past, past),
    nameAbove(quantityName(cell.notation, past.address), plan.past),
    drawStrip(plan.below, below),
    label(below.name, { x: plan.below.x + STRIP.width / 2 + 8, y: plan.below.y, class: "name", "text-anchor": "start" }),
    cell.above === null ? "" : label(cell.above, { x: plan.up.x - 7, y: 8, class: "name", "text-anchor": "end" }),
  );
}
