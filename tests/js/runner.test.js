import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = /** @type {any} */ ({ getElementById: () => ({ textContent: "{}" }), documentElement: { dir: "ltr", lang: "en" } });
const { amend, editNumbers, mountRunner } = await import("../../static/js/runner.js");
const { idIn } = await import("../../static/js/state.js");
const { createStore } = await import("../../static/js/store.js");

const scene = (seed) => ({
  version: 1, vocabulary: ["cat"], sentence: ["cat"], label: 1, layers: [{ type: "SimpleRNN", units: 1, return_sequences: false }, { type: "Dense", units: 1, activation: "sigmoid" }],
  weights: { seed }, loss: "binary_crossentropy", optimizer: { type: "SGD", learning_rate: 0.1 },
});

/** A page whose server answers nothing by itself: every request is remembered. */
function page(t, state = {}) {
  const asked = [];
  t.mock.method(globalThis, "fetch", (address, { body }) => {
    asked.push([JSON.parse(body).weights.seed, address.includes("transient=1")]);
    return new Promise(() => {});
  });
  const store = createStore({
    scene: scene(0), shown: { scene: scene(0), id: null, trace: null }, away: false, awaited: null, dragging: false, followed: false, history: { past: [], future: [] }, base: null, difference: false, ...state,
  }, () => {});
  t.after(mountRunner(store));
  return { asked, store, settled: () => new Promise((done) => { setImmediate(done); }) };
}

test("of a drag the first and the last step are stored, and what lies between is not", async (t) => {
  const { asked, store, settled } = page(t);
  editNumbers(store, scene(1));
  await settled();
  for (const seed of [2, 3]) {
    store.set({ dragging: true });
    amend(store, scene(seed));
    await settled();
  }
  store.set({ dragging: false });
  await settled();
  assert.deepEqual(asked, [[0, false], [1, false], [2, true], [3, true], [3, false]]);
});

test("a drag that ends with a last step stores that one alone", async (t) => {
  const { asked, store, settled } = page(t);
  store.set({ dragging: true });
  amend(store, scene(1));
  await settled();
  amend(store, scene(2));
  store.set({ dragging: false });
  await settled();
  assert.deepEqual(asked, [[0, false], [1, true], [2, false]]);
});

test("what a class follows is stored four times a second", async (t) => {
  let now = 1000;
  t.mock.method(performance, "now", () => now);
  const { asked, store, settled } = page(t, { followed: true });
  store.set({ dragging: true });
  for (let seed = 1; seed <= 100; seed += 1) {
    now += 10;
    amend(store, scene(seed));
    await settled();
  }
  const stored = asked.filter(([, transient]) => !transient).map(([seed]) => seed);
  assert.deepEqual(stored, [0, 25, 50, 75, 100]);
});

test("of what is transient the server is asked nothing by its id", () => {
  assert.equal(idIn({ shown: { scene: scene(0), id: "a", trace: null, transient: true } }), null);
  assert.equal(idIn({ shown: { scene: scene(0), id: "a", trace: null } }), "a");
});
