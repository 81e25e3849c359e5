import { numbered } from "../geometry.js";
import { signed, signRgb, strength } from "../scales.js";
import { svg } from "../dom.js";
import { fixed } from "../format.js";
import { pieces } from "../names.js";

/** @import { Mark, Name } from "../names.js" */

/** A piece of text in the picture, or the spans of a name. */
export function label(words, values) {
  return svg("text", values, words);
}

const BADGE = 9; // px: the radius

/** The number under which a cell stands beside others, on its corner; [] where it is not kept. */
export const badge = (kept, { x, y }) => (kept ? [svg("g", { class: "badge-of" }, svg("circle", { cx: x, cy: y, r: BADGE }), label(String(kept), { x, y }))] : []);

const WIDE = /[\p{Lu}m]/u;

/** A name with what stands high and low beside it, one above the other: h, a_i, tanh c; `scale` 1 is the size of the active cell's name. */
export function symbolName(/** @type {Name} */ [mark], { x, y }, scale = 1) {
  const { before, letter, low, high } = /** @type {Mark} */ (mark);
  const start = before ? x + before.length * 9 * scale : x;
  const room = (scale === 1 ? 11 : 13) + (WIDE.test(letter) ? 6 : 0); // a small letter is wider for its size
  const part = (words, dx, dy, name) => svg("text", { x: start + dx * scale, y: y + dy * scale, class: name }, words);
  return svg("g", { class: scale === 1 ? "state-name" : "state-name small" },
    ...(before ? [svg("text", { x, y, class: "function" }, before)] : []),
    part(letter, 0, 0, "letter"), part(high.join(""), room, -9, "index"), part(low.join(","), room, 5, "index"));
}

const LOW = 3; // px that a low piece of a line of text stands lower
const SHIFTS = { low: LOW, high: -LOW };

/** A name within a line of text, as spans that start where the one before ends. */
export function nameSpans(/** @type {Name} */ name) {
  let height = 0;
  return pieces(name).map(({ text, place }) => {
    const wanted = place ? SHIFTS[place] : 0;
    const dy = wanted - height;
    height = wanted;
    return svg("tspan", { class: place ?? null, dy: dy || null }, text);
  });
}

/** One picture for many numbers: a pixel each, enlarged without smoothing. */
export function mosaic(values, box, paint) {
  const rows = Math.max(1, Math.round(Math.sqrt((values.length * box.height) / box.width)));
  const columns = Math.ceil(values.length / rows);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [columns, rows];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(columns, rows);
  values.forEach((value, i) => image.data.set(paint(value), i * 4));
  context.putImageData(image, 0, 0);
  return svg("image", { ...box, href: canvas.toDataURL(), preserveAspectRatio: "none", class: "mosaic" });
}

const frame = (box, values) => svg("rect", { ...box, rx: 6, ...values });

/** A number in its box, with the address that pointing at it means. */
function numberBox(box, value, /** @type {{name: string, address: string, fill?: string, ink?: string}} */ { name, address, fill, ink }) {
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  return svg("g", { class: `number ${name}`, "data-address": address },
    frame(box, fill ? { style: `fill: ${fill}` } : {}),
    svg("text", { ...middle, style: ink ? `fill: ${ink}` : null }, fixed(value, 2)));
}

/** Many numbers in one picture, with the address of all. */
const whole = (values, box, address, paint) => svg("g", { class: "whole", "data-address": address }, mosaic(values, box, paint), svg("rect", { ...box, class: "edge-of" }));

/** The values of a cell: numbers in their colours, or a mosaic of many; empty wells before their step. */
export function valuePicture(boxes, values, units, address) {
  if (!values) return boxes.map((box) => frame(box, { class: "well" }));
  if (!numbered(units)) return [whole(values, boxes[0], address, (value) => [...signRgb(value), 255])];
  return boxes.map((box, i) => numberBox(box, values[i], { name: "value", ...signed(values[i]), address: `${address}/${i + 1}` }));
}

/** The gradients of a cell, right of its values: outlined numbers, or a mosaic of their magnitudes. */
export function gradientPicture(boxes, values, units, address, rgb) {
  const beside = boxes.map((box) => ({ ...box, x: box.x + box.width + 6 }));
  if (!values) return [];
  if (!numbered(units)) {
    const largest = Math.max(...Array.from(values, Math.abs));
    return [whole(values, beside[0], `d/${address}`, (value) => [...rgb, 255 * strength(Math.abs(value), largest)])];
  }
  return beside.map((box, i) => numberBox(box, values[i], { name: "gradient", address: `d/${address}/${i + 1}` }));
}
