import assert from "node:assert/strict";
import { test } from "node:test";
import { costsOf, decadesOf, extended, placeOn, rowOf, together, wayBetween } from "../../static/js/laboratory/reading.js";
import { KINDS, laboratoryScene, readSettings, sentenceOf, writeSettings } from "../../static/js/laboratory/settings.js";

const toy = {
  version: 1, vocabulary: ["cat", "mat", "rat"], sentence: ["cat", "mat", "rat"], label: 1,
  layers: [{ type: "SimpleRNN", units: 3, return_sequences: true }, { type: "LSTM", units: 2, return_sequences: false }, { type: "Dense", units: 1, activation: "sigmoid" }],
  weights: { seed: 7, edits: { "1/kernel/1,1": 2 } }, loss: "binary_crossentropy", optimizer: { type: "Adam", learning_rate: 0.1, clipnorm: 3 },
};
const begin = readSettings("");

test("a link carries the settings there and back, and nothing of what is at its beginning", () => {
  assert.equal(writeSettings(begin), "");
  const settings = { ...begin, radius: 1.25, timesteps: 20, start: "identity", show: "time", remedy: "every timestep", kind: "GRU" };
  assert.deepEqual(readSettings(writeSettings(settings)), settings);
  assert.equal(writeSettings({ ...begin, timesteps: 20 }), "~20");
});

test("settings that no laboratory has are as in the beginning", () => {
  assert.deepEqual(readSettings("9~1000~0~x~cosh~zeros~2~all~prayer~more"), begin);
  assert.deepEqual(readSettings("~~2.6"), { ...begin, layers: 3 });
});

test("the network is the scene's words and output around layers of one kind, and nothing that was bound to its own", () => {
  for (const kind of KINDS) {
    const scene = laboratoryScene(toy, { ...begin, timesteps: 5, layers: 2, units: 4 }, kind);
    assert.deepEqual(scene.layers.map(({ type, units, return_sequences: sequences }) => [type, units, sequences]), [[kind, 4, true], [kind, 4, false], ["Dense", 1, undefined]]);
    assert.deepEqual(scene.weights, { seed: 7 });
    assert.deepEqual(scene.optimizer, { type: "SGD", learning_rate: 0.1 });
    assert.equal(scene.sentence.length, 5);
  }
});

test("the radius is that of the recurrent kernel, as its beginning names it; Keras's own is left out", () => {
  const starts = (settings) => laboratoryScene(toy, { ...begin, ...settings }, "LSTM").layers[0].recurrent_initializer;
  assert.equal(starts({}), undefined);
  assert.deepEqual(starts({ radius: 0.5 }), { type: "orthogonal", gain: 0.5 });
  assert.deepEqual(starts({ radius: 1, start: "identity" }), { type: "identity", gain: 1 });
  assert.deepEqual(starts({ radius: 0.5, start: "scaled_orthogonal" }), { type: "scaled_orthogonal", spectral_radius: 0.5 });
});

test("an activation is that of a SimpleRNN alone, clipping the optimizer's, and an embedding stays", () => {
  const settings = { ...begin, activation: "sigmoid", clipping: "global_clipnorm" };
  assert.deepEqual(KINDS.map((kind) => laboratoryScene(toy, settings, kind).layers[0].activation), ["sigmoid", undefined, undefined]);
  assert.equal(laboratoryScene(toy, settings, "GRU").optimizer.global_clipnorm, 1);
  const embedding = { type: "Embedding", input_dim: 10, output_dim: 4 };
  assert.deepEqual(laboratoryScene({ ...toy, layers: [embedding, ...toy.layers] }, begin, "GRU").layers[0], embedding);
});

test("an output at every timestep becomes one after the last word, with the last label", () => {
  const scene = laboratoryScene({ ...toy, label: [0, 1, 0], sample_weight: [1, 2, 1] }, begin, "GRU");
  assert.equal(scene.label, 0);
  assert.equal("sample_weight" in scene, false);
});

test("a sentence is cut, or goes on with words that follow from the seed", () => {
  assert.deepEqual(sentenceOf(toy, 2), ["cat", "mat"]);
  const longer = sentenceOf(toy, 40);
  assert.deepEqual(longer.slice(0, 3), toy.sentence);
  assert.deepEqual(longer, sentenceOf(toy, 40));
  assert.deepEqual(longer.slice(0, 20), sentenceOf(toy, 20));
  assert.deepEqual(new Set(longer), new Set(toy.vocabulary));
  assert.notDeepEqual(longer, sentenceOf({ ...toy, weights: { seed: 8 } }, 40));
});

const norms = { timesteps: 3, layers: [
  { norms: [1e-3, 0.02, 0.1], from_depth: [1, 2, 3], from_time: [4, 5, 6] },
  { norms: [1e-6, 0.01, 0.5], from_depth: [0, 0, 0.5], from_time: [1e-6, 0.01, 0] },
] };

test("depth costs from the top layer down at the last timestep, time from the last timestep back in the top layer", () => {
  const { depth, time } = costsOf(norms);
  assert.equal(depth, 5);
  assert.ok(Math.abs(time - 500_000) < 1e-6);
  assert.equal(costsOf({ ...norms, layers: [{ norms: [0, 1, 1] }] }).time, Infinity);
  assert.equal(costsOf({ ...norms, layers: [{ norms: [1, 1, 0] }] }), null);
  assert.equal(together([3, 4]), 5);
});

test("a row shows the whole gradient, or its part by depth or by time", () => {
  assert.deepEqual(["whole", "depth", "time", "strongest"].map((show) => rowOf(norms.layers[0], show)[0]), [1e-3, 1, 4, 1e-3]);
});

test("the scale has whole decades, eight at least and sixteen at most, up to 1 or beyond", () => {
  assert.deepEqual(decadesOf([[0.5, 1e-3]]), { low: -8, high: 0 });
  assert.deepEqual(decadesOf([[0.5], [3e-11, 0]]), { low: -11, high: 0 });
  assert.deepEqual(decadesOf([[2e4], [1e-30]]), { low: -11, high: 5 });
  assert.deepEqual(decadesOf([[0, 0]]), { low: -8, high: 0 });
});

test("a number stands on the scale by its logarithm; what lies outside stands at its end, and nothing nowhere", () => {
  const scale = { low: -8, high: 0 };
  assert.deepEqual([1e-8, 1e-4, 1, 5, 1e-20].map((number) => placeOn(scale, number)), [0, 0.5, 1, 1, 0]);
  assert.equal(placeOn(scale, 0), null);
});

test("a path goes on along its layer and then upward; a cell behind it begins another", () => {
  assert.deepEqual(wayBetween([1, 2], [2, 4]), [[1, 3], [1, 4], [2, 4]]);
  for (const cell of [[1, 2], [1, 1]]) assert.equal(wayBetween([1, 2], cell), null);
  assert.equal(wayBetween([2, 2], [1, 5]), null);
  assert.deepEqual(extended([], [1, 2]), [[1, 2]]);
  assert.deepEqual(extended([[1, 2]], [1, 4]), [[1, 2], [1, 3], [1, 4]]);
  assert.deepEqual(extended([[2, 2]], [1, 4]), [[1, 4]]);
});
