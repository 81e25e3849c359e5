import assert from "node:assert/strict";
import { test } from "node:test";
import { presetOf, reviewsOf } from "../../static/js/presets.js";
import { withActivation, withCell, withLoss, withReset, withSeed, withSentence, withUnits, withWord } from "../../static/js/scene.js";

const toy = {
  vocabulary: ["cat", "mat", "rat"], sentence: ["cat", "mat", "rat"], label: 1, weights: { seed: 0 }, loss: "binary_crossentropy",
  layers: [{ type: "SimpleRNN", units: 3, return_sequences: true }, { type: "SimpleRNN", units: 2, return_sequences: false }, { type: "Dense", units: 1, activation: "sigmoid" }],
};
const gru = withCell(toy, 0, "GRU");
const notes = [{ sentence: ["cat"], label: 1 }];
const others = [{ sentence: ["rat"], label: 0 }];
const presets = [{ name: "toy", scene: toy, reviews: notes }, { name: "gru", scene: gru, reviews: others }];
const named = (scene) => presetOf(scene, presets)?.name;

test("a scene is the preset that has its layers, words and loss, whatever it reads and with whatever weights", () => {
  assert.equal(named(toy), "toy");
  assert.equal(named(withSeed(withSentence(gru, ["rat"], 0), 7)), "gru");
  for (const other of [withUnits(toy, 1, 3), withActivation(toy, 0, "relu"), withReset(gru, 0, false), withWord(toy, "dog"), withLoss(toy, "mse", null)]) {
    assert.equal(named(other), undefined);
  }
});

test("what a scene leaves out is what it has by default", () => {
  const bare = { ...gru, layers: [{ type: "GRU", units: 3, return_sequences: true }, { type: "SimpleRNN", units: 2, activation: "tanh" }, toy.layers[2]] };
  assert.equal(named(bare), "gru");
});

test("the reviews are those of the preset, and elsewhere those of the notes", () => {
  assert.equal(reviewsOf(gru, presets, notes), others);
  assert.equal(reviewsOf(withUnits(gru, 0, 9), presets, notes), notes);
});
