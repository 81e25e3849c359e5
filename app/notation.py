"""How formulas are written: one table of symbols and formulas per notation.

A layer's formulas are lines of tokens between spaces. `h{t,l}` is a symbol with its timestep and layer; `below{t,l}` is what the layer
reads: the word, or the h of the layer below; `kernel_i{l}` are the columns of a kernel that lead to the gate i. `activation` stands for the
layer's own function. Everything else is an operator or a function.
"""

from __future__ import annotations

from typing import TypedDict

WEIGHTS = {"kernel": "W", "recurrent_kernel": "U", "bias": "b", "recurrent_bias": "b′"}

GATES_OF_GRU = [f"{gate}{{t,l}} = σ ( a_{gate}{{t,l}} )" for gate in "zr"]
CANDIDATE_OF_GRU = "n{t,l} = tanh ( a_n{t,l} )"


class Notation(TypedDict):
    """Letters by quantity and weight, formulas by layer, functions by activation."""

    symbols: dict[str, str]
    functions: dict[str, str]
    formulas: dict[str, list[str]]


def _sum(gate: str) -> str:
    return f"below{{t,l}} kernel_{gate}{{l}} + h{{t-1,l}} recurrent_kernel_{gate}{{l}} + bias_{gate}{{l}}"


NOTATIONS: dict[str, Notation] = {
    "lecture": {
        "symbols": {
            "kernel": "W",
            "recurrent_kernel": "U",
            "bias": "b",
            "embeddings": "E",
            **{f"{weight}_{gate}": f"{letter}_{gate}" for gate in "ifgozrn" for weight, letter in WEIGHTS.items()},
            "x": "x",
            "a": "a",
            **{f"a_{gate}": f"a_{gate}" for gate in "ifgozrn"},
            **{letter: letter for letter in "ifgoczrmnh"},
            "tanh_c": "tanh c",
            "y": "ŷ",
            "loss": "L",
            "target": "y",
        },
        "functions": {"tanh": "tanh", "sigmoid": "σ", "relu": "relu", "linear": "", "softmax": "softmax"},
        "formulas": {
            "SimpleRNN": ["h{t,l} = activation ( below{t,l} kernel{l} + h{t-1,l} recurrent_kernel{l} + bias{l} )"],
            "LSTM": [
                *(f"a_{gate}{{t,l}} = {_sum(gate)}" for gate in "ifgo"),
                *(f"{gate}{{t,l}} = {'tanh' if gate == 'g' else 'σ'} ( a_{gate}{{t,l}} )" for gate in "ifgo"),
                "c{t,l} = f{t,l} ⊙ c{t-1,l} + i{t,l} ⊙ g{t,l}",
                "h{t,l} = o{t,l} ⊙ tanh ( c{t,l} )",
            ],
            "GRU": [
                *(f"a_{gate}{{t,l}} = {_sum(gate)} + recurrent_bias_{gate}{{l}}" for gate in "zr"),
                *GATES_OF_GRU,
                "m{t,l} = h{t-1,l} recurrent_kernel_n{l} + recurrent_bias_n{l}",
                "a_n{t,l} = below{t,l} kernel_n{l} + bias_n{l} + r{t,l} ⊙ m{t,l}",
                CANDIDATE_OF_GRU,
                "h{t,l} = z{t,l} ⊙ h{t-1,l} + ( 1 − z{t,l} ) ⊙ n{t,l}",
            ],
            "GRU, reset before": [
                *(f"a_{gate}{{t,l}} = {_sum(gate)}" for gate in "zr"),
                *GATES_OF_GRU,
                "m{t,l} = r{t,l} ⊙ h{t-1,l}",
                "a_n{t,l} = below{t,l} kernel_n{l} + m{t,l} recurrent_kernel_n{l} + bias_n{l}",
                CANDIDATE_OF_GRU,
                "h{t,l} = z{t,l} ⊙ h{t-1,l} + ( 1 − z{t,l} ) ⊙ n{t,l}",
            ],
            "Dense": ["y{t} = activation ( below{t,l} kernel{o} + bias{o} )"],
        },
    },
}
