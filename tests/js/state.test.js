import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

const root = new URL("../../", import.meta.url);
const written = execFileSync(process.env.PYTHON ?? "python3", ["-c", "import json; from app.tables import page_tables; print(json.dumps(page_tables()))"], { cwd: root, encoding: "utf8" });

// the page's tables stand in its document
globalThis.document = /** @type {any} */ ({ getElementById: () => ({ textContent: written }), documentElement: { dir: "ltr", lang: "en" } });
const { DEFAULT_VIEW, readLink } = await import("../../static/js/link.js");
const { edit, editNumbers, show, travel } = await import("../../static/js/runner.js");
const { withSeed, withSentence } = await import("../../static/js/scene.js");
const { jump, regroup, togglePlay, walk } = await import("../../static/js/playhead.js");
const { fitted, stepIn, timelineIn } = await import("../../static/js/state.js");
const { createStore } = await import("../../static/js/store.js");

const { scene: TOY } = JSON.parse(written);
const trace = {};
const stateOf = (patch = {}) => ({
  ...DEFAULT_VIEW, scene: TOY, shown: { scene: TOY, id: null, trace }, history: { past: [], future: [] }, base: null, difference: false, busy: false, arriving: null, chosen: null, ...patch,
});
const storeOf = (patch) => createStore(stateOf(patch), () => {});

test("a step, a cell and a unit beyond the scene are brought within it", () => {
  const { view } = readLink("#v=1&step=999&pinned=7,9&kept=2/3,9/1&unit=50");
  assert.deepEqual(fitted(stateOf(view)), { step: 20, chosen: null, pinned: null, kept: [{ layer: "2", timestep: 3 }], unit: 3 });
  assert.deepEqual(fitted(stateOf({ pinned: { layer: "2", timestep: 3 }, unit: 50 })), { step: 0, chosen: null, pinned: { layer: "2", timestep: 3 }, kept: [], unit: 2 });
  assert.equal(fitted(stateOf({ pinned: { layer: "output", timestep: 1 } })).pinned, null, "the toy has one output, after its last word");
});

test("undo and redo walk the scenes, and an edit after an undo begins another way", () => {
  const store = storeOf();
  const [seeded, shorter] = [withSeed(TOY, 1), withSentence(withSeed(TOY, 1), ["rat", "cat"], 1)];
  edit(store, seeded);
  edit(store, shorter);
  for (const [direction, scene] of [[-1, seeded], [-1, TOY], [-1, TOY], [1, seeded], [1, shorter], [1, shorter], [-1, seeded]]) {
    travel(store, direction);
    assert.deepEqual(store.get().scene, scene);
  }
  edit(store, withSeed(TOY, 2));
  assert.deepEqual(store.get().history, { past: [TOY, seeded], future: [] });
});

test("what numbers were before an edit by hand is there until another change or an undo", () => {
  const store = storeOf();
  editNumbers(store, { ...TOY, weights: { seed: 0, edits: { "1/kernel/1,1": 1 } } });
  assert.equal(store.get().base, store.get().shown);
  travel(store, -1);
  assert.equal(store.get().base, null);
  editNumbers(store, store.get().scene);
  assert.equal(store.get().base, null, "nothing was edited");
});

test("from any event of the toy, other details and orders stand at the same event, and lead back to the same step", () => {
  for (const step of Array(21).keys()) {
    const event = timelineIn(stateOf({ step })).steps[step];
    for (const patch of [{ detail: "operation" }, { order: "layer" }, { order: "diagonal" }, { detail: "operation", order: "layer" }]) {
      const store = storeOf({ step });
      regroup(store, patch);
      const { phase, layer, timestep } = stepIn(store.get());
      assert.deepEqual([phase, layer, timestep], [event.phase, event.layer, event.timestep], `${step}, ${JSON.stringify(patch)}`);
      regroup(store, { detail: "cell", order: "timestep" });
      assert.equal(store.get().step, step, JSON.stringify(patch));
    }
  }
});

test("a step by hand stops playing, goes no further than the ends, and playing at the end starts again", () => {
  const store = storeOf({ shown: { scene: TOY, id: null, trace: { has: () => true } } });
  for (const [ask, step, playing] of [[togglePlay, 0, true], [walk, 1, false], [togglePlay, 1, true], [(of) => jump(of, 999), 20, false], [walk, 20, false],
    [togglePlay, 0, true], [togglePlay, 0, false], [(of) => jump(of, -1), 0, false]]) {
    ask(store);
    assert.deepEqual([store.get().step, store.get().playing], [step, playing]);
  }
});

test("the playhead goes no further than the numbers that are here", () => {
  const here = new Set(["forward/1", "forward/2"]);
  const store = storeOf({ shown: { scene: TOY, id: null, trace: { has: (tensor) => here.has(tensor) } } });
  jump(store, 20);
  assert.deepEqual(stepIn(store.get()), timelineIn(store.get()).steps[7], "the second layer at the second word is the last that is whole");
  here.add("forward/3");
  jump(store, 20);
  assert.equal(store.get().step, 9);
});

test("a picture of the same size stays where it stands, and another one is seen whole", () => {
  const store = storeOf({ step: 7, zoom: 2, pan: { x: 0.5, y: 0 } });
  show(store, { scene: withSeed(TOY, 1), id: null, trace });
  assert.deepEqual([store.get().step, store.get().zoom, store.get().pan], [7, 2, { x: 0.5, y: 0 }]);
  show(store, { scene: withSentence(TOY, ["rat", "cat"], 1), id: null, trace });
  assert.deepEqual([store.get().zoom, store.get().pan], [1, null]);
});
