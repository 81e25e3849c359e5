import { attrs, fill, html, join, mark, text } from "../dom.js";
import { setField } from "../fields.js";
import { fixed, grouped, magnitude } from "../format.js";
import { getKinds, getRemedy } from "../laboratory/answers.js";
import { createBand, sizeOf } from "../laboratory/band.js";
import { createShades } from "../laboratory/colours.js";
import { mountMeters } from "../laboratory/meters.js";
import { mountPaths } from "../laboratory/paths.js";
import { costsOf, decadesOf, placeOn, rowOf, together } from "../laboratory/reading.js";
import { KINDS, laboratoryScene, readSettings, writeSettings } from "../laboratory/settings.js";
import { mountStudies } from "../laboratory/studies.js";
import { createTables } from "../laboratory/tables.js";
import { createLatest } from "../latest.js";
import { same } from "../memo.js";
import { markError } from "../problem.js";
import { edit } from "../runner.js";
import { ProblemError } from "../server.js";
import { listen, undoAll } from "../store.js";
import { mountUnfolding } from "../unfolding.js";
import { rich, words } from "../words.js";

/** @import { Norms } from "../laboratory/reading.js" */
/** @import { Settings } from "../laboratory/settings.js" */
/** One network that is shown, with the scene that it is and what was measured of it. @typedef {{key: string, name: string, scene: import("../types.js").Scene, norms: Norms}} Shown */

const MANY = 1e9; // larger factors are powers of ten

/** How many times smaller, as a person says it. */
const factorOf = (cost) => (cost >= MANY ? magnitude(cost) : cost >= 10 ? grouped(Math.round(cost)) : fixed(cost, 1));

/** What depth and time cost, in two sentences. */
function punchOf(/** @type {Norms} */ norms) {
  const costs = costsOf(norms);
  if (!costs) return rich("gradients.begin.nothing");
  const { depth, time } = costs;
  const steps = { layers: norms.layers.length - 1, timesteps: norms.timesteps - 1 };
  const amount = { 1: "one", 2: "two" }[steps.layers] ?? "lost";
  const down = depth === Infinity ? "nothing" : depth < 1 ? "grown" : amount;
  const back = time === Infinity ? "nothing" : time < 1 ? "grown" : "lost";
  const factor = (cost) => factorOf(cost < 1 ? 1 / cost : cost);
  return [
    ...(steps.layers ? [...rich(`gradients.depth.${down}`, { ...steps, factor: factor(depth) }), " "] : []),
    ...rich(`gradients.time.${back}`, { ...steps, factor: factor(time) }),
  ];
}

const changeOf = (cost) => (cost === Infinity ? "0" : cost < 1 ? `× ${factorOf(1 / cost)}` : `÷ ${factorOf(cost)}`);

function drawCost(card, /** @type {Shown} */ { name, norms }) {
  const costs = costsOf(norms);
  text(card.firstChild, words("gradients.cost", { name }));
  text(card.lastChild, costs ? changeOf(costs.time) : "–");
}

/** The scale, a swatch for each decade. */
function drawScale(root, { low, high }) {
  const shade = createShades();
  const decades = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const end = (decade) => html("span", {}, decade === 0 ? "1" : magnitude(10 ** decade).replace(/^1·/, ""));
  fill(root, end(low), ...decades.map((decade) => html("i", { style: `background:${shade((decade - low) / (high - low))}` })), end(high));
}

/** What a remedy did, in a sentence or two. */
function remedyOf(remedy, /** @type {Norms} */ after) {
  const [norm, clipped] = ["norm", "clipped"].map((which) => sizeOf(together(after.weights.map((weight) => weight[which]))));
  return words(`gradients.about.${remedy}`, { norm, clipped });
}

