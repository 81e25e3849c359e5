import assert from "node:assert/strict";
import { test } from "node:test";
import { afterUpdates, batchesOf, needsUpload, withDataSet, withTraining } from "../../static/js/recipe.js";
import { learningAfter, setByHand, taughtBy, withNumber, withOption, withSeed, withSentence, withUnits } from "../../static/js/scene.js";

const RECIPE = { batch_size: 4, seed: 0 };
const toy = {
  version: 1, vocabulary: ["cat", "mat", "rat"], sentence: ["cat", "mat", "rat"], label: 1, weights: { seed: 0 }, loss: "binary_crossentropy",
  optimizer: { type: "SGD", learning_rate: 0.1 },
  layers: [
    { type: "SimpleRNN", units: 3, return_sequences: true },
    { type: "SimpleRNN", units: 2, return_sequences: false },
    { type: "Dense", units: 1, activation: "sigmoid" },
  ],
};
const described = (vocabulary, first, changes = {}) => ({
  id: "1".repeat(64), examples: 6, vocabulary, timesteps: { min: 3, max: 3 }, label_per_timestep: Array.isArray(first.label), first, ...changes,
});
const reviews = described(["cat", "mat", "rat"], { sentence: ["cat", "mat", "rat"], label: 1 });
const bits = described(["0", "1"], { sentence: ["0", "1"], label: [0, 1] });
const learning = withDataSet(toy, reviews, RECIPE);
const learnt = afterUpdates(learning, 12);

test("a data set of the same words leaves sentence and layers alone", () => {
  assert.deepEqual(learning, { ...toy, weights: { seed: 0, training: { dataset: reviews.id, ...RECIPE, updates: 0, edits: {} } } });
  assert.equal(batchesOf(reviews, RECIPE), 2);
});

test("a data set of other words brings them, its first sentence, and an output where it has labels", () => {
  const scene = withDataSet(toy, bits, RECIPE);
  assert.deepEqual(scene.vocabulary, ["0", "1"]);
  assert.deepEqual([scene.sentence, scene.label], [["0", "1"], [0, 1]]);
  assert.equal(scene.layers[1].return_sequences, true);
});

test("an embedding keeps its words, and grows where it is too small", () => {
  const embedded = { ...toy, layers: [{ type: "Embedding", input_dim: 4, output_dim: 2 }, ...toy.layers] };
  const scene = withDataSet(embedded, bits, RECIPE);
  assert.deepEqual(scene.vocabulary, ["cat", "mat", "rat", "0", "1"]);
  assert.equal(scene.layers[0].input_dim, 6);
});

test("what is learnt is lost with a change of what it follows from, and with no other", () => {
  const updates = (scene) => learningAfter(learnt, scene).weights.training?.updates;
  assert.equal(updates(withSentence(learnt, ["mat"], 0)), 12);
  assert.equal(updates(withNumber(learnt, "1/kernel/1,2", 0.5)), 12);
  assert.equal(updates(withUnits(learnt, 0, 4)), 0);
  assert.equal(updates(withOption(learnt, "learning_rate", 0.2)), 0);
  assert.equal(updates(withSeed(learnt, 1)), 0);
});

test("what a training follows from tells it from any other training, and not one of its epochs from another", () => {
  const same = (scene) => taughtBy(scene) === taughtBy(learnt);
  for (const scene of [learning, afterUpdates(learnt, 3), withNumber(learnt, "1/kernel/1,2", 0.5), withSentence(learnt, ["mat"], 0)]) assert.ok(same(scene));
  for (const scene of [toy, withSeed(learnt, 1), withUnits(learnt, 0, 4), withDataSet(learnt, bits, RECIPE), withTraining(learnt, { batch_size: 2 })]) assert.ok(!same(scene));
});

test("other weights learn from the same sentences, from the beginning", () => {
  const fresh = withSeed(withNumber(learnt, "1/kernel/1,2", 0.5), 7);
  assert.deepEqual(fresh.weights, { seed: 7, training: { dataset: reviews.id, ...RECIPE, updates: 0, edits: {} } });
  assert.deepEqual(withSeed(withNumber(toy, "1/kernel/1,2", 0.5), 7).weights, { seed: 7 });
});

test("many words are found among many at once", () => {
  const many = Array.from({ length: 20_000 }, (_, i) => `word${i}`);
  const began = performance.now();
  withDataSet({ ...toy, vocabulary: many, sentence: [many[0]] }, described(many, { sentence: [many[0]], label: 1 }), RECIPE);
  assert.ok(performance.now() - began < 1000, "as many looks as pairs of words");
});

test("a number that is set by hand after a training stands after it", () => {
  const edited = withNumber(learnt, "1/kernel/1,2", 0.5);
  assert.deepEqual(edited.weights.training.edits, { "1/kernel/1,2": 0.5 });
  assert.equal(edited.weights.edits, undefined);
  assert.equal(setByHand(edited, "1/kernel/1,2"), 0.5);
  assert.deepEqual(afterUpdates(edited, 13).weights.training.edits, {});
});

test("an output at every timestep goes with the labels that needed it, and stays where a person switched it on", () => {
  const back = withDataSet(withDataSet(toy, bits, RECIPE), reviews, RECIPE);
  assert.equal(back.layers[1].return_sequences, false);
  assert.equal(back.label, 1);
  const own = { ...toy, layers: toy.layers.with(1, { ...toy.layers[1], return_sequences: true }) };
  assert.equal(withDataSet(own, reviews, RECIPE).layers[1].return_sequences, true);
});

test("a table that was uploaded is needed beside the link, one that comes with Unrolled is not", () => {
  const learning = (dataset) => ({ ...toy, weights: { seed: 0, training: { dataset, batch_size: 4, seed: 0, updates: 0 } } });
  assert.deepEqual([toy, learning("a"), learning("b")].map((scene) => needsUpload(scene, ["a"])), [false, false, true]);
});
