import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../", import.meta.url);
const tables = execFileSync(process.env.PYTHON ?? "python3", ["-c", "import json; from app.tables import page_tables; print(json.dumps(page_tables()))"], { cwd: root, encoding: "utf8" });

// the page's tables stand in its document
globalThis.document = /** @type {any} */ ({ getElementById: () => ({ textContent: tables }), documentElement: { dir: "ltr", lang: "en" } });
const { DEFAULT_VIEW, readLink, unpackLink, writeLink } = await import("../../static/js/link.js");
const { readMoment, writeMoment } = await import("../../static/js/moment.js");
const { packScene } = await import("../../static/js/packing.js");
const { stepAt, timelineOf } = await import("../../static/js/state.js");

const scene = {
  version: 1, vocabulary: ["cat", "mat", "rat"], sentence: ["cat", "mat", "rat"], label: 1,
  layers: [
    { type: "SimpleRNN", units: 3, return_sequences: true },
    { type: "SimpleRNN", units: 2, return_sequences: false },
    { type: "Dense", units: 1, activation: "sigmoid" },
  ],
  weights: { seed: 0 }, loss: "binary_crossentropy", optimizer: { type: "SGD", learning_rate: 0.1 },
};
const id = "a".repeat(64);
const state = (view = {}, of = scene) => ({ ...DEFAULT_VIEW, shown: { scene: of, id }, ...view });

test("a link carries scene and view there and back", () => {
  const view = { detail: "operation", order: "diagonal", speed: 0.5, pinned: { layer: "2", timestep: 3 }, kept: [{ layer: "2", timestep: 3 }, { layer: "output", timestep: 3 }, { layer: "1", timestep: 0 }], unit: 2,
    lit: "2/kernel", loop: true, shapes: true, exact: true, theme: "dark", projector: true, zoom: 2.25, pan: { x: 0.5, y: -0.12345 } };
  const link = readLink(writeLink(state({ step: 7, ...view })));
  assert.deepEqual(link, { scene, id: null, view: { step: timelineOf(scene, "operation", "diagonal").steps[7], ...view }, bad: [] });
});

test("how many epochs are wanted is carried as it is typed, so that the page can say what is wrong with it", () => {
  for (const epochs of [7, 0, -1, 9000, 2.5]) assert.deepEqual([readLink(writeLink(state({ epochs }))).view.epochs, readLink(writeLink(state({ epochs }))).bad], [epochs, []]);
  assert.deepEqual(readLink("#v=1&epochs=many").bad, ["epochs"]);
});

test("the settings of the laboratory are carried as their text, and nothing else is taken for one", () => {
  assert.equal(readLink(writeLink(state({ lab: "0.8~20~~~~~~time~every timestep" }))).view.lab, "0.8~20~~~~~~time~every timestep");
  assert.equal(readLink(writeLink(state({ study: "~5.5~-2.31", unfolded: "studies" }))).view.study, "~5.5~-2.31");
  assert.deepEqual(readLink("#v=1&lab=<b>").bad, ["lab"]);
});

test("what is at its default is left out", () => {
  assert.deepEqual([...new URLSearchParams(writeLink(state()).slice(1)).keys()], ["v", "scene"]);
  assert.equal(writeLink(state({ kept: [] })), writeLink(state()));
});

const LONG = { ...scene, vocabulary: Array.from({ length: 400 }, (_, i) => `word${i}`) };

test("where a browser cannot pack, a scene over 2,000 characters goes by its id", () => {
  const link = readLink(writeLink(state({}, { ...LONG })));
  assert.equal(link.id, id);
  assert.equal(link.scene, null);
});

test("a scene of any length stands in its link, packed", async () => {
  const largest = { ...scene, vocabulary: Array.from({ length: 6000 }, (_, i) => `w${i.toString(36)}`) };
  for (const each of [scene, LONG, largest]) {
    await packScene(each);
    const link = readLink(writeLink(state({ theme: "dark" }, each)));
    assert.deepEqual(await unpackLink(link), { scene: each, id: null, view: { theme: "dark" }, bad: [] });
  }
  assert.ok(JSON.stringify(largest).length > 40_000);
  assert.ok(writeLink(state({}, scene)).length < 400, "the toy's link was three times as long");
  assert.ok(writeLink(state({}, LONG)).length < JSON.stringify(LONG).length / 2);
});

