import { embeddingOf } from "./scene.js";

/** @import { Layer, Scene } from "./types.js" */

const LAYERS = "layers"; // the module of Keras that they come from
const INDENT = "    ";

/** A layer's arguments by name, where they are not Keras's defaults. */
function named(/** @type {Layer} */ { type, activation, return_sequences: sequences, reset_after: after }) {
  return [
    activation && !(type === "SimpleRNN" && activation === "tanh") ? `activation="${activation}"` : null,
    sequences ? "return_sequences=True" : null,
    after === false ? "reset_after=False" : null,
  ].filter(Boolean);
}

function layerCode(/** @type {Layer} */ layer) {
  const sizes = layer.type === "Embedding" ? [layer.input_dim, layer.output_dim] : [layer.units];
  return `${LAYERS}.${layer.type}(${[...sizes, ...named(layer)].join(", ")})`;
}

const indented = (lines) => lines.map((line) => `${INDENT}${line},`);

/** The network of a scene as Keras has it, and what it learns by. Words come as numbers, or without an Embedding as one-hot vectors. */
export function kerasCode(/** @type {Scene} */ scene) {
  const { layers, loss, optimizer, vocabulary } = scene;
  const shape = embeddingOf(scene) ? "(None,)" : `(None, ${vocabulary.length})`;
  return [
    "import keras",
    `from keras import ${LAYERS}`,
    "",
    "model = keras.Sequential([",
    ...indented([`keras.Input(shape=${shape})`, ...layers.map(layerCode)]),
    "])",
    "model.compile(",
    ...indented([`loss="${loss}"`, `optimizer=keras.optimizers.${optimizer.type}(learning_rate=${optimizer.learning_rate})`]),
    ")",
  ].join("\n");
}
