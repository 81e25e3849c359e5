import { recurrentLayers } from "./scene.js";

/** @import { Layer, Scene } from "./types.js" */

/**
 * What a program leaves out of a scene although it changes numbers, as a comment; nothing where it leaves out nothing.
 *
 * @param {Scene} scene
 * @param {string[]} more what this framework's program leaves out besides
 * @param {(layer: Layer) => boolean} begins does the program begin this layer as the scene does?
 */
export function leftOut(scene, more, begins) {
  const { window: cut, initial_state: states, sample_weight: weights, inputs } = scene;
  const layers = recurrentLayers(scene).flatMap((layer, i) => (layer.recurrent_initializer && !begins(layer) ? [i + 1] : []));
  const names = [
    cut ? `window=${cut}` : null,
    states ? "initial_state" : null,
    weights ? "sample_weight" : null,
    Object.keys(inputs ?? {}).length ? "inputs set by hand" : null,
    layers.length ? `recurrent_initializer of layer ${layers.join(", ")}` : null,
    ...more,
  ].filter(Boolean);
  return names.length ? ["", `# Left out of the scene: ${names.join("; ")}.`] : [];
}