test("what does not unpack to a scene is named, and nothing is unpacked without end", async () => {
  const deflated = async (text) => {
    const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
    return Buffer.from(await new Response(stream).arrayBuffer()).toString("base64url");
  };
  for (const packed of ["A", "AAAA", "_-_-", await deflated(""), await deflated("null"), await deflated("[1]"), await deflated("\xff"), await deflated(" ".repeat(10_000_000))]) {
    const link = await unpackLink(readLink(`#v=2&scene=${packed}&theme=dark`));
    assert.deepEqual(link, { scene: null, id: null, view: { theme: "dark" }, bad: ["scene"] }, packed.slice(0, 20));
  }
});

test("a step is named by its event, there and back, at every step of every order and detail", () => {
  for (const detail of ["cell", "operation"]) {
    for (const order of ["timestep", "layer", "diagonal"]) {
      timelineOf(scene, detail, order).steps.forEach((step, i) => {
        assert.deepEqual(readMoment(writeMoment(step)), step);
        assert.equal(stepAt(state({ detail, order }), readLink(writeLink(state({ detail, order, step: i }))).view.step ?? { number: 0 }), i);
      });
    }
  }
});

test("an event that a scene does not have is the nearest that it has, and what is no event is named", () => {
  const last = (phase) => timelineOf(scene, "cell", "timestep").steps.findLastIndex((step) => step.phase === phase);
  for (const [text, step] of [["forward.9.1", last("forward")], ["forward.1.200", last("forward")], ["forward.1.2.h", 6], ["forward.1.2.a", 5], ["update.embedding", last("update")], ["backward", last("backward")], ["start", 0]]) {
    assert.equal(stepAt(state(), /** @type {any} */ (readMoment(text))), step, text);
  }
  for (const text of ["", "forwards", "forward.x.1", "forward.1.0", "forward.1.1.h.h", "constructor", "__proto__", "-1", "1.5", "1e3", "forward/1/2"]) {
    assert.deepEqual(readLink(`#v=2&step=${encodeURIComponent(text)}`).bad, ["step"], text);
  }
});

test("of kept cells a link takes no place twice, and none that no network has", () => {
  for (const kept of ["", "2/3,2/3", "0/1", "2/03", "embedding/1", "2", Array.from({ length: 25 }, (_, i) => `1/${i}`).join()]) {
    assert.deepEqual(readLink(`#v=1&kept=${encodeURIComponent(kept)}`).bad, ["kept"], kept);
  }
});

test("every part that cannot be read is named, and the rest is kept", () => {
  const link = readLink(`#v=1&scene=${encodeURIComponent(JSON.stringify(scene))}&step=-1&detail=atom&cell=2&pinned=0,1&unit=0&lit=<b>&zoom=0&pan=1&theme=dark`);
  assert.deepEqual(link.bad, ["step", "detail", "pinned", "unit", "lit", "zoom", "pan"]);
  assert.deepEqual(link.view, { theme: "dark" });
  assert.deepEqual(link.scene, scene);
});

test("a scene over an Embedding, with any cells, is carried there and back", () => {
  const layers = [{ type: "Embedding", input_dim: 10_000, output_dim: 32 }, { type: "LSTM", units: 2, return_sequences: true },
    { type: "GRU", units: 2, return_sequences: false, reset_after: false }, { type: "Dense", units: 3, activation: "softmax" }];
  const initial_state = [{ h: [0, 0], c: [0.5, 0] }, [0, 1]];
  const embedded = { ...scene, layers, initial_state, loss: "categorical_crossentropy", label: 2 };
  assert.deepEqual(readLink(writeLink(state({}, embedded))).scene, embedded);
});

test("a scene that is no scene is refused", () => {
  for (const text of ["{", "null", "[]", "{}", JSON.stringify({ ...scene, layers: [] }), JSON.stringify({ ...scene, sentence: "cat" }),
    ...[[], scene.layers.slice(1), scene.layers].map((upper) => JSON.stringify({ ...scene, layers: [{ type: "Embedding", input_dim: 9 }, ...upper] })),
    JSON.stringify({ ...scene, layers: [{ type: "Embedding", input_dim: 9, output_dim: 4 }, scene.layers[2]] }),
    JSON.stringify({ ...scene, layers: [scene.layers[0], { type: "Embedding", input_dim: 9, output_dim: 4 }, scene.layers[2]] })]) {
    assert.deepEqual(readLink(`#v=1&scene=${encodeURIComponent(text)}`).bad, ["scene"], text);
  }
});

