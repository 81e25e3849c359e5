import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore, undoAll } from "../../static/js/store.js";

/** A frame that comes when the test says so. */
function frames() {
  const waiting = [];
  return { schedule: (flush) => waiting.push(flush), run: () => waiting.splice(0).forEach((flush) => flush()), waiting };
}

test("setting the same value asks for no frame", () => {
  const { schedule, waiting } = frames();
  const store = createStore({ step: 1 }, schedule);
  store.set({ step: 1 });
  assert.equal(waiting.length, 0);
});

test("many changes make one frame, and a watcher draws once in it", () => {
  const { schedule, run, waiting } = frames();
  const store = createStore({ step: 0, loop: false }, schedule);
  const drawn = [];
  store.watch(({ step }) => step, (step) => drawn.push(step));
  store.set({ step: 1 });
  store.set({ step: 2 });
  store.set({ loop: true });
  assert.equal(waiting.length, 1);
  run();
  assert.deepEqual(drawn, [0, 2]);
});

test("a slice of several values is compared one by one", () => {
  const { schedule, run } = frames();
  const store = createStore({ a: 1, b: 2, c: 3 }, schedule);
  let drawn = 0;
  store.watch(({ a, b }) => [a, b], () => { drawn += 1; });
  store.set({ c: 4 });
  run();
  assert.equal(drawn, 1);
});

test("what is stopped draws no more, and leaves no watcher", () => {
  const { schedule, run } = frames();
  const store = createStore({ step: 0 }, schedule);
  const drawn = [];
  const stop = undoAll([store.watch(({ step }) => step, (step) => drawn.push(step)), store.watch(({ step }) => step, () => {})]);
  assert.equal(store.watching(), 2);
  stop();
  store.set({ step: 1 });
  run();
  assert.deepEqual(drawn, [0]);
  assert.equal(store.watching(), 0);
});

test("what asks is told before the next frame, once for all that was set in one go", async () => {
  const frames = [];
  const store = createStore({ scene: 1, step: 0 }, (flush) => frames.push(flush));
  const asked = [];
  const stop = store.ask(({ scene }) => scene, (scene) => asked.push(scene));
  store.set({ scene: 2 });
  store.set({ scene: 3, step: 1 });
  await null;
  assert.deepEqual([asked, frames.length], [[1, 3], 1]);
  stop();
  store.set({ scene: 4 });
  await null;
  assert.deepEqual(asked, [1, 3]);
});

test("a watcher that throws does not stop the others in that frame", () => {
  const { schedule, run } = frames();
  const reported = [];
  globalThis.reportError = (error) => reported.push(error.message);
  const store = createStore({ step: 0 }, schedule);
  const drawn = [];
  store.watch(({ step }) => step, (step) => { if (step) throw new Error("broken view"); });
  store.watch(({ step }) => step, (step) => drawn.push(step));
  store.set({ step: 1 });
  run();
  assert.deepEqual(drawn, [0, 1]);
  assert.deepEqual(reported, ["broken view"]);
});

test("the state is frozen", () => {
  const store = createStore({ step: 0 }, () => {});
  assert.throws(() => { store.get().step = 1; }, TypeError);
});
