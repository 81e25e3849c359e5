"""How formulas are written: one table of symbols and formulas per notation.

A layer's formulas are lines of tokens between spaces. `h{t,l}` is a symbol with its timestep and layer; `below{t,l}` is what the layer
reads: the word, or the h of the layer below; `kernel_i{l}` are the columns of a kernel that lead to the gate i. `activation` stands for the
layer's own function, `tanh` and `sigmoid` for themselves, as `functions` writes them. Everything else is an operator.

A symbol is a letter and what stands low beside it: `W_{xh}`. Two of them with a sign between stand for one of ours: `b_{ih} + b_{hh}`.
The signs are those of:
- the lecture: our own, which is Keras's mathematics in single letters;
- Keras 3.15, keras/src/layers/rnn/{simple_rnn,lstm,gru}.py: kernel, recurrent_kernel, bias; input_bias and recurrent_bias of a GRU;
- PyTorch 2.13, https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html, GRU, RNN (which alone writes rows, x W_ihᵀ) and Linear;
- d2l: Zhang, Lipton, Li, Smola, Dive into Deep Learning, 9.4 (W_xh, W_hh, b_h, W_hq, b_q), 10.1 LSTM, 10.2 GRU, 10.3 deep, https://d2l.ai;
- Pascanu, Mikolov, Bengio, On the difficulty of training recurrent neural networks, ICML 2013, equation 2 and footnote 1, arXiv:1211.5063;
- Ng, Sequence Models (deeplearning.ai), week 1, and its exercise "Building your recurrent neural network, step by step".
Where a source has no sign for a number its manner is carried on; the notes say what it means otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

GATES = "ifgozrn"
FUNCTIONS = {"tanh": "tanh", "sigmoid": "σ", "relu": "relu", "linear": "", "softmax": "softmax"}


class Notation(TypedDict):
    """Letters by quantity and weight, formulas by layer, functions by activation, and the notes on what the source means otherwise."""

    columns: bool
    layer: str
    time: str
    raised_time: bool
    output: str
    symbols: dict[str, str]
    functions: dict[str, str]
    formulas: dict[str, list[str]]
    notes: dict[str, list[str]]


@dataclass(frozen=True)
class Manner:
    """In which order a source writes a sum: columns are W x, rows x W, with a sign between or none."""

    columns: bool = False
    sign: str = ""
    past_first: bool = False
    bias_with_product: bool = False
    gates_of_gru: str = "zr"
    new_first: bool = False

    def product(self, vector: str, matrix: str) -> str:
        """A vector times a matrix."""
        return f"{matrix} {vector}" if self.columns else f"{vector} {self.sign}{matrix}"

    def sum(self, gate: str = "", past: str = "h{t-1,l}") -> str:
        """What comes from below, from the past, and the bias."""
        products = [self.product("below{t,l}", f"kernel{gate}{{l}}"), self.product(past, f"recurrent_kernel{gate}{{l}}")]
        return " + ".join([*(reversed(products) if self.past_first else products), f"bias{gate}{{l}}"])

    def sum_of_two(self, gate: str) -> str:
        """The same with a bias for each of both, as a GRU has them that resets after its product."""
        below, past = self.product("below{t,l}", f"kernel_{gate}{{l}}"), self.product("h{t-1,l}", f"recurrent_kernel_{gate}{{l}}")
        first, second = f"input_bias_{gate}{{l}}", f"recurrent_bias_{gate}{{l}}"
        if self.bias_with_product:
            return f"{below} + {first} + {past} + {second}"
        return " + ".join([past, below, first, second] if self.past_first else [below, past, first, second])


def _formulas(manner: Manner) -> dict[str, list[str]]:
    kept, new = "z{t,l} ⊙ h{t-1,l}", "( 1 − z{t,l} ) ⊙ n{t,l}"
    mixed = f"h{{t,l}} = {new} + {kept}" if manner.new_first else f"h{{t,l}} = {kept} + {new}"
    gates = [f"{gate}{{t,l}} = sigmoid ( a_{gate}{{t,l}} )" for gate in manner.gates_of_gru]
    candidate = ["n{t,l} = tanh ( a_n{t,l} )", mixed]
    from_below = manner.product("below{t,l}", "kernel_n{l}") + " + input_bias_n{l}"
    from_past = manner.product("h{t-1,l}", "recurrent_kernel_n{l}") + " + recurrent_bias_n{l}"
    return {
        "SimpleRNN": [f"h{{t,l}} = activation ( {manner.sum()} )"],
        "LSTM": [
            *(f"a_{gate}{{t,l}} = {manner.sum(f'_{gate}')}" for gate in "ifgo"),
            *(f"{gate}{{t,l}} = {'tanh' if gate == 'g' else 'sigmoid'} ( a_{gate}{{t,l}} )" for gate in "ifgo"),
            "c{t,l} = f{t,l} ⊙ c{t-1,l} + i{t,l} ⊙ g{t,l}",
            "h{t,l} = o{t,l} ⊙ tanh ( c{t,l} )",
        ],
        "GRU": [
            *(f"a_{gate}{{t,l}} = {manner.sum_of_two(gate)}" for gate in manner.gates_of_gru),
            *gates,
            f"m{{t,l}} = {from_past}",
            f"a_n{{t,l}} = {from_below} + r{{t,l}} ⊙ m{{t,l}}",
            *candidate,
        ],
        "GRU, reset before": [
            *(f"a_{gate}{{t,l}} = {manner.sum(f'_{gate}')}" for gate in manner.gates_of_gru),
            *gates,
            "m{t,l} = r{t,l} ⊙ h{t-1,l}",
            f"a_n{{t,l}} = {manner.sum('_n', past='m{t,l}')}",
            *candidate,
        ],
        "Dense": [f"y{{t}} = activation ( {manner.product('below{t,l}', 'output_kernel{o}')} + output_bias{{o}} )"],
    }


def _of_gates(whole: dict[str, str], letters: str) -> dict[str, str]:
    """What belongs to a gate, by the letter that the source has for it: a star in `whole` is that letter."""
    return {
        f"{name}_{gate}": written.replace("*", letter)
        for gate, letter in zip(GATES, letters, strict=True)
        for name, written in whole.items()
    }


def _letters(**others: str) -> dict[str, str]:
    """The letters of quantities, where they are not the lecture's own."""
    own = {letter: letter for letter in ("x", "a", *GATES, "c", "m", "h")}
    return own | {"tanh_c": f"tanh {others.get('c', 'c')}", "y": "ŷ", "loss": "L", "target": "y", "embeddings": "E"} | others


