import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

const root = new URL("../../", import.meta.url);
const written = execFileSync(process.env.PYTHON ?? "python3", ["-c", "import json; from app.tables import page_tables; print(json.dumps(page_tables()))"], { cwd: root, encoding: "utf8" });

// the page's tables stand in its document
globalThis.document = /** @type {any} */ ({ getElementById: () => ({ textContent: written }), documentElement: { dir: "ltr", lang: "en" } });
const { DEFAULT_VIEW, VIEW } = await import("../../static/js/link.js");
const { keyOf, placeOf, readPlace } = await import("../../static/js/lecture/view.js");
const { landmarksIn, placeIn, shareOf } = await import("../../static/js/lecture/landmarks.js");
const { boxIn, scrollIn } = await import("../../static/js/layout.js");
const { createPublisher } = await import("../../static/js/lecture/publisher.js");
const { IDLE } = await import("../../static/js/trainer.js");
const { goTo, stepOf } = await import("../../static/js/planning/stand.js");
const { fitted, timelineIn } = await import("../../static/js/state.js");
const { createStore } = await import("../../static/js/store.js");

const { scene: TOY } = JSON.parse(written);
const ID = "a".repeat(64);
const WINDOW = { width: 800, height: 600 };
const long = { ...TOY, sentence: Array.from({ length: 20 }, () => "cat") };

const stateOf = (patch = {}) => ({
  ...DEFAULT_VIEW, scene: TOY, shown: { scene: TOY, id: ID, trace: {} }, problem: null, base: null, difference: false, chosen: null, scrolled: "", led: null, viewport: WINDOW, ...patch,
});
const moved = {
  step: 7, detail: "operation", order: "diagonal", speed: 2, pinned: { layer: "2", timestep: 1 }, kept: [{ layer: "1", timestep: 2 }], unit: 2, lit: "1/kernel/1,2", loop: true, shapes: true,
  exact: true, folded: true, notation: "ng", beside: "keras", tab: "layer", view: "compare", versus: "GRU", otherSentence: ["cat", "rat"], contrast: true, lab: "1~20", study: "50~~~~~~GRU", unfolded: "numbers.studies", theme: "dark", epochs: 7, chart: "path", path: "LSTM~1/3,2/4", zoom: 1.5, pan: { x: 0.5, y: 0.25 },
};
const record = (epoch) => ({ epoch, updates: 2 * epoch, loss: 1 / (1 + epoch), accuracy: 0.5 });
const training = {
  phase: "running", id: "its own", recipe: "what it follows from", records: [0, 1, 2, 3].map(record), first: 0, last: 9, batches: 2, place: 0, began: 12, left: 4,
  inside: { epoch: 4, batch: 1, batches: 2, loss: 0.3 }, reason: null, problem: null,
};
const extras = { chosen: { part: "f", step: 7 }, scrolled: "panel~250", difference: true };

test("every part of a view is told and read back, with what no link carries", () => {
  const { scene, view } = placeOf(stateOf({ ...moved, ...extras, base: { id: "b".repeat(64) } }));
  const { patch, base } = readPlace(view);
  assert.equal(scene, ID);
  const step = timelineIn(stateOf(moved)).steps[7];
  assert.deepEqual(patch, { ...moved, step, ...extras, chosen: { part: "f", step }, training: IDLE });
  const { step: at, chosen } = fitted(stateOf(patch));
  assert.deepEqual([at, chosen], [7, { part: "f", step: 7 }]);
  assert.equal(base, "b".repeat(64));
  assert.deepEqual([...VIEW, ...Object.keys(extras)].filter((name) => !(name in patch)), ["projector"], "how large numbers are is one's own business");
});

test("what a view does not name is as a page opens with, and what cannot be read too", () => {
  const { patch, base, now, draft } = readPlace({ step: "many", theme: "puce", chosen: "<b>@x", base: "no id", draft: "{", training: "{", what: "ever" });
  const { projector: _, ...first } = DEFAULT_VIEW;
  assert.deepEqual([patch, base, now, draft], [{ ...first, chosen: null, scrolled: "", difference: false, training: IDLE }, null, true, null]);
});

