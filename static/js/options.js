import { attrs, html, join } from "./dom.js";
import { setField, typed } from "./fields.js";
import { edit } from "./runner.js";
import { withClipping, withOptimizer, withOption } from "./scene.js";
import { listen, undoAll } from "./store.js";
import { tables, words } from "./words.js";

/** @import { Scene } from "./types.js" */

/**
 * A line of the form: how it is called, what it holds, and the scene that another value makes. `choices` make it a combo box.
 * @typedef {{key: string, name: string, value: any, choices?: string[], optional?: boolean, set: (scene: Scene, value: any) => Scene}} Field
 */

/** The optimizer, its options by Keras's names, and what limits its gradients. @returns {Field[]} */
export function optimizerFields({ optimizer }) {
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

/** Fields that show a scene, and whose changes make another; which ones there are follows from the scene. */
export function mountFields(form, store, /** @type {(scene: Scene) => Field[]} */ fieldsIn) {
  const scene = () => store.get().scene;
  return undoAll([
    listen(form, "change", ({ target }) => {
      const field = fieldsIn(scene()).find(({ key }) => key === target.dataset.option);
      const value = field && valueOf(target, field);
      if (field && value !== undefined) edit(store, field.set(scene(), value));
    }),
    store.watch(({ scene: now }) => now, (now) => {
      join(form, fieldsIn(now), { key: (/** @type {Field} */ { key, choices, value }) => `${key} ${choices ? "choice" : typeof value}`, create: createField, update: drawField });
    }),
  ]);
}