def _notation(
    manner: Manner,
    *symbols: dict[str, str],
    layer: str = "({})",
    time: str = "{}",
    raised_time: bool = False,
    output: str = "",
    functions: dict[str, str] = FUNCTIONS,
    notes: dict[str, list[str]] | None = None,
) -> Notation:
    return {
        "columns": manner.columns,
        "layer": layer,
        "time": time,
        "raised_time": raised_time,
        "output": output,
        "symbols": {name: written for part in symbols for name, written in part.items()},
        "functions": functions,
        "formulas": _formulas(manner),
        "notes": {layer: [f"note.{key}" for key in keys] for layer, keys in (notes or {}).items()},
    }


TWO_BIASES = {"input_bias": "b", "recurrent_bias": "b′", "biases": "b"}
RELU = FUNCTIONS | {"relu": "ReLU"}

NOTATIONS: dict[str, Notation] = {
    "lecture": _notation(
        Manner(),
        _letters(),
        {"kernel": "W", "recurrent_kernel": "U", "bias": "b", **TWO_BIASES, "output_kernel": "W", "output_bias": "b"},
        _of_gates(
            {"kernel": "W_{*}", "recurrent_kernel": "U_{*}", "bias": "b_{*}", "input_bias": "b_{*}", "recurrent_bias": "b′_{*}"}, GATES
        ),
        _of_gates({"a": "a_{*}"}, GATES),
        output="(o)",
    ),
    "keras": _notation(
        Manner(sign="@ "),
        _letters(g="c̃", n="h̃", embeddings="embeddings"),
        {name: name for name in ("kernel", "recurrent_kernel", "bias", "input_bias", "recurrent_bias")},
        {"biases": "bias", "output_kernel": "kernel", "output_bias": "bias"},
        _of_gates({name: f"{name}_{{*}}" for name in ("kernel", "recurrent_kernel", "bias", "input_bias", "recurrent_bias")}, "ifcozrh"),
        _of_gates({"a": "a_{*}"}, "ifcozrh"),
        output="(o)",
        functions=FUNCTIONS | {"sigmoid": "sigmoid"},
        notes={"LSTM": ["keras.LSTM"], "GRU": ["keras.GRU"], "GRU, reset before": ["keras.GRU"]},
    ),
    "pytorch": _notation(
        Manner(columns=True, bias_with_product=True, gates_of_gru="rz", new_first=True),
        _letters(),
        {"kernel": "W_{ih}", "recurrent_kernel": "W_{hh}", "bias": "b_{ih} + b_{hh}", "input_bias": "b_{ih}", "recurrent_bias": "b_{hh}"},
        {"biases": "b_{ih} , b_{hh}", "output_kernel": "A", "output_bias": "b"},
        _of_gates({"kernel": "W_{i*}", "recurrent_kernel": "W_{h*}", "bias": "b_{i*} + b_{h*}"}, GATES),
        _of_gates({"input_bias": "b_{i*}", "recurrent_bias": "b_{h*}", "a": "a_{*}"}, GATES),
        functions=RELU,
        notes={
            "SimpleRNN": ["pytorch.bias", "pytorch.RNN"],
            "LSTM": ["pytorch.bias"],
            "GRU, reset before": ["pytorch.bias", "pytorch.before"],
            "Dense": ["pytorch.Linear"],
        },
    ),
    "d2l": _notation(
        Manner(),
        _letters(x="X", a="A", i="I", f="F", g="C̃", o="O", c="C", z="Z", r="R", n="H̃", m="M", h="H"),
        {"kernel": "W_{xh}", "recurrent_kernel": "W_{hh}", "bias": "b_{h}", "input_bias": "b_{h}", "recurrent_bias": "b′_{h}"},
        {"biases": "b_{h}", "output_kernel": "W_{hq}", "output_bias": "b_{q}"},
        _of_gates(
            {"kernel": "W_{x*}", "recurrent_kernel": "W_{h*}", "bias": "b_{*}", "input_bias": "b_{*}", "recurrent_bias": "b′_{*}"},
            "ifcozrh",
        ),
        _of_gates({"a": "A_{*}"}, "ifcozrh"),
        functions=RELU,
        notes={"SimpleRNN": ["d2l.batch"], "LSTM": ["d2l.batch"], "GRU": ["d2l.after"], "GRU, reset before": ["d2l.batch"]},
    ),
    "pascanu": _notation(
        Manner(columns=True, past_first=True),
        _letters(x="u", h="x", loss="ℰ"),
        {
            "kernel": "W_{in}",
            "recurrent_kernel": "W_{rec}",
            "bias": "b",
            **TWO_BIASES,
            "output_kernel": "W_{out}",
            "output_bias": "b_{out}",
        },
        _of_gates({"kernel": "W_{in,*}", "recurrent_kernel": "W_{rec,*}", "bias": "b_{*}"}, GATES),
        _of_gates({"input_bias": "b_{*}", "recurrent_bias": "b′_{*}", "a": "a_{*}"}, GATES),
        notes={
            "SimpleRNN": ["pascanu.state"],
            "LSTM": ["pascanu.gates"],
            "GRU": ["pascanu.gates"],
            "GRU, reset before": ["pascanu.gates"],
            "Dense": ["pascanu.output"],
        },
    ),
    "ng": _notation(
        Manner(columns=True, past_first=True),
        _letters(a="z", i="Γ_{u}", f="Γ_{f}", g="c̃", o="Γ_{o}", z="Γ_{u}", r="Γ_{r}", n="c̃", h="a", loss="ℒ"),
        {"kernel": "W_{ax}", "recurrent_kernel": "W_{aa}", "bias": "b_{a}", "input_bias": "b_{a}", "recurrent_bias": "b′_{a}"},
        {"biases": "b_{a}", "output_kernel": "W_{ya}", "output_bias": "b_{y}"},
        _of_gates({"kernel": "W_{*x}", "recurrent_kernel": "W_{*a}", "bias": "b_{*}"}, "ufcourc"),
        _of_gates({"input_bias": "b_{*}", "recurrent_bias": "b′_{*}", "a": "z_{*}"}, "ufcourc"),
        layer="[{}]",
        time="⟨{}⟩",
        raised_time=True,
        notes={
            "LSTM": ["ng.LSTM"],
            "GRU": ["ng.update", "ng.after"],
            "GRU, reset before": ["ng.update"],
        },
    ),
}
