import assert from "node:assert/strict";
import { test } from "node:test";

import { EMPTY_PLAN, added, changed, moved, movedIndex, readPlan, removed, titleOf, writePlan } from "../../static/js/planning/plan.js";

const scene = { version: 1, vocabulary: ["cat"], sentence: ["cat", "cat"], layers: [], weights: { seed: 0 } };
const step = (title) => ({ title, scene, view: { step: "4" }, notes: "", question: null });
const plan = ["a", "b", "c"].map(step).reduce((before, each) => added(before, each), EMPTY_PLAN);
const titles = ({ steps }) => steps.map(({ title }) => title).join("");
const isScene = (value) => Array.isArray(value?.layers) && Array.isArray(value.sentence);
const MOST = { steps: 200, bytes: 262144 };
const read = (document) => readPlan(typeof document === "string" ? document : JSON.stringify(document), MOST, isScene);

test("a plan that is written is read as it was", () => {
  const question = { kind: "sign", text: "Positive?", choices: [], answer: "positive", why: "" };
  const whole = changed(plan, 1, { question, notes: "Say\nthis." });
  assert.deepEqual(read(writePlan(whole)), { plan: whole });
});

test("what a file leaves out has its default", () => {
  const { plan: { title, steps } } = read({ unrolled: "plan", version: 1, steps: [{ scene: "a".repeat(64), question: { kind: "words", text: "One word?" } }] });
  assert.equal(title, "");
  assert.deepEqual(steps, [{ title: "", scene: "a".repeat(64), view: {}, notes: "", question: { kind: "words", text: "One word?", choices: [], answer: null, why: "" } }]);
});

test("a file that is no plan says why, in one of six ways", () => {
  const fault = (document) => read(document).fault;
  assert.equal(fault(""), "damaged");
  assert.equal(fault("{"), "damaged");
  assert.equal(fault("\u0000PK"), "damaged");
  assert.equal(fault("[]"), "other");
  assert.equal(fault("null"), "other");
  assert.equal(fault({ unrolled: "recording", version: 1 }), "other");
  assert.deepEqual(read({ ...plan, version: 2 }), { fault: "newer", values: { version: 2 } });
  assert.equal(fault({ ...plan, version: "1" }), "damaged");
  assert.equal(fault({ ...plan, version: 0 }), "damaged");
  assert.equal(fault({ ...plan, title: 7 }), "damaged");
  assert.equal(fault({ ...plan, steps: {} }), "damaged");
  assert.deepEqual(read({ ...plan, steps: Array(201).fill(step("a")) }), { fault: "many", values: { max: 200 } });
  assert.deepEqual(readPlan(writePlan(plan), { steps: 200, bytes: 100 }, isScene), { fault: "large", values: { max: 0 } });
  for (const bad of [null, {}, { scene: "a" }, { scene: {} }, { scene, title: 1 }, { scene, notes: null }, { scene, view: { step: 4 } }, { scene, view: [] }, { scene, question: {} }, { scene, question: { kind: "riddle", text: "" } }, { scene, question: { kind: "sign", text: "a", choices: [1] } }]) {
    assert.deepEqual(read({ ...plan, steps: [step("a"), bad] }), { fault: "step", values: { number: 2 } }, JSON.stringify(bad));
  }
});

test("steps are added, taken out and moved, and the plan before stays what it was", () => {
  assert.equal(titles(added(plan, step("x"), 0)), "axbc");
  assert.equal(titles(added(plan, step("x"))), "abcx");
  assert.equal(titles(removed(plan, 1)), "ac");
  assert.equal(titles(moved(plan, 0, 1)), "bac");
  assert.equal(titles(moved(plan, 2, -2)), "cab");
  assert.equal(moved(plan, 0, -1), plan);
  assert.equal(moved(plan, 2, 5), plan);
  assert.equal(titles(changed(plan, 2, { title: "z" })), "abz");
  assert.equal(titles(plan), "abc");
});

test("whoever stands on a step stands on it still when steps change places", () => {
  for (let at = 0; at < 4; at += 1) {
    for (let to = 0; to < 4; to += 1) {
      const order = [0, 1, 2, 3];
      order.splice(to, 0, ...order.splice(at, 1));
      for (let index = 0; index < 4; index += 1) assert.equal(order[movedIndex(index, at, to)], index, `${index} when ${at} goes to ${to}`);
    }
  }
  assert.equal(movedIndex(null, 0, 1), null);
});

test("a step without a title is called by what it reads", () => {
  assert.equal(titleOf(step("")), "cat cat");
  assert.equal(titleOf(step("Hello")), "Hello");
  assert.equal(titleOf({ ...step(""), scene: "a".repeat(64) }), "…");
});
