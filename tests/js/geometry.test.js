import assert from "node:assert/strict";
import test from "node:test";

import { createEdges, createGeometry, flowOf } from "../../static/js/geometry.js";
import { shapeOf } from "../../static/js/timeline.js";

const sum = (name) => ({ name, role: "pre-activation" });
const ROLES = {
  SimpleRNN: [sum("a"), { name: "h", role: "state" }],
  LSTM: [..."ifgo"].map((gate) => sum(`a_${gate}`)).concat({ name: "c", role: "state" }),
  GRU: [..."zrn"].map((gate) => sum(`a_${gate}`)).concat({ name: "m", role: "memory" }),
  Dense: [sum("a"), { name: "y", role: "output" }],
};
const ROOM = { width: 900, height: 700, gradients: false, projector: false, features: 3 };

function edgesOf(...types) {
  const layers = types.map((type, i) => ({ type, units: i + 1, return_sequences: i < types.length - 1 }));
  const shape = shapeOf({ sentence: ["cat", "mat", "rat"], vocabulary: ["cat", "mat", "rat"], layers: [...layers, { type: "Dense", units: 1, activation: "sigmoid" }] });
  const at = createGeometry(shape, ROOM);
  return { shape, at, edges: createEdges(shape, at, ROLES) };
}

const forward = (layer, timestep, quantity) => ({ phase: "forward", layer, timestep, quantity });
const flowing = (edges, step) => edges.filter((edge) => ["forward", "backward"].includes(flowOf(edge, step, () => true))).map(({ key }) => key);

test("only an LSTM has a line of c, above its recurrent edges and within its cells", () => {
  const { edges, at } = edgesOf("SimpleRNN", "GRU", "LSTM");
  const lines = edges.filter(({ carries }) => carries);
  assert.deepEqual(lines.map(({ key }) => key), ["3/c/1", "3/c/2", "3/c/3"]);
  for (const { y1, y2 } of lines) {
    const { y } = at.cellBox(3, 1);
    assert.equal(y1, y2);
    assert.ok(y1 > y && y1 < at.middle(3));
  }
});

test("a cell of one LSTM unit is high enough for the line of c, and its number stands in the middle", () => {
  const { at } = edgesOf("LSTM");
  const box = at.cellBox(1, 1);
  const [number] = at.boxes(1);
  assert.ok(at.memory(1) > box.y);
  assert.ok(Math.abs(number.y + number.height / 2 - box.height / 2) < 1e-9);
});

test("every sum of a gate flows in from below and from the past, and c along its own line", () => {
  const { edges } = edgesOf("LSTM");
  for (const gate of "ifgo") assert.deepEqual(flowing(edges, forward("1", 2, `a_${gate}`)), ["1/kernel/2", "1/recurrent_kernel/2"]);
  assert.deepEqual(flowing(edges, forward("1", 2, "c")), ["1/c/2"]);
  for (const quantity of ["i", "tanh_c", "h"]) assert.deepEqual(flowing(edges, forward("1", 2, quantity)), []);
  assert.deepEqual(flowing(edges, forward("1", 2)), ["1/kernel/2", "1/recurrent_kernel/2", "1/c/2"]);
});

test("the candidate of a GRU hears the word from below, and its memory the past", () => {
  const { edges } = edgesOf("GRU");
  assert.deepEqual(flowing(edges, forward("1", 2, "a_n")), ["1/kernel/2"]);
  assert.deepEqual(flowing(edges, forward("1", 2, "m")), ["1/recurrent_kernel/2"]);
});

test("a gradient comes back along c, along the recurrent edge and from above, each at its own operation", () => {
  const { edges } = edgesOf("LSTM", "SimpleRNN");
  const backward = (quantity) => flowing(edges, { phase: "backward", layer: "1", timestep: 2, quantity });
  assert.deepEqual(backward("h_from_depth"), ["2/kernel/2"]);
  assert.deepEqual(backward("h_from_time"), ["1/recurrent_kernel/3"]);
  assert.deepEqual(backward("c"), ["1/c/3"]);
  assert.deepEqual(backward("f"), []);
});

test("no weight is learnt along the line of c", () => {
  const { edges } = edgesOf("LSTM");
  const learnt = edges.filter((edge) => flowOf(edge, { phase: "update", layer: "1" }, () => true) === "update");
  assert.ok(learnt.length > 0 && learnt.every(({ weight }) => weight));
});
