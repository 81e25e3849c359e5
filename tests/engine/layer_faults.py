"""Seeded faults of the window, of Bidirectional, of Dropout and of the conversion of weights."""

from __future__ import annotations

from tests.engine.faults import Fault

RECURRENT, RNN, LSTM, GRU = (f"layers/{name}.py" for name in ("recurrent", "simple_rnn", "lstm", "gru"))
TWO_WAYS, DIRECTED, RECIPES = "layers/bidirectional.py", "directed_trace.py", "recipes/bidirectional.py"
DROPOUT, STACK, CONVERSION = "layers/dropout.py", "sequential.py", "conversion.py"
STARTS = "range(steps - window + 1, 1, -window)"

WINDOW_FAULTS = (
    Fault("windows are counted from the beginning", RECURRENT, STARTS, "range(window + 1, steps + 1, window)"),
    Fault("a window is one timestep short", RECURRENT, STARTS, "range(steps - window + 2, 1, -window)"),
    Fault("a window is one timestep long", RECURRENT, STARTS, "range(steps - window, 1, -window)"),
    Fault("a window cuts once only", RECURRENT, STARTS, "range(steps - window + 1, 1, -steps)"),
    Fault("the first window hears nothing of the initial state", RECURRENT, STARTS, "range(steps - window + 1, 0, -window)"),
    Fault("no window begins", RECURRENT, f"{STARTS} if window", "range(0) if window"),
    *(Fault(f"a window does not cut in {path}", path, "if t in cuts:", "if False:") for path in (RNN, LSTM, GRU)),
    *(Fault(f"{path} ignores its window", path, ", window)", ", None)") for path in (LSTM, GRU)),
    Fault("a window does not cut an LSTM's c", LSTM, "c_from_time.fill(0)", "pass"),
    Fault("a window does not cut an LSTM's h", LSTM, "                time_t.fill(0)", "                pass"),
    Fault("a window is not handed to the layers", STACK, "layer.backward(x, record, flow, window)", "layer.backward(x, record, flow)"),
    Fault("gradients forget their window", STACK, "rule, flow, window, weighting)", "rule, flow, None, weighting)"),
    Fault("explain knows no window", "reader.py", "return left == 0 or (window", "return left == 0 or (False and window"),
    Fault("explain cuts the initial state off", "reader.py", "left % window == 0 and timestep >= 0", "left % window == 0"),
    Fault("explain counts windows from the beginning", "reader.py", "left % window == 0 and", "(timestep + 1) % window == 0 and"),
    Fault(
        "explain of dc knows no window", "recipes/lstm.py", "if not read.is_last_of_window(at.layer, at.timestep)", "if at.timestep + 1 < 3"
    ),
)

TWO_WAY_FAULTS = (
    Fault("the second direction reads with time", TWO_WAYS, "second.forward(x[::-1],", "second.forward(x,"),
    Fault("the second direction's padding is not turned", TWO_WAYS, "None if padded is None else padded[::-1]", "padded"),
    Fault("the second direction sees no padding", TWO_WAYS, "None if padded is None else padded[::-1]", "None"),
    Fault("the second direction's states go up unturned", TWO_WAYS, "[h, turned_h[::-1]]", "[h, turned_h]"),
    Fault("the directions go up exchanged", TWO_WAYS, "[h, turned_h[::-1]]", "[turned_h[::-1], h]"),
    Fault("the first direction begins in the second's state", TWO_WAYS, "state[:cut], padded", "state[cut:], padded"),
    Fault("the second direction begins in the first's state", TWO_WAYS, "state[cut:], None", "state[:cut], None"),
    Fault("the second direction has the first's weights", TWO_WAYS, "weights=self.weights[cut:]", "weights=self.weights[:cut]"),
    Fault("the first direction has the second's weights", TWO_WAYS, "weights=self.weights[:cut]", "weights=self.weights[cut:]"),
    Fault("the second direction's gradient arrives unturned", TWO_WAYS, "d_second[::-1], window", "d_second, window"),
    Fault("the directions' gradients arrive exchanged", TWO_WAYS, "d_first, d_second = np.split", "d_second, d_first = np.split"),
    Fault("the second direction's kernel is blamed by the unturned words", TWO_WAYS, "second.backward(x[::-1],", "second.backward(x,"),
    Fault("the second direction's words hear unturned", TWO_WAYS, "d_x + d_turned_x[::-1]", "d_x + d_turned_x"),
    Fault("the words hear of the first direction alone", TWO_WAYS, "d_x + d_turned_x[::-1]", "d_x"),
    Fault("the words hear of the second direction alone", TWO_WAYS, "d_x + d_turned_x[::-1]", "d_turned_x[::-1]"),
    Fault("the directions' weight gradients are exchanged", TWO_WAYS, "(*d_weights, *d_turned_weights)", "(*d_turned_weights, *d_weights)"),
    Fault("the second direction knows no window", TWO_WAYS, "d_second[::-1], window)", "d_second[::-1])"),
    Fault("the first direction knows no window", TWO_WAYS, "d_first, window)", "d_first)"),
    Fault("the second direction is told in its own time", DIRECTED, "np.concatenate([rows[:1], rows[:0:-1]])", "rows"),
    Fault("the second direction's initial state is its last", DIRECTED, "np.concatenate([rows[:1], rows[:0:-1]])", "rows[::-1]"),
    Fault("the directions are told exchanged", DIRECTED, "DIRECTIONS.index(direction)]", "1 - DIRECTIONS.index(direction)]"),
    Fault("explain turns time one step off", RECIPES, ".stop - 1 - timestep if", ".stop - 2 - timestep if"),
    Fault("explain turns no time", RECIPES, 'return self.direction == "backward"', "return False"),
    Fault("explain reads the words unturned", RECIPES, "rows[::-1] if self.turned else rows", "rows"),
    Fault(
        "explain ends the second direction at the last timestep", RECIPES, "timestep = 0 if ends_at", "timestep = at.timestep if ends_at"
    ),
    Fault("explain lets every timestep hear from above", RECIPES, "if not keeps and own_timestep != last:", "if False:"),
    Fault("explain gives both directions the same units from above", RECIPES, "at.unit + DIRECTIONS.index(direction)", "at.unit + 0"),
    Fault(
        "explain of what is below knows one direction",
        "recipes/shared.py",
        "read.layer(above).kernels for",
        "read.layer(above).kernels[:1] for",
    ),
)