test("a link that mail or chat has mangled says what it said", async () => {
  const view = { theme: "dark", kept: [{ layer: "2", timestep: 3 }] };
  const json = `scene=${encodeURIComponent(JSON.stringify(scene))}`;
  const packed = { ...scene };
  await packScene(packed);
  const whole = writeLink(state({ step: 7, ...view }, packed)).slice(1);
  const step = timelineOf(scene, "cell", "timestep").steps[7];
  const said = async (hash) => {
    const link = readLink(hash);
    return link.packed ? unpackLink(link) : link;
  };
  for (const end of ["", ".", ")", ",", ">", ").", ">,", "!", "…", "”", "。", "]*", " "]) {
    assert.deepEqual(await said(`#${whole}${end}`), { scene, id: null, view: { step, ...view }, bad: [] }, end);
    assert.deepEqual(await said(`#${whole.replaceAll("&", "&amp;")}${end}`), { scene, id: null, view: { step, ...view }, bad: [] }, `&amp; ${end}`);
    assert.deepEqual(readLink(`#v=1&${json}${end}`), { scene, id: null, view: {}, bad: [] }, end);
    assert.deepEqual(readLink(`#v=1&step=4&scene=${id}${end}`), { scene: null, id, view: { step: { number: 4 } }, bad: [] }, end);
    assert.deepEqual((await said(`#v=2&scene=${new URLSearchParams(whole).get("scene")}${end}`)).scene, scene, end);
    assert.deepEqual(readLink(`#v=1${end}`), { scene: null, id: null, view: {}, bad: [] }, end);
  }
  assert.deepEqual(readLink("#v=1&amp;amp;step=4&theme=dark&amp;theme=light").view, { step: { number: 4 }, theme: "dark" });
});

test("a part that can be read as it stands is, whatever it ends with", () => {
  assert.deepEqual(readLink("#v=1&versus=sentence&otherSentence=who+is+it%3F").view.otherSentence, ["who", "is", "it?"]);
  const ending = { ...scene, vocabulary: ["cat", "cat."], sentence: ["cat."] };
  assert.deepEqual(readLink(`#v=1&scene=${encodeURIComponent(JSON.stringify(ending))}`).scene, ending);
});

test("only closing signs are left out, and no more than a few", () => {
  for (const text of [`4${".".repeat(9)}`, "4.x", ".4", "4 5"]) assert.deepEqual(readLink(`#v=1&step=${encodeURIComponent(text)}`).bad, ["step"], text);
});

test("a link does not end with a sign that looks like punctuation, and is read as it was", () => {
  for (const [sentence, end] of [["end.", "%2E"], ["end_", "%5F"], ["end*", "%2A"], ["end-", "%2D"]]) {
    const link = writeLink(state({ otherSentence: ["the", sentence] }));
    assert.ok(link.endsWith(end), link);
    assert.deepEqual(readLink(link).view.otherSentence, ["the", sentence]);
  }
});

test("a link without a version is one of this version", () => {
  assert.deepEqual(readLink("#view=gradients"), { scene: null, id: null, view: { view: "gradients" }, bad: [] });
  assert.deepEqual(readLink(`#scene=${encodeURIComponent(JSON.stringify(scene))}`).scene, scene);
});

test("a link of a newer version says so, and an empty fragment says nothing", () => {
  assert.equal(readLink("#v=3&step=1").newer, "3");
  assert.deepEqual(readLink(""), { scene: null, id: null, view: {}, bad: [] });
  assert.deepEqual(readLink("#hello").bad, ["v"]);
});

const stored = JSON.parse(readFileSync(new URL("./links.json", import.meta.url), "utf8"));

test("a link of every version is read", async () => {
  const links = stored.filter(({ link }) => link);
  assert.deepEqual(links.map(({ version }) => version), [1, 2]);
  for (const { link, scene: known, view } of links) {
    const read = readLink(link);
    assert.deepEqual(read.packed ? await unpackLink(read) : read, { scene: known, id: null, view, bad: [] });
  }
});

test("every number of version 1 shows the event that it showed", () => {
  const timelines = stored.filter(({ events }) => events);
  assert.equal(timelines.length, 12);
  for (const { version, scene: known, detail, order, events } of timelines) {
    events.forEach((event, number) => {
      const { view } = readLink(`#v=${version}&scene=${encodeURIComponent(JSON.stringify(known))}&detail=${detail}&order=${order}&step=${number}`);
      const shown = timelineOf(known, detail, order).steps[stepAt(state(view, known), /** @type {any} */ (view.step))];
      assert.equal(writeMoment(shown), event);
    });
    const beyond = stepAt(state({ detail, order }, known), { number: events.length + 5 });
    assert.equal(writeMoment(timelineOf(known, detail, order).steps[beyond]), events.at(-1));
  }
});
