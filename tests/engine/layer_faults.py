"""Seeded faults of the window, of Bidirectional, of Dropout and of the conversion of weights."""

from __future__ import annotations

from tests.engine.mutation import Fault

RECURRENT, RNN, LSTM, GRU = (f"layers/{name}.py" for name in ("recurrent", "simple_rnn", "lstm", "gru"))
TWO_WAYS, DIRECTED, RECIPES = "layers/bidirectional.py", "directed_trace.py", "recipes/bidirectional.py"
DROPOUT, STACK, CONVERSION = "layers/dropout.py", "sequential.py", "conversion.py"
CELLS = {RNN: "SimpleRNN", LSTM: "LSTM", GRU: "GRU"}

WINDOW_FAULTS = (
    Fault(
        "windows are counted from the beginning",
        RECURRENT,
        "window_starts",
        "range(steps - window + 1, 1, -window)",
        "range(window + 1, steps + 1, window)",
    ),
    Fault("a window is one timestep short", RECURRENT, "window_starts", "steps - window + 1", "steps - window + 2"),
    Fault("a window is one timestep long", RECURRENT, "window_starts", "steps - window + 1", "steps - window"),
    Fault("a window cuts once only", RECURRENT, "window_starts", "-window", "-steps"),
    Fault(
        "the first window hears nothing of the initial state",
        RECURRENT,
        "window_starts",
        "range(steps - window + 1, 1, -window)",
        "range(steps - window + 1, 0, -window)",
    ),
    Fault("no window begins", RECURRENT, "window_starts", "range(steps - window + 1, 1, -window)", "range(0)"),
    *(Fault(f"a window does not cut in {path}", path, f"{cell}.backward", "t in cuts", "False") for path, cell in CELLS.items()),
    *(
        Fault(f"{path} ignores its window", path, f"{CELLS[path]}.backward", "window_starts(len(x), window)", "window_starts(len(x), None)")
        for path in (LSTM, GRU)
    ),
    Fault("a window does not cut an LSTM's c", LSTM, "LSTM.backward", "c_from_time.fill(0)", "pass"),
    Fault("a window does not cut an LSTM's h", LSTM, "LSTM.backward", "time_t.fill(0)", "pass"),
    Fault(
        "a window is not handed to the layers",
        STACK,
        "Sequential.backward",
        "layer.backward(x, record, flow, window)",
        "layer.backward(x, record, flow)",
    ),
    Fault(
        "gradients forget their window",
        STACK,
        "Sequential.backward",
        "Gradients(value, weights, tuple(records[::-1]), trace, target, rule, flow, window, weighting)",
        "Gradients(value, weights, tuple(records[::-1]), trace, target, rule, flow, None, weighting)",
    ),
    Fault(
        "explain knows no window",
        "reader.py",
        "Reader.is_last_of_window",
        "window is not None and left % window == 0 and timestep >= 0",
        "False and window is not None and left % window == 0 and timestep >= 0",
    ),
    Fault(
        "explain cuts the initial state off",
        "reader.py",
        "Reader.is_last_of_window",
        "window is not None and left % window == 0 and timestep >= 0",
        "window is not None and left % window == 0",
    ),
    Fault("explain counts windows from the beginning", "reader.py", "Reader.is_last_of_window", "left % window", "(timestep + 1) % window"),
    Fault(
        "explain of dc knows no window",
        "recipes/lstm.py",
        "d_c",
        "not read.is_last_of_window(at.layer, at.timestep)",
        "at.timestep + 1 < 3",
    ),
)