/** The laboratory of gradients: what a network's gradient comes to in every cell, while its sliders move. */
export function mountGradients(root, store) {
  const find = (name) => root.querySelector(`[data-part=${name}]`);
  const [punch, hint, fault, strips, scale, costs, open] = ["punch", "hint", "fault", "strips", "scale", "costs", "open"].map(find);
  const controls = [...root.querySelectorAll("[data-setting]")];
  const chips = [...root.querySelectorAll("[data-show], [data-remedy]")];
  /** @type {Settings} */
  let settings = readSettings(store.get().lab);
  /** @type {Shown[]} */
  let shown = [];
  let measured = null; // the scene and the settings that the last request was about
  let drawn = ""; // what of its answer is drawn

  /** What did not reach the server is asked again when it is back. */
  function lost(error) {
    if (!(error instanceof ProblemError)) store.set({ away: true });
  }

  const sceneOf = (kind) => laboratoryScene(store.get().scene, settings, kind);
  const paths = mountPaths(find("path"), () => {
    draw();
    store.set({ path: paths.text() });
  }, lost);
  const meters = mountMeters(root);
  const tables = createTables(find("numbers"));
  const studies = mountStudies(find("studies"), sceneOf, store, lost);
  const bands = () => /** @type {any[]} */ ([...strips.children]);

  function drawControls() {
    for (const control of controls) {
      setField(control, settings[control.dataset.setting]);
      if (control.type === "range") text(control.previousElementSibling, control.dataset.setting === "radius" ? fixed(settings.radius, 2) : String(settings[control.dataset.setting]));
    }
    for (const chip of chips) attrs(chip, { "aria-pressed": String(chip.dataset.show === settings.show || chip.dataset.remedy === settings.remedy) });
  }

  function draw() {
    if (!shown.length) return;
    drawn = settings.show;
    const rows = shown.map(({ norms }) => norms.layers.map((layer) => rowOf(layer, settings.show)));
    const decades = decadesOf(shown.flatMap(({ norms }) => norms.layers.map((layer) => layer.norms)));
    const data = shown.map(({ key, name, norms }, i) => {
      const top = norms.layers[norms.layers.length - 1].norms;
      const parts = norms.layers.map(({ norms: whole, from_depth: depth, from_time: time }) => ({ whole, depth, time }));
      return { key, name, rows: rows[i], parts, ends: [top[0], top[top.length - 1]], scale: decades, path: paths.of(key) };
    });
    for (const band of bands()) if (!data.some(({ key }) => key === band.dataset.key)) band.takeDown();
    join(strips, data, { key: ({ key }) => key, create: () => createBand((key, cell) => choose(key, cell)), update: (band, datum) => band.show(datum) });
    join(costs, shown, { key: ({ key }) => key, create: () => html("p", { class: "cost" }, html("small"), html("b")), update: drawCost });
    const [, after] = shown;
    fill(punch, ...punchOf((settings.remedy === "none" ? shown[0] : after).norms));
    text(hint, settings.remedy === "none" || settings.show !== "whole" ? words(`gradients.hint.${settings.show}`) : remedyOf(settings.remedy, after.norms));
    drawScale(scale, decades);
    meters.draw(shown);
    tables.draw(data);
  }

  function choose(key, cell) {
    const of = shown.find((each) => each.key === key);
    if (of) paths.choose(settings.show, of, cell);
  }

  /** What the sliders say now is measured; while an answer is on its way the newest waits. */
  const measure = createLatest(async (/** @type {Settings} */ wanted) => {
    if (wanted.remedy === "none") {
      const scenes = KINDS.map(sceneOf);
      const norms = await getKinds(scenes[0]);
      const all = KINDS.map((kind, i) => ({ key: kind, name: kind, scene: scenes[i], norms: norms[i] }));
      shown = [...all.filter(({ key }) => key === wanted.kind), ...all.filter(({ key }) => key !== wanted.kind)]; // what is said is of the first
    } else {
      const scene = sceneOf(wanted.kind);
      const { before, after, scene: remedied } = await getRemedy(scene, wanted.remedy);
      shown = [{ key: "before", name: words("gradients.before"), scene, norms: before }, { key: "after", name: words("gradients.after"), scene: remedied, norms: after }];
    }
    mark(fault, null);
    draw();
    paths.follow(store.get().path, settings.show, shown);
  }, (error) => {
    markError(fault, error, "gradients.away");
    measured = null;
    lost(error);
  });

  /** Measures where something else is wanted than last time; what is shown of an answer is no part of the question. */
  function want() {
    const question = [store.get().scene, writeSettings({ ...settings, show: "whole" })];
    if (same(measured, question)) return drawn === settings.show || draw();
    measured = question;
    measure(settings);
    studies.follow();
  }

  /** Asks at once: who moves a slider does not wait for a frame. */
  function change(patch) {
    settings = { ...settings, ...patch };
    paths.clear();
    drawControls();
    store.set({ lab: writeSettings(settings), path: "" });
    want();
  }

  return undoAll([
    mountUnfolding(find("numbers"), store, "numbers"),
    mountUnfolding(find("studies"), store, "studies"),
    ...controls.map((control) => listen(control, control.type === "range" ? "input" : "change", () => {
      change({ [control.dataset.setting]: control.type === "range" ? Number(control.value) : control.value });
    })),
    ...chips.map((chip) => listen(chip, "click", () => change(chip.dataset.show ? { show: chip.dataset.show } : { remedy: chip.dataset.remedy }))),
    listen(open, "click", () => {
      edit(store, sceneOf(settings.kind));
      store.set({ view: "grid" });
    }),
    store.watch(({ lab, scene, view, path }) => [lab, scene, view, path], ([lab, , view, path]) => {
      if (view !== "gradients") return;
      if (lab !== writeSettings(settings)) settings = readSettings(lab);
      drawControls();
      want();
      paths.follow(path, settings.show, shown);
    }),
    store.watch(({ away, view }) => [away, view], ([away, view]) => {
      if (away || view !== "gradients") return;
      want();
      paths.again();
      studies.follow();
    }),
    store.watch(({ dark }) => dark, () => {
      draw();
      studies.redraw();
    }),
    () => bands().forEach((band) => band.takeDown()),
    meters.takeDown, paths.takeDown, tables.takeDown, studies.takeDown,
  ]);
}
