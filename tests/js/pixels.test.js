import assert from "node:assert/strict";
import test from "node:test";

import { eraseCell, inksOf, paintCell } from "../../static/js/draw/pixels.js";

const WIDTH = 40;
const HEIGHT = 30;
const inks = inksOf((value) => (value < 0 ? [200, 0, 0] : [0, 0, 200]), { surface: [255, 255, 255], sunken: [9, 9, 9], line: [7, 7, 7], ink: [5, 5, 5], backward: [0, 0, 0] });
const [negative, positive] = [inks.signs[0], inks.signs[255]];

/** Paints one cell onto an empty image; gives its pixels and how many rectangles that were. */
function painted(box, cell, look = {}) {
  const data = new Uint32Array(WIDTH * HEIGHT);
  const clip = { left: 0, top: 0, right: WIDTH, bottom: HEIGHT };
  const count = paintCell({ data, width: WIDTH, clip: look.clip ?? clip }, box, { values: null, gradients: null, units: 3, largest: 1, ...cell }, { scale: 1, gradients: false, inks, ...look });
  return { at: (x, y) => data[y * WIDTH + x], count, filled: data.filter(Boolean).length };
}

test("a unit is a rectangle in the colour of its sign, the first on top", () => {
  const { at, count, filled } = painted({ x: 4, y: 3, width: 5, height: 12 }, { values: [-1, 1, -1] });
  assert.equal(count, 3);
  assert.equal(filled, 60);
  assert.deepEqual([at(4, 3), at(8, 6), at(4, 7), at(8, 10), at(4, 11), at(8, 14)], [negative, negative, positive, positive, negative, negative]);
  assert.deepEqual([at(3, 3), at(9, 3), at(4, 2), at(4, 15)], [0, 0, 0, 0]);
});

test("what is not known is a well, and no colour of a sign", () => {
  const { at, filled } = painted({ x: 0, y: 0, width: 5, height: 12 }, {}, { gradients: true });
  assert.equal(filled, 50, "two wells with a gap of two pixels between them");
  assert.equal(at(0, 0), inks.well);
  assert.equal(at(4, 11), inks.well);
});

test("gradients are as strong as they are large, on a scale over four decades", () => {
  const { at } = painted({ x: 0, y: 0, width: 4, height: 26 }, { values: [0, 0, 0], gradients: [1, -0.01, 0] }, { gradients: true });
  const [large, small, none] = [at(0, 14), at(0, 18), at(0, 22)];
  assert.equal(large, inks.strengths[255]);
  assert.equal(small, inks.strengths[Math.round(0.5 * 255)], "a hundredth is half as strong, whatever its sign");
  assert.equal(none, inks.surface);
});

test("cells side by side leave no seam, whatever their width", () => {
  const data = new Uint32Array(WIDTH * HEIGHT);
  const image = { data, width: WIDTH, clip: { left: 0, top: 0, right: WIDTH, bottom: HEIGHT } };
  const wide = WIDTH / 17;
  for (let t = 0; t < 17; t += 1) paintCell(image, { x: t * wide, y: 0, width: wide, height: HEIGHT }, { values: [1, 1, 1], gradients: null, units: 3, largest: 1 }, { scale: 1, gradients: false, inks });
  assert.ok(data.every((pixel) => pixel === positive));
});

test("nothing is painted outside the clip, and a number beyond the scale takes its end", () => {
  const { at, filled } = painted({ x: -3, y: 20, width: 10, height: 30 }, { values: [-7, 7, NaN] }, { clip: { left: 2, top: 0, right: WIDTH, bottom: 25 } });
  assert.equal(filled, 5 * 5);
  assert.equal(at(2, 20), negative);
});

test("of more units than pixels each pixel is one of the units", () => {
  const { count, filled } = painted({ x: 0, y: 0, width: 2, height: 10 }, { values: Float64Array.from({ length: 128 }, () => 1), units: 128 });
  assert.equal(filled, 20);
  assert.ok(count <= 20);
});

test("what an edit has changed is underlined, values and gradients apart, and only where it is known", () => {
  const box = { x: 4, y: 3, width: 5, height: 14 };
  const cell = { values: [1, 1, 1], gradients: [1, 1, 1], moved: [() => false, (unit) => unit === 2] };
  const both = painted(box, cell, { gradients: true });
  assert.deepEqual([both.at(4, 17), both.at(8, 18), both.at(4, 19)], [inks.ink, inks.ink, 0]);
  assert.equal(both.at(5, 9), 0, "the gap under the values, which are as they were");
  assert.equal(painted(box, { ...cell, gradients: null }, { gradients: true }).at(4, 17), 0);
  assert.equal(painted(box, { values: [1, 1, 1], moved: [(unit) => unit === 0, null] }).at(4, 17), inks.ink);
});

test("a cell that is erased leaves no line behind", () => {
  const data = new Uint32Array(WIDTH * HEIGHT).fill(1);
  eraseCell({ data, width: WIDTH, clip: { left: 0, top: 0, right: WIDTH, bottom: HEIGHT } }, { x: 4, y: 3, width: 5, height: 14 }, 1);
  assert.equal(data.filter((pixel) => pixel === 0).length, 5 * 16);
});
