import { leftOut } from "./left-out.js";
import { lookup } from "./lookup.js";
import { embeddingOf, outputEverywhere, parameters, recurrentLayers } from "./scene.js";

/** @import { Layer, Scene } from "./types.js" */

const MODULES = { SimpleRNN: "RNN", LSTM: "LSTM", GRU: "GRU" };
const ACTIVATIONS = { sigmoid: "torch.sigmoid", tanh: "torch.tanh", relu: "torch.relu", softmax: "torch.softmax" };
const RATES = ["learning_rate", "clipnorm", "global_clipnorm", "clipvalue"];
const INDENT = "    ";

/** What PyTorch's own layers cannot do of a scene, as the number of the layer and what it is; null where they can do it all. */
export function missingInPyTorch(/** @type {Scene} */ scene) {
  const layers = recurrentLayers(scene);
  const index = layers.findIndex(({ type, activation = "tanh", reset_after: after = true }) =>
    (type === "GRU" && !after) || (type === "SimpleRNN" && !["tanh", "relu"].includes(activation)));
  if (index < 0) return null;
  const { type, activation } = layers[index];
  return { layer: index + 1, what: type === "GRU" ? "GRU(reset_after=False)" : `RNN(nonlinearity="${activation}")` };
}

/** The numbers of a layer in PyTorch, whose recurrent layers have two biases: 3·3 + 3·3 + 3 + 3. */
export function countInPyTorch(/** @type {Scene} */ scene, index, gates) {
  const { gates: count, sizes, units } = parameters(scene, index, gates);
  const recurrent = "recurrent_kernel" in sizes;
  const products = [...Object.entries(sizes).filter(([name]) => name !== "bias" || !recurrent).map(([, size]) => size), ...(recurrent ? [[units], [units]] : [])];
  const total = count * products.reduce((sum, size) => sum + size.reduce((product, n) => product * n, 1), 0);
  const written = products.map((size) => size.join("·")).join(" + ");
  return `${count > 1 ? `${count}·(${written})` : written} = ${total}`;
}

const shapeOf = (sequences, units) => (sequences ? `(batch, timesteps, ${units})` : `(batch, ${units})`);

/** The modules of the network, with what their weights count. */
function modules(/** @type {Scene} */ scene, gates) {
  const below = embeddingOf(scene) ? 1 : 0;
  const dense = /** @type {Layer} */ (scene.layers.at(-1));
  let features = embeddingOf(scene)?.output_dim ?? scene.vocabulary.length;
  const lines = embeddingOf(scene) ? [`self.embedding = nn.Embedding(${scene.layers[0].input_dim}, ${features})  # ${countInPyTorch(scene, 0, gates)}`] : [];
  recurrentLayers(scene).forEach(({ type, units, activation, dropout }, i) => {
    const options = activation && activation !== "tanh" ? `, nonlinearity="${activation}"` : "";
    lines.push(`self.layer_${i + 1} = nn.${MODULES[type]}(${features}, ${units}${options}, batch_first=True)  # ${countInPyTorch(scene, below + i, gates)}`);
    if (dropout) lines.push(`self.dropout_${i + 1} = nn.Dropout(${dropout})`);
    features = units;
  });
  return [...lines, `self.dense = nn.Linear(${features}, ${dense.units})  # ${countInPyTorch(scene, scene.layers.length - 1, gates)}`, ...frozen(scene)];
}

/** The second biases that do not learn; a GRU's two play different parts. */
function frozen(/** @type {Scene} */ scene) {
  const names = recurrentLayers(scene).flatMap(({ type }, i) => (type === "GRU" ? [] : [`self.layer_${i + 1}`]));
  return names.length ? [
    "# RNN and LSTM add their two biases up. If both learnt, the sum would move twice as far as Keras's one bias, so the second stays 0.",
    `for layer in (${names.join(", ")}${names.length > 1 ? "" : ","}):`,
    `${INDENT}nn.init.zeros_(layer.bias_hh_l0).requires_grad_(False)`,
  ] : [];
}

