import assert from "node:assert/strict";
import { test } from "node:test";

import { normalAnswer, scoreOf } from "../../static/js/asking/answers.js";
import { createBallot } from "../../static/js/asking/ballot.js";
import { barsOf, cloudOf, histogramOf, isRight, rightOf } from "../../static/js/asking/counts.js";

const SIGN = { kind: "sign", choices: ["positive", "negative"] };
const NUMBER = { kind: "number", choices: [], tolerance: 0.1 };

test("every choice has a bar, and says whether it is right and whether it is one's own", () => {
  assert.deepEqual(barsOf(SIGN, { negative: 3 }, { answer: "negative", own: "positive" }), [
    { choice: "positive", votes: 0, share: 0, right: false, own: true },
    { choice: "negative", votes: 3, share: 1, right: true, own: false },
  ]);
  assert.deepEqual(barsOf(SIGN, {}).map(({ share, right }) => [share, right]), [[0, null], [0, null]]);
});

test("an answer that is called what every object has counts as any other", () => {
  const choices = ["constructor", "toString", "__proto__"];
  assert.deepEqual(barsOf({ kind: "choice", choices }, JSON.parse('{"__proto__": 3}')).map(({ votes, share }) => [votes, share]), [[0, 0], [0, 0], [3, 1]]);
});

test("of typed answers the most frequent have bars of their own, and the others share one", () => {
  const tally = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [String(i), 20 - i]));
  const bars = barsOf({ kind: "count", choices: [] }, tally, { answer: "1" });
  assert.deepEqual(bars.slice(0, 2).map(({ choice, right }) => [choice, right]), [["0", false], ["1", true]]);
  assert.equal(bars.length, 13);
  assert.deepEqual([bars[12].choice, bars[12].votes, bars[12].right], [null, 36, null]);
  assert.equal(bars.reduce((sum, { votes }) => sum + votes, 0), 210);
});

test("a number is right within its tolerance, both ends included; anything else is right when it is the same", () => {
  assert.deepEqual(["0.3", "0.5", "0.51", "0.29"].map((choice) => isRight(NUMBER, choice, "0.4")), [true, true, false, false]);
  assert.equal(isRight({ kind: "number" }, "0.4", "0.4"), true);
  assert.equal(isRight({ ...NUMBER, tolerance: 0.2 }, "0.1", "0.3"), true); // 0.3 - 0.1 is a little more than 0.2
  assert.equal(isRight({ kind: "count" }, "36", "36"), true);
  assert.deepEqual([isRight(SIGN, null, "positive"), isRight(SIGN, "positive", null)], [null, null]);
  assert.deepEqual(rightOf(NUMBER, { 0.35: 2, 0.9: 1 }, "0.4"), { right: 2, votes: 3 });
  assert.equal(rightOf(NUMBER, {}, null), null);
});

test("a histogram has round steps, holds every vote, and reaches the band of what is right", () => {
  const { bins, below, above, band, most, step } = histogramOf(NUMBER, { "-0.5": 1, 0: 2, 0.24: 3, 0.25: 1, 0.5: 1 }, "0.4");
  assert.equal(step, 0.1);
  assert.deepEqual(bins.map(({ from }) => from), [-0.5, -0.4, -0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3, 0.4, 0.5]);
  assert.deepEqual(bins.map(({ votes }) => votes), [1, 0, 0, 0, 0, 2, 0, 4, 0, 0, 1]);
  assert.deepEqual([below, above, most], [0, 0, 4]);
  assert.deepEqual(band.map((end) => Number(end.toFixed(6))), [0.3, 0.5]);
});

test("one slip of the finger squeezes nobody else: it is counted beyond the end", () => {
  const tally = { 1000000: 1, ...Object.fromEntries(Array.from({ length: 50 }, (_, i) => [String(i / 100), 1])) };
  const { bins, above } = histogramOf(NUMBER, tally, null);
  assert.equal(bins.reduce((sum, { votes }) => sum + votes, 0) + above, 51);
  assert.ok(bins.at(-1).to < 1 && above >= 1);
});

