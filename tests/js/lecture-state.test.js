import assert from "node:assert/strict";
import { test } from "node:test";

import { EMPTY, after, entryOf } from "../../static/js/lecture/state.js";

const OPENED = { poll: "p1", kind: "sign", text: "Positive?", choices: ["positive", "negative"] };
const entries = [
  ["scene", { scene: "a".repeat(64), view: { step: "3" } }],
  ["view", { view: { step: "4", tab: "layer" } }],
  ["poll opened", OPENED],
  ["frozen", { frozen: true }],
  ["poll closed", { poll: "p1" }],
  ["poll revealed", { poll: "p1", answer: "negative", why: "−0.2 is below 0.", tally: { negative: 2 }, votes: 2 }],
  ["blanked", { blanked: true }],
  ["presenter changed", { fence: 2, name: "tablet" }],
  ["ended", {}],
].map(([kind, body], i) => ({ kind, body, offset: i + 1, at: 1000 + i }));
const stateAfter = (count) => entries.slice(0, count).reduce(after, EMPTY);

test("a scene brings its view, and a view replaces the whole view and keeps the scene", () => {
  assert.deepEqual([stateAfter(1).scene, stateAfter(1).view], ["a".repeat(64), { step: "3" }]);
  assert.deepEqual([stateAfter(2).scene, stateAfter(2).view], ["a".repeat(64), { step: "4", tab: "layer" }]);
});

test("a question is open until it is closed, and knows no answer until it is revealed", () => {
  assert.deepEqual(stateAfter(3).polls, [{ ...OPENED, open: true, revealed: null, past: false, offset: 3 }]);
  assert.deepEqual(stateAfter(5).polls, [{ ...OPENED, open: false, revealed: null, past: false, offset: 3 }]);
  const moved = after(stateAfter(5), { kind: "view", offset: 6, at: 6, body: { view: { step: "9" } } });
  assert.equal(moved.polls[0].past, true, "the lecture has gone on");
  assert.equal(after(stateAfter(3), { kind: "view", offset: 4, at: 4, body: { view: { step: "9" } } }).polls[0].past, false, "it can be answered still");
  assert.deepEqual(stateAfter(6).polls[0].revealed, { answer: "negative", why: "−0.2 is below 0.", tally: { negative: 2 }, votes: 2 });
});

test("an end thaws the class and closes every question", () => {
  assert.deepEqual([stateAfter(8).frozen, stateAfter(8).blanked, stateAfter(8).fence, stateAfter(8).holder], [true, true, 2, "tablet"]);
  const { ended, frozen, blanked, polls } = stateAfter(9);
  assert.deepEqual([ended, frozen, blanked, polls.some(({ open }) => open)], [true, false, false, false]);
});

test("the last twenty questions are kept", () => {
  const polls = Array.from({ length: 25 }, (_, i) => ({ kind: "poll opened", offset: i + 1, at: i, body: { ...OPENED, poll: `p${i}` } }));
  assert.deepEqual(polls.reduce(after, EMPTY).polls.map(({ poll }) => poll), Array.from({ length: 20 }, (_, i) => `p${i + 5}`));
});

test("a kind that is not known changes nothing, and nothing is changed in place", () => {
  const before = structuredClone(stateAfter(6));
  assert.equal(after(EMPTY, { kind: "confetti", offset: 1, at: 0, body: {} }), EMPTY);
  after(stateAfter(6), entries[8]);
  assert.deepEqual(stateAfter(6), before);
});

test("events of the stream are entries, and what is not durable is none", () => {
  assert.deepEqual(entryOf("poll_closed", { offset: 5, at: 9.5, poll: "p1" }), { kind: "poll closed", offset: 5, at: 9.5, body: { poll: "p1" } });
  assert.equal(entryOf("tally", { poll: "p1", votes: 3 }), null);
  assert.equal(entryOf("heartbeat", {}), null);
});
