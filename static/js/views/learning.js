import { attrs, html, join, mark, text } from "../dom.js";
import { setField, typed } from "../fields.js";
import { MARKED, faultAt } from "../problem.js";
import { edit } from "../runner.js";
import { lossWeights, recurrentLayers, withClipping, withDropout, withL2, withLossWeight, withOptimizer, withOption, withStart, withWindow } from "../scene.js";
import { listen, undoAll } from "../store.js";
import { tables, words } from "../words.js";

/** @import { Layer, Scene } from "../types.js" */

/**
 * A line of the form: how it is called, what it holds, and the scene that another value makes. `choices` make it a combo box.
 * @typedef {{key: string, name: string, value: any, choices?: string[], optional?: boolean, set: (scene: Scene, value: any) => Scene}} Field
 */

/** The optimizer, its options by Keras's names, and what limits its gradients. @returns {Field[]} */
function optimizerFields({ optimizer }) {
  const { type, ...set } = optimizer;
  const options = tables.optimizers[type];
  const clipping = tables.clipping.find((name) => (set[name] ?? null) !== null) ?? "";
  const option = (name, value) => ({ key: name, name, value, set: (scene, next) => withOption(scene, name, next) });
  return [
    { key: "optimizer", name: words("learning.optimizer"), value: type, choices: Object.keys(tables.optimizers), set: (scene, next) => withOptimizer(scene, next, Object.fromEntries(tables.optimizers[next]), tables.clipping) },
    ...options.map(([name, value]) => option(name, set[name] ?? value)),
    { key: "clipping", name: words("learning.clipping"), value: clipping, choices: ["", ...tables.clipping], set: (scene, next) => withClipping(scene, next, tables.clipping) },
    ...(clipping ? [option(clipping, set[clipping])] : []),
  ];
}

/** How the recurrent kernel of a layer begins, and what training drops above it. @returns {Field[]} */
function layerFields(/** @type {Layer} */ { recurrent_initializer: start, dropout = 0 }, index) {
  const { type, ...options } = start ?? { type: "orthogonal", ...tables.initializers.orthogonal };
  const name = words("learning.start", { layer: index + 1 });
  return [
    { key: `start/${index}`, name, value: type, choices: Object.keys(tables.initializers), set: (scene, next) => withStart(scene, index, { type: next, ...tables.initializers[next] }) },
    ...Object.entries(options).map(([option, value]) => ({
      key: `start/${index}/${option}`, name: words("learning.start.option", { layer: index + 1, option }), value,
      set: (scene, next) => withStart(scene, index, { type, [option]: next }),
    })),
    { key: `dropout/${index}`, name: words("learning.dropout", { layer: index + 1 }), value: dropout, set: (scene, next) => withDropout(scene, index, next) },
  ];
}

/** @returns {Field[]} */
const fieldsOf = (/** @type {Scene} */ scene) => [
  ...optimizerFields(scene),
  { key: "l2", name: words("learning.l2"), value: scene.l2 ?? 0, set: withL2 },
  { key: "window", name: words("learning.window"), value: scene.window ?? "", optional: true, set: withWindow },
  ...(lossWeights(scene) ?? []).map((value, i) => ({
    key: `sample_weight/${i}`, name: words("learning.sample_weight", { timestep: i + 1 }), value, set: (now, next) => withLossWeight(now, i + 1, next),
  })),
  ...recurrentLayers(scene).flatMap(layerFields),
];

function createField(/** @type {Field} */ { name, value, choices, optional }) {
  const control = choices
    ? html("select", {}, choices.map((choice) => html("option", { value: choice }, choice || words("learning.none"))))
    : html("input", typeof value === "boolean" ? { type: "checkbox" } : { type: "number", step: "any", ...(optional ? { placeholder: words("learning.all") } : {}) });
  return html("label", {}, html("span", { "aria-hidden": "true" }, name), attrs(control, { "aria-label": name }));
}

function drawField(node, { key, value }) {
  const control = node.querySelector("select, input");
  attrs(control, { "data-option": key });
  if (typeof value === "boolean") control.checked = value;
  else setField(control, value);
}

/** What a control holds; undefined where a number is not finished. */
function valueOf(control, /** @type {Field} */ { optional }) {
  if (control.type === "checkbox") return control.checked;
  if (control.type !== "number") return control.value;
  return typed(control) ?? (optional && !control.validity.badInput ? null : undefined);
}

/** How the weights begin and how they learn: what the scene's optimizer has, what is clipped, how far a gradient reaches back. */
export function mountLearning(root, store) {
  const summary = root.querySelector("summary");
  const form = root.querySelector(".fields");
  const fault = root.querySelector(".fault");
  const scene = () => store.get().scene;

  function draw(/** @type {Scene} */ now) {
    text(summary, words("learning", { optimizer: now.optimizer.type, rate: now.optimizer.learning_rate }));
    join(form, fieldsOf(now), { key: (/** @type {Field} */ { key, choices, value }) => `${key} ${choices ? "choice" : typeof value}`, create: createField, update: drawField });
  }

  return undoAll([
    listen(form, "change", ({ target }) => {
      const field = fieldsOf(scene()).find(({ key }) => key === target.dataset.option);
      const value = field && valueOf(target, field);
      if (field && value !== undefined) edit(store, field.set(scene(), value));
    }),
    store.watch(({ scene: now }) => now, draw),
    store.watch(({ problem }) => problem, (problem) => {
      const said = faultAt(problem, MARKED.learning);
      mark(fault, said);
      if (said !== null) root.open = true;
    }),
  ]);
}
