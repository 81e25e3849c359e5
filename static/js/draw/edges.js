import { attrs, join, svg, text } from "../dom.js";
import { notation, weightName } from "../notation.js";
import { words } from "../words.js";

const DOTS = [0.25, 0.5, 0.75];
const DOTTED = 26; // a shorter edge has no room for dots

/** Three dots on the way; the style sheet lets them travel there from where the flow starts. Of the same serial they do so once. */
function drawDots(root, { x1, y1, x2, y2 }, flow, serial) {
  const room = Math.abs(x2 - x1) + Math.abs(y2 - y1) >= DOTTED;
  const travel = flow === "backward" ? -0.25 : 0.25;
  const style = `--dx: ${(x1 - x2) * travel}px; --dy: ${(y1 - y2) * travel}px`;
  join(root, room && isFlowing(flow) ? DOTS : [], {
    key: (k) => `${serial} ${k}`,
    create: () => svg("circle"),
    update: (node, k) => attrs(node, { cx: x1 + (x2 - x1) * k, cy: y1 + (y2 - y1) * k, r: k === 0.5 ? 5.5 : 4, style }),
  });
}

/** W⁽²⁾, or where its shape is asked for W⁽²⁾ 3×2. */
function edgeLabel(weight, shape) {
  const name = weightName(weight);
  return shape ? words("shape", { name, rows: shape[0], columns: shape[1] }) : name;
}

/** Is anything on its way along the edge? */
export const isFlowing = (flow) => flow !== "done" && flow !== "todo";

/** Makes the parts of an edge once; drawEdge fills them. */
export function createEdge() {
  const line = () => svg("line");
  return svg("g", {}, attrs(line(), { class: "reach" }), attrs(line(), { class: "line" }), svg("g", { class: "dots" }), svg("text"), svg("path", { class: "cross" }));
}

/** What an edge is called: its matrix, or the state that it carries as it is; and its address. */
function identity({ weight, carries, from }, shape) {
  if (weight) return { name: edgeLabel(weight, shape), address: `${weight.layer}/${weight.weight}` };
  return { name: notation.symbols[carries], address: `${from.layer}/${from.timestep}/${carries}` };
}

/** Draws one use of a weight matrix, or a piece of the line of c. */
export function drawEdge(node, edge, { flow, shape, font, serial }) {
  const { x1, y1, x2, y2, upright, broken, carries, under } = edge; // below a line of c the label stands under its edge
  const { name, address } = identity(edge, shape);
  const [reach, line, moving, label, cross] = node.children;
  const middle = { x: (x1 + x2) / 2, y: (y1 + y2) / 2 };
  attrs(node, { class: `edge ${broken ? "broken" : flow}${carries ? " memory" : ""}`, "data-address": address });
  attrs(reach, { x1, y1, x2, y2 });
  attrs(line, { x1, y1, x2, y2 });
  drawDots(moving, edge, flow, serial);
  attrs(label, upright ? { x: middle.x + 11, y: middle.y, class: "beside" } : { x: middle.x, y: middle.y + (under ? 1 : -1) * (isFlowing(flow) ? 18 : 11), class: "above" });
  const room = Math.abs(x2 - x1) - 4;
  text(label, upright || name.length * font * 0.38 <= room ? name : "");
  attrs(cross, { d: broken ? `M${middle.x - 7} ${middle.y - 7}l14 14m0 -14l-14 14` : null });
}
