import { lookup } from "./lookup.js";

/** @import { Layer, Preset, Scene } from "./types.js" */

/** What a layer has where a scene does not say it. */
const DEFAULTS = { return_sequences: false, reset_after: true, activation: "tanh", dropout: 0 };

const valueOf = (layer, name) => lookup(layer, name) ?? lookup(DEFAULTS, name);

function sameLayer(/** @type {Layer} */ one, /** @type {Layer} */ other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => valueOf(one, name) === valueOf(other, name));
}

const sameList = (one, other, same) => one.length === other.length && one.every((entry, i) => same(entry, other[i]));

/** The same layers over the same words, learning by the same loss; whatever they read, and with whatever weights. */
function sameModel(/** @type {Scene} */ one, /** @type {Scene} */ other) {
  return one.loss === other.loss && sameList(one.layers, other.layers, sameLayer) && sameList(one.vocabulary, other.vocabulary, Object.is);
}

/** The preset that a scene is one of, or undefined. */
export const presetOf = (/** @type {Scene} */ scene, /** @type {Preset[]} */ presets) => presets.find((preset) => sameModel(preset.scene, scene));

/** The reviews that go with a scene: those of its preset, or else these. */
export const reviewsOf = (scene, presets, others) => presetOf(scene, presets)?.reviews ?? others;
