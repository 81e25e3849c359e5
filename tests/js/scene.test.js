import assert from "node:assert/strict";
import { test } from "node:test";
import * as scenes from "../../static/js/scene.js";

const toy = {
  vocabulary: ["cat", "mat", "rat"], sentence: ["cat", "mat", "rat"], label: 1, weights: { seed: 0 },
  layers: [
    { type: "SimpleRNN", units: 3, return_sequences: true },
    { type: "SimpleRNN", units: 2, return_sequences: false },
    { type: "Dense", units: 1, activation: "sigmoid" },
  ],
};
const flags = (scene) => scenes.recurrentLayers(scene).map(({ return_sequences }) => return_sequences);
const units = (scene) => scenes.recurrentLayers(scene).map((layer) => layer.units);

test("parameters are the products that the notes write: 3·3 + 3·3 + 3, 3·2 + 2·2 + 2, 2·1 + 1", () => {
  assert.deepEqual([0, 1, 2].map((index) => scenes.parameters(toy, index).total), [21, 12, 3]);
  assert.deepEqual(scenes.parameters(toy, 1).sizes, { kernel: [3, 2], recurrent_kernel: [2, 2], bias: [2] });
});

test("a layer that is added, removed or moved leaves a stack that works", () => {
  const added = scenes.withAddedLayer(toy);
  assert.deepEqual(units(added), [3, 2, 2]);
  assert.deepEqual(flags(added), [true, true, false]);
  assert.deepEqual(flags(scenes.withoutLayer(added, 2)), [true, false]);
  assert.deepEqual(flags(scenes.withoutLayer(added, 0)), [true, false]);
  const swapped = scenes.withSwapped(toy, 0);
  assert.deepEqual(units(swapped), [2, 3]);
  assert.deepEqual(flags(swapped), [true, false]);
  assert.deepEqual(units(toy), [3, 2], "the scene before is untouched");
});

test("an initial state is there while it is not zero and fits", () => {
  const state = scenes.withInitial(toy, 1, 0, 0.5);
  assert.deepEqual(state.initial_state, [[0, 0, 0], [0.5, 0]]);
  assert.equal("initial_state" in scenes.withInitial(state, 1, 0, 0), false);
  assert.equal("initial_state" in scenes.withUnits(state, 1, 4), false);
  assert.deepEqual(scenes.withSequences(state, 1, true).initial_state, state.initial_state);
});

test("words join and leave the vocabulary at its end", () => {
  assert.deepEqual(scenes.withWord(toy, "dog").vocabulary, ["cat", "mat", "rat", "dog"]);
  assert.deepEqual(scenes.withoutWord(toy, "mat").vocabulary, ["cat", "rat"]);
});

test("what a late click asks of a layer that is gone changes nothing", () => {
  const one = scenes.withoutLayer(toy, 1);
  assert.equal(scenes.withoutLayer(one, 0), one, "the last layer stays");
  assert.equal(scenes.withSwapped(one, 0), one, "no neighbour above");
  assert.equal(scenes.withSwapped(toy, -1), toy, "no neighbour below");
});
