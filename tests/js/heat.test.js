import assert from "node:assert/strict";
import test from "node:test";

import { arrangement, createHeat, flowsOf, isHeat, partsOf, ticksOf } from "../../static/js/heat.js";
import { shapeOf } from "../../static/js/timeline.js";

const ROOM = { width: 800, height: 600, gradients: false, projector: false };

/** Layers of so many units each, over so many words. */
function shape(timesteps, units, sequences = false) {
  const sentence = Array.from({ length: timesteps }, () => "cat");
  const layers = units.map((count, i) => ({ type: "SimpleRNN", units: count, return_sequences: sequences || i < units.length - 1 }));
  return shapeOf({ sentence, vocabulary: ["cat"], layers: [...layers, { type: "Dense", units: 1, activation: "sigmoid" }] });
}

const whole = shape(256, Array(8).fill(128));

test("a long or a large grid is a heat map, a small one a drawing", () => {
  assert.equal(isHeat(shape(3, [3, 2])), false);
  assert.equal(isHeat(shape(24, [3, 2])), false);
  assert.equal(isHeat(shape(25, [3])), true);
  assert.equal(isHeat(shape(13, Array(8).fill(2))), true);
});

test("at zoom 1 every cell of the largest grid is within the window, and none lies over another", () => {
  const at = createHeat(whole, ROOM, 1);
  assert.equal(at.width, ROOM.width);
  assert.equal(at.height, ROOM.height);
  for (let layer = 1; layer <= 8; layer += 1) {
    for (const timestep of [1, 2, 256]) {
      const { x, y, width, height } = at.cellBox(layer, timestep);
      assert.ok(x >= 0 && y >= 0 && x + width <= ROOM.width && y + height <= ROOM.height);
    }
    const [one, next] = [at.cellBox(layer, 1), at.cellBox(layer, 2)];
    assert.ok(one.x + one.width <= next.x + 1e-9);
    if (layer > 1) assert.ok(one.y + one.height < at.cellBox(layer - 1, 1).y, "upper layers stand higher");
  }
});

test("zoom widens the timesteps, up to where its units can be numbers", () => {
  assert.ok(Math.abs(createHeat(whole, ROOM, 8).pitch / createHeat(whole, ROOM, 1).pitch - 8) < 1e-9);
  for (const units of [3, 128]) {
    const at = createHeat(shape(256, [units, units]), { ...ROOM, gradients: true }, 1e9);
    const [part] = partsOf(at.cellBox(1, 1), true);
    const { rows, columns } = arrangement(units, part);
    assert.ok(part.width / columns >= 36 && part.height / rows >= 13, `${units} units`);
  }
});

test("a point of a cell belongs to the unit that is painted there", () => {
  for (const units of [1, 3, 6, 7, 20, 128]) {
    for (const gradients of [false, true]) {
      const at = createHeat(shape(40, [units, 2]), { ...ROOM, gradients }, 3);
      for (const part of partsOf(at.cellBox(1, 7), gradients)) {
        const { rows, columns } = arrangement(units, part);
        assert.ok(rows * columns >= units && rows * (columns - 1) < units && (rows - 1) * columns < units, "no row and no column is empty");
        for (let unit = 1; unit <= units; unit += 1) {
          const [row, column] = [Math.floor((unit - 1) / columns), (unit - 1) % columns];
          const point = { x: part.x + ((column + 0.5) * part.width) / columns, y: part.y + ((row + 0.5) * part.height) / rows };
          assert.equal(at.unitAt(1, 7, point), unit);
        }
      }
    }
  }
});

test("only the timesteps within the window are painted", () => {
  const at = createHeat(whole, ROOM, 16);
  const [first, last] = at.visible(2000, 2800);
  assert.ok(at.cellBox(1, first).x <= 2000 && at.cellBox(1, first + 1).x > 2000);
  assert.ok(at.cellBox(1, last).x < 2800 && at.cellBox(1, last + 1).x >= 2800 - at.gap);
  assert.deepEqual(createHeat(whole, ROOM, 1).visible(0, 800), [1, 256]);
});

test("the names of the timesteps have the room that they need", () => {
  assert.deepEqual(ticksOf(5, 60, 56), [1, 2, 3, 4, 5]);
  assert.deepEqual(ticksOf(60, 12, 56), [1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]);
  for (const pitch of [2.5, 3, 7, 40]) {
    const [, second, third] = ticksOf(256, pitch, 56);
    assert.ok((third - second) * pitch >= 56);
  }
});

const pairs = (step, of) => flowsOf(step, of).map(({ from, to }) => `${from.layer}/${from.timestep} > ${to.layer}/${to.timestep}`);

test("forward, a cell hears what is below it and its own past", () => {
  const of = shape(30, [2, 2]);
  assert.deepEqual(pairs({ phase: "forward", layer: "1", timestep: 4 }, of), ["input/4 > 1/4", "1/3 > 1/4"]);
  assert.deepEqual(pairs({ phase: "forward", layer: "2", timestep: 1 }, of), ["1/1 > 2/1", "2/0 > 2/1"]);
  assert.deepEqual(pairs({ phase: "output", layer: "output" }, of), ["2/30 > output/30"]);
});

test("backward, an arrow stands where blame arrives and nowhere else", () => {
  const of = shape(30, [2, 2]);
  const back = (layer, timestep, quantity) => pairs({ phase: "backward", layer, timestep, quantity }, of);
  assert.deepEqual(back("2", 30), ["output/30 > 2/30"]);
  assert.deepEqual(back("2", 29), ["2/30 > 2/29"], "only the last timestep leaves");
  assert.deepEqual(back("1", 29), ["2/29 > 1/29", "1/30 > 1/29"]);
  assert.deepEqual(back("1", 29, "h_from_depth"), ["2/29 > 1/29"]);
  assert.deepEqual(back("1", 29, "h_from_time"), ["1/30 > 1/29"]);
  assert.deepEqual(back("1", 29, "a"), []);
  assert.deepEqual(pairs({ phase: "backward", layer: "2", timestep: 29 }, shape(30, [2, 2], true)), ["output/29 > 2/29", "2/30 > 2/29"]);
});