test("a training is told by where it is: its first epoch, the last and the one that is shown, and nobody else can stop it", () => {
  const scene = { ...TOY, weights: { ...TOY.weights, training: { dataset: "d", batch_size: 2, seed: 0, updates: 4 } } };
  const { view } = placeOf(stateOf({ shown: { scene, id: ID, trace: {} }, training }));
  assert.deepEqual(readPlace(view).patch.training, { ...training, id: null, recipe: "", records: [0, 2, 3].map(record) });
  assert.equal(placeOf(stateOf({ training: IDLE })).view.training, undefined);
  for (const wrong of [{ phase: "<b>" }, { records: [null] }, { records: [{ ...record(1), loss: null }] }, { last: "9" }, { inside: { epoch: 1 } }, { reason: 5 }, { left: -1 }]) {
    const text = JSON.stringify({ ...JSON.parse(view.training), ...wrong });
    assert.deepEqual(readPlace({ training: text }).patch.training, IDLE, text);
  }
});

test("what says the same is the same object, so that nobody asks again", () => {
  const before = readPlace({ step: "1", otherSentence: "cat rat", kept: "1/1" });
  const after = readPlace({ step: "2", otherSentence: "cat rat", kept: "1/2" }, before);
  assert.equal(after.patch.otherSentence, before.patch.otherSentence);
  assert.deepEqual([after.patch.step.number, after.patch.kept], [2, [{ layer: "1", timestep: 2 }]]);
});

test("a place has one key, in whatever order its parts come", () => {
  assert.equal(keyOf({ scene: ID, view: { a: "1", b: "2" } }), keyOf({ scene: ID, view: { b: "2", a: "1" } }));
  assert.notEqual(keyOf({ scene: ID, view: { a: "1" } }), keyOf({ scene: ID, view: { a: "2" } }));
});

test("a stack that cannot work is told as it is, and a scene that is on its way is not", () => {
  const broken = { ...TOY, layers: TOY.layers.map((layer) => ({ ...layer, ...("return_sequences" in layer ? { return_sequences: false } : {}) })) };
  const { scene, view } = placeOf(stateOf({ shown: { scene: broken, id: null, trace: null }, problem: { detail: "expected ndim=3" } }), ID);
  assert.equal(scene, ID);
  assert.deepEqual(readPlace(view).draft, broken);
  assert.equal(readPlace(placeOf(stateOf({ shown: { scene: TOY, id: null, trace: null } })).view).draft, null);
});

const last = { ...DEFAULT_VIEW, step: 20 + 20 * 2 }; // the last cells of a sentence of twenty words, far to the right

test("a smaller screen that is led shows what happens now; one of the same size shows what the presenter's does", () => {
  const wide = stateOf({ ...last, shown: { scene: long, id: ID, trace: {} }, pan: { x: 1, y: 0 } });
  assert.equal(placeOf(wide).view.now, undefined);
  assert.deepEqual(scrollIn({ ...wide, led: { now: true } }), scrollIn(wide));
  const narrow = { ...wide, viewport: { width: 390, height: 400 }, pan: null };
  const box = boxIn(narrow, { layer: "2", timestep: 20 });
  const { left } = scrollIn({ ...narrow, led: { now: true } });
  assert.ok(left <= box.x && box.x + box.width <= left + 390, "now is in sight");
  assert.equal(scrollIn({ ...narrow, led: { now: false } }).left, 0);
});

test("whoever looks at another part of the picture says so", () => {
  const away = stateOf({ ...last, shown: { scene: long, id: ID, trace: {} }, pan: { x: 0, y: 0 } });
  assert.equal(placeOf(away).view.now, "0");
  assert.equal(readPlace(placeOf(away).view).now, false);
});

test("a pointer is at the same cell on a screen of another size, and between 0 and 1 wherever it is", () => {
  const [desk, phone] = [stateOf(), stateOf({ viewport: { width: 390, height: 420 } })];
  for (const place of [{ layer: "1", timestep: 1 }, { layer: "2", timestep: 3 }, { layer: "input", timestep: 2 }]) {
    const [from, to] = [desk, phone].map((state) => boxIn(state, place));
    const middle = placeIn(landmarksIn(phone), shareOf(landmarksIn(desk), { x: from.x + from.width / 2, y: from.y + from.height / 2 }));
    assert.ok(Math.abs(middle.x - to.x - to.width / 2) < 0.01 && Math.abs(middle.y - to.y - to.height / 2) < 0.01, place.layer);
  }
  for (const point of [{ x: -50, y: -50 }, { x: 1e6, y: 1e6 }, { x: 0, y: 600 }]) {
    const { x, y } = shareOf(landmarksIn(desk), point);
    assert.ok(x >= 0 && x <= 1 && y >= 0 && y <= 1);
  }
});

