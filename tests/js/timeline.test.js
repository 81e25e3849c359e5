import assert from "node:assert/strict";
import { test } from "node:test";
import { createTimeline, shapeOf, tensorOf } from "../../static/js/timeline.js";

const OPERATIONS = {
  SimpleRNN: { forward: ["a", "h"], backward: ["h_from_depth", "h_from_time", "h", "a"] },
  Dense: { forward: ["a", "y"], backward: ["a"] },
};
const WEIGHTS = { SimpleRNN: ["kernel", "recurrent_kernel", "bias"], Dense: ["kernel", "bias"] };

const scene = (units, timesteps, sequences = units.map((_, i) => i < units.length - 1)) => ({
  sentence: Array(timesteps).fill("cat"),
  layers: [...units.map((n, i) => ({ type: "SimpleRNN", units: n, return_sequences: sequences[i] })), { type: "Dense", units: 1 }],
});

const timeline = (detail = "cell", order = "timestep", of = scene([3, 2], 3)) => createTimeline(shapeOf(of), detail, order, OPERATIONS, WEIGHTS);
const cells = ({ steps }, phase) => steps.filter((step) => step.phase === phase).map(({ layer, timestep }) => `${layer}/${timestep}`);

test("the toy by cell has 20 steps after the empty one, in the order of the lecture", () => {
  const { steps, last } = timeline();
  assert.equal(last, 20);
  const counts = new Map();
  for (const { phase } of steps) counts.set(phase, (counts.get(phase) ?? 0) + 1);
  assert.deepEqual([...counts], [["start", 1], ["words", 3], ["forward", 6], ["output", 1], ["loss", 1], ["backward", 6], ["update", 3]]);
  assert.deepEqual(steps.slice(-3).map(({ layer }) => layer), ["output", "2", "1"]);
});

test("each order visits every cell after the cells that it reads, and the backward pass is exactly the reverse", () => {
  for (const order of ["timestep", "layer", "diagonal"]) {
    for (const detail of ["cell", "operation"]) {
      const line = timeline(detail, order, scene([2, 3, 1], 4));
      const forward = [...new Set(cells(line, "forward"))];
      assert.equal(forward.length, 12);
      for (const cell of forward) {
        const [layer, timestep] = cell.split("/").map(Number);
        for (const read of [`${layer - 1}/${timestep}`, `${layer}/${timestep - 1}`]) {
          if (forward.includes(read)) assert.ok(forward.indexOf(read) < forward.indexOf(cell), `${order}: ${read} before ${cell}`);
        }
      }
      assert.deepEqual([...new Set(cells(line, "backward"))], forward.toReversed());
    }
  }
});

test("the orders differ: by timestep upwards, by layer along, by diagonal in waves", () => {
  assert.deepEqual(cells(timeline("cell", "timestep"), "forward"), ["1/1", "2/1", "1/2", "2/2", "1/3", "2/3"]);
  assert.deepEqual(cells(timeline("cell", "layer"), "forward"), ["1/1", "1/2", "1/3", "2/1", "2/2", "2/3"]);
  assert.deepEqual(cells(timeline("cell", "diagonal"), "forward"), ["1/1", "1/2", "2/1", "1/3", "2/2", "2/3"]);
});

test("a number is known from its own step on, and not before", () => {
  const { known, steps } = timeline();
  assert.equal(known({ layer: "2", timestep: 0, quantity: "h" }), 0);
  assert.deepEqual(steps[known({ layer: "2", timestep: 3, quantity: "h" })], { phase: "forward", layer: "2", timestep: 3 });
  assert.equal(known({ layer: "output", timestep: 3, quantity: "y" }), 10);
  assert.equal(known({ layer: "output", timestep: 3, quantity: "a", gradient: true }), 11, "the loss shows the output's gradient");
  assert.equal(known({ layer: "2", timestep: 3, quantity: "h", gradient: true }), 12);
  assert.equal(known({ layer: "1", timestep: 1, quantity: "h_norm", gradient: true }), 17);
  assert.equal(known({ layer: "1", timestep: 0, quantity: "h", gradient: true }), 17);
  assert.equal(known({ layer: "input", timestep: 1, quantity: "x" }), 1);
  assert.equal(known({ layer: "input", timestep: 1, quantity: "x", gradient: true }), 17);
  assert.equal(known({ layer: "3", timestep: 1, quantity: "h" }), Infinity);
});

test("by operation, each quantity has its own step", () => {
  const { known, steps } = timeline("operation");
  const a = known({ layer: "2", timestep: 2, quantity: "a" });
  assert.equal(known({ layer: "2", timestep: 2, quantity: "h" }), a + 1);
  const depth = known({ layer: "2", timestep: 2, quantity: "h_from_depth", gradient: true });
  assert.deepEqual(["h_from_time", "h", "a"].map((quantity) => known({ layer: "2", timestep: 2, quantity, gradient: true }) - depth), [1, 2, 3]);
  assert.equal(steps.filter(({ phase }) => phase === "update").length, 8);
});

test("changing detail or order keeps the nearest step at or before the same event", () => {
  const byCell = timeline("cell");
  const byOperation = timeline("operation");
  const byLayer = timeline("cell", "layer");
  byCell.steps.forEach((step, i) => {
    assert.equal(byCell.nearest(byOperation.steps[byOperation.nearest(step)]), i, "there and back again");
    assert.deepEqual(byLayer.steps[byLayer.nearest(step)], step);
  });
  const half = byOperation.steps.findIndex(({ phase, layer, timestep, quantity }) => phase === "forward" && layer === "2" && timestep === 2 && quantity === "a");
  assert.equal(byCell.nearest(byOperation.steps[half]), byCell.known({ layer: "2", timestep: 2, quantity: "h" }) - 1);
});

test("where a new scene has lost the place, the playhead goes to the end of its phase", () => {
  const small = timeline("cell", "timestep", scene([3], 2));
  const { steps } = timeline();
  const gone = steps.find(({ layer, timestep, phase }) => phase === "backward" && layer === "2" && timestep === 3);
  assert.equal(small.steps[small.nearest(gone)].phase, "backward");
});

test("outputs leave at the last timestep, or at every one where the top layer returns sequences", () => {
  assert.deepEqual(shapeOf(scene([3, 2], 3)).outputs, [3]);
  assert.deepEqual(shapeOf(scene([3, 2], 3, [true, true])).outputs, [1, 2, 3]);
});

test("a stack is broken at the first layer that hands only its last timestep to another", () => {
  assert.equal(shapeOf(scene([3, 2], 3)).broken, null);
  assert.equal(shapeOf(scene([3, 2, 2], 3, [true, false, true])).broken, 1);
});

test("a step waits for the last tensor that it shows", () => {
  const waits = (phase, outputs) => tensorOf(timeline().steps.find((step) => step.phase === phase), outputs, ["kernel", "bias"]);
  assert.deepEqual(["start", "words", "forward", "output", "loss", "backward", "update"].map((phase) => waits(phase, [3])),
    [null, "forward/1", "forward/1", "output", "backward/3", "backward/3", "updated/output/bias"]);
  assert.equal(waits("loss", [1, 2, 3]), "backward/1");
});
