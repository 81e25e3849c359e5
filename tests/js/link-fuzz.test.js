import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

const root = new URL("../../", import.meta.url);
const written = execFileSync(process.env.PYTHON ?? "python3", ["-c", "import json; from app.tables import page_tables; print(json.dumps(page_tables()))"], { cwd: root, encoding: "utf8" });

// the page's tables stand in its document
globalThis.document = /** @type {any} */ ({ getElementById: () => ({ textContent: written }), documentElement: { dir: "ltr", lang: "en" } });
const { DEFAULT_VIEW, VIEW, readLink, writeView } = await import("../../static/js/link.js");
const { chosenGradient, chosenNumber } = await import("../../static/js/chosen.js");
const { kerasCode } = await import("../../static/js/keras.js");
const { optimizerFields } = await import("../../static/js/options.js");
const { presetOf } = await import("../../static/js/presets.js");
const { missingInPyTorch, pytorchCode } = await import("../../static/js/pytorch.js");
const scenes = await import("../../static/js/scene.js");
const { fitted, placeIn, stepIn } = await import("../../static/js/state.js");
const { createTrace } = await import("../../static/js/trace.js");

const { gates, presets, scene: TOY } = JSON.parse(written);

const FULL = {
  ...TOY,
  layers: [
    { type: "Embedding", input_dim: 5, output_dim: 2 },
    { type: "SimpleRNN", units: 2, return_sequences: true, activation: "relu", dropout: 0.1, recurrent_initializer: { type: "scaled_orthogonal", spectral_radius: 1.5 } },
    { type: "LSTM", units: 2, return_sequences: true }, { type: "GRU", units: 2, return_sequences: true, reset_after: false }, { type: "Dense", units: 2, activation: "softmax" },
  ],
  label: [0, 1, 0], loss: "categorical_crossentropy", optimizer: { type: "Adam", learning_rate: 0.1, beta_1: 0.9, amsgrad: true, clipnorm: 1 },
  weights: { seed: 1, edits: { "1/kernel/1,1": 0.5 }, training: { dataset: "a".repeat(64), batch_size: 2, seed: 0, updates: 3, edits: { "1/bias/1": 0 } }, steps: 0 },
  window: 2, l2: 0.01, inputs: {}, sample_weight: [1, 2, 1], initial_state: [[0, 0], { h: [0, 0], c: [0.5, 0] }, [0, 1]],
};

/** Every kind of value that JSON has, and the names that every object in JavaScript has. */
const VALUES = [null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, "", "Lion", "sgd", "constructor", "__proto__", "\ud800", [], [null], [[]], {}, { type: "toString" }, JSON.parse('{"__proto__": null}'), undefined];

/** The places of a document, each as the way to it. */
function* placesIn(value, way = []) {
  if (way.length) yield way;
  if (typeof value === "object" && value !== null) for (const name of Object.keys(value)) yield* placesIn(value[name], [...way, name]);
}

function replaced(document, way, value) {
  const copy = structuredClone(document);
  const last = way.at(-1);
  const owner = way.slice(0, -1).reduce((at, name) => at[name], copy);
  if (value === undefined) delete owner[last];
  else owner[last] = value;
  return copy;
}

/** What the controls make of a scene before the server has said anything of it. */
function show(scene) {
  const everyLayer = (of) => scene.layers.map((_, index) => of(index));
  optimizerFields(scene);
  kerasCode(scene, gates);
  if (!missingInPyTorch(scene)) pytorchCode(scene, gates);
  presetOf(scene, presets);
  everyLayer((index) => assert.equal(typeof scenes.parameters(scene, index, gates).total, "number"));
  scenes.lossWeights(scene);
  scenes.taughtBy(scene);
  scenes.setByHand(scene, "1/kernel/1,1");
  scenes.withNumber(scene, "1/kernel/1,1", 2);
  scenes.withSequences(scenes.withUnits(scene, 0, 3), 0, false);
  scenes.withLoss(scene, "mse", null);
  scenes.withAddedLayer(scene);
  scenes.withSentence(scene, ["cat"], 1);
  return scenes.recurrentLayers(scene).length;
}

