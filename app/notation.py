"""How formulas are written: one table of symbols and formulas per notation.

A formula is tokens between spaces. `h{t,l}` is a symbol with its timestep and layer; `below{t,l}` is what the layer reads: the word, or
the h of the layer below. Everything else is an operator or a function.
"""

from __future__ import annotations

NOTATIONS: dict[str, dict[str, dict[str, str]]] = {
    "lecture": {
        "symbols": {
            "kernel": "W",
            "recurrent_kernel": "U",
            "bias": "b",
            "x": "x",
            "a": "a",
            **{f"a_{gate}": f"a_{gate}" for gate in "ifgozrn"},
            **{letter: letter for letter in "ifgoczrmnh"},
            "tanh_c": "tanh c",
            "y": "ŷ",
            "loss": "L",
            "target": "y",
        },
        "formulas": {
            "SimpleRNN": "h{t,l} = tanh ( below{t,l} kernel{l} + h{t-1,l} recurrent_kernel{l} + bias{l} )",
            "Dense": "y{t} = σ ( below{t,l} kernel{o} + bias{o} )",
        },
    },
}
