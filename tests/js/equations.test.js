import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import test from "node:test";

import { equations } from "../../static/js/equations.js";
import { asText, partial, pieces, quantityName, weightName } from "../../static/js/names.js";

const root = new URL("../../", import.meta.url);
const table = execFileSync(process.env.PYTHON ?? "python3", ["-c", "import json; from app.notation import NOTATIONS; print(json.dumps(NOTATIONS))"], { cwd: root, encoding: "utf8" });
const NOTATIONS = JSON.parse(table);

const LAYERS = 2;
const PLACES = { lower: { layer: "1", timestep: 2 }, upper: { layer: "2", timestep: 3 }, output: { layer: "output", timestep: 3 } };
const FORMS = {
  SimpleRNN: [{ type: "SimpleRNN", activation: "relu" }, PLACES.upper],
  LSTM: [{ type: "LSTM" }, PLACES.lower],
  GRU: [{ type: "GRU" }, PLACES.upper],
  "GRU, reset before": [{ type: "GRU", reset_after: false }, PLACES.lower],
  Dense: [{ type: "Dense", activation: "sigmoid" }, PLACES.output],
};

/** A token as plain text; what stands for one number of ours is held together. */
const written = ({ name, written: sign }) => (name ? (name.includes("+") ? `(${asText(name)})` : asText(name)) : sign);
const linesOf = (notation, form) => equations(NOTATIONS[notation], FORMS[form][0], FORMS[form][1], LAYERS).map((line) => line.map(written).join(" "));

