import { mark, text } from "../dom.js";
import { mountFields, optimizerFields } from "../options.js";
import { MARKED, faultAt } from "../problem.js";
import { lossWeights, recurrentLayers, withDropout, withL2, withLossWeight, withStart, withWindow } from "../scene.js";
import { undoAll } from "../store.js";
import { mountUnfolding } from "../unfolding.js";
import { tables, words } from "../words.js";

/** @import { Field } from "../options.js" */
/** @import { Layer, Scene } from "../types.js" */

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

/** How the weights begin and how they learn: what the scene's optimizer has, what is clipped, how far a gradient reaches back. */
export function mountLearning(root, store) {
  const summary = root.querySelector("summary");
  const fault = root.querySelector(".fault");

  return undoAll([
    mountUnfolding(root, store, "learning"),
    mountFields(root.querySelector(".fields"), store, fieldsOf),
    store.watch(({ scene: { optimizer } }) => optimizer, ({ type, learning_rate: rate }) => text(summary, words("learning", { optimizer: type, rate }))),
    store.watch(({ problem }) => problem, (problem) => {
      const said = faultAt(problem, MARKED.learning);
      mark(fault, said);
      if (said !== null) root.open = true;
    }),
  ]);
}
