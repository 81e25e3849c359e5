import { html, svg } from "../dom.js";
import { sizeOf } from "./band.js";

const HEIGHT = 72;
const LEAST = 0.3; // decades that are shown at least, so that factors near 1 stay small

/** Factors as bars from the line of 1, on a log scale: upward what lengthens, downward what shortens. The name says every number. */
export function bars(/** @type {number[]} */ factors, title) {
  const logs = factors.map((factor) => (factor > 0 ? Math.log10(factor) : -Infinity));
  const finite = logs.filter(Number.isFinite);
  const [low, high] = [Math.min(-LEAST, ...finite), Math.max(LEAST, ...finite)];
  const y = (log) => ((high - Math.max(low, log)) / (high - low)) * HEIGHT;
  const label = `${title}: ${factors.map(sizeOf).join("; ")}`;
  const width = 100 / factors.length;
  const drawn = svg("svg", { role: "img", "aria-label": label, height: HEIGHT, width: "100%", class: "bars" },
    logs.map((log, i) => svg("rect", { x: `${i * width}%`, width: `${width * 0.8}%`, y: Math.min(y(log), y(0)), height: Math.max(1.5, Math.abs(y(log) - y(0))), rx: 1.5 }, svg("title", {}, sizeOf(factors[i])))),
    svg("line", { x1: 0, x2: "100%", y1: y(0), y2: y(0) }));
  const most = Math.max(...factors);
  const least = Math.min(...factors);
  return html("figure", { class: "gains" }, html("figcaption", {}, title), drawn, html("p", { class: "muted" }, `${sizeOf(least)} … ${sizeOf(most)}`));
}
