import assert from "node:assert/strict";
import { afterEach, mock, test } from "node:test";
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

/** A class behind a proxy that holds every stream back until it is told to let them through; what is asked with wait=0 is answered and closed. The clock is moved by hand. */
function behindProxy() {
  const proxy = { holds: true, away: false, offset: 1, streams: 0, open: 0, questions: [], now: 0 };
  Math.random = () => 0.5;
  mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.fetch = async (path, { headers, signal }) => {
    const { searchParams } = new URL(path, "http://a/");
    const asks = searchParams.get("wait") === "0";
    const last = headers["Last-Event-ID"] ?? searchParams.get("last_event_id");
    if (proxy.away) throw new TypeError("away");
    if (asks) proxy.questions.push({ at: proxy.now, last, mode: searchParams.get("mode") });
    else proxy.streams += 1;
    proxy.open += 1;
    const body = new ReadableStream({
      start(controller) {
        const end = () => { proxy.open -= 1; };
        const begins = event(last ? "resumed" : "snapshot", {}, `e:${proxy.offset}`);
        if (asks || !proxy.holds) controller.enqueue(new TextEncoder().encode(begins));
        if (asks) return end(), controller.close();
        signal.addEventListener("abort", () => (end(), controller.error(signal.reason)));
      },
    });
    return new Response(body);
  };
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => setImmediate(done));
  };
  /** Moves the clock on, in pieces short enough for whatever waits to begin to wait again. */
  const pass = async (ms) => {
    for (const end = proxy.now + ms; proxy.now < end; proxy.now += 250) {
      mock.timers.tick(250);
      await settle();
    }
  };
  return { proxy, pass, settle };
}

test("where a proxy holds the stream back it asks every two seconds, until a stream comes through", async () => {
  const { proxy, pass, settle } = behindProxy();
  const stop = new AbortController();
  const [kinds, told] = [[], []];
  const { events } = openEvents(() => "events?mode=following", {
    signal: stop.signal, silence: 25_000, patience: 10_000, changed: (heard, _, held) => told.push(heard ? (held ? "held" : "live") : "lost"),
  });
  const done = all(events, kinds).catch((error) => error.name);
  try {
    await pass(9_750);
    assert.deepEqual([proxy.questions.length, proxy.streams], [0, 1]);
    await pass(500);
    assert.deepEqual([proxy.questions.map(({ last }) => last), kinds, told], [[null], ["snapshot"], ["held"]]);
    proxy.offset = 4;
    await pass(10_000);
    assert.deepEqual(proxy.questions.slice(0, 3).map(({ last }) => last), [null, "e:1", "e:4"], "from where it was");
    const waits = proxy.questions.slice(1).map(({ at }, i) => at - proxy.questions[i].at);
    assert.ok(waits.length >= 4 && waits.every((wait) => wait >= 1_750 && wait <= 2_250), String(waits));
    assert.ok(proxy.open <= 1, "one stream at a time is tried beside the questions");

    proxy.away = true;
    await pass(4_000);
    assert.equal(told.at(-1), "lost");
    proxy.away = false;
    await pass(10_000);
    assert.equal(told.at(-1), "held", "the server is back, the proxy is as it was");

    proxy.holds = false;
    await pass(45_000);
    assert.equal(told.at(-1), "live");
    const [asked, streams] = [proxy.questions.length, proxy.streams];
    await pass(10_000);
    assert.deepEqual([proxy.questions.length, proxy.streams, proxy.open], [asked, streams, 1], "it hears, and asks no more");
  } finally {
    stop.abort();
    await settle();
    mock.timers.reset();
  }
  assert.equal(await done, "AbortError");
  assert.equal(proxy.open, 0);
});

test("no two pages behind the same proxy ask at the same pace, and one that is told to asks at once", async () => {
  const { proxy, pass, settle } = behindProxy();
  const stop = new AbortController();
  let mode = "following";
  const { events, again } = openEvents(() => `events?mode=${mode}`, { signal: stop.signal, patience: 10_000 });
  const done = all(events).catch((error) => error.name);
  try {
    await pass(10_500);
    Math.random = () => 0.999;
    await pass(6_000);
    const waits = proxy.questions.slice(1).map(({ at }, i) => at - proxy.questions[i].at);
    assert.ok(waits.some((wait) => wait >= 2_750), String(waits));
    mode = "exploring";
    again();
    await settle();
    assert.equal(proxy.questions.at(-1).mode, "exploring");
  } finally {
    stop.abort();
    await settle();
    mock.timers.reset();
  }
  assert.equal(await done, "AbortError");
});
