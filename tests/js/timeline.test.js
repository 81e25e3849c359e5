import assert from "node:assert/strict";
import { test } from "node:test";
import { createTimeline, layerOf, shapeOf, tensorOf } from "../../static/js/timeline.js";

const OPERATIONS = {
  SimpleRNN: { forward: ["a", "h"], backward: ["h_from_depth", "h_from_time", "h", "a"] },
  LSTM: {
    forward: ["a_i", "a_f", "a_g", "a_o", "i", "f", "g", "o", "c", "tanh_c", "h"],
    backward: ["h_from_depth", "h_from_time", "h", "tanh_c", "c", "o", "g", "f", "i", "a_o", "a_g", "a_f", "a_i"],
  },
  GRU: {
    forward: ["a_z", "a_r", "z", "r", "m", "a_n", "n", "h"],
    backward: ["h_from_depth", "h_from_time", "h", "n", "a_n", "m", "r", "z", "a_r", "a_z"],
  },
  Embedding: { forward: ["x"], backward: ["x"] },
  Dense: { forward: ["a", "y"], backward: ["y", "a"] },
};
const CELL_WEIGHTS = ["kernel", "recurrent_kernel", "bias"];
const WEIGHTS = { SimpleRNN: CELL_WEIGHTS, LSTM: CELL_WEIGHTS, GRU: CELL_WEIGHTS, Embedding: ["embeddings"], Dense: ["kernel", "bias"] };

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

/** A stack of these cells over an Embedding. */
const gated = (...types) => ({
  sentence: ["cat", "mat"],
  layers: [{ type: "Embedding", input_dim: 9, output_dim: 4 },
    ...types.map((type, i) => ({ type, units: 2, return_sequences: i < types.length - 1 })), { type: "Dense", units: 1 }],
});

test("an Embedding is no row of the grid, and learns last, in one step", () => {
  const shape = shapeOf(gated("LSTM", "GRU"));
  assert.deepEqual(shape.layers.map(({ name, type }) => [name, type]), [["1", "LSTM"], ["2", "GRU"]]);
  assert.equal(layerOf(shape, "embedding").units, 4);
  assert.equal(layerOf(shapeOf(scene([3, 2], 3)), "embedding"), undefined);
  for (const detail of ["cell", "operation"]) {
    const { steps } = timeline(detail, "timestep", gated("LSTM", "GRU"));
    const updates = steps.filter(({ phase }) => phase === "update");
    assert.deepEqual([...new Set(updates.map(({ layer }) => layer))], ["output", "2", "1", "embedding"]);
    assert.equal(updates.filter(({ layer }) => layer === "embedding").length, 1);
    assert.equal(tensorOf(updates.at(-1), shape.outputs, WEIGHTS.Embedding), "updated/embedding/embeddings");
  }
});

test("every quantity of every cell has its moment, forward and backward, in both details", () => {
  const of = gated("LSTM", "GRU", "SimpleRNN");
  const [byCell, byOperation] = ["cell", "operation"].map((detail) => timeline(detail, "timestep", of));
  shapeOf(of).layers.forEach(({ name, type }) => {
    for (const gradient of [false, true]) {
      const quantities = OPERATIONS[type][gradient ? "backward" : "forward"];
      const moments = (line) => quantities.map((quantity) => line.known({ layer: name, timestep: 2, quantity, gradient }));
      assert.equal(new Set(moments(byCell)).size, 1);
      const [first, ...rest] = moments(byOperation);
      assert.deepEqual(rest, quantities.slice(1).map((_, i) => first + 1 + i), `${type}: one after the other`);
      assert.ok(Number.isFinite(first));
    }
  });
});

test("the gradient of a word and of the initial states is known when the first cell is through with its last operation", () => {
  for (const [type, last] of [["SimpleRNN", "a"], ["LSTM", "a_i"], ["GRU", "a_z"]]) {
    for (const detail of ["cell", "operation"]) {
      const { known } = timeline(detail, "timestep", gated(type));
      const through = known({ layer: "1", timestep: 1, quantity: last, gradient: true });
      assert.ok(Number.isFinite(through));
      assert.equal(known({ layer: "input", timestep: 1, quantity: "x", gradient: true }), through);
      assert.equal(known({ layer: "1", timestep: 0, quantity: "h", gradient: true }), through);
      assert.equal(known({ layer: "1", timestep: 0, quantity: "c", gradient: true }), through);
    }
  }
});

test("where another cell has no such operation, the playhead goes no further than it was", () => {
  const lstm = timeline("operation", "timestep", gated("LSTM"));
  const gru = timeline("operation", "timestep", gated("GRU"));
  const half = lstm.known({ layer: "1", timestep: 2, quantity: "f" });
  assert.ok(gru.nearest(lstm.steps[half]) < gru.known({ layer: "1", timestep: 2, quantity: "h" }));
  const whole = lstm.known({ layer: "1", timestep: 2, quantity: "h" });
  assert.equal(gru.nearest(lstm.steps[whole]), gru.known({ layer: "1", timestep: 2, quantity: "h" }));
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
