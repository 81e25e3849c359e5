import assert from "node:assert/strict";
import { test } from "node:test";
import { readCode } from "../../static/js/lecture/code.js";
import { UNHEARD, told } from "../../static/js/lecture/log.js";

const SCENE = "a".repeat(64);
const hear = (now, ...events) => events.reduce((state, event) => ({ ...state, ...told(state, event) }), now);
const snapshot = (offset, state = {}) => ({
  kind: "snapshot", id: `e:${offset}`,
  data: { reason: "first", epoch: "e", offset, version: "1", state: { title: "", scene: SCENE, view: { step: "3" }, frozen: false, blanked: false, fence: 1, holder: "desk", polls: [], ended: false, ...state } },
});
const entry = (kind, offset, body) => ({ kind, id: `e:${offset}`, data: { offset, at: 1, ...body } });

test("a code is read as a person types it, and what no lecture can be called is none", () => {
  for (const typed of ["ABCDEFGH", "abcd efgh", " abcd-efgh ", "AB CD–EF GH"]) assert.equal(readCode(typed), "ABCDEFGH", typed);
  for (const typed of ["", "ABCDEFG", "ABCDEFGHJ", "ABCDEFG0", "ABCDEFG1", "ABCDEFGI", "ABCDEFGO", "ÄBCDEFGH", "<script>"]) assert.equal(readCode(typed), null, typed);
});

test("a snapshot is the whole of it, also over what was heard before", () => {
  const before = hear(UNHEARD, snapshot(4, { frozen: true, polls: [{ poll: "p" }] }));
  const after = hear(before, snapshot(2, { view: {} }));
  assert.deepEqual([after.phase, after.epoch, after.offset, after.placed, after.view, after.frozen, after.polls], ["live", "e", 2, 2, {}, false, []]);
});

test("entries move it on, once each, and say which of them moved the picture", () => {
  const state = hear(UNHEARD, snapshot(1), entry("view", 2, { view: { step: "4" } }), entry("frozen", 3, { frozen: true }), entry("view", 2, { view: { step: "9" } }));
  assert.deepEqual([state.view, state.scene, state.frozen, state.offset, state.placed], [{ step: "4" }, SCENE, true, 3, 2]);
});

test("an event that this page has no word for changes nothing, whatever it is called", () => {
  const before = hear(UNHEARD, snapshot(1));
  for (const kind of ["__proto__", "constructor", "toString", "news"]) assert.deepEqual(hear(before, { kind, data: { offset: 2, at: 1 } }), before, kind);
});

test("what is not stored has no offset and is told beside the log", () => {
  const heard = hear(UNHEARD, snapshot(1), { kind: "presence", data: { students: 3, exploring: 1, hands: ["Ada"] } }, { kind: "pointer", data: { x: 0.5, y: 0.25, hidden: false, address: "1/2/h/1" } },
    { kind: "tally", data: { poll: "p", votes: 2 } }, { kind: "link", data: { state: "paused" } });
  assert.deepEqual([heard.offset, heard.presence.students, heard.pointer, heard.pointsAt, heard.tallies, heard.link], [1, 3, { x: 0.5, y: 0.25 }, "1/2/h/1", { p: { votes: 2 } }, "paused"]);
  const later = hear({ ...heard, hand: true }, { kind: "pointer", data: { hidden: true, address: "" } }, { kind: "hands_lowered", data: {} }, { kind: "resumed", data: { epoch: "e", version: "1", from: 1, to: 1 } });
  assert.deepEqual([later.pointer, later.pointsAt, later.hand, later.link, later.phase], [null, null, false, "live", "live"]);
});

test("an end, a deletion and another presenter are known, and a kind of another version changes nothing", () => {
  const lecture = hear(UNHEARD, snapshot(1), entry("presenter_changed", 2, { fence: 2, name: "tablet" }));
  assert.deepEqual([lecture.fence, lecture.holder], [2, "tablet"]);
  assert.equal(hear(lecture, entry("ended", 3, {})).phase, "ended");
  assert.equal(hear(UNHEARD, snapshot(1, { ended: true })).phase, "ended");
  assert.equal(hear(lecture, { kind: "deleted", data: {} }).phase, "deleted");
  assert.deepEqual(told(lecture, { kind: "confetti", data: { many: true } }), {});
});