TWO_WAY_FAULTS = (
    Fault("the second direction reads with time", TWO_WAYS, "Bidirectional.forward", "x[::-1]", "x"),
    Fault(
        "the second direction's padding is not turned",
        TWO_WAYS,
        "Bidirectional.forward",
        "None if padded is None else padded[::-1]",
        "padded",
    ),
    Fault("the second direction sees no padding", TWO_WAYS, "Bidirectional.forward", "None if padded is None else padded[::-1]", "None"),
    Fault("the second direction's states go up unturned", TWO_WAYS, "Bidirectional.forward", "turned_h[::-1]", "turned_h"),
    Fault("the directions go up exchanged", TWO_WAYS, "Bidirectional.forward", "[h, turned_h[::-1]]", "[turned_h[::-1], h]"),
    Fault("the first direction begins in the second's state", TWO_WAYS, "Bidirectional.forward", "state[:cut]", "state[cut:]"),
    Fault("the second direction begins in the first's state", TWO_WAYS, "Bidirectional.forward", "state[cut:]", "state[:cut]"),
    Fault("the second direction has the first's weights", TWO_WAYS, "Bidirectional.directions", "self.weights[cut:]", "self.weights[:cut]"),
    Fault("the first direction has the second's weights", TWO_WAYS, "Bidirectional.directions", "self.weights[:cut]", "self.weights[cut:]"),
    Fault("the second direction's gradient arrives unturned", TWO_WAYS, "Bidirectional.backward", "d_second[::-1]", "d_second"),
    Fault("the directions' gradients arrive exchanged", TWO_WAYS, "Bidirectional.backward", "d_first, d_second", "d_second, d_first"),
    Fault("the second direction's kernel is blamed by the unturned words", TWO_WAYS, "Bidirectional.backward", "x[::-1]", "x"),
    Fault("the second direction's words hear unturned", TWO_WAYS, "Bidirectional.backward", "d_turned_x[::-1]", "d_turned_x"),
    Fault("the words hear of the first direction alone", TWO_WAYS, "Bidirectional.backward", "d_x + d_turned_x[::-1]", "d_x"),
    Fault("the words hear of the second direction alone", TWO_WAYS, "Bidirectional.backward", "d_x + d_turned_x[::-1]", "d_turned_x[::-1]"),
    Fault(
        "the directions' weight gradients are exchanged",
        TWO_WAYS,
        "Bidirectional.backward",
        "(*d_weights, *d_turned_weights)",
        "(*d_turned_weights, *d_weights)",
    ),
    Fault(
        "the second direction knows no window",
        TWO_WAYS,
        "Bidirectional.backward",
        "second.backward(x[::-1], record.directions[1], d_second[::-1], window)",
        "second.backward(x[::-1], record.directions[1], d_second[::-1])",
    ),
    Fault(
        "the first direction knows no window",
        TWO_WAYS,
        "Bidirectional.backward",
        "first.backward(x, record.directions[0], d_first, window)",
        "first.backward(x, record.directions[0], d_first)",
    ),
    Fault(
        "the second direction is told in its own time",
        DIRECTED,
        "DirectedTrace.rows_from_initial",
        "np.concatenate([rows[:1], rows[:0:-1]])",
        "rows",
    ),
    Fault(
        "the second direction's initial state is its last",
        DIRECTED,
        "DirectedTrace.rows_from_initial",
        "np.concatenate([rows[:1], rows[:0:-1]])",
        "rows[::-1]",
    ),
    Fault(
        "the directions are told exchanged",
        DIRECTED,
        "DirectedTrace.rows_from_initial",
        "DIRECTIONS.index(direction)",
        "1 - DIRECTIONS.index(direction)",
    ),
    Fault(
        "explain turns time one step off",
        RECIPES,
        "Within.timestep",
        "self.read.trace.layers[self.layer].timesteps.stop - 1",
        "self.read.trace.layers[self.layer].timesteps.stop - 2",
    ),
    Fault("explain turns no time", RECIPES, "Within.turned", 'self.direction == "backward"', "False"),
    Fault("explain reads the words unturned", RECIPES, "Within._in_order", "rows[::-1] if self.turned else rows", "rows"),
    Fault(
        "explain ends the second direction at the last timestep",
        RECIPES,
        "h",
        "0 if ends_at_the_first else at.timestep",
        "at.timestep if ends_at_the_first else at.timestep",
    ),
    Fault("explain lets every timestep hear from above", RECIPES, "from_h.recipe", "not keeps and own_timestep != last", "False"),
    Fault("explain gives both directions the same units from above", RECIPES, "from_h.recipe", "DIRECTIONS.index(direction)", "0"),
    Fault(
        "explain of what is below knows one direction",
        "recipes/shared.py",
        "from_above",
        "read.layer(above).kernels",
        "read.layer(above).kernels[:1]",
    ),
)