/** Some lines of each form: of the LSTM input gate, candidate, c, h; of the GRU the first gate, m, the candidate's sum, h. */
const SOME = { SimpleRNN: [0], LSTM: [0, 6, 8, 9], GRU: [0, 4, 5, 7], "GRU, reset before": [4, 5], Dense: [0] };
const EXPECTED = {
  lecture: {
    SimpleRNN: ["h₃⁽²⁾ = relu ( h₃⁽¹⁾ W⁽²⁾ + h₂⁽²⁾ U⁽²⁾ + b⁽²⁾ )"],
    LSTM: ["a_i₂⁽¹⁾ = x₂ W_i⁽¹⁾ + h₁⁽¹⁾ U_i⁽¹⁾ + b_i⁽¹⁾", "g₂⁽¹⁾ = tanh ( a_g₂⁽¹⁾ )", "c₂⁽¹⁾ = f₂⁽¹⁾ ⊙ c₁⁽¹⁾ + i₂⁽¹⁾ ⊙ g₂⁽¹⁾", "h₂⁽¹⁾ = o₂⁽¹⁾ ⊙ tanh ( c₂⁽¹⁾ )"],
    GRU: ["a_z₃⁽²⁾ = h₃⁽¹⁾ W_z⁽²⁾ + h₂⁽²⁾ U_z⁽²⁾ + b_z⁽²⁾ + b′_z⁽²⁾", "m₃⁽²⁾ = h₂⁽²⁾ U_n⁽²⁾ + b′_n⁽²⁾",
      "a_n₃⁽²⁾ = h₃⁽¹⁾ W_n⁽²⁾ + b_n⁽²⁾ + r₃⁽²⁾ ⊙ m₃⁽²⁾", "h₃⁽²⁾ = z₃⁽²⁾ ⊙ h₂⁽²⁾ + ( 1 − z₃⁽²⁾ ) ⊙ n₃⁽²⁾"],
    "GRU, reset before": ["m₂⁽¹⁾ = r₂⁽¹⁾ ⊙ h₁⁽¹⁾", "a_n₂⁽¹⁾ = x₂ W_n⁽¹⁾ + m₂⁽¹⁾ U_n⁽¹⁾ + b_n⁽¹⁾"],
    Dense: ["ŷ₃ = σ ( h₃⁽²⁾ W⁽ᵒ⁾ + b⁽ᵒ⁾ )"],
  },
  keras: {
    SimpleRNN: ["h₃⁽²⁾ = relu ( h₃⁽¹⁾ @ kernel⁽²⁾ + h₂⁽²⁾ @ recurrent_kernel⁽²⁾ + bias⁽²⁾ )"],
    LSTM: ["a_i₂⁽¹⁾ = x₂ @ kernel_i⁽¹⁾ + h₁⁽¹⁾ @ recurrent_kernel_i⁽¹⁾ + bias_i⁽¹⁾", "c̃₂⁽¹⁾ = tanh ( a_c₂⁽¹⁾ )", "c₂⁽¹⁾ = f₂⁽¹⁾ ⊙ c₁⁽¹⁾ + i₂⁽¹⁾ ⊙ c̃₂⁽¹⁾",
      "h₂⁽¹⁾ = o₂⁽¹⁾ ⊙ tanh ( c₂⁽¹⁾ )"],
    GRU: ["a_z₃⁽²⁾ = h₃⁽¹⁾ @ kernel_z⁽²⁾ + h₂⁽²⁾ @ recurrent_kernel_z⁽²⁾ + input_bias_z⁽²⁾ + recurrent_bias_z⁽²⁾",
      "m₃⁽²⁾ = h₂⁽²⁾ @ recurrent_kernel_h⁽²⁾ + recurrent_bias_h⁽²⁾", "a_h₃⁽²⁾ = h₃⁽¹⁾ @ kernel_h⁽²⁾ + input_bias_h⁽²⁾ + r₃⁽²⁾ ⊙ m₃⁽²⁾",
      "h₃⁽²⁾ = z₃⁽²⁾ ⊙ h₂⁽²⁾ + ( 1 − z₃⁽²⁾ ) ⊙ h̃₃⁽²⁾"],
    "GRU, reset before": ["m₂⁽¹⁾ = r₂⁽¹⁾ ⊙ h₁⁽¹⁾", "a_h₂⁽¹⁾ = x₂ @ kernel_h⁽¹⁾ + m₂⁽¹⁾ @ recurrent_kernel_h⁽¹⁾ + bias_h⁽¹⁾"],
    Dense: ["ŷ₃ = sigmoid ( h₃⁽²⁾ @ kernel⁽ᵒ⁾ + bias⁽ᵒ⁾ )"],
  },
  pytorch: {
    SimpleRNN: ["h₃⁽²⁾ = ReLU ( W_ih⁽²⁾ h₃⁽¹⁾ + W_hh⁽²⁾ h₂⁽²⁾ + (b_ih⁽²⁾ + b_hh⁽²⁾) )"],
    LSTM: ["a_i₂⁽¹⁾ = W_ii⁽¹⁾ x₂ + W_hi⁽¹⁾ h₁⁽¹⁾ + (b_ii⁽¹⁾ + b_hi⁽¹⁾)", "g₂⁽¹⁾ = tanh ( a_g₂⁽¹⁾ )", "c₂⁽¹⁾ = f₂⁽¹⁾ ⊙ c₁⁽¹⁾ + i₂⁽¹⁾ ⊙ g₂⁽¹⁾",
      "h₂⁽¹⁾ = o₂⁽¹⁾ ⊙ tanh ( c₂⁽¹⁾ )"],
    GRU: ["a_r₃⁽²⁾ = W_ir⁽²⁾ h₃⁽¹⁾ + b_ir⁽²⁾ + W_hr⁽²⁾ h₂⁽²⁾ + b_hr⁽²⁾", "m₃⁽²⁾ = W_hn⁽²⁾ h₂⁽²⁾ + b_hn⁽²⁾", "a_n₃⁽²⁾ = W_in⁽²⁾ h₃⁽¹⁾ + b_in⁽²⁾ + r₃⁽²⁾ ⊙ m₃⁽²⁾",
      "h₃⁽²⁾ = ( 1 − z₃⁽²⁾ ) ⊙ n₃⁽²⁾ + z₃⁽²⁾ ⊙ h₂⁽²⁾"],
    "GRU, reset before": ["m₂⁽¹⁾ = r₂⁽¹⁾ ⊙ h₁⁽¹⁾", "a_n₂⁽¹⁾ = W_in⁽¹⁾ x₂ + W_hn⁽¹⁾ m₂⁽¹⁾ + (b_in⁽¹⁾ + b_hn⁽¹⁾)"],
    Dense: ["ŷ₃ = σ ( A h₃⁽²⁾ + b )"],
  },
  d2l: {
    SimpleRNN: ["H₃⁽²⁾ = ReLU ( H₃⁽¹⁾ W_xh⁽²⁾ + H₂⁽²⁾ W_hh⁽²⁾ + b_h⁽²⁾ )"],
    LSTM: ["A_i₂⁽¹⁾ = X₂ W_xi⁽¹⁾ + H₁⁽¹⁾ W_hi⁽¹⁾ + b_i⁽¹⁾", "C̃₂⁽¹⁾ = tanh ( A_c₂⁽¹⁾ )", "C₂⁽¹⁾ = F₂⁽¹⁾ ⊙ C₁⁽¹⁾ + I₂⁽¹⁾ ⊙ C̃₂⁽¹⁾", "H₂⁽¹⁾ = O₂⁽¹⁾ ⊙ tanh ( C₂⁽¹⁾ )"],
    GRU: ["A_z₃⁽²⁾ = H₃⁽¹⁾ W_xz⁽²⁾ + H₂⁽²⁾ W_hz⁽²⁾ + b_z⁽²⁾ + b′_z⁽²⁾", "M₃⁽²⁾ = H₂⁽²⁾ W_hh⁽²⁾ + b′_h⁽²⁾",
      "A_h₃⁽²⁾ = H₃⁽¹⁾ W_xh⁽²⁾ + b_h⁽²⁾ + R₃⁽²⁾ ⊙ M₃⁽²⁾", "H₃⁽²⁾ = Z₃⁽²⁾ ⊙ H₂⁽²⁾ + ( 1 − Z₃⁽²⁾ ) ⊙ H̃₃⁽²⁾"],
    "GRU, reset before": ["M₂⁽¹⁾ = R₂⁽¹⁾ ⊙ H₁⁽¹⁾", "A_h₂⁽¹⁾ = X₂ W_xh⁽¹⁾ + M₂⁽¹⁾ W_hh⁽¹⁾ + b_h⁽¹⁾"],
    Dense: ["ŷ₃ = σ ( H₃⁽²⁾ W_hq + b_q )"],
  },
  pascanu: {
    SimpleRNN: ["x₃⁽²⁾ = relu ( W_rec⁽²⁾ x₂⁽²⁾ + W_in⁽²⁾ x₃⁽¹⁾ + b⁽²⁾ )"],
    LSTM: ["a_i₂⁽¹⁾ = W_rec,i⁽¹⁾ x₁⁽¹⁾ + W_in,i⁽¹⁾ u₂ + b_i⁽¹⁾", "g₂⁽¹⁾ = tanh ( a_g₂⁽¹⁾ )", "c₂⁽¹⁾ = f₂⁽¹⁾ ⊙ c₁⁽¹⁾ + i₂⁽¹⁾ ⊙ g₂⁽¹⁾", "x₂⁽¹⁾ = o₂⁽¹⁾ ⊙ tanh ( c₂⁽¹⁾ )"],
    GRU: ["a_z₃⁽²⁾ = W_rec,z⁽²⁾ x₂⁽²⁾ + W_in,z⁽²⁾ x₃⁽¹⁾ + b_z⁽²⁾ + b′_z⁽²⁾", "m₃⁽²⁾ = W_rec,n⁽²⁾ x₂⁽²⁾ + b′_n⁽²⁾",
      "a_n₃⁽²⁾ = W_in,n⁽²⁾ x₃⁽¹⁾ + b_n⁽²⁾ + r₃⁽²⁾ ⊙ m₃⁽²⁾", "x₃⁽²⁾ = z₃⁽²⁾ ⊙ x₂⁽²⁾ + ( 1 − z₃⁽²⁾ ) ⊙ n₃⁽²⁾"],
    "GRU, reset before": ["m₂⁽¹⁾ = r₂⁽¹⁾ ⊙ x₁⁽¹⁾", "a_n₂⁽¹⁾ = W_rec,n⁽¹⁾ m₂⁽¹⁾ + W_in,n⁽¹⁾ u₂ + b_n⁽¹⁾"],
    Dense: ["ŷ₃ = σ ( W_out x₃⁽²⁾ + b_out )"],
  },
  ng: {
    SimpleRNN: ["a[2]⟨3⟩ = relu ( W_aa[2] a[2]⟨2⟩ + W_ax[2] a[1]⟨3⟩ + b_a[2] )"],
    LSTM: ["z_u[1]⟨2⟩ = W_ua[1] a[1]⟨1⟩ + W_ux[1] x⟨2⟩ + b_u[1]", "c̃[1]⟨2⟩ = tanh ( z_c[1]⟨2⟩ )", "c[1]⟨2⟩ = Γ_f[1]⟨2⟩ ⊙ c[1]⟨1⟩ + Γ_u[1]⟨2⟩ ⊙ c̃[1]⟨2⟩",
      "a[1]⟨2⟩ = Γ_o[1]⟨2⟩ ⊙ tanh ( c[1]⟨2⟩ )"],
    GRU: ["z_u[2]⟨3⟩ = W_ua[2] a[2]⟨2⟩ + W_ux[2] a[1]⟨3⟩ + b_u[2] + b′_u[2]", "m[2]⟨3⟩ = W_ca[2] a[2]⟨2⟩ + b′_c[2]",
      "z_c[2]⟨3⟩ = W_cx[2] a[1]⟨3⟩ + b_c[2] + Γ_r[2]⟨3⟩ ⊙ m[2]⟨3⟩", "a[2]⟨3⟩ = Γ_u[2]⟨3⟩ ⊙ a[2]⟨2⟩ + ( 1 − Γ_u[2]⟨3⟩ ) ⊙ c̃[2]⟨3⟩"],
    "GRU, reset before": ["m[1]⟨2⟩ = Γ_r[1]⟨2⟩ ⊙ a[1]⟨1⟩", "z_c[1]⟨2⟩ = W_ca[1] m[1]⟨2⟩ + W_cx[1] x⟨2⟩ + b_c[1]"],
    Dense: ["ŷ⟨3⟩ = σ ( W_ya a[2]⟨3⟩ + b_y )"],
  },
};