test("a histogram can be of one number, of zero, and of none", () => {
  assert.deepEqual(histogramOf(NUMBER, { 0: 4 }).bins.map(({ votes }) => votes), [4]);
  assert.deepEqual(histogramOf(NUMBER, { "-7": 4 }).bins.map(({ votes }) => votes), [4]);
  assert.equal(histogramOf(NUMBER, {}), null);
  for (const number of [1e-12, -1e6, 123456.789]) assert.equal(histogramOf(NUMBER, { [number]: 1 }).bins.length, 1);
});

test("whatever the numbers, every vote is in one bin or beyond one end", () => {
  let seed = 7;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  for (let round = 0; round < 200; round += 1) {
    const scale = 10 ** Math.floor(random() * 12 - 6);
    const tally = {};
    for (let i = 0; i < 1 + random() * 40; i += 1) tally[String(Number(((random() - 0.5) * scale).toPrecision(4)))] = 1 + Math.floor(random() * 5);
    const all = Object.values(tally).reduce((sum, votes) => sum + votes, 0);
    const { bins, below, above } = histogramOf(NUMBER, tally, round % 2 ? "0.1" : null);
    assert.equal(bins.reduce((sum, { votes }) => sum + votes, 0) + below + above, all);
    assert.ok(round % 2 || bins.length <= 13, `${bins.length} bins`);
  }
});

test("a cloud's words are sized by their votes, the most frequent first, and no more than can be read", () => {
  assert.deepEqual(cloudOf({ gate: 1, memory: 16, time: 4 }), [{ word: "memory", votes: 16, size: 5 }, { word: "time", votes: 4, size: 3 }, { word: "gate", votes: 1, size: 1 }]);
  assert.equal(cloudOf(Object.fromEntries(Array.from({ length: 90 }, (_, i) => [`word ${i}`, 1]))).length, 40);
  assert.deepEqual(cloudOf({}), []);
});

/** A ballot whose requests a test answers. */
function opened({ judge = () => "again" } = {}) {
  const log = [];
  const asked = [];
  const request = (name) => new Promise((resolve, reject) => asked.push({ name, resolve, reject }));
  const ballot = createBallot({
    join: () => request("join"), send: (poll, choice) => request(`${poll} ${choice}`), wait: (failures) => request(`wait ${failures}`), judge,
    changed: (poll, vote) => log.push([poll, vote.state, vote.stored]),
  });
  const settled = () => new Promise((done) => setTimeout(done));
  return {
    ballot, log, asked,
    async answer(value) {
      await settled();
      const { name, resolve, reject } = asked.shift() ?? {};
      if (value instanceof Error) reject?.(value);
      else resolve?.(value);
      await settled();
      return name;
    },
  };
}

test("a browser becomes a participant once, before its first vote, and is told when a vote is stored", async () => {
  const { ballot, answer, log, asked } = opened();
  ballot.cast("p1", "Positive");
  assert.equal(await answer({}), "join");
  assert.equal(await answer({ choice: "positive" }), "p1 Positive");
  assert.deepEqual(log.at(-1), ["p1", "stored", "positive"]);
  ballot.cast("p2", "7");
  assert.equal(await answer({ choice: "7" }), "p2 7");
  assert.equal(asked.length, 0);
});

test("whoever changes their mind before the answer has arrived sends the new one after it, and no other in between", async () => {
  const { ballot, answer, log } = opened();
  ballot.cast("p1", "a");
  await answer({});
  ballot.cast("p1", "b");
  ballot.cast("p1", "c");
  assert.equal(await answer({ choice: "a" }), "p1 a");
  assert.equal(await answer({ choice: "c" }), "p1 c");
  assert.deepEqual(log.at(-1), ["p1", "stored", "c"]);
  assert.deepEqual(log.filter(([, state]) => state === "stored").length, 1);
});