const linkTo = (scene) => `#v=1&scene=${encodeURIComponent(JSON.stringify(scene))}`;

test("every field of a link's scene may hold anything: the scene is refused, or the controls can show it", () => {
  let [refused, shown] = [0, 0];
  for (const document of [TOY, FULL]) {
    assert.deepEqual(readLink(linkTo(document)).scene, document);
    for (const way of placesIn(document)) {
      for (const value of VALUES) {
        const link = readLink(linkTo(replaced(document, way, value)));
        try {
          if (link.scene) shown += show(link.scene) > 0 ? 1 : 0;
          else refused += link.bad.includes("scene") ? 1 : NaN;
        } catch (error) {
          assert.fail(`${way.join("/")} = ${JSON.stringify(value)}: ${error.stack}`);
        }
      }
    }
  }
  assert.ok(refused > 1000 && shown > 200, `${refused} refused, ${shown} shown`);
});

test("a scene of unknown optimizer, in lower case, or with other names than the tables have is none", () => {
  const optimizer = (type) => ({ ...TOY, optimizer: { ...TOY.optimizer, type } });
  const lower = JSON.parse(JSON.stringify(TOY).toLowerCase());
  for (const scene of [optimizer("Lion"), optimizer("sgd"), optimizer("constructor"), lower, { ...TOY, loss: "hinge" }, null, 7, "x", [TOY]]) {
    assert.deepEqual([readLink(linkTo(scene)).scene, readLink(linkTo(scene)).bad], [null, ["scene"]]);
  }
});

const TEXTS = ["", "0", "1", "-1", "1e9", "999999", "Infinity", "NaN", "true", "null", "constructor", "__proto__", "toString", "[]", "{}", "%", "\u0000", "\u202e", "🐈", "a b", "1,1", "0,0", "9,9", "output,0", "output,3", "1/0", "9/9",
  "output/3", "1/constructor", "1/1/constructor/1", "d/1/1/valueOf", "d/1/toString/1,1", "embedding/toString", "input/9/x/9", "output/1/foo/1", "9/9/h/9", "1/kernel/9,9", "1/bias/1", "input/1/x", "start", "forward.9.9", "update.output..kernel",
  "loss.9", "backward.output.1", "words.input.99", "forward.1.1.constructor", "2.5", "0.001", "0,0.5", "~~~~~~~~~~", "loss~1/1", "x".repeat(3000)];

test("every part of a link's view may hold anything: it is named as unread, or it stands within what is shown", () => {
  const layout = { timesteps: 3, output_timesteps: [3], initial_state: [], forward: [], output: [], backward: [],
    weights: { 1: { kernel: [3, 3], recurrent_kernel: [3, 3], bias: [3] }, 2: { kernel: [3, 2], recurrent_kernel: [2, 2], bias: [2] }, output: { kernel: [2, 1], bias: [1] } } };
  const trace = createTrace(layout, () => null);
  for (const name of VIEW) {
    for (const text of TEXTS) {
      const { view, bad } = readLink(`#v=2&${new URLSearchParams({ [name]: text })}`);
      const said = `${name}=${text}`;
      assert.equal(Object.hasOwn(view, name), !bad.includes(name), said);
      const state = { ...DEFAULT_VIEW, chosen: null, scene: TOY, shown: { scene: TOY, id: null, trace }, ...view };
      try {
        const now = { ...state, ...fitted(state) };
        assert.ok(Number.isInteger(now.step) && stepIn(now) && placeIn(now).layer && now.unit >= 1, said);
        for (const address of [chosenNumber(now), chosenGradient(now)]) assert.ok(address === null || !address.weight || Array.isArray(address.index), said);
        for (const part of Object.values(writeView(now))) assert.equal(typeof part, "string", said);
      } catch (error) {
        assert.fail(`${said}: ${error.stack}`);
      }
    }
  }
});
