import { leftOut } from "./left-out.js";
import { embeddingOf, outputEverywhere, parameters } from "./scene.js";

/** @import { Layer, Scene } from "./types.js" */

const LAYERS = "layers"; // the module of Keras that they come from
const OPTIMIZERS = "keras.optimizers";
const INDENT = "    ";

/** The beginning of a recurrent kernel, where Keras has it: its own identity and its own orthogonal matrix span all gates at once. */
function beginning(/** @type {Layer} */ { type, recurrent_initializer: start }) {
  if (!start || (type !== "SimpleRNN" && start.type !== "orthogonal")) return null;
  const name = start.type === "identity" ? "Identity" : "Orthogonal";
  return `recurrent_initializer=keras.initializers.${name}(gain=${start.gain ?? start.spectral_radius})`;
}

/** L2 on every kernel of a layer. */
const held = (/** @type {Layer} */ { type }, l2) => (type === "Embedding" || !l2 ? [] : [
  `kernel_regularizer=keras.regularizers.L2(${l2})`,
  ...(type === "Dense" ? [] : [`recurrent_regularizer=keras.regularizers.L2(${l2})`]),
]);

/** A layer's arguments by name, where they are not Keras's defaults. */
function named(/** @type {Layer} */ layer, l2) {
  const { type, activation, return_sequences: sequences, reset_after: after } = layer;
  return [
    activation && !(type === "SimpleRNN" && activation === "tanh") ? `activation="${activation}"` : null,
    sequences ? "return_sequences=True" : null,
    after === false ? "reset_after=False" : null,
    beginning(layer),
    ...held(layer, l2),
  ].filter(Boolean);
}

function layerCode(/** @type {Layer} */ layer, l2) {
  const sizes = layer.type === "Embedding" ? [layer.input_dim, layer.output_dim] : [layer.units];
  return `${LAYERS}.${layer.type}(${[...sizes, ...named(layer, l2)].join(", ")})`;
}

/** What stands above a layer of which training drops a share. */
const dropoutCode = (/** @type {Layer} */ { dropout }) => (dropout ? [`${LAYERS}.Dropout(${dropout})`] : []);

const python = (value) => (typeof value === "boolean" ? (value ? "True" : "False") : String(value));

/** The optimizer with everything that it is told. */
function optimizerCode({ type, ...options }) {
  const told = Object.entries(options).filter(([, value]) => value !== null).map(([name, value]) => `${name}=${python(value)}`);
  return `${OPTIMIZERS}.${type}(${told.join(", ")})`;
}

const indented = (lines) => lines.map((line) => `${INDENT}${line},`);

/** What a layer hands up, and how its parameters are counted: (None, None, 3): 3·3 + 3·3 + 3 = 21. */
function counted(/** @type {Scene} */ scene, index, gates) {
  const { type, units, output_dim: width, return_sequences: sequences } = scene.layers[index];
  const { gates: count, sizes, total } = parameters(scene, index, gates);
  const written = Object.values(sizes).map((size) => size.join("·")).join(" + ");
  const every = type === "Dense" ? outputEverywhere(scene) : type === "Embedding" || sequences;
  return `(None, ${every ? "None, " : ""}${units ?? width}): ${count > 1 ? `${count}·(${written})` : written} = ${total}`;
}

/** A layer's line, with its shape and its parameters beside it, and a line for what training drops above it. */
function layerLines(/** @type {Scene} */ scene, index, gates) {
  const layer = scene.layers[index];
  return [`${INDENT}${layerCode(layer, scene.l2)},  # ${counted(scene, index, gates)}`, ...indented(dropoutCode(layer))];
}

/** The network of a scene as Keras has it, and what it learns by. Words come as numbers, or without an Embedding as one-hot vectors. */
export function kerasCode(/** @type {Scene} */ scene, gates) {
  const { layers, loss, optimizer, vocabulary } = scene;
  const shape = embeddingOf(scene) ? "(None,)" : `(None, ${vocabulary.length})`;
  return [
    "import keras",
    `from keras import ${LAYERS}`,
    "",
    "model = keras.Sequential([",
    ...indented([`keras.Input(shape=${shape})`]),
    ...layers.flatMap((_, index) => layerLines(scene, index, gates)),
    "])",
    "model.compile(",
    ...indented([`loss="${loss}"`, `optimizer=${optimizerCode(optimizer)}`]),
    ")",
    ...leftOut(scene, [], (layer) => beginning(layer) !== null),
  ].join("\n");
}
