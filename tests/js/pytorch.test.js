import assert from "node:assert/strict";
import { test } from "node:test";
import { missingInPyTorch, pytorchCode } from "../../static/js/pytorch.js";

const gates = { LSTM: ["a_i", "a_f", "a_g", "a_o"], GRU: ["a_z", "a_r", "a_n"] };
const base = { vocabulary: ["cat", "mat", "rat"], loss: "binary_crossentropy", optimizer: { type: "SGD", learning_rate: 0.1 } };
const rnn = (type, units, sequences, more = {}) => ({ type, units, return_sequences: sequences, ...more });

test("the notes' toy is written as PyTorch has it, with two biases in every count", () => {
  const layers = [rnn("SimpleRNN", 3, true), rnn("SimpleRNN", 2, false), { type: "Dense", units: 1, activation: "sigmoid" }];
  assert.equal(pytorchCode({ ...base, layers }, gates), `import torch
from torch import nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer_1 = nn.RNN(3, 3, batch_first=True)  # 3·3 + 3·3 + 3 + 3 = 24
        self.layer_2 = nn.RNN(3, 2, batch_first=True)  # 3·2 + 2·2 + 2 + 2 = 14
        self.dense = nn.Linear(2, 1)  # 2·1 + 1 = 3
        # RNN and LSTM add their two biases up. If both learnt, the sum would move twice as far as Keras's one bias, so the second stays 0.
        for layer in (self.layer_1, self.layer_2):
            nn.init.zeros_(layer.bias_hh_l0).requires_grad_(False)

    def forward(self, x):
        x, _ = self.layer_1(x)  # (batch, timesteps, 3)
        x, _ = self.layer_2(x)  # (batch, timesteps, 2)
        x = x[:, -1]  # only the last timestep: (batch, 2)
        return torch.sigmoid(self.dense(x))  # (batch, 1)


model = Model()
loss = nn.BCELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def step(x, y):
    optimizer.zero_grad()
    error = loss(model(x), y)
    error.backward()
    optimizer.step()

# Left out of the scene: how weights begin (PyTorch draws them otherwise).`);
});

test("gates, embeddings, dropout, classes at every timestep and options stand where PyTorch has them", () => {
  const layers = [{ type: "Embedding", input_dim: 10, output_dim: 4 }, rnn("LSTM", 3, true, { dropout: 0.5 }), rnn("GRU", 2, true), { type: "Dense", units: 3, activation: "softmax" }];
  const optimizer = { type: "Adam", learning_rate: 0.01, beta_1: 0.9, beta_2: 0.99, epsilon: 1e-7, amsgrad: true, clipnorm: null };
  const code = pytorchCode({ ...base, layers, loss: "categorical_crossentropy", optimizer }, gates);
  for (const line of [
    "self.embedding = nn.Embedding(10, 4)  # 10·4 = 40",
    "self.layer_1 = nn.LSTM(4, 3, batch_first=True)  # 4·(4·3 + 3·3 + 3 + 3) = 108",
    "self.dropout_1 = nn.Dropout(0.5)",
    "self.layer_2 = nn.GRU(3, 2, batch_first=True)  # 3·(3·2 + 2·2 + 2 + 2) = 42",
    "return torch.softmax(self.dense(x), dim=-1)  # (batch, timesteps, 3)",
    "torch.optim.Adam(model.parameters(), lr=0.01, betas=(0.9, 0.99), eps=1e-7, amsgrad=True)",
  ]) assert.ok(code.includes(line), line);
  assert.equal(code.includes("[:, -1]"), false);
});

test("what PyTorch's layers cannot do is named", () => {
  const stack = (layer) => ({ ...base, layers: [layer, { type: "Dense", units: 1, activation: "sigmoid" }] });
  assert.deepEqual(missingInPyTorch(stack(rnn("GRU", 2, false, { reset_after: false }))), { layer: 1, what: "GRU(reset_after=False)" });
  assert.deepEqual(missingInPyTorch(stack(rnn("SimpleRNN", 2, false, { activation: "sigmoid" }))), { layer: 1, what: 'RNN(nonlinearity="sigmoid")' });
  assert.equal(missingInPyTorch(stack(rnn("SimpleRNN", 2, false, { activation: "relu" }))), null);
});