/** What happens to a batch of sentences, with its shape after every line. */
function steps(/** @type {Scene} */ scene) {
  const lines = embeddingOf(scene) ? [`x = self.embedding(x)  # ${shapeOf(true, scene.layers[0].output_dim)}`] : [];
  recurrentLayers(scene).forEach(({ units, dropout }, i) => {
    lines.push(`x, _ = self.layer_${i + 1}(x)  # ${shapeOf(true, units)}`);
    if (dropout) lines.push(`x = self.dropout_${i + 1}(x)`);
  });
  const every = outputEverywhere(scene);
  const { units, activation = "linear" } = /** @type {Layer} */ (scene.layers.at(-1));
  if (!every) lines.push(`x = x[:, -1]  # only the last timestep: ${shapeOf(false, recurrentLayers(scene).at(-1)?.units)}`);
  const applied = lookup(ACTIVATIONS, activation);
  const sum = "self.dense(x)";
  return [...lines, `return ${applied ? `${applied}(${sum}${activation === "softmax" ? ", dim=-1" : ""})` : sum}  # ${shapeOf(every, units)}`];
}

const python = (value) => (typeof value === "boolean" ? (value ? "True" : "False") : String(value));

/** Keras's options under PyTorch's names; the rate comes first. */
function optimizer(/** @type {Scene["optimizer"]} */ { type, ...options }) {
  const { beta_1: one, beta_2: two } = options;
  const names = { rho: "alpha", epsilon: "eps" };
  const told = Object.entries(options).filter(([name, value]) => value !== null && !RATES.includes(name) && !name.startsWith("beta_"))
    .map(([name, value]) => `${lookup(names, name) ?? name}=${python(value)}`);
  return `torch.optim.${type}(${["model.parameters()", `lr=${options.learning_rate}`, ...(one === undefined ? [] : [`betas=(${one}, ${two})`]), ...told].join(", ")})`;
}

const LOSSES = { binary_crossentropy: "nn.BCELoss()", mse: "nn.MSELoss()", categorical_crossentropy: "nn.NLLLoss()  # of logarithms; y are classes" };

/** What is made of the gradients before the update. */
function clipping(/** @type {any} */ { clipvalue, clipnorm, global_clipnorm: global }) {
  if (clipvalue) return [`nn.utils.clip_grad_value_(model.parameters(), ${clipvalue})`];
  if (global) return [`nn.utils.clip_grad_norm_(model.parameters(), ${global})`];
  return clipnorm ? ["for parameter in model.parameters():", `${INDENT}nn.utils.clip_grad_norm_(parameter, ${clipnorm})`] : [];
}

/** One update with x and y. */
function update(/** @type {Scene} */ { loss, l2, optimizer: options }) {
  const classes = loss === "categorical_crossentropy";
  return [
    "def step(x, y):",
    ...[
      "optimizer.zero_grad()",
      classes ? "error = loss(torch.log(model(x)).flatten(0, -2), y.flatten())" : "error = loss(model(x), y)",
      ...(l2 ? [
        'kernels = [parameter for name, parameter in model.named_parameters() if "weight" in name and "embedding" not in name]',
        `error = error + ${l2} * sum((kernel ** 2).sum() for kernel in kernels)`,
      ] : []),
      "error.backward()",
      ...clipping(options),
      "optimizer.step()",
    ].map((line) => INDENT + line),
  ];
}

/** What PyTorch itself does otherwise. */
function otherwise(/** @type {Scene} */ scene) {
  const { type, clipnorm } = scene.optimizer;
  const gru = recurrentLayers(scene).some((layer) => layer.type === "GRU");
  return [
    "how weights begin (PyTorch draws them otherwise)",
    type === "SGD" ? null : `where Keras adds epsilon (${type} of PyTorch adds eps at another place, so tiny gradients move a little differently)`,
    clipnorm && gru ? "the common norm of a GRU's two biases (PyTorch clips each)" : null,
  ].filter((what) => what !== null);
}

/** The network of a scene as PyTorch has it, and what it learns by. Words come as numbers, or without an embedding as one-hot vectors. */
export function pytorchCode(/** @type {Scene} */ scene, gates) {
  return [
    "import torch",
    "from torch import nn",
    "",
    "",
    "class Model(nn.Module):",
    `${INDENT}def __init__(self):`,
    ...["super().__init__()", ...modules(scene, gates)].map((line) => INDENT.repeat(2) + line),
    "",
    `${INDENT}def forward(self, x):`,
    ...steps(scene).map((line) => INDENT.repeat(2) + line),
    "",
    "",
    "model = Model()",
    `loss = ${LOSSES[scene.loss]}`,
    `optimizer = ${optimizer(scene.optimizer)}`,
    "",
    "",
    ...update(scene),
    ...leftOut(scene, otherwise(scene), () => false),
  ].join("\n");
}
