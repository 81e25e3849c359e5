import assert from "node:assert/strict";
import { test } from "node:test";
import { csvTasks } from "../../static/js/export/csv.js";
import { fileName } from "../../static/js/export/names.js";
import { OFFERS, reasonAgainst } from "../../static/js/export/offers.js";
import { inSlices } from "../../static/js/export/slices.js";
import { createTrace } from "../../static/js/trace.js";

test("a file's name is safe on every system, whatever the words are", () => {
  assert.equal(fileName(["cat", "mat", "rat", "cat"], "svg", "step-13"), "unrolled-cat-mat-rat-step-13.svg");
  assert.equal(fileName(["../../etc", "a:b", "*?"], "csv"), "unrolled-etc-a-b.csv");
  assert.equal(fileName(["\u202egnp", "🙂"], "json"), "unrolled-gnp.json");
  assert.equal(fileName(["🙂"], "json"), "unrolled.json");
  assert.equal(fileName(["नमस्ते", "दुनिया"], "webm"), "unrolled-नमस्ते-दुनिया.webm");
  const long = fileName(["𝕒".repeat(64), "w".repeat(64)], "safetensors", "step-1");
  assert.ok(new TextEncoder().encode(long).length <= 255, long);
});

const layout = {
  timesteps: 2, output_timesteps: [2], weights: { embedding: { embeddings: [2, 2] }, 1: { kernel: [2, 1], bias: [1] } }, embedding_rows: [3, 8],
  initial_state: [{ layer: "1", quantity: "h", start: 0, units: 1 }],
  forward: [{ layer: "input", quantity: "x", start: 0, units: 2 }, { layer: "1", quantity: "h", start: 2, units: 1 }],
  output: [{ layer: "output", quantity: "a", start: 0, units: 1 }, { layer: "output", quantity: "y", start: 1, units: 1 }],
  backward: [{ layer: "1", quantity: "h", start: 0, units: 1 }, { layer: "1", quantity: "h_norm", start: 1, units: 1 }, { layer: "output", quantity: "a", start: 2, units: 1 }],
};
const numbers = {
  "weights/embedding/embeddings": [1, 2, 3, 4], "gradients/embedding/embeddings": [5, 6, 7, 8], "updated/embedding/embeddings": [9, 10, 11, 12],
  "weights/1/kernel": [0.1, -0.2], "gradients/1/kernel": [1e-300, 2], "updated/1/kernel": [3, 4], "weights/1/bias": [-0], "gradients/1/bias": [1 / 3], "updated/1/bias": [0],
  initial_state: [0.5], "gradients/initial_state": [-0.5], "forward/1": [1, 0, Math.PI], "forward/2": [0, 1, -1], output: [0.75, 0.25], loss: [0.7],
  "backward/1": [0.25, 0.25], "backward/2": [1e21, 2, 0.125],
};
const trace = () => createTrace(layout, (name) => (numbers[name] ? new Float64Array(numbers[name]) : null));

test("a table has a line for every number, in full, its gradient and its update beside it", () => {
  assert.deepEqual(csvTasks(trace()).map((task) => task()).join("").split("\r\n"), [
    "layer,timestep,quantity,row,unit,value,gradient,updated",
    "1,0,h,,1,0.5,-0.5,",
    "input,1,x,,1,1,,", "input,1,x,,2,0,,", "1,1,h,,1,3.141592653589793,0.25,", "1,1,h_norm,,1,,0.25,",
    "input,2,x,,1,0,,", "input,2,x,,2,1,,", "1,2,h,,1,-1,1e+21,", "1,2,h_norm,,1,,2,",
    "output,2,a,,1,0.75,0.125,", "output,2,y,,1,0.25,,",
    "output,,loss,,,0.7,,",
    "1,,kernel,1,1,0.1,1e-300,3", "1,,kernel,2,1,-0.2,2,4", "1,,bias,,1,-0,0.3333333333333333,0",
    "embedding,,embeddings,3,1,1,5,9", "embedding,,embeddings,3,2,2,6,10", "embedding,,embeddings,8,1,3,7,11", "embedding,,embeddings,8,2,4,8,12",
    "",
  ]);
});

test("long work lets the page live in between, tells how far it is, and can be called off", async () => {
  const controller = new AbortController();
  const shares = [];
  const busy = () => {
    for (const end = performance.now() + 15; performance.now() < end;);
    return shares.length;
  };
  const made = await inSlices([busy, busy, busy], { signal: controller.signal, progress: (share) => shares.push(share) });
  assert.deepEqual(made, [0, 1, 2]);
  assert.deepEqual(shares, [1 / 3, 2 / 3, 1]);
  controller.abort();
  await assert.rejects(inSlices([busy, busy], { signal: controller.signal, progress: () => {} }), { name: "AbortError" });
});

test("what cannot be had says why, the nearest reason first", () => {
  const can = { shape: { broken: null, timesteps: 3, layers: [{ units: 3 }, { units: 2 }] }, film: true, legible: true, picture: true, paper: 1200 };
  const whole = { layout: { weights: { 1: { kernel: [30, 30], bias: [271] } } }, has: (name) => name === "updated/output/bias" };
  const state = { shown: { trace: whole }, away: false };
  const reasons = (now, able = can) => Object.fromEntries(OFFERS.map((offer) => [offer.kind, reasonAgainst(now, offer, able)?.[0] ?? null]).filter(([, reason]) => reason));
  assert.deepEqual(reasons({ shown: { trace: { ...whole, layout: { weights: { 1: { kernel: [10, 10] } } } } }, away: false }), {});
  assert.deepEqual(reasonAgainst(state, OFFERS.at(-1), can), ["export.why.long", { count: 900 + 271 + 30, limit: 1200 }]);
  const kinds = (...names) => Object.fromEntries(names.map((name) => [name, "export.why.arriving"]));
  assert.deepEqual(reasons({ shown: { trace: null }, away: true }), kinds("film", "csv", "trace", "scene", "paper"));
  assert.deepEqual(reasons({ ...state, away: true }), { trace: "export.why.away", scene: "export.why.away", paper: "export.why.long" });
  assert.equal(reasons(state, { ...can, shape: { ...can.shape, broken: 0 } }).csv, "export.why.broken");
  assert.deepEqual(reasons(state, { ...can, film: false, legible: false, picture: false, paper: 9999 }), { png: "export.why.large", film: "export.why.film" });
});