/** A presenter's page, its room, and commands that are answered when the test says so. */
function presenting(state = stateOf()) {
  const page = { store: createStore(state, (flush) => queueMicrotask(flush)), renewed: new Set() };
  const room = createStore({ frozen: false, mine: 1, phase: "live", presence: { students: 0 } }, (flush) => queueMicrotask(flush));
  const sent = [];
  const command = (kind, body) => new Promise((answer, refuse) => sent.push({ kind, body, answer: (offset) => answer({ offset }), refuse }));
  const publisher = createPublisher(/** @type {any} */ (page), /** @type {any} */ ({ store: room, command, leads: () => room.get().mine !== null }), placeOf(state), { view: 0, scene: 0 });
  return { page: page.store, room, sent, publisher };
}
const soon = () => new Promise((done) => setImmediate(done)); // after all that follows by itself

test("one command is under way, the newest is next, and what the log has already is not told", async () => {
  const { page, sent, publisher } = presenting();
  page.set({ hover: "1/1/h/1" });
  await soon();
  assert.equal(sent.length, 0);
  for (const step of [1, 2, 3]) {
    page.set({ step });
    await soon();
  }
  assert.deepEqual(sent.map(({ kind, body }) => [kind, body.view.step]), [["view", "words.input.1"]]);
  sent[0].answer(2);
  await soon();
  assert.deepEqual(sent.map(({ body }) => body.view.step), ["words.input.1", "words.input.3"]);
  sent[1].answer(3);
  page.set({ shown: { scene: long, id: "b".repeat(64), trace: {} } });
  await soon();
  assert.deepEqual([sent[2].kind, sent[2].body.scene], ["scene", "b".repeat(64)]);
  publisher.takeDown();
});

test("one's own echo moves nothing, late or early; another device's word does", async () => {
  const { page, sent, publisher } = presenting();
  page.set({ step: 1 });
  await soon();
  const own = { scene: ID, view: sent[0].body.view };
  assert.equal(publisher.isForeign(own, 2, false), false, "before the answer");
  sent[0].answer(2);
  page.set({ step: 2 });
  await soon();
  assert.equal(publisher.isForeign(own, 2, false), false, "after the next is under way");
  sent[1].answer(3);
  await soon();
  assert.equal(publisher.isForeign({ scene: ID, view: { step: "9" } }, 4, false), true);
  page.set({ step: 9, led: { now: true } });
  await soon();
  assert.equal(sent.length, 2, "what came out of the log is not told again");
  publisher.takeDown();
});

test("a frozen class is told nothing until it is thawed, and then where the presenter is", async () => {
  const { page, room, sent, publisher } = presenting();
  room.set({ frozen: true });
  page.set({ step: 5 });
  await soon();
  assert.equal(sent.length, 0);
  room.set({ frozen: false });
  await soon();
  assert.equal(sent[0].body.view.step, "forward.2.1");
  publisher.takeDown();
});

test("what was refused because another device has the word is told when this one has it again", async () => {
  const { page, room, sent, publisher } = presenting();
  page.set({ step: 1 });
  await soon();
  room.set({ mine: null });
  sent[0].refuse(new Error("not presenting"));
  await soon();
  room.set({ mine: 2 });
  await soon();
  assert.deepEqual(sent.map(({ body }) => body.view.step), ["words.input.1", "words.input.1"]);
  publisher.takeDown();
});

test("a step of a plan neither keeps a training nor ends one", async () => {
  const store = createStore(/** @type {any} */ (stateOf({ training, arriving: null, history: { past: [], future: [] } })), (flush) => flush());
  assert.equal(stepOf(store.get()).view.training, undefined);
  await goTo(store, { title: "", scene: TOY, view: { step: "2", training: JSON.stringify({ ...training, phase: "ended" }) }, notes: "", question: null });
  assert.equal(store.get().training, training);
  assert.equal(store.get().step, 2);
});

test("what was refused is not asked again, until there is something else to say", async () => {
  const { page, sent, publisher } = presenting();
  page.set({ step: 1 });
  await soon();
  sent[0].refuse(new Error("no"));
  await soon();
  page.set({ hover: "1/1/h/1" });
  await soon();
  assert.equal(sent.length, 1);
  page.set({ step: 2 });
  await soon();
  assert.equal(sent.length, 2);
  publisher.takeDown();
});
