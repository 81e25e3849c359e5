import { attrs, fill, join, svg } from "../dom.js";
import { pieces, quantityName, turned, weightName } from "../names.js";
import { words } from "../words.js";
import { nameSpans } from "./picture.js";

/** @import { Notation } from "../names.js" */

const DOTS = [0.25, 0.5, 0.75];
const BESIDE = 11; // px between an upright edge and its label
const FLOWING = 1.15; // how much larger the style sheet writes what flows
const [DOTTED, ROOMY] = [26, 48]; // a shorter edge has no room for dots, or for one alone
const [WIDE, NARROW] = [0.44, 0.36]; // how wide a letter is, of the font's size, and one that is raised or lowered

const [SMALL, GROWTH] = [3.2, 5]; // px: a dot's radius where the flow starts, and how much larger one would be where it ends

/** Three dots on the way, or one, which grow with the flow, as colour and motion are not for everyone; the style sheet lets them travel there. Of the same serial they do so once. */
function drawDots(root, { x1, y1, x2, y2 }, flow, serial) {
  const room = Math.abs(x2 - x1) + Math.abs(y2 - y1);
  const dots = room < DOTTED ? [] : room < ROOMY ? [0.5] : DOTS;
  const travel = flow === "backward" ? -0.25 : 0.25;
  const style = `--dx: ${(x1 - x2) * travel}px; --dy: ${(y1 - y2) * travel}px`;
  join(root, isFlowing(flow) ? dots : [], {
    key: (k) => `${serial} ${k}`,
    create: () => svg("circle"),
    update: (node, k) => attrs(node, { cx: x1 + (x2 - x1) * k, cy: y1 + (y2 - y1) * k, r: SMALL + GROWTH * (flow === "backward" ? 0.75 - k : k - 0.25), style }),
  });
}

/** Is anything on its way along the edge? */
export const isFlowing = (flow) => flow !== "done" && flow !== "todo";

/** Makes the parts of an edge once; drawEdge fills them. */
export function createEdge() {
  const line = () => svg("line");
  return svg("g", {}, attrs(line(), { class: "reach" }), attrs(line(), { class: "line" }), svg("g", { class: "dots" }), svg("text"), svg("path", { class: "cross" }));
}

/** What an edge is called: its matrix, or the state that it carries as it is; and its address. */
function identity(/** @type {Notation} */ notation, { weight, carries, from }) {
  if (weight) return { name: weightName(notation, weight), address: `${weight.layer}/${weight.weight}` };
  return { name: quantityName(notation, { quantity: carries }), address: `${from.layer}/${from.timestep}/${carries}` };
}

/** The shape of a matrix as the notation has it: 3×2, or where vectors are columns 2×3. */
function sized(/** @type {Notation} */ notation, shape, { weight }) {
  const [rows, columns] = turned(notation, shape, weight);
  return words("shape", { rows, columns });
}

const tailOf = (name, size) => pieces(name).slice(1).map(({ text }) => text).join("") + (size ? ` ${size}` : "");

/** How wide a label is, of its font's size. */
const widthOf = (name, size, word = pieces(name)[0].text) => word.length * WIDE + tailOf(name, size).length * NARROW;

/** The label of an edge: W⁽²⁾, where its shape is asked for W⁽²⁾ 3×2; where the edge is too short for a long word in two lines, or none at all. */
function drawLabel(node, name, size, { x, y, room, font, under }) {
  const spans = nameSpans(name);
  const [head] = spans;
  const word = head.textContent ?? "";
  const fits = (letters) => widthOf(name, size, letters) * font <= room;
  const [, upper, lower] = /^(.+_)(.+)$/.exec(word) ?? [];
  if (!fits(word) && !(upper && fits(lower) && fits(upper))) return node.replaceChildren();
  const lines = fits(word) ? [] : [svg("tspan", { x, y: under ? y : y - font }, upper)];
  if (lines.length) attrs(head, { x, y: under ? y + font : y }).textContent = lower;
  return fill(node, ...lines, ...spans, ...(size ? [` ${size}`] : []));
}

/** Draws one use of a weight matrix, or a piece of the line of c. */
export function drawEdge(node, edge, { notation, flow, shape, font, serial, room }) {
  const { x1, y1, x2, y2, upright, broken, carries, under } = edge; // below a line of c the label stands under its edge
  const { name, address } = identity(notation, edge);
  const [reach, line, moving, label, cross] = node.children;
  const middle = { x: (x1 + x2) / 2, y: (y1 + y2) / 2 };
  attrs(node, { class: `edge ${broken ? "broken" : flow}${carries ? " memory" : ""}`, "data-address": address });
  attrs(reach, { x1, y1, x2, y2 });
  attrs(line, { x1, y1, x2, y2 });
  drawDots(moving, edge, flow, serial);
  const size = shape && sized(notation, shape, edge.weight);
  const right = BESIDE + widthOf(name, size) * font * FLOWING <= room; // else all stand left of their edges
  const place = upright ? { x: middle.x + (right ? BESIDE : -BESIDE), y: middle.y } : { x: middle.x, y: middle.y + (under ? 1 : -1) * (isFlowing(flow) ? 18 : 11) };
  attrs(label, { ...place, class: !upright ? "above" : right ? "beside" : "before" });
  drawLabel(label, name, size, { ...place, room: upright ? Infinity : Math.abs(x2 - x1) - 4, font, under });
  attrs(cross, { d: broken ? `M${middle.x - 7} ${middle.y - 7}l14 14m0 -14l-14 14` : null });
}
