import { attrs, html, join, text } from "../dom.js";
import { fixed } from "../format.js";
import { words } from "../words.js";
import { sizeOf } from "./band.js";
import { together } from "./reading.js";

const HEADROOM = 2; // a meter shows twice its threshold, or what is larger

function drawMeter(row, { layer, singular_value: value, threshold, verdict }) {
  const most = Math.max(HEADROOM * threshold, value * 1.1);
  const share = (number) => `${(number / most) * 100}%`;
  const [name, meter, number] = row.children;
  text(name, words("gradients.layer", { layer }));
  attrs(meter, { "aria-valuenow": value, "aria-valuemin": 0, "aria-valuemax": most, "aria-valuetext": words("gradients.meter.layer", { layer, value: fixed(value, 2), threshold }), "aria-label": words("gradients.layer", { layer }), class: verdict === "may_explode" ? "meter above" : "meter" });
  meter.style.setProperty("--value", share(value));
  meter.style.setProperty("--threshold", share(threshold));
  text(meter.querySelector("span"), String(threshold));
  text(number, fixed(value, 2));
}

const createMeter = () => html("div", { class: "metered" }, html("span"), html("div", { role: "meter" }, html("i"), html("b"), html("span", { "aria-hidden": "true" })), html("output", { role: "presentation" }));

/** The recurrent kernels of the first network that is shown against their threshold, and what follows from it. */
export function mountMeters(root) {
  const [list, verdict, weights] = ["meters", "verdict", "weights"].map((name) => root.querySelector(`[data-part=${name}]`));
  return {
    draw(shown) {
      const { norms } = shown[shown.length - 1].key === "after" ? shown[shown.length - 1] : shown[0];
      const measured = norms.layers.flatMap(({ layer, meters }) => meters.filter(({ threshold }) => threshold !== null).map((meter) => ({ layer, ...meter })));
      join(list, measured, { key: ({ layer }) => layer, create: createMeter, update: drawMeter });
      const { verdict: what } = norms.layers[norms.layers.length - 1].meters[0];
      text(verdict, words(`gradients.verdict.${what}`));
      const [norm, clipped] = ["norm", "clipped"].map((which) => sizeOf(together(norms.weights.map((weight) => weight[which]))));
      text(weights, words("gradients.weights", { norm, clipped }));
    },
    takeDown() {
      list.replaceChildren();
    },
  };
}
