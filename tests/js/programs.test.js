import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { kerasCode } from "../../static/js/keras.js";
import { pytorchCode } from "../../static/js/pytorch.js";

const { cases, gates } = JSON.parse(readFileSync(new URL("../reference/programs.json", import.meta.url), "utf8"));

// Keras and PyTorch ran these texts, and tests/server/test_programs.py compares what they computed with the engine's numbers.
for (const [name, { scene, keras, torch }] of Object.entries(cases)) {
  test(`the programs of ${name} are the ones that were run; scripts/reference_programs.py runs them anew`, () => {
    assert.equal(kerasCode(scene, gates), keras);
    assert.equal(pytorchCode(scene, gates), torch);
  });
}

test("what a program leaves out of a scene is named in it", () => {
  const { keras, torch } = cases["what is left out"];
  assert.ok(keras.endsWith("\n\n# Left out of the scene: window=2; initial_state; sample_weight; inputs set by hand."));
  assert.ok(torch.endsWith("\n\n# Left out of the scene: window=2; initial_state; sample_weight; inputs set by hand; recurrent_initializer of layer 1; how weights begin (PyTorch draws them otherwise)."));
  const begun = cases["beginnings that Keras has not"];
  assert.ok(begun.keras.endsWith("\n\n# Left out of the scene: recurrent_initializer of layer 1."));
  assert.ok(begun.torch.endsWith("(PyTorch draws them otherwise); the common norm of a GRU's two biases (PyTorch clips each)."));
  assert.ok(!cases["the notes' toy"].keras.includes("Left out"));
});

test("the second bias of an RNN or LSTM does not learn in PyTorch, and the program says why; a GRU's does", () => {
  assert.ok(cases["deep LSTM"].torch.includes(`        # RNN and LSTM add their two biases up. If both learnt, the sum would move twice as far as Keras's one bias, so the second stays 0.
        for layer in (self.layer_1, self.layer_2):
            nn.init.zeros_(layer.bias_hh_l0).requires_grad_(False)`));
  assert.ok(cases.mixed.torch.includes("for layer in (self.layer_1, self.layer_3):"));
  assert.ok(!cases["deep GRU"].torch.includes("bias_hh"));
});

test("clipping and L2 are in the step of the PyTorch program", () => {
  assert.ok(cases["values clipped"].torch.includes("    nn.utils.clip_grad_value_(model.parameters(), 0.01)"));
  assert.ok(cases["all weights clipped"].torch.includes("    nn.utils.clip_grad_norm_(model.parameters(), 0.05)"));
  assert.ok(cases["each weight clipped"].torch.includes("    for parameter in model.parameters():\n        nn.utils.clip_grad_norm_(parameter, 0.02)"));
  assert.ok(cases["L2, clipped"].torch.includes("    error = error + 0.03 * sum((kernel ** 2).sum() for kernel in kernels)\n    error.backward()\n    nn.utils.clip_grad_value_"));
});