DROPOUT_FAULTS = (
    Fault("what is to be kept is dropped", DROPOUT, "Dropout.drop", "rng.random(x.shape) >= self.rate", "rng.random(x.shape) < self.rate"),
    Fault("what is kept does not grow", DROPOUT, "Dropout.drop", "1 - self.rate", "1"),
    Fault("what is kept grows by the rate", DROPOUT, "Dropout.drop", "1 - self.rate", "max(self.rate, 0.01)"),
    Fault("nothing is dropped", DROPOUT, "Dropout.drop", "np.multiply(m, x, y)", "np.copyto(y, x)"),
    Fault(
        "the same is dropped at every timestep",
        DROPOUT,
        "Dropout.drop",
        "rng.random(x.shape)",
        "np.tile(rng.random(x.shape[1:]), (len(x), 1, 1))",
    ),
    Fault("the seed is ignored", DROPOUT, "Dropout.drop", "rng.random(x.shape)", "np.random.default_rng(0).random(x.shape)"),
    Fault("what is dropped hears of the loss", DROPOUT, "Dropout.backward", 'record.rows("m") * d_output', "d_output.copy()"),
    Fault("dropped blame is squared", DROPOUT, "Dropout.backward", 'record.rows("m")', 'record.rows("m") ** 2'),
    Fault(
        "a run that looks drops too",
        STACK,
        "Sequential.forward",
        'None if dropout_seed is None else np.random.default_rng(require_seed(dropout_seed, "dropout_seed"))',
        'np.random.default_rng(0) if dropout_seed is None else np.random.default_rng(require_seed(dropout_seed, "dropout_seed"))',
    ),
    Fault("a run that trains drops nothing", STACK, "Sequential.forward", "rng is not None", "False"),
    Fault(
        "explain of a sum below forgets what is dropped",
        "recipes/shared.py",
        "from_above",
        'Term.of(read.beside(beyond, "m"), read.at(beyond))',
        "Term.of(read.at(beyond))",
    ),
    Fault("explain of y forgets what is dropped", "recipes/simple.py", "dropped", 'Term.of(read.beside(at, "m"), x)', "Term.of(x)"),
)

CONVERSION_FAULTS = (
    Fault("a GRU's gates keep our order", CONVERSION, "", "(1, 0, 2)", "(0, 1, 2)"),
    Fault("a GRU's candidate goes first", CONVERSION, "", "(1, 0, 2)", "(2, 1, 0)"),
    Fault("an LSTM's candidate and output gate are exchanged", CONVERSION, "", "(0, 1, 2, 3)", "(0, 1, 3, 2)"),
    Fault("an LSTM's input and forget gate are exchanged", CONVERSION, "", "(0, 1, 2, 3)", "(1, 0, 2, 3)"),
    Fault("the first kernel goes out for both", CONVERSION, "_cell_to_torch", "recurrent_kernel.T", "kernel.T"),
    Fault("the recurrent kernel goes out untransposed", CONVERSION, "_cell_to_torch", "recurrent_kernel.T", "recurrent_kernel.T[::-1]"),
    Fault("the recurrent kernel comes in reversed", CONVERSION, "_cell_from_torch", "recurrent_kernel.T", "recurrent_kernel.T[::-1]"),
    Fault("a GRU's biases come in exchanged", CONVERSION, "_cell_from_torch", "np.stack(biases)", "np.stack(biases[::-1])"),
    Fault(
        "a GRU's biases go out exchanged",
        CONVERSION,
        "_cell_to_torch",
        "bias if isinstance(layer, GRU) else (bias, np.full_like(bias, -0.0))",
        "bias[::-1] if isinstance(layer, GRU) else (bias, np.full_like(bias, -0.0))",
    ),
    Fault("the second bias is lost", CONVERSION, "_cell_from_torch", "biases[0] + biases[1]", "biases[0]"),
    Fault("the second bias is the first once more", CONVERSION, "_cell_to_torch", "np.full_like(bias, -0.0)", "bias"),
    Fault("the directions go out exchanged", CONVERSION, "to_torch", "forward, backward", "backward, forward"),
    Fault(
        "the directions come in exchanged",
        CONVERSION,
        "from_torch",
        '[*_cell_from_torch(layer.layer, tensors, ""), *_cell_from_torch(layer.layer, tensors, "_reverse")]',
        '[*_cell_from_torch(layer.layer, tensors, "_reverse"), *_cell_from_torch(layer.layer, tensors, "")]',
    ),
    Fault(
        "the second direction is the first",
        CONVERSION,
        "from_torch",
        '_cell_from_torch(layer.layer, tensors, "_reverse")',
        '_cell_from_torch(layer.layer, tensors, "")',
    ),
)
