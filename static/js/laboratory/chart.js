import { svg } from "../dom.js";
import { fixed } from "../format.js";

const [WIDTH, HEIGHT] = [440, 240];
const MARGIN = { left: 44, right: 12, top: 12, bottom: 30 };

/** A line of a chart: its points, and how it is drawn. @typedef {{points: number[][], kind: string}} Line */

/** The places of an axis that are named: so far apart, from its beginning on. */
const named = (low, high, apart) => Array.from({ length: Math.floor((high - low) / apart) + 1 }, (_, i) => low + i * apart);

/**
 * Lines over two axes that are named at a few places.
 *
 * @param {{label: string, x: [number, number], y: [number, number], every: [number, number], lines: Line[], marks?: number[][], rule?: number, axes: [string, string], tick: (value: number) => string}} chart
 */
export function chart({ label, x: [left, right], y: [bottom, top], every, lines, marks = [], rule, axes, tick }) {
  const x = (value) => MARGIN.left + ((value - left) / (right - left)) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value) => HEIGHT - MARGIN.bottom - ((Math.max(bottom, Math.min(top, value)) - bottom) / (top - bottom)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const path = ({ points }) => points.map(([a, b], i) => `${i ? "L" : "M"}${x(a).toFixed(1)} ${y(b).toFixed(1)}`).join("");
  return svg("svg", { role: "img", "aria-label": label, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "chart" },
    named(bottom, top, every[1]).map((value) => svg("g", {}, svg("line", { class: "hair", x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: y(value), y2: y(value) }), svg("text", { x: MARGIN.left - 6, y: y(value) + 4, "text-anchor": "end" }, tick(value)))),
    named(left, right, every[0]).map((value) => svg("text", { x: x(value), y: HEIGHT - MARGIN.bottom + 16, "text-anchor": "middle" }, fixed(value, 0))),
    rule !== undefined && svg("line", { class: "rule", x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: y(rule), y2: y(rule) }),
    lines.map((line) => svg("path", { class: `line ${line.kind}`, d: path(line) })),
    marks.map(([a, b]) => svg("circle", { class: "mark", cx: x(a), cy: y(b), r: 5 })),
    svg("text", { x: WIDTH - MARGIN.right, y: HEIGHT - 2, "text-anchor": "end", class: "axis" }, axes[0]),
    svg("text", { x: 2, y: MARGIN.top, class: "axis" }, axes[1]));
}
