import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { openEvents } from "../../static/js/events.js";

const { fetch, Math: { random } } = globalThis;
const asked = [];

afterEach(() => {
  globalThis.fetch = fetch;
  Math.random = random;
  asked.length = 0;
});

/** A server that gives these streams, one per connection; each is a list of texts, and stays open where it ends with null. */
function serve(...streams) {
  Math.random = () => 0;
  globalThis.fetch = async (path, { headers, signal }) => {
    asked.push({ path, last: headers["Last-Event-ID"] ?? null });
    const pieces = streams[Math.min(asked.length, streams.length) - 1];
    if (pieces instanceof Error) throw pieces;
    if (pieces instanceof Response) return pieces;
    const body = new ReadableStream({
      start(controller) {
        signal.addEventListener("abort", () => { try { controller.error(signal.reason); } catch { /* it was closed */ } });
        for (const piece of pieces) if (piece !== null) controller.enqueue(new TextEncoder().encode(piece));
        if (pieces.at(-1) !== null) controller.close();
      },
    });
    return new Response(body);
  };
}

const event = (kind, data, id) => `${id ? `id: ${id}\n` : ""}event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
const problem = (status) => new Response(JSON.stringify({ status, detail: "no" }), { status, headers: { "Content-Type": "application/problem+json" } });

async function all(events, kinds = []) {
  for await (const { kind } of events) kinds.push(kind);
  return kinds;
}

test("after a lost connection it comes back to the last event that it was given", async () => {
  serve([event("view", {}, "e:1"), event("tally", {}), event("view", {}, "e:2"), "id: e:3\nevent: vi"], [event("ended", {}, "e:3")]);
  const { signal } = new AbortController();
  assert.deepEqual(await all(openEvents(() => "events", { signal, ending: "ended" }).events), ["view", "tally", "view", "ended"]);
  assert.deepEqual(asked.map(({ last }) => last), [null, "e:2"]);
});

test("events are read whole however the stream is cut, and comments and retry are none", async () => {
  const stream = `:\n\nretry: 700\n\n${event("a", { text: "x: y" }, "e:1")}${event("ended", {})}`;
  serve([...stream]);
  const seen = [];
  for await (const { kind, id, data } of openEvents(() => "events", { signal: new AbortController().signal, ending: "ended" }).events) seen.push([kind, id, data.text]);
  assert.deepEqual(seen, [["a", "e:1", "x: y"], ["ended", undefined, undefined]]);
});

test("it waits a share of half a second, doubled with each failure, and never over twenty", async () => {
  const waits = [];
  const { setTimeout: later } = globalThis;
  globalThis.setTimeout = (act, wait) => (waits.push(wait), later(act, 0));
  serve(new TypeError("away"));
  Math.random = () => 1;
  try {
    await assert.rejects(all(openEvents(() => "events", { signal: new AbortController().signal, tries: 8 }).events), /cannot be reached/);
  } finally {
    globalThis.setTimeout = later;
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16_000, 20_000, 20_000]);
});

test("a server that says how long to wait is heeded, and one that restarts has everybody come back within its window", async () => {
  const waits = [];
  const { setTimeout: later } = globalThis;
  serve(["retry: 900\n\n"], [event("restart", { within: 4 })], [event("ended", {})]);
  Math.random = () => 1;
  globalThis.setTimeout = (act, wait) => (waits.push(wait), later(act, 0));
  try {
    await all(openEvents(() => "events", { signal: new AbortController().signal, ending: "ended" }).events);
  } finally {
    globalThis.setTimeout = later;
  }
  assert.deepEqual(waits, [900, 4000]);
});

test("silence ends a connection, and what is heard is told", async () => {
  serve([event("view", {}, "e:1"), null], [event("ended", {}, "e:2")]);
  const told = [];
  const { events } = openEvents(() => "events", { signal: new AbortController().signal, ending: "ended", silence: 5, changed: (heard) => told.at(-1) !== heard && told.push(heard) });
  assert.deepEqual(await all(events), ["view", "ended"]);
  assert.deepEqual(told, [true, false, true]);
});

test("a heartbeat that is ahead brings it back for what it missed, one that is not does nothing", async () => {
  serve([event("view", {}, "e:4"), event("heartbeat", { epoch: "e", offset: 4 }), event("heartbeat", { epoch: "e", offset: 6 }), null], [event("heartbeat", { epoch: "f", offset: 1 }), null], [event("ended", {}, "f:2")]);
  const { events } = openEvents(() => "events", { signal: new AbortController().signal, ending: "ended" });
  assert.deepEqual(await all(events), ["view", "heartbeat", "heartbeat", "heartbeat", "ended"]);
  assert.deepEqual(asked.map(({ last }) => last), [null, "e:4", "e:4"]);
});

test("it asks anew at once, by another path, when it is told to", async () => {
  serve([event("view", {}, "e:1"), null], [event("ended", {}, "e:2")]);
  let mode = "following";
  const { events, again } = openEvents(() => `events?mode=${mode}`, { signal: new AbortController().signal, ending: "ended" });
  const kinds = [];
  for await (const { kind } of events) {
    kinds.push(kind);
    mode = "exploring";
    if (kind === "view") again();
  }
  assert.deepEqual([kinds, asked.map(({ path }) => path)], [["view", "ended"], ["events?mode=following", "events?mode=exploring"]]);
});

test("what will always be refused is an error, what is busy or broken is asked again", async () => {
  const { signal } = new AbortController();
  serve(problem(404));
  await assert.rejects(all(openEvents(() => "events", { signal }).events), { message: "no" });
  serve(problem(503));
  asked.length = 0;
  const streams = [problem(503), problem(429)];
  const first = streams.length;
  globalThis.fetch = async () => (asked.push(1), streams.shift() ?? new Response(event("ended", {})));
  await all(openEvents(() => "events", { signal, ending: "ended" }).events);
  assert.equal(asked.length, first + 1);
});

test("an abort ends it, while it reads and while it waits", async () => {
  for (const streams of [[[event("view", {}, "e:1"), null]], [new TypeError("away")]]) {
    serve(...streams);
    Math.random = () => 1;
    const stop = new AbortController();
    const done = assert.rejects(all(openEvents(() => "events", { signal: stop.signal }).events), { name: "AbortError" });
    setImmediate(() => stop.abort());
    await done;
  }
});
