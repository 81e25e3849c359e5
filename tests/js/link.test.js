import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { DEFAULT_VIEW, readLink, writeLink } from "../../static/js/link.js";

const scene = {
  version: 1, vocabulary: ["cat", "mat", "rat"], sentence: ["cat", "mat", "rat"], label: 1,
  layers: [
    { type: "SimpleRNN", units: 3, return_sequences: true },
    { type: "SimpleRNN", units: 2, return_sequences: false },
    { type: "Dense", units: 1, activation: "sigmoid" },
  ],
  weights: { seed: 0 }, loss: "binary_crossentropy", optimizer: { type: "SGD", learning_rate: 0.1 },
};
const id = "a".repeat(64);
const state = (view = {}, of = scene) => ({ ...DEFAULT_VIEW, shown: { scene: of, id }, ...view });

test("a link carries scene and view there and back", () => {
  const view = { step: 7, detail: "operation", order: "diagonal", speed: 0.5, pinned: { layer: "2", timestep: 3 }, kept: [{ layer: "2", timestep: 3 }, { layer: "output", timestep: 3 }, { layer: "1", timestep: 0 }], unit: 2,
    lit: "2/kernel", loop: true, shapes: true, exact: true, theme: "dark", projector: true, zoom: 2.25, pan: { x: 0.5, y: -0.12345 } };
  const link = readLink(writeLink(state(view)));
  assert.deepEqual(link, { scene, id: null, view, bad: [] });
});

test("how many epochs are wanted is carried as it is typed, so that the page can say what is wrong with it", () => {
  for (const epochs of [7, 0, -1, 9000, 2.5]) assert.deepEqual([readLink(writeLink(state({ epochs }))).view.epochs, readLink(writeLink(state({ epochs }))).bad], [epochs, []]);
  assert.deepEqual(readLink("#v=1&epochs=many").bad, ["epochs"]);
});

test("the settings of the laboratory are carried as their text, and nothing else is taken for one", () => {
  assert.equal(readLink(writeLink(state({ lab: "0.8~20~~~~~~time~every timestep" }))).view.lab, "0.8~20~~~~~~time~every timestep");
  assert.equal(readLink(writeLink(state({ study: "~5.5~-2.31", unfolded: "studies" }))).view.study, "~5.5~-2.31");
  assert.deepEqual(readLink("#v=1&lab=<b>").bad, ["lab"]);
});

test("what is at its default is left out", () => {
  assert.deepEqual([...new URLSearchParams(writeLink(state()).slice(1)).keys()], ["v", "scene"]);
  assert.equal(writeLink(state({ kept: [] })), writeLink(state()));
});

test("a scene over 2,000 characters goes by its id", () => {
  const long = { ...scene, vocabulary: Array.from({ length: 400 }, (_, i) => `word${i}`) };
  const link = readLink(writeLink(state({}, long)));
  assert.equal(link.id, id);
  assert.equal(link.scene, null);
});

test("of kept cells a link takes no place twice, and none that no network has", () => {
  for (const kept of ["", "2/3,2/3", "0/1", "2/03", "embedding/1", "2", Array.from({ length: 25 }, (_, i) => `1/${i}`).join()]) {
    assert.deepEqual(readLink(`#v=1&kept=${encodeURIComponent(kept)}`).bad, ["kept"], kept);
  }
});

test("every part that cannot be read is named, and the rest is kept", () => {
  const link = readLink(`#v=1&scene=${encodeURIComponent(JSON.stringify(scene))}&step=-1&detail=atom&cell=2&pinned=0,1&unit=0&lit=<b>&zoom=0&pan=1&theme=dark`);
  assert.deepEqual(link.bad, ["step", "detail", "pinned", "unit", "lit", "zoom", "pan"]);
  assert.deepEqual(link.view, { theme: "dark" });
  assert.deepEqual(link.scene, scene);
});

test("a scene over an Embedding, with any cells, is carried there and back", () => {
  const layers = [{ type: "Embedding", input_dim: 10_000, output_dim: 32 }, { type: "LSTM", units: 2, return_sequences: true },
    { type: "GRU", units: 2, return_sequences: false, reset_after: false }, { type: "Dense", units: 3, activation: "softmax" }];
  const initial_state = [{ h: [0, 0], c: [0.5, 0] }, [0, 1]];
  const embedded = { ...scene, layers, initial_state, loss: "categorical_crossentropy", label: 2 };
  assert.deepEqual(readLink(writeLink(state({}, embedded))).scene, embedded);
});

test("a scene that is no scene is refused", () => {
  for (const text of ["{", "null", "[]", "{}", JSON.stringify({ ...scene, layers: [] }), JSON.stringify({ ...scene, sentence: "cat" }),
    ...[[], scene.layers.slice(1), scene.layers].map((upper) => JSON.stringify({ ...scene, layers: [{ type: "Embedding", input_dim: 9 }, ...upper] })),
    JSON.stringify({ ...scene, layers: [{ type: "Embedding", input_dim: 9, output_dim: 4 }, scene.layers[2]] }),
    JSON.stringify({ ...scene, layers: [scene.layers[0], { type: "Embedding", input_dim: 9, output_dim: 4 }, scene.layers[2]] })]) {
    assert.deepEqual(readLink(`#v=1&scene=${encodeURIComponent(text)}`).bad, ["scene"], text);
  }
});

test("a link of a newer version says so, and an empty fragment says nothing", () => {
  assert.equal(readLink("#v=2&step=1").newer, "2");
  assert.deepEqual(readLink(""), { scene: null, id: null, view: {}, bad: [] });
  assert.deepEqual(readLink("#hello").bad, ["v"]);
});

test("a link of every version is read", () => {
  const links = JSON.parse(readFileSync(new URL("./links.json", import.meta.url), "utf8"));
  for (const { link, scene: stored, view } of links) assert.deepEqual(readLink(link), { scene: stored, id: null, view, bad: [] });
});
