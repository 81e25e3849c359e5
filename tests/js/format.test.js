import assert from "node:assert/strict";
import { test } from "node:test";
import { exact, fixed, grouped, list, lowered, magnitude, raised, signsOf } from "../../static/js/format.js";

test("minus is U+2212, and what rounds to zero has no sign", () => {
  assert.equal(fixed(-0.126, 2), "\u22120.13");
  assert.equal(fixed(-0.004, 2), "0.00");
  assert.equal(fixed(-0, 2), "0.00");
  assert.equal(fixed(0.37, 2), "0.37");
});

test("full precision gives every digit that the number has", () => {
  assert.equal(exact(-0.1 - 0.2), "\u22120.30000000000000004");
  assert.equal(exact(-0), "0");
  assert.equal(exact(1e-9), "1e\u22129");
});

test("a magnitude that spans decades is written as a power of ten", () => {
  assert.equal(magnitude(0.25), "0.25");
  assert.equal(magnitude(3.4e-7), "3·10⁻⁷");
  assert.equal(magnitude(12345), "1·10⁴");
  assert.equal(magnitude(0), "0.00");
  assert.equal(magnitude(1 / 1e-310), "∞");
});

test("a count has its thousands apart", () => {
  assert.deepEqual([36, 999, 1000, 320_251, 1_000_000].map(grouped), ["36", "999", "1,000", "320,251", "1,000,000"]);
});

test("numbers are written by locale, with our minus and the digits of the formulas", () => {
  const [hindi, german, arabic] = ["hi", "de", "ar-EG"].map(signsOf);
  assert.deepEqual([999, 320_251, 10_000_000].map((count) => hindi.group(count)), ["999", "3,20,251", "1,00,00,000"]);
  assert.equal(list([0.37, -0.126], 2, hindi), "0.37, \u22120.13");
  assert.equal(list([0.37, -0.126], 2, german), "0,37; \u22120,13");
  assert.equal(german.group(320_251), "320.251");
  assert.match(fixed(-0.126, 2, arabic), /^\u22120\D13$/);
  assert.equal(arabic.group(36), "36");
});

test("lists and indices read as in the lecture", () => {
  assert.equal(list([0.37, -0.126]), "0.37, \u22120.13");
  assert.equal(raised("(2)"), "⁽²⁾");
  assert.equal(raised("(o)"), "⁽ᵒ⁾");
  assert.equal(raised("[2]"), null);
  assert.equal(lowered(13), "₁₃");
});
