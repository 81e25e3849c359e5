import assert from "node:assert/strict";
import { test } from "node:test";
import { keptAs, toggleKept } from "../../static/js/kept.js";
import { createStore } from "../../static/js/store.js";

const place = (timestep, layer = "1") => ({ layer, timestep });

test("a place is kept once, under the number of its turn, and let go the second time", () => {
  const store = createStore({ kept: [] }, () => {});
  toggleKept(store, place(3));
  toggleKept(store, { ...place(1, "output"), unit: 2 });
  assert.deepEqual(store.get().kept, [place(3), place(1, "output")]);
  assert.deepEqual([keptAs(store.get(), "output", 1), keptAs(store.get(), "1", 1)], [2, 0]);
  toggleKept(store, place(3));
  assert.deepEqual(store.get().kept, [place(1, "output")]);
});

test("of too many the first makes room", () => {
  const store = createStore({ kept: [] }, () => {});
  for (let timestep = 1; timestep <= 25; timestep += 1) toggleKept(store, place(timestep));
  assert.deepEqual([store.get().kept.length, store.get().kept[0], store.get().kept.at(-1)], [24, place(2), place(25)]);
});
