import { html, text } from "../dom.js";
import { setField } from "../fields.js";
import { fixed } from "../format.js";
import { createLatest } from "../latest.js";
import { listen } from "../store.js";
import { words } from "../words.js";
import { getBifurcation, getLinear } from "./answers.js";
import { chart } from "./chart.js";

const [LOW, HIGH] = [-6, 8]; // decades of the linear case
const CURVES = ["x", "slope", "curvature"];
const POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

const decade = (power) => `10${power < 0 ? "⁻" : ""}${[...String(Math.abs(Math.round(power)))].map((digit) => POWERS[Number(digit)]).join("")}`;

/** Which lines are which, beside a chart. */
export const legend = (/** @type {[string, string][]} */ entries) => html("p", { class: "legend-of" }, entries.map(([kind, name]) => html("span", { class: `named ${kind}` }, html("i", { "aria-hidden": "true" }), name)));

/** The powers of w, with slope and curvature, on a log scale. */
function drawLinear(w, answer) {
  const logs = (numbers) => numbers.flatMap((number, t) => (number === 0 ? [] : [[t, Math.log10(Math.abs(number))]])).filter(([, log]) => log >= LOW && log <= HIGH);
  const lines = CURVES.map((curve) => ({ kind: curve, points: logs(answer[curve]) }));
  const label = words("gradients.linear.name", { w: fixed(w, 2) });
  return [
    chart({ label, x: [0, answer.x.length - 1], y: [LOW, HIGH], every: [10, 2], lines, rule: 0, axes: ["t", ""], tick: decade }),
    legend(CURVES.map((curve) => [curve, words(`gradients.curve.${curve}`)])),
  ];
}

/** Every state that the unit can be in, cut where what is stable changes. */
function drawBifurcation(w, { x, b, stable, folds }) {
  const lines = [];
  x.forEach((state, i) => {
    const kind = stable[i] ? "x" : "unstable";
    if (lines.at(-1)?.kind === kind) lines.at(-1).points.push([b[i], state]);
    else lines.push({ kind, points: [...(lines.length ? [lines.at(-1).points.at(-1)] : []), [b[i], state]] });
  });
  const seen = lines.map(({ kind, points }) => ({ kind, points: points.filter(([at]) => at >= -4 && at <= 0) })).filter(({ points }) => points.length);
  const [one, two] = folds;
  const told = one && two ? words("gradients.folds", { first: fixed(one.b, 4), second: fixed(two.b, 4) }) : words("gradients.folds.none");
  return [
    chart({ label: words("gradients.bifurcation.name", { w: fixed(w, 2) }), x: [-4, 0], y: [-4, 4], every: [1, 2], lines: seen, marks: folds.map((fold) => [fold.b, fold.x]), axes: ["b", "x"], tick: (value) => fixed(value, 0) }),
    html("p", {}, told),
  ];
}

/** A study with one slider, the recurrent weight, and one drawing. */
const mountWeight = (name, { low, high, step, ask, draw }) => (figure, { settings, change, failed }) => {
  const input = html("input", { type: "range", "aria-label": words("gradients.weight"), min: low, max: high, step });
  const output = html("output", { role: "presentation" });
  const drawing = html("div");
  let asked = NaN;
  figure.replaceChildren(drawing, html("label", { class: "knob" }, html("span", {}, words("gradients.weight")), output, input));
  const show = createLatest(async (w) => drawing.replaceChildren(...draw(w, await ask(w))), (error) => {
    asked = NaN; // what failed is asked again
    failed(error);
  });
  return {
    follow() {
      const w = settings()[name];
      setField(input, w);
      text(output, fixed(w, 2));
      if (w !== asked) show(w);
      asked = w;
    },
    takeDown: listen(input, "input", () => change({ [name]: Number(input.value) })),
  };
};

export const mountLinear = mountWeight("linear", { low: 0.8, high: 1.3, step: 0.01, ask: getLinear, draw: drawLinear });
export const mountBifurcation = mountWeight("bifurcation", { low: 2, high: 8, step: 0.1, ask: getBifurcation, draw: drawBifurcation });