test("every notation of the table is read here", () => {
  assert.deepEqual(Object.keys(EXPECTED), Object.keys(NOTATIONS));
});

for (const [notation, forms] of Object.entries(EXPECTED)) {
  for (const [form, lines] of Object.entries(forms)) {
    test(`${notation} writes ${form} as its source does`, () => {
      const all = linesOf(notation, form);
      assert.deepEqual(SOME[form].map((i) => all[i]), lines);
    });
  }

  for (const form of Object.keys(FORMS)) {
    test(`${notation} changes no address of ${form}: the same numbers are meant in every notation`, () => {
      const meant = (name) => equations(NOTATIONS[name], ...FORMS[form], LAYERS).flat().filter(({ address }) => address)
        .map(({ address, gate, second }) => JSON.stringify([address, gate, second])).sort();
      assert.deepEqual(meant(notation), meant("lecture"));
    });
  }
}

test("a name of two marks holds them apart, and is said whole", () => {
  const name = weightName(NOTATIONS.pytorch, { layer: "2", weight: "bias" });
  assert.equal(asText(name), "b_ih⁽²⁾ + b_hh⁽²⁾");
  assert.equal(asText(weightName(NOTATIONS.pytorch, { layer: "2", weight: "bias" }, null, "both")), "b_ih⁽²⁾, b_hh⁽²⁾");
  assert.deepEqual(pieces(weightName(NOTATIONS.ng, { layer: "2", weight: "kernel" })), [{ text: "W" }, { text: "ax", place: "low" }, { text: "[2]", place: "high" }]);
});

test("a bare letter has no indices, the loss none in any case, and a gradient the loss before it", () => {
  assert.equal(asText(quantityName(NOTATIONS.d2l, { quantity: "h" })), "H");
  assert.equal(asText(quantityName(NOTATIONS.ng, { quantity: "loss", layer: "output", timestep: 3 })), "ℒ");
  assert.equal(asText(quantityName(NOTATIONS.lecture, { quantity: "tanh_c", layer: "1", timestep: 2 })), "tanh c₂⁽¹⁾");
  assert.equal(asText(quantityName(NOTATIONS.pascanu, { quantity: "h_from_time", layer: "1", timestep: 12 })), "x₁₂⁽¹⁾");
  assert.equal(partial(NOTATIONS.pascanu), "∂ℰ/∂");
});