test("what is lost on its way is sent again after a wait, until it is there", async () => {
  const { ballot, answer, log } = opened();
  ballot.cast("p1", "a");
  assert.equal(await answer(new Error("away")), "join");
  assert.deepEqual(log.at(-1), ["p1", "waiting", null]);
  assert.equal(await answer(null), "wait 0");
  assert.equal(await answer({}), "join");
  assert.equal(await answer(new Error("away")), "p1 a");
  assert.equal(await answer(null), "wait 1");
  assert.equal(await answer({ choice: "a" }), "p1 a");
  assert.deepEqual(log.at(-1), ["p1", "stored", "a"]);
});

test("a server that knows nobody of this name gets to know them again; a closed question is final and keeps what was stored", async () => {
  const { ballot, answer, log } = opened({ judge: ({ message }) => message });
  ballot.cast("p1", "a");
  await answer({});
  assert.equal(await answer(new Error("stranger")), "p1 a");
  assert.equal(await answer({}), "join");
  assert.equal(await answer({ choice: "a" }), "p1 a");
  ballot.cast("p1", "b");
  assert.equal(await answer(new Error("closed")), "p1 b");
  assert.deepEqual(log.at(-1), ["p1", "closed", "a"]);
});

test("an answer that is none is refused with the server's words, and another one can follow", async () => {
  const { ballot, answer } = opened({ judge: () => "refused" });
  ballot.cast("p1", "half");
  await answer({});
  await answer(new Error("The answer must be a number."));
  assert.deepEqual(ballot.of("p1"), { choice: "half", state: "refused", stored: null, detail: "The answer must be a number." });
  ballot.cast("p1", "0.5");
  assert.equal(await answer({ choice: "0.5" }), "p1 0.5");
  assert.equal(ballot.of("p1").state, "stored");
});

test("a page that is taken down sends nothing more and says nothing more", async () => {
  const { ballot, answer, log } = opened();
  ballot.cast("p1", "a");
  ballot.takeDown();
  const before = log.length;
  await answer(new Error("away"));
  await answer(null);
  assert.equal(log.length, before);
});

test("whoever answers alone is counted by the rules of the server", () => {
  const normal = (kind, typed, choices = []) => normalAnswer({ kind, choices }, typed);
  assert.deepEqual([" 0.50 ", "−0.5", "+.5", "5.", "1e-3", "-0", "1e-7", "0,5", "-12,50", "0,125"].map((typed) => normal("number", typed)), ["0.5", "-0.5", "0.5", "5", "0.001", "0", "1e-7", "0.5", "-12.5", "0.125"]);
  assert.deepEqual(["", "half", "1,000", "1,5,5", "NaN", "Infinity", "0x10", "1e999"].map((typed) => normal("number", typed)), Array(8).fill(null));
  assert.deepEqual(["0036", "+9", "3.5", "3,0", "-1"].map((typed) => normal("count", typed)), ["36", "9", null, null, null]);
  assert.deepEqual(["  Vanishing   Gradient ", "e\u0301tat", " "].map((typed) => normal("words", typed)), ["vanishing gradient", "état", null]);
  assert.deepEqual(["cafe\u0301", "tea"].map((typed) => normal("choice", typed, ["café", "juice"])), ["café", null]);
  assert.equal(normal("choice", "layer 1, t\u00a0=\u00a02", ["layer 1, t\u00a0=\u00a02", "layer 2, t\u00a0=\u00a02"]), "layer 1, t\u00a0=\u00a02");
});

test("a score counts what was answered and judged, and nothing else", () => {
  const poll = (name, revealed) => ({ poll: name, ...SIGN, revealed });
  const told = (answer) => ({ answer, why: "", tally: {}, votes: 0 });
  const polls = [poll("a", told("negative")), poll("b", told("positive")), poll("c", told("positive")), poll("d", null), poll("e", told(null))];
  const own = { a: "negative", b: "negative", d: "positive", e: "positive" };
  assert.deepEqual(scoreOf(polls, (name) => own[name] ?? null), { asked: 2, right: 1 });
});
