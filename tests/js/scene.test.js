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
const GATES = { Embedding: [], SimpleRNN: ["a"], LSTM: ["a_i", "a_f", "a_g", "a_o"], GRU: ["a_z", "a_r", "a_n"], Dense: ["a"] };
const totals = (scene) => scene.layers.map((_, index) => scenes.parameters(scene, index, GATES).total);
const flags = (scene) => scenes.recurrentLayers(scene).map(({ return_sequences }) => return_sequences);
const units = (scene) => scenes.recurrentLayers(scene).map((layer) => layer.units);

test("parameters are the products that the notes write: 3·3 + 3·3 + 3, 3·2 + 2·2 + 2, 2·1 + 1", () => {
  assert.deepEqual(totals(toy), [21, 12, 3]);
  assert.deepEqual(scenes.parameters(toy, 1, GATES).sizes, { kernel: [3, 2], recurrent_kernel: [2, 2], bias: [2] });
});

test("an LSTM learns four times as much, a GRU three times and a second bias, an Embedding a row per word", () => {
  const { gates, sizes, total } = scenes.parameters(scenes.withCell(toy, 0, "LSTM"), 0, GATES);
  assert.deepEqual({ gates, total, sizes }, { gates: 4, total: 4 * (3 * 3 + 3 * 3 + 3), sizes: { kernel: [3, 3], recurrent_kernel: [3, 3], bias: [3] } });
  const gru = scenes.withCell(toy, 0, "GRU");
  assert.equal(scenes.parameters(gru, 0, GATES).total, 3 * (3 * 3 + 3 * 3 + 2 * 3));
  assert.equal(scenes.parameters(scenes.withReset(gru, 0, false), 0, GATES).total, 3 * (3 * 3 + 3 * 3 + 3));
  const sum = (scene) => totals(scene).reduce((all, n) => all + n, 0);
  const keras = scenes.withEmbedding(scenes.withUnits(scenes.withUnits(toy, 0, 5), 1, 5));
  assert.deepEqual(totals(keras), [320_000, 190, 55, 6]);
  const both = (type) => scenes.withCell(scenes.withCell(keras, 0, type), 1, type);
  assert.deepEqual([keras, both("LSTM"), both("GRU")].map(sum), [320_251, 320_986, 320_771]);
});

test("another cell keeps units and return_sequences, and leaves out what it has not", () => {
  const relu = scenes.withActivation(toy, 0, "relu");
  assert.equal(relu.layers[0].activation, "relu");
  assert.equal("activation" in scenes.withActivation(relu, 0, "tanh").layers[0], false);
  assert.deepEqual(scenes.withCell(relu, 0, "GRU").layers[0], { type: "GRU", units: 3, return_sequences: true, reset_after: true });
  assert.deepEqual(scenes.withCell(relu, 0, "LSTM").layers[0], { type: "LSTM", units: 3, return_sequences: true });
});

test("an Embedding stands below the recurrent layers, which are counted as before", () => {
  const embedded = scenes.withEmbedding(toy);
  assert.deepEqual(embedded.layers.map(({ type }) => type), ["Embedding", "SimpleRNN", "SimpleRNN", "Dense"]);
  assert.deepEqual(units(embedded), [3, 2]);
  assert.deepEqual(units(scenes.withUnits(embedded, 0, 4)), [4, 2]);
  assert.deepEqual(units(scenes.withoutLayer(embedded, 0)), [2]);
  assert.deepEqual(scenes.withEmbeddingSize(embedded, "output_dim", 4).layers[0], { type: "Embedding", input_dim: 10_000, output_dim: 4 });
  assert.deepEqual(scenes.withOneHot(embedded), toy);
  const many = { ...toy, vocabulary: Array.from({ length: 10_000 }, (_, i) => `w${i}`) };
  assert.equal(scenes.withEmbedding(many).layers[0].input_dim, 10_001, "one row per word, and row 0");
});

test("a loss brings the activation, the outputs and the label that it needs", () => {
  const output = (scene) => scene.layers.at(-1);
  const classes = scenes.withLoss(toy, "categorical_crossentropy", "softmax");
  assert.deepEqual(output(classes), { type: "Dense", units: 2, activation: "softmax" });
  const five = scenes.withSentence(scenes.withOutputUnits(classes, 5), toy.sentence, 4);
  assert.equal(scenes.withOutputUnits(five, 3).label, 2, "a class that there is");
  assert.deepEqual(output(scenes.withLoss(five, "mse", null)), { type: "Dense", units: 5, activation: "linear" });
  assert.equal(output(scenes.withLoss(toy, "mse", null)).activation, "sigmoid", "which any loss of numbers can use");
  const number = { ...scenes.withLoss(toy, "mse", null), label: [0.4, -3, 7] };
  assert.deepEqual(scenes.withLoss(number, "binary_crossentropy", "sigmoid").label, [0, 0, 1]);
});

