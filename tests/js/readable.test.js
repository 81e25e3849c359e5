import assert from "node:assert/strict";
import { test } from "node:test";
import { readable, unitsAround } from "../../static/js/readable.js";

test("a number that its decimals would make 0 is a power of ten", () => {
  assert.deepEqual([0.376, -0.004, 0.00003, -0.00003, 0].map((value) => readable(value, 2)), ["0.38", "−4·10⁻³", "3·10⁻⁵", "−3·10⁻⁵", "0.00"]);
  assert.equal(readable(-0.004, 4), "−0.0040");
});

test("of many units those around one are written out, and never fewer than there is room for", () => {
  assert.deepEqual(unitsAround(1, 3, 6), [1, 2, 3]);
  assert.deepEqual(unitsAround(1, 128, 6), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(unitsAround(60, 128, 6), [57, 58, 59, 60, 61, 62]);
  assert.deepEqual(unitsAround(128, 128, 6), [123, 124, 125, 126, 127, 128]);
});
