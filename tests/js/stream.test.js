import assert from "node:assert/strict";
import { test } from "node:test";
import { readTrace } from "../../static/js/stream.js";
import { addressText, relatives } from "../../static/js/trace.js";

const layout = {
  timesteps: 1, output_timesteps: [1], weights: { embedding: { embeddings: [2, 2] }, 1: { kernel: [2, 1], bias: [1] } }, embedding_rows: [3, 8],
  initial_state: [{ layer: "1", quantity: "h", start: 0, units: 1 }],
  forward: [{ layer: "input", quantity: "x", start: 0, units: 2 }, { layer: "1", quantity: "h", start: 2, units: 1 }],
  output: [{ layer: "output", quantity: "a", start: 0, units: 1 }, { layer: "output", quantity: "y", start: 1, units: 1 }],
  backward: [{ layer: "1", quantity: "h", start: 0, units: 1 }, { layer: "output", quantity: "a", start: 1, units: 1 }],
};
const numbers = { "weights/embedding/embeddings": [1, 2, 3, 4], "weights/1/kernel": [0.1, -0.2], "forward/1": [1, 0, Math.PI], output: [-0.5, 0.25], loss: [0.7], "backward/1": [-1e-300, 0.125] };

/** The bytes of a safetensors file, made by hand. */
function safetensors() {
  const header = { __metadata__: { layout: JSON.stringify(layout) } };
  let at = 0;
  for (const [name, values] of Object.entries(numbers)) {
    header[name] = { dtype: "F64", shape: [values.length], data_offsets: [at, at + values.length * 8] };
    at += values.length * 8;
  }
  let json = JSON.stringify(header);
  json = json.padEnd(Math.ceil(json.length / 8) * 8);
  const length = new Uint8Array(new BigUint64Array([BigInt(json.length)]).buffer);
  const data = new Uint8Array(new Float64Array(Object.values(numbers).flat()).buffer);
  return new Uint8Array([...length, ...new TextEncoder().encode(json), ...data]);
}

const inPieces = (bytes, size) => new ReadableStream({
  start(controller) {
    for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
    controller.close();
  },
});

test("every number is read back bit by bit, however the bytes are cut", async () => {
  for (const size of [1, 7, 64, 10_000]) {
    let trace;
    await readTrace(inPieces(safetensors(), size), (latest) => { trace = latest; });
    assert.deepEqual([...trace.vector({ layer: "1", timestep: 1, quantity: "h" })], [Math.PI]);
    assert.deepEqual([...trace.vector({ layer: "input", timestep: 1, quantity: "x" })], [1, 0]);
    assert.deepEqual([...trace.vector({ layer: "output", timestep: 1, quantity: "y" })], [0.25]);
    assert.deepEqual([...trace.vector({ layer: "output", timestep: 1, quantity: "a", gradient: true })], [0.125]);
    assert.deepEqual([...trace.vector({ layer: "1", timestep: 1, quantity: "h", gradient: true })], [-1e-300]);
    assert.deepEqual(trace.weight({ layer: "1", weight: "kernel" }).map((row) => [...row]), [[0.1], [-0.2]]);
    assert.equal(trace.loss(), 0.7);
  }
});

test("a trace can be used as soon as its first timestep is there, and says what is missing", async () => {
  const seen = [];
  await readTrace(inPieces(safetensors(), 8), (trace) => seen.push([trace.has("forward/1"), trace.has("backward/1")].join()));
  assert.deepEqual([...new Set(seen)], ["false,false", "true,false", "true,true"]);
});

test("a stream that ends too early is an error, not a trace of zeros", async () => {
  await assert.rejects(readTrace(inPieces(safetensors().slice(0, -8), 64), () => {}), /ended before its last number/);
});

test("what is not in the layout is null", async () => {
  let trace;
  await readTrace(inPieces(safetensors(), 64), (latest) => { trace = latest; });
  assert.equal(trace.vector({ layer: "2", timestep: 1, quantity: "h" }), null);
  assert.equal(trace.vector({ layer: "output", timestep: 2, quantity: "y" }), null);
});

test("of an embedding the rows of the sentence's words are here, under their own numbers", async () => {
  let trace;
  await readTrace(inPieces(safetensors(), 64), (latest) => { trace = latest; });
  const embeddings = { layer: "embedding", weight: "embeddings" };
  assert.deepEqual(trace.weight(embeddings).map((row) => [...row]), [[1, 2], [3, 4]]);
  assert.deepEqual(trace.rowsOf(embeddings), [3, 8]);
  assert.deepEqual(trace.rowsOf({ layer: "1", weight: "kernel" }), [1, 2]);
  assert.deepEqual(trace.rowsOf({ layer: "1", weight: "bias" }), [1]);
});

test("an address has one text, and pointing at it lights the number, its wholes and its parts", () => {
  assert.equal(addressText({ layer: "2", timestep: 3, quantity: "h", unit: 1, gradient: true }), "d/2/3/h/1");
  assert.equal(addressText({ layer: "2", weight: "kernel", index: [1, 2], gradient: false }), "2/kernel/1,2");
  assert.equal(addressText(null), null);
  assert.equal(relatives("2/3"), '[data-address="2"],[data-address="2/3"],[data-address^="2/3/"]');
});
