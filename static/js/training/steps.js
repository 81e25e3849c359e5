import { mountFields, optimizerFields } from "../options.js";
import { tables, words } from "../words.js";

/** @import { Scene } from "../types.js" */

/** What a step is asked for first, by the names of this form; what else an optimizer has stands under "Learning". */
function fieldsOf(/** @type {Scene} */ scene) {
  const names = { optimizer: words("training.optimizer"), learning_rate: words("training.rate"), clipping: words("training.clipping") };
  const limits = Object.fromEntries(tables.clipping.map((name) => [name, words("training.clipping.at")]));
  return optimizerFields(scene).map((field) => ({ ...field, name: { ...names, ...limits }[field.key] })).filter(({ name }) => name);
}

/** How a step of the training is made: optimizer, rate and clipping, beside what is learnt from. */
export const mountSteps = (root, store) => mountFields(root.querySelector("[data-part=steps]"), store, fieldsOf);
