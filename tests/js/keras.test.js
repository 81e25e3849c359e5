import assert from "node:assert/strict";
import { test } from "node:test";
import { kerasCode } from "../../static/js/keras.js";

const gates = { LSTM: ["a_i", "a_f", "a_g", "a_o"], GRU: ["a_z", "a_r", "a_n"] };
const base = { vocabulary: ["cat", "mat", "rat"], loss: "binary_crossentropy", optimizer: { type: "SGD", learning_rate: 0.1 } };

test("the notes' stack is written as Keras has it", () => {
  const layers = [{ type: "Embedding", input_dim: 10_000, output_dim: 32 }, { type: "SimpleRNN", units: 5, return_sequences: true },
    { type: "SimpleRNN", units: 5, return_sequences: false }, { type: "Dense", units: 1, activation: "sigmoid" }];
  assert.equal(kerasCode({ ...base, layers }, gates), `import keras
from keras import layers

model = keras.Sequential([
    keras.Input(shape=(None,)),
    layers.Embedding(10000, 32),  # (None, None, 32): 10000·32 = 320000
    layers.SimpleRNN(5, return_sequences=True),  # (None, None, 5): 32·5 + 5·5 + 5 = 190
    layers.SimpleRNN(5),  # (None, 5): 5·5 + 5·5 + 5 = 55
    layers.Dense(1, activation="sigmoid"),  # (None, 1): 5·1 + 1 = 6
])
model.compile(
    loss="binary_crossentropy",
    optimizer=keras.optimizers.SGD(learning_rate=0.1),
)`);
});

test("every option that is not Keras's default is written, and no other", () => {
  const layers = [{ type: "SimpleRNN", units: 2, activation: "relu", return_sequences: true }, { type: "SimpleRNN", units: 2, activation: "tanh", return_sequences: true },
    { type: "LSTM", units: 3, return_sequences: true }, { type: "GRU", units: 2, reset_after: true, return_sequences: true },
    { type: "GRU", units: 2, reset_after: false, dropout: 0.5 }, { type: "Dense", units: 4, activation: "softmax" }];
  const code = kerasCode({ ...base, layers, loss: "categorical_crossentropy" }, gates);
  assert.deepEqual(code.split("\n").filter((line) => /(Input|layers\.\w+\(|loss)/.test(line)).map((line) => line.replace(/  #.*/, "").trim()), [
    "keras.Input(shape=(None, 3)),",
    'layers.SimpleRNN(2, activation="relu", return_sequences=True),',
    "layers.SimpleRNN(2, return_sequences=True),",
    "layers.LSTM(3, return_sequences=True),",
    "layers.GRU(2, return_sequences=True),",
    "layers.GRU(2, reset_after=False),",
    "layers.Dropout(0.5),",
    'layers.Dense(4, activation="softmax"),',
    'loss="categorical_crossentropy",',
  ]);
});

test("what is learnt by is written with everything that it is told", () => {
  const start = (type, initializer) => ({ type, units: 2, return_sequences: true, recurrent_initializer: initializer });
  const layers = [start("SimpleRNN", { type: "identity", gain: 1 }), start("SimpleRNN", { type: "scaled_orthogonal", spectral_radius: 0.9 }),
    start("LSTM", { type: "orthogonal", gain: 2 }), start("LSTM", { type: "identity", gain: 1 }), { type: "Dense", units: 1, activation: "sigmoid" }];
  const code = kerasCode({ ...base, layers, optimizer: { type: "Adam", learning_rate: 0.01, amsgrad: true, clipnorm: 1, clipvalue: null }, l2: 0.1 }, gates);
  for (const line of [
    "recurrent_initializer=keras.initializers.Identity(gain=1), kernel_regularizer=keras.regularizers.L2(0.1), recurrent_regularizer=keras.regularizers.L2(0.1)",
    "recurrent_initializer=keras.initializers.Orthogonal(gain=0.9), kernel",
    "layers.LSTM(2, return_sequences=True, recurrent_initializer=keras.initializers.Orthogonal(gain=2), kernel",
    "layers.LSTM(2, return_sequences=True, kernel_regularizer",
    'layers.Dense(1, activation="sigmoid", kernel_regularizer=keras.regularizers.L2(0.1))',
    "keras.optimizers.Adam(learning_rate=0.01, amsgrad=True, clipnorm=1)",
  ]) assert.ok(code.includes(line), line);
});
