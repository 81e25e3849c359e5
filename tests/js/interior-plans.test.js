import assert from "node:assert/strict";
import test from "node:test";

import { CHIP, planOf } from "../../static/js/draw/interior-plans.js";

const QUANTITIES = {
  SimpleRNN: ["a", "h"],
  LSTM: ["a_i", "a_f", "a_g", "a_o", "i", "f", "g", "o", "c", "tanh_c", "h"],
  GRU: ["a_z", "a_r", "z", "r", "m", "a_n", "n", "h"],
};
const CASES = [{ type: "SimpleRNN" }, { type: "LSTM" }, { type: "GRU" }, { type: "GRU", reset_after: false }]
  .flatMap((layer) => [false, true].map((gradients) => ({ layer, gradients, plan: planOf(layer, "tanh", gradients) })));
const numbersOf = ({ cards, numbers }) => [...cards.flatMap((card) => card.numbers), ...numbers];
const nameOf = ({ layer, gradients }) => `${JSON.stringify(layer)}${gradients ? " with gradients" : ""}`;

for (const given of CASES) {
  const { layer, gradients, plan } = given;

  test(`every quantity has one place in the drawing: ${nameOf(given)}`, () => {
    const own = numbersOf(plan).filter(({ back = 0 }) => back === 0).map(({ quantity }) => quantity);
    assert.deepEqual(own.sort(), [...QUANTITIES[layer.type]].sort());
  });

  test(`every quantity but a function of its own sum flows in along a wire, and every gradient comes back along one: ${nameOf(given)}`, () => {
    const fed = new Set(plan.wires.flatMap(({ to }) => to));
    const gates = new Set(plan.cards.filter(({ applied }) => applied).map(({ part }) => part));
    assert.deepEqual(QUANTITIES[layer.type].filter((quantity) => !fed.has(quantity) && !gates.has(quantity)), []);
    const returned = new Set(plan.wires.flatMap(({ from = [] }) => from));
    assert.deepEqual(QUANTITIES[layer.type].filter((quantity) => !returned.has(quantity) && !quantity.startsWith("a_") && quantity !== "h"), []);
    assert.ok(returned.has("h_from_depth") && returned.has("h_from_time"));
  });

  test(`no number lies on another, and all lie within the picture: ${nameOf(given)}`, () => {
    const height = CHIP.height + (gradients ? CHIP.height + 2 : 0);
    const boxes = numbersOf(plan).map(({ x, y }) => ({ left: x - CHIP.width / 2, right: x + CHIP.width / 2, top: y - CHIP.height / 2, bottom: y - CHIP.height / 2 + height }));
    for (const [i, a] of boxes.entries()) {
      assert.ok(a.left >= 0 && a.right <= plan.width && a.top >= 0 && a.bottom <= plan.height);
      for (const b of boxes.slice(i + 1)) assert.ok(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top);
    }
  });
}

test("a layer that is no cell has no inside", () => {
  assert.equal(planOf({ type: "Dense" }, "σ", false), null);
});