test("an LSTM has two initial states, and another cell has none of them", () => {
  const lstm = scenes.withCell(toy, 1, "LSTM");
  assert.deepEqual(scenes.initialOf(lstm, 1), { h: [0, 0], c: [0, 0] });
  const state = scenes.withInitial(lstm, 1, 1, -0.5, "c");
  assert.deepEqual(state.initial_state, [[0, 0, 0], { h: [0, 0], c: [0, -0.5] }]);
  assert.deepEqual(scenes.withInitial(state, 0, 2, 1).initial_state, [[0, 0, 1], { h: [0, 0], c: [0, -0.5] }]);
  assert.deepEqual(scenes.withEmbedding(state).initial_state, state.initial_state);
  assert.equal("initial_state" in scenes.withInitial(state, 1, 1, 0, "c"), false);
  assert.equal("initial_state" in scenes.withCell(state, 1, "GRU"), false);
  assert.equal("initial_state" in scenes.withUnits(state, 1, 3), false);
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
  assert.equal(scenes.withCell(one, 1, "LSTM"), one);
  assert.equal(scenes.withInitial(one, 1, 0, 1), one);
});

test("an optimizer comes with its own options, and what is clipped stays", () => {
  const sgd = { ...toy, optimizer: { type: "SGD", learning_rate: 0.1 } };
  const clipping = ["clipnorm", "clipvalue"];
  assert.equal(scenes.descends(sgd), true);
  const clipped = scenes.withClipping(sgd, "clipnorm", clipping);
  assert.deepEqual(clipped.optimizer, { type: "SGD", learning_rate: 0.1, clipnorm: 1 });
  const adam = scenes.withOptimizer(clipped, "Adam", { learning_rate: 0.001, beta_1: 0.9 }, clipping);
  assert.deepEqual(adam.optimizer, { type: "Adam", learning_rate: 0.001, beta_1: 0.9, clipnorm: 1 });
  assert.deepEqual(scenes.withClipping(adam, "clipvalue", clipping).optimizer.clipnorm, undefined);
  assert.equal(scenes.withOption(sgd, "momentum", 0.9).optimizer.momentum, 0.9);
  for (const other of [clipped, adam, scenes.withL2(sgd, 0.1)]) assert.equal(scenes.descends(other), false);
});

test("weights of the loss follow the timesteps that have an output", () => {
  assert.equal(scenes.lossWeights(toy), null, "only the last one has");
  assert.deepEqual(scenes.withLossWeight(toy, 1, 2), toy);
  const every = scenes.withSequences(toy, 1, true);
  assert.deepEqual(scenes.lossWeights(every), [1, 1, 1]);
  const weighed = scenes.withLossWeight(every, 1, 0.5);
  assert.deepEqual(weighed.sample_weight, [0.5, 1, 1]);
  assert.deepEqual(scenes.withSentence(weighed, ["cat", "cat"], 1).sample_weight, [0.5, 1]);
  assert.deepEqual(scenes.withSentence(weighed, Array(4).fill("cat"), 1).sample_weight, [0.5, 1, 1, 1]);
  assert.equal("sample_weight" in scenes.withLossWeight(weighed, 1, 1), false);
  assert.equal("sample_weight" in scenes.withSequences(weighed, 1, false), false);
});

test("what training drops above a layer stays with its cell", () => {
  const dropping = scenes.withDropout(toy, 0, 0.25);
  assert.equal(dropping.layers[0].dropout, 0.25);
  assert.equal(scenes.withCell(dropping, 0, "GRU").layers[0].dropout, 0.25);
  assert.equal("dropout" in scenes.withDropout(dropping, 0, 0).layers[0], false);
});

test("what is at its default is left out: L2, the window, the beginning of a recurrent kernel", () => {
  assert.equal("l2" in scenes.withL2(scenes.withL2(toy, 0.1), 0), false);
  assert.equal("window" in scenes.withWindow(scenes.withWindow(toy, 2), null), false);
  const identity = scenes.withStart(toy, 0, { type: "identity", gain: 1 });
  assert.deepEqual(identity.layers[0].recurrent_initializer, { type: "identity", gain: 1 });
  assert.deepEqual(scenes.withCell(identity, 0, "LSTM").layers[0].recurrent_initializer, { type: "identity", gain: 1 });
  assert.equal("recurrent_initializer" in scenes.withStart(identity, 0, { type: "orthogonal", gain: 1 }).layers[0], false);
});
