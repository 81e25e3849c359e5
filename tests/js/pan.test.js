import assert from "node:assert/strict";
import test from "node:test";

import { overflows, panAround, panOf, scrollOf, scrollTo } from "../../static/js/pan.js";

const WINDOW = { width: 800, height: 600 };
const extent = (zoom) => ({ width: 100 + 700 * zoom, height: 600, plot: { x: 80, y: 50, width: 700 * zoom, height: 500 } });

test("a pan is where the window stands, and back", () => {
  for (const left of [0, 123, 1400, 5600]) {
    const there = scrollOf(panOf({ left, top: 0 }, extent(9), WINDOW), extent(9), WINDOW);
    assert.ok(Math.abs(there.left - left) < 0.1);
    assert.equal(there.top, 0);
  }
});

test("no pan is the upper left corner, and none leads out of the picture", () => {
  assert.deepEqual(scrollOf(null, extent(9), WINDOW), { left: 0, top: 0 });
  assert.deepEqual(scrollOf({ x: -3, y: 9 }, extent(9), WINDOW), { left: 0, top: 0 });
  assert.equal(scrollOf({ x: 9, y: 0.5 }, extent(9), WINDOW).left, extent(9).width - WINDOW.width);
  assert.deepEqual(scrollOf({ x: 0.9, y: 0.9 }, extent(1), WINDOW), { left: 0, top: 0 });
});

test("a zoom leaves what is under the pointer where it is", () => {
  const [before, after] = [extent(4), extent(6)];
  const scroll = { left: 1000, top: 0 };
  const point = { x: 300, y: 200 };
  const share = (left, { plot }) => (left + point.x - plot.x) / plot.width;
  const pan = panAround(point, scroll, before, after, WINDOW);
  assert.ok(Math.abs(share(scrollOf(pan, after, WINDOW).left, after) - share(scroll.left, before)) < 1e-4);
});

test("a box is brought into the window by the shortest way", () => {
  const scroll = { left: 1000, top: 0 };
  const box = (x) => ({ x, y: 100, width: 20, height: 50 });
  assert.equal(scrollTo(box(1400), scroll, WINDOW, 60).left, 1000);
  assert.equal(scrollTo(box(1900), scroll, WINDOW, 60).left, 1180);
  assert.equal(scrollTo(box(900), scroll, WINDOW, 60).left, 840);
  assert.equal(scrollTo(box(10), scroll, WINDOW, 60).left, 0);
});

test("half a pixel is no overflow", () => {
  assert.equal(overflows({ ...extent(1), width: 800.4 }, WINDOW), false);
  assert.equal(overflows({ ...extent(1), width: 801 }, WINDOW), true);
});
