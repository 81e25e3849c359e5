/** A heat map as pixels: cells, and in them a rectangle per unit. Numbers in, numbers out; the canvas gets the result. */

import { arrangement, partsOf } from "../heat.js";
import { strength } from "../scales.js";

const SHADES = 255;
const FRAMED = 24; // px: a narrower cell has no room for a border

/** A colour as the pixel of an image: every processor that runs a browser keeps its bytes in this order. */
const pixel = ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

const mix = (over, under, share) => over.map((part, i) => Math.round(under[i] + (part - under[i]) * share));

/** The pixels of a theme: one for each shade of the signs, from −1 to 1, and of the gradients, from nothing to the largest. */
export function inksOf(signRgb, { surface, sunken, line, ink, backward }) {
  const shades = Array.from({ length: SHADES + 1 }, (_, i) => i / SHADES);
  return {
    signs: Uint32Array.from(shades, (share) => pixel(signRgb(share * 2 - 1))),
    strengths: Uint32Array.from(shades, (share) => pixel(mix(backward, surface, share))),
    well: pixel(sunken), line: pixel(line), surface: pixel(surface), ink: pixel(ink),
  };
}

const signShade = (value) => Math.round(((value < -1 ? -1 : value > 1 ? 1 : value) + 1) * 0.5 * SHADES);

/** Fills a rectangle, given by its edges in whole pixels, as far as it lies in the image. */
function fill({ data, width, clip }, left, top, right, bottom, ink) {
  const from = Math.max(left, clip.left);
  const to = Math.min(right, clip.right);
  if (from >= to) return;
  const last = Math.min(bottom, clip.bottom);
  for (let y = Math.max(top, clip.top); y < last; y += 1) {
    const end = y * width + to;
    for (let at = y * width + from; at < end; at += 1) data[at] = ink; // most rectangles are a few pixels wide: fill() costs more than it saves
  }
}

/** A rectangle per unit; `inkOf` says its pixel. Returns how many of them got one at least. */
function fillUnits(image, box, units, inkOf) {
  const { rows, columns } = arrangement(units, box);
  const { x, y, width, height } = box;
  let painted = 0;
  for (let row = 0; row < rows; row += 1) {
    const top = Math.round(y + (row * height) / rows);
    const bottom = Math.round(y + ((row + 1) * height) / rows);
    for (let column = 0; column < columns && top < bottom; column += 1) {
      const unit = row * columns + column;
      const left = Math.round(x + (column * width) / columns);
      const right = Math.round(x + ((column + 1) * width) / columns);
      if (unit >= units || left >= right) continue;
      fill(image, left, top, right, bottom, inkOf(unit));
      painted += 1;
    }
  }
  return painted;
}

const UNDER = 2; // px: how thick the line under numbers that an edit has changed

/** The line under a part of a cell where an edit has changed a number of it. */
function underline(image, { x, y, width, height }, units, moved, { scale, inks }) {
  if (!moved || !Array.from({ length: units }, (_, unit) => unit).some(moved)) return;
  const top = Math.round(y + height);
  fill(image, Math.round(x), top, Math.round(x + width), top + Math.round(UNDER * scale), inks.ink);
}

/** Takes away what was painted of a cell, and what stands under it. */
export function eraseCell(image, { x, y, width, height }, scale) {
  fill(image, Math.floor(x), Math.floor(y), Math.ceil(x + width), Math.ceil(y + height + UNDER * scale), 0);
}

/**
 * Paints one cell: what is known of it, and wells for what is not.
 *
 * @param {{data: Uint32Array, width: number, clip: {left: number, top: number, right: number, bottom: number}}} image
 * @param {{x: number, y: number, width: number, height: number}} box in pixels of the image
 * @param {{values: ArrayLike<number> | null, gradients: ArrayLike<number> | null, units: number, largest: number, moved?: (((unit: number) => boolean) | null)[]}} cell
 *   `moved`: whether an edit has changed a unit of the values, and of the gradients
 * @param {{scale: number, gradients: boolean, inks: ReturnType<typeof inksOf>}} look `scale`: pixels of the image per px
 */
export function paintCell(image, box, { values, gradients, units, largest, moved = [] }, { scale, gradients: both, inks }) {
  const framed = box.width >= FRAMED * scale;
  const edges = (of, inset) => [Math.round(of.x) + inset, Math.round(of.y) + inset, Math.round(of.x + of.width) - inset, Math.round(of.y + of.height) - inset];
  const of = partsOf({ x: box.x / scale, y: box.y / scale, width: box.width / scale, height: box.height / scale }, both)
    .map((part) => ({ x: part.x * scale, y: part.y * scale, width: part.width * scale, height: part.height * scale }));
  const rectangles = of.reduce((painted, part, i) => {
    const numbers = i === 0 ? values : gradients;
    if (framed) fill(image, ...edges({ ...part, x: part.x - scale, y: part.y - scale, width: part.width + 2 * scale, height: part.height + 2 * scale }, 0), inks.line);
    if (!numbers) fill(image, ...edges(part, 0), inks.well);
    if (!numbers) return painted + 1;
    if (framed) fill(image, ...edges(part, 0), inks.surface);
    const inkOf = i === 0 ? (unit) => inks.signs[signShade(numbers[unit])]
      : (unit) => inks.strengths[Math.round(Math.min(1, strength(Math.abs(numbers[unit]), largest)) * SHADES)];
    return painted + fillUnits(image, part, units, inkOf);
  }, 0);
  of.forEach((part, i) => (i === 0 ? values : gradients) && underline(image, part, units, moved[i], { scale, inks }));
  return rectangles;
}
