import { fixed } from "../format.js";
import { arrangement, partsOf } from "../heat.js";
import { palette, signRgb, signed } from "../scales.js";
import { eraseCell, inksOf, paintCell } from "./pixels.js";

const LEGIBLE = { normal: [36, 13], phone: [36, 13], projector: [52, 19] }; // the least room for a number
const FONTS = "ui-sans-serif, system-ui, 'Segoe UI', Inter, Roboto, 'DejaVu Sans', sans-serif";

/** Writes the numbers of a part of a cell over its rectangles, where there is room for them. */
function writeNumbers(context, box, numbers, moved, gradient, { kind, profile }, colours) {
  const { rows, columns } = arrangement(numbers.length, box);
  const [width, height] = [box.width / columns, box.height / rows];
  const [wide, high] = LEGIBLE[kind];
  if (width < wide || height < high) return;
  context.font = `500 ${profile.font}px ${FONTS}`;
  numbers.forEach((value, unit) => {
    const [x, y] = [box.x + (unit % columns) * width, box.y + Math.floor(unit / columns) * height];
    const inside = { x: x + 1, y: y + 1, width: width - 2, height: height - 2 };
    if (gradient) outline(context, inside, colours);
    if (moved?.(unit)) dash(context, inside, colours);
    context.fillStyle = gradient ? colours.ink : signed(value).ink;
    context.fillText(fixed(value, 2), x + width / 2, y + height / 2 + 1);
  });
}

/** A gradient's number stands on plain ground with a magenta edge, as in the small grid. */
function outline(context, box, { ink, ground }) {
  context.fillStyle = ground;
  context.fillRect(box.x, box.y, box.width, box.height);
  context.strokeStyle = ink;
  context.strokeRect(box.x + 0.75, box.y + 0.75, box.width - 1.5, box.height - 1.5);
}

/** A number that an edit has changed, as in the small grid. */
function dash(context, { x, y, width, height }, { changed }) {
  context.setLineDash([3, 2]);
  context.strokeStyle = changed;
  context.strokeRect(x + 0.75, y + 0.75, width - 1.5, height - 1.5);
  context.setLineDash([]);
}

const scaled = ({ x, y, width, height }, scale) => ({ x: x * scale, y: y * scale, width: width * scale, height: height * scale });
const css = (rgb) => `rgb(${rgb.join(" ")})`;

/** Paints cells on a canvas that covers the window of the heat map: all of them, or those that changed. */
export function createPainter(/** @type {HTMLCanvasElement} */ canvas) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  let image = null;
  let data = null;
  let inks = null;
  let colours = null;

  /** Makes room for the window, empty. */
  function clear({ width, height }, scale) {
    [canvas.width, canvas.height] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
    image = context.createImageData(canvas.width, canvas.height);
    data = new Uint32Array(image.data.buffer);
    Object.assign(context, { textAlign: "center", textBaseline: "middle", lineWidth: 1.5 });
  }

  /** Shows a box of the image, with what stands around it. */
  function handOver(box, scale) {
    const border = Math.ceil(2 * scale);
    const left = Math.max(0, Math.floor(box.x) - border);
    const top = Math.max(0, Math.floor(box.y) - border);
    const [width, height] = [Math.min(canvas.width, Math.ceil(box.x + box.width) + border) - left, Math.min(canvas.height, Math.ceil(box.y + box.height) + border) - top];
    if (width > 0 && height > 0) context.putImageData(image, 0, 0, left, top, width, height);
  }

  /** The numbers of cells that are large enough, clipped to where cells are shown. */
  function write(cells, at, clip, scale) {
    context.save();
    context.scale(scale, scale);
    context.beginPath();
    context.rect(clip.left, clip.top, clip.right - clip.left, clip.bottom - clip.top);
    context.clip();
    for (const { box, values, gradients, moved = [] } of cells) {
      const [first, second] = partsOf(box, at.gradients);
      if (values) writeNumbers(context, first, values, moved[0], false, at, colours);
      if (gradients) writeNumbers(context, second, gradients, moved[1], true, at, colours);
    }
    context.restore();
  }

  return {
    /** The colours of the theme in force, from now on. */
    recolour() {
      const { backward, surface, ink } = palette();
      inks = inksOf(signRgb, palette());
      colours = { ink: css(backward), ground: css(surface), changed: css(ink) };
    },
    clear,
    /** Paints these cells, each with its box in px of the window; `whole`: they are all that there is to see. Returns how many rectangles that were. */
    paint(cells, at, clip, scale, whole) {
      const [left, top, right, bottom] = [clip.left, clip.top, clip.right, clip.bottom].map((edge) => Math.round(edge * scale));
      if (whole) data.fill(0);
      const target = { data, width: image.width, clip: { left, top, right, bottom } };
      const painted = cells.reduce((sum, cell) => {
        const box = scaled(cell.box, scale);
        if (!whole) eraseCell(target, box, scale);
        const count = paintCell(target, box, cell, { scale, gradients: at.gradients, inks });
        if (!whole) handOver(box, scale);
        return sum + count;
      }, 0);
      if (whole) context.putImageData(image, 0, 0);
      write(cells, at, clip, scale);
      return painted;
    },
  };
}
