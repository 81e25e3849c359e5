import { attrs, html, mark, text } from "../dom.js";
import { setField } from "../fields.js";
import { fixed } from "../format.js";
import { createLatest } from "../latest.js";
import { same } from "../memo.js";
import { listen, undoAll } from "../store.js";
import { words } from "../words.js";
import { getCliff, getDescent } from "./answers.js";
import { sized, trace } from "./canvas.js";
import { inks } from "./colours.js";
import { palette } from "../scales.js";

const PACES = 200;
const SIZE = 380; // px at most, each way
const STEEP = 0.4; // the power by which small errors are told apart

const mostOf = (/** @type {Float32Array} */ errors) => errors.reduce((a, b) => Math.max(a, b), 0);

/** The surface as a picture: the larger the error, the nearer to the ink. */
function picture(/** @type {{error: Float32Array, points: number}} */ { error, points }) {
  const { surface, ink } = palette();
  const most = mostOf(error);
  const image = new ImageData(points, points);
  for (let row = 0; row < points; row += 1) {
    for (let column = 0; column < points; column += 1) {
      const share = 0.75 * (error[(points - 1 - row) * points + column] / most) ** STEEP; // b grows upward
      const at = 4 * (row * points + column);
      for (let part = 0; part < 3; part += 1) image.data[at + part] = surface[part] + (ink[part] - surface[part]) * share;
      image.data[at + 3] = 255;
    }
  }
  const canvas = Object.assign(document.createElement("canvas"), { width: points, height: points });
  /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).putImageData(image, 0, 0);
  return canvas;
}

/** The surface with its axes, from end to end, and what its shades mean. */
function plot(canvas, w, b, most) {
  const beside = (kind, ...parts) => html("div", { class: kind, "aria-hidden": "true" }, parts.map((part) => (typeof part === "string" ? html("span", {}, part) : part)));
  return html("div", { class: "plot" },
    beside("axis b", fixed(b.high, 1), "b", fixed(b.low, 1)), canvas,
    beside("axis w", fixed(w.low, 1), "w", fixed(w.high, 1)),
    beside("shades", `${words("gradients.error")} 0`, html("i"), fixed(most, 2)));
}

const slider = (part, name, low, high, step) => html("label", { class: "knob" }, html("span", {}, name), html("output", { role: "presentation" }),
  html("input", { type: "range", "data-part": part, "aria-label": name, min: low, max: high, step }));

const lineOf = (key, { errors, left }, pace) => {
  const paces = Math.min(pace, errors.length - 1);
  return left && paces === errors.length - 1 ? words("gradients.walk.left", { paces }) : words("gradients.walk", { paces, error: fixed(errors[paces], 4) });
};

/** The error surface with its cliff, and two descents that walk on it from a place that a person chooses. */
export async function mountCliff(figure, { settings, change, failed }) {
  const surface = await getCliff();
  const points = surface.w.length;
  const [w, b] = [surface.w, surface.b].map((axis) => ({ low: axis[0], high: axis[points - 1] }));
  const canvas = html("canvas", { role: "img", "aria-label": words("gradients.cliff.name"), class: "surface" });
  const told = [["free", words("gradients.free")], ["clipped", words("gradients.clipped")]]
    .map(([kind, name]) => html("p", { class: `walk ${kind}` }, html("i", { "aria-hidden": "true" }), html("span", {}, name), html("output", { role: "presentation" })));
  const knobs = [slider("pace", words("gradients.pace"), 0, PACES, 1), slider("w", words("gradients.at.w"), w.low, w.high, 0.01), slider("b", words("gradients.at.b"), b.low, b.high, 0.01), slider("rate", words("gradients.rate"), 0.01, 0.2, 0.01)];
  const fault = html("p", { class: "fault", role: "alert", hidden: true });
  figure.replaceChildren(plot(canvas, w, b, mostOf(surface.error)), html("div", {}, told, knobs, fault));
  let base = picture({ error: surface.error, points });
  let walks = null;
  let asked = null; // where the walks begin, and how far a pace goes

  const place = ([x, y]) => [((x - w.low) / (w.high - w.low)) * SIZE, (1 - (y - b.low) / (b.high - b.low)) * SIZE];

  function draw() {
    const { pace } = settings();
    for (const { children: [, output, input] } of knobs) {
      const { part } = input.dataset;
      setField(input, settings()[part]);
      text(output, fixed(settings()[part], part === "pace" ? 0 : 2));
    }
    const context = sized(canvas, SIZE, SIZE);
    const { ink, backward, surface: paper } = inks();
    context.drawImage(base, 0, 0, SIZE, SIZE);
    const wall = Array.from({ length: surface.wall.length / 2 }, (_, i) => place([surface.wall[2 * i], surface.wall[2 * i + 1]]));
    trace(context, wall, { colour: backward, width: 1, dash: [3, 4] });
    if (!walks) return;
    ["free", "clipped"].forEach((kind, i) => {
      const way = walks[kind].points.slice(0, pace + 1).map(place);
      trace(context, way, { colour: paper, width: 4 });
      trace(context, way, { colour: kind === "free" ? backward : ink, width: 2 });
      const [x, y] = way[way.length - 1];
      context.beginPath();
      context.arc(x, y, 4, 0, 2 * Math.PI);
      context.fillStyle = kind === "free" ? backward : ink;
      context.fill();
      text(told[i].lastElementChild, lineOf(kind, walks[kind], pace));
    });
  }

  const walk = createLatest(async (query) => {
    walks = await getDescent({ ...query, threshold: 1, paces: PACES });
    mark(fault, null);
    draw();
  }, (error) => {
    asked = null; // what failed is asked again
    failed(error);
    mark(fault, error.message);
  });
  return {
    follow() {
      const { w: wide, b: high, rate } = settings();
      const now = [wide, high, rate];
      if (!same(asked, now)) walk({ w: wide, b: high, rate });
      asked = now;
      draw();
    },
    redraw() {
      base = picture({ error: surface.error, points });
      draw();
    },
    takeDown: undoAll([
      listen(figure, "input", ({ target }) => change({ [target.dataset.part]: Number(target.value) })),
      listen(canvas, "click", ({ offsetX, offsetY }) => {
        const share = canvas.clientWidth;
        change({ w: Number((w.low + (offsetX / share) * (w.high - w.low)).toFixed(2)), b: Number((b.high - (offsetY / share) * (b.high - b.low)).toFixed(2)) });
      }),
    ]),
  };
}