DROPOUT_FAULTS = (
    Fault("what is to be kept is dropped", DROPOUT, ">= self.rate", "< self.rate"),
    Fault("what is kept does not grow", DROPOUT, "1 - self.rate, out=m", "1, out=m"),
    Fault("what is kept grows by the rate", DROPOUT, "1 - self.rate, out=m", "max(self.rate, 0.01), out=m"),
    Fault("nothing is dropped", DROPOUT, "np.multiply(m, x, y)", "np.copyto(y, x)"),
    Fault("the same is dropped at every timestep", DROPOUT, "rng.random(x.shape)", "np.tile(rng.random(x.shape[1:]), (len(x), 1, 1))"),
    Fault("the seed is ignored", DROPOUT, "rng.random(x.shape)", "np.random.default_rng(0).random(x.shape)"),
    Fault("what is dropped hears of the loss", DROPOUT, 'record.rows("m") * d_output', "d_output.copy()"),
    Fault("dropped blame is squared", DROPOUT, 'record.rows("m") * d_output', 'record.rows("m") ** 2 * d_output'),
    Fault(
        "a run that looks drops too",
        STACK,
        "None if dropout_seed is None else np",
        "np.random.default_rng(0) if dropout_seed is None else np",
    ),
    Fault(
        "a run that trains drops nothing",
        STACK,
        "if rng is not None and isinstance(layer, Dropout)",
        "if False and isinstance(layer, Dropout)",
    ),
    Fault("explain of a sum below forgets what is dropped", "recipes/shared.py", 'read.beside(beyond, "m"), read', "read"),
    Fault("explain of y forgets what is dropped", "recipes/simple.py", 'Term.of(read.beside(at, "m"), x)', "Term.of(x)"),
)

CONVERSION_FAULTS = (
    Fault("a GRU's gates keep our order", CONVERSION, "GRU: (1, 0, 2)", "GRU: (0, 1, 2)"),
    Fault("a GRU's candidate goes first", CONVERSION, "GRU: (1, 0, 2)", "GRU: (2, 1, 0)"),
    Fault("an LSTM's candidate and output gate are exchanged", CONVERSION, "(0, 1, 2, 3)", "(0, 1, 3, 2)"),
    Fault("an LSTM's input and forget gate are exchanged", CONVERSION, "(0, 1, 2, 3)", "(1, 0, 2, 3)"),
    Fault("the first kernel goes out for both", CONVERSION, "(kernel.T, recurrent_kernel.T, *pair)", "(kernel.T, kernel.T, *pair)"),
    Fault(
        "the recurrent kernel goes out untransposed",
        CONVERSION,
        "(kernel.T, recurrent_kernel.T, *pair)",
        "(kernel.T, recurrent_kernel.T[::-1], *pair)",
    ),
    Fault(
        "the recurrent kernel comes in reversed",
        CONVERSION,
        "kernel.T.copy(), recurrent_kernel.T.copy(), bias]",
        "kernel.T.copy(), recurrent_kernel.T[::-1].copy(), bias]",
    ),
    Fault("a GRU's biases come in exchanged", CONVERSION, "np.stack(biases)", "np.stack(biases[::-1])"),
    Fault("a GRU's biases go out exchanged", CONVERSION, "pair = bias if", "pair = bias[::-1] if"),
    Fault("the second bias is lost", CONVERSION, "else biases[0] + biases[1]", "else biases[0]"),
    Fault("the second bias is the first once more", CONVERSION, "np.full_like(bias, -0.0)", "bias"),
    Fault("the directions go out exchanged", CONVERSION, "forward, backward = arrays", "backward, forward = arrays"),
    Fault(
        "the directions come in exchanged",
        CONVERSION,
        'layer.layer, tensors, ""), *_cell_from_torch(layer.layer, tensors, "_reverse")',
        'layer.layer, tensors, "_reverse"), *_cell_from_torch(layer.layer, tensors, "")',
    ),
    Fault("the second direction is the first", CONVERSION, 'tensors, "_reverse")', 'tensors, "")'),
)
