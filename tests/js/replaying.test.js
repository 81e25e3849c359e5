import assert from "node:assert/strict";
import { test } from "node:test";

import { advanced, clock, indexAt, readRecording, trackOf } from "../../static/js/replaying/recording.js";

const ID = "a".repeat(64);
const entry = (offset, at, kind, body) => ({ epoch: "e", offset, kind, body, at: 1000 + at });
const recording = {
  unrolled: "recording", version: 1, title: "Tuesday", code: "ABCDEFGH", scenes: { [ID]: { layers: [] } },
  entries: [
    entry(1, 0, "scene", { scene: ID, view: { step: "1" } }),
    entry(2, 2, "view", { view: { step: "2" } }),
    entry(3, 60, "poll opened", { poll: "p1", kind: "sign", text: "Positive?", choices: ["positive", "negative"] }),
    entry(4, 65, "poll revealed", { poll: "p1", answer: "negative", why: "", tally: { negative: 2 }, votes: 2 }),
    entry(5, 70, "view", { view: { step: "3" } }),
    entry(6, 70, "ended", {}),
  ],
};
const read = (document) => readRecording(typeof document === "string" ? document : JSON.stringify(document));
const track = trackOf(recording);
const BOTH = { skip: true, ask: true };
const NONE = { skip: false, ask: false };

test("a recording is read as it was written", () => assert.deepEqual(read(recording), { recording }));

test("a file that is no recording, a damaged one and one of a newer version are told apart", () => {
  const fault = (document) => read(document).fault;
  const with_ = (i, patch) => ({ ...recording, entries: recording.entries.map((each, at) => (at === i ? { ...each, ...patch } : each)) });
  assert.equal(fault(JSON.stringify(recording).slice(0, -20)), "damaged");
  assert.equal(fault(""), "damaged");
  assert.equal(fault([]), "other");
  assert.equal(fault({ unrolled: "plan", version: 1 }), "other");
  assert.deepEqual(read({ ...recording, version: 2 }), { fault: "newer", values: { version: 2 } });
  assert.equal(fault({ ...recording, version: "2" }), "damaged");
  assert.equal(fault({ ...recording, entries: {} }), "damaged");
  assert.equal(fault({ ...recording, scenes: [] }), "damaged");
  assert.equal(fault({ ...recording, scenes: { [ID]: null } }), "damaged");
  assert.equal(fault({ ...recording, entries: [] }), "empty");
  assert.equal(fault({ ...recording, entries: [entry(1, 0, "frozen", { frozen: true })] }), "empty");
  for (const patch of [{ at: "1" }, { offset: 1 }, { offset: 1.5 }, { kind: 7 }, { body: null }, { kind: "scene", body: { scene: "toy" } }, { body: { view: { step: 4 } } }, { kind: "scene", body: { scene: [ID] } }, { kind: "scene", body: { scene: ID, view: { otherSentence: 4 } } }, { kind: "poll opened", body: { poll: "p" } }, { kind: "poll revealed", body: { poll: "p", tally: { a: "b" } } }]) {
    assert.deepEqual(read(with_(1, patch)), { fault: "entry", values: { number: 2 } }, JSON.stringify(patch));
  }
});

test("a kind that every object has a property for is one that this page does not know", () => {
  for (const kind of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    const odd = { ...recording, entries: [...recording.entries, entry(7, 71, kind, { view: {} })] };
    const { recording: whole } = read(odd);
    assert.equal(whole?.entries.length, 7, kind);
    const { states } = trackOf(whole);
    assert.equal(states[6], states[5], kind);
  }
});

test("a question is about a cell, or about none", () => {
  const about = (cell) => read({ ...recording, entries: [...recording.entries, entry(7, 71, "poll opened", { poll: "p2", kind: "sign", text: "?", choices: [], cell })] });
  for (const cell of [undefined, null, { layer: "2", timestep: 3 }, { layer: "output", timestep: 1, unit: 1 }]) assert.ok(about(cell).recording, JSON.stringify(cell));
  for (const cell of [0, "2", [], {}, { layer: "0", timestep: 1 }, { layer: "__proto__", timestep: 1 }, { layer: "2", timestep: 0 }, { layer: "2", timestep: "1" }]) {
    assert.equal(about(cell).fault, "entry", JSON.stringify(cell));
  }
});

test("at any time the lecture is what its entries had come to", () => {
  assert.deepEqual([-1, 0, 1.99, 2, 59, 60, 64.9, 65, 70, 1e9].map((time) => indexAt(track, time)), [0, 0, 0, 1, 1, 2, 2, 3, 5, 5]);
  assert.deepEqual(track.states.map(({ view: { step } }) => step), ["1", "2", "2", "2", "3", "3"]);
  assert.equal(track.states[2].polls[0].revealed, null);
  assert.deepEqual(track.states[3].polls[0].revealed.tally, { negative: 2 });
  assert.equal(track.states[5].ended, true);
  assert.deepEqual([track.duration, track.states[0].title], [70, "Tuesday"]);
  assert.deepEqual(track.marks, [{ at: 60, poll: "p1", text: "Positive?", index: 2 }]);
});

test("a clock that was set back turns nothing around", () => {
  const back = trackOf({ ...recording, entries: [entry(1, 0, "view", { view: {} }), entry(2, 3600, "view", { view: {} }), entry(3, 5, "view", { view: {} }), entry(4, 3700, "view", { view: {} })] });
  assert.deepEqual(back.times, [0, 3600, 3600, 3700]);
});

test("playing goes on by the time that has passed, and stops at the end", () => {
  assert.deepEqual(advanced(track, 0, 0.5, NONE), { time: 0.5, playing: true });
  assert.deepEqual(advanced(track, 1, 68.9, NONE), { time: 69.9, playing: true });
  assert.deepEqual(advanced(track, 69, 5, NONE), { time: 70, playing: false });
});

test("before a question it waits for an answer, once", () => {
  assert.deepEqual(advanced(track, 59.5, 4, { skip: false, ask: true }), { time: 60, playing: false });
  assert.deepEqual(advanced(track, 60, 1, { skip: false, ask: true }), { time: 61, playing: true });
  assert.deepEqual(advanced(track, 2, 16, BOTH), { time: 60, playing: false });
});

test("a long pause is skipped to just before what comes next, a short one is played", () => {
  assert.deepEqual(advanced(track, 2, 0.1, { skip: true, ask: false }), { time: 59.1, playing: true });
  assert.deepEqual(advanced(track, 60, 0.1, { skip: true, ask: false }), { time: 60.1, playing: true });
  assert.deepEqual(advanced(track, 70, 0.1, { skip: true, ask: false }), { time: 70, playing: false });
});

test("times are written as a person reads them", () => assert.deepEqual([0, 65.9, 3599, 3725].map(clock), ["0:00", "1:05", "59:59", "1:02:05"]));
