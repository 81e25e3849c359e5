"""Seeded faults: one small change of the engine's source each, and the way to run checks against an engine that has it."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ENGINE = Path(__file__).resolve().parents[2] / "engine"


@dataclass(frozen=True)
class Fault:
    """In `path`, `old`, which must stand there exactly once, becomes `new`."""

    name: str
    path: str
    old: str
    new: str


class FaultDoesNotApply(AssertionError):
    """The source has changed: the fault must be written anew."""


RNN, RECURRENT, DENSE, LOSSES, ACTIVATIONS = "layers/simple_rnn.py", "layers/recurrent.py", "layers/dense.py", "losses.py", "activations.py"
STACK, TRACE, RECIPES, ARGUMENTS, INITIAL = "sequential.py", "trace.py", "recipes/shared.py", "arguments.py", "initializers.py"

FAULTS = (
    Fault("the recurrent kernel is transposed", RNN, "h_t.dot(recurrent_kernel, from_past)", "h_t.dot(recurrent_kernel.T, from_past)"),
    Fault("the recurrent kernel is left out", RNN, "a_t += h_t.dot(recurrent_kernel, from_past)", "a_t += 0"),
    Fault("the kernel is read in the other order", RNN, "features).dot(kernel)", "features).dot(kernel.T.reshape(kernel.shape))"),
    Fault("the bias is left out", RNN, "rows[...] = bias", "rows[...] = 0"),
    Fault("the bias is added twice", RNN, "rows[...] = bias", "rows[...] = 2 * bias"),
    Fault("the bias is taken from the wrong units", RNN, "rows[...] = bias", "rows[...] = np.roll(bias, 1)"),
    Fault("the initial state is ignored", RNN, "if state:", "if False:"),
    Fault("all rows of a batch begin in the first row's state", RNN, "h_t[...] = state[0]", "h_t[...] = state[0][0]"),
    Fault("the state is not carried", RNN, "h_t = f(a_t, h[t])", "f(a_t, h[t])"),
    Fault("the state is one step late", RNN, "h_t = f(a_t, h[t])", "h_t = h[t - 1] if f(a_t, h[t]) is None else h[t - 1]"),
    Fault("the carried state is the pre-activation", RNN, "h_t = f(a_t, h[t])", "h_t = a_t if f(a_t, h[t]) is None else a_t"),
    Fault("the activation is another", RNN, "ELEMENTWISE[self.activation].function", 'ELEMENTWISE["sigmoid"].function'),
    Fault(
        "the buffer of the past is stale",
        RNN,
        "a_t += h_t.dot(recurrent_kernel, from_past)",
        "a_t += from_past if t > 2 else h_t.dot(recurrent_kernel, from_past)",
    ),
    Fault(
        "the past is cut to float32", RNN, "h_t.dot(recurrent_kernel, from_past)", 'h_t.dot(recurrent_kernel, from_past).astype("float32")'
    ),
    Fault(
        "words are read from the end",
        RNN,
        "x.reshape(-1, features).dot(kernel)",
        "x[::-1].reshape(-1, features).dot(kernel)",
    ),
    Fault("the first state goes up in place of the last", RECURRENT, "else h[-1:]", "else h[1:2]"),
    Fault("states go up one step early", RECURRENT, "h[1:] if self.return_sequences", "h[:-1] if self.return_sequences"),
    Fault("the derivative is missing", RNN, "derivative(h[1:], d_a[1:])", "derivative(h[1:], d_a[1:]).fill(1)"),
    Fault("the derivative is one step off", RNN, "derivative(h[1:], d_a[1:])", "derivative(h[:-1], d_a[1:])"),
    Fault("the derivative is applied twice", RNN, "d_a_t *= np.add(", "d_a_t *= d_a_t * np.add("),
    Fault("the gradient is not carried to the past", RNN, "time_t = d_a_t.dot(to_past, time[t - 1])", "d_a_t.dot(to_past, time[t - 1])"),
    Fault(
        "the gradient to the past goes through the untransposed kernel",
        RNN,
        "recurrent_kernel.T, time[steps]",
        "recurrent_kernel, time[steps]",
    ),
    Fault("the gradient to the past skips the activation", RNN, "time_t = d_a_t.dot(", "time_t = d_h[t].dot("),
    Fault(
        "the gradient is cut off in the middle",
        RNN,
        "time_t = d_a_t.dot(to_past, time[t - 1])",
        "time_t = d_a_t.dot(to_past, time[t - 1]) * (t != 2)",
    ),
    Fault("the gradient from above is ignored", RNN, "np.add(depth[t], time_t, d_h[t])", "np.add(0 * depth[t], time_t, d_h[t])"),
    Fault("the gradient from the future is subtracted", RNN, "np.add(depth[t], time_t, d_h[t])", "np.subtract(depth[t], time_t, d_h[t])"),
    Fault("the loss enters at the first timestep", RNN, "depth[-len(d_output) :]", "depth[1 : 1 + len(d_output)]"),
    Fault("the loss enters at every timestep", RNN, "depth[-len(d_output) :]", "depth[:]"),
    Fault("the gradient of the initial state is lost", RNN, "d_h[0] = time_t", "d_h[0] = 0 * time_t"),
    Fault("the gradient of the initial state is that of the first", RNN, "d_h[0] = time_t", "d_h[0] = d_h[1]"),
    Fault("the recurrent kernel's gradient sees the present state", RNN, "h[:-1].reshape", "h[1:].reshape"),
    Fault(
        "the recurrent kernel's gradient forgets the initial state",
        RNN,
        "h[:-1].reshape",
        "(h[:-1] * (np.arange(steps) > 0)[:, None, None]).reshape",
    ),
    Fault(
        "the recurrent kernel's gradient is transposed",
        RNN,
        "h[:-1].reshape(-1, self.units).T.dot(rows)",
        "rows.T.dot(h[:-1].reshape(-1, self.units))",
    ),
    Fault(
        "the kernel's gradient is a mean over time",
        RNN,
        "x.reshape(-1, features).T.dot(rows)",
        "x.reshape(-1, features).T.dot(rows) / steps",
    ),
    Fault("the kernel's gradient sees the last timestep only", RNN, "x.reshape(-1, features).T.dot(rows)", "x[-1].T.dot(d_a[-1])"),
    Fault(
        "a sum over rows forgets the first",
        "sums.py",
        "_ones(len(array), array.dtype).dot(array)",
        "_ones(len(array) - 1, array.dtype).dot(array[1:])",
    ),
    Fault("the bias's gradient is a mean", RNN, "sum_over_rows(rows)", "rows.mean(axis=0)"),
    Fault("the bias's gradient sees the last timestep only", RNN, "sum_over_rows(rows)", "sum_over_rows(rows[-batch:])"),
    Fault("the gradient goes down past the activation", RNN, "rows.dot(kernel.T)", "d_h[1:].reshape(-1, self.units).dot(kernel.T)"),
    Fault("the gradient goes down to the wrong features", RNN, "rows.dot(kernel.T)", "rows.dot(kernel.T[:, ::-1])"),
    Fault(
        "depth and time are exchanged", RNN, "LayerTrace(block, _GRADIENTS,", 'LayerTrace(block, ("a", "h", "h_from_time", "h_from_depth"),'
    ),
    Fault("Dense leaves out its bias", DENSE, "rows[...] = bias", "rows[...] = 0"),
    Fault("Dense forgets the derivative", DENSE, "ELEMENTWISE[self.activation].derivative(y, d_a)", "d_a.fill(1)"),
    Fault("Dense averages its bias's gradient", DENSE, "sum_over_rows(rows)", "rows.mean(axis=0)"),
    Fault("Dense sends the gradient to the wrong features", DENSE, "rows.dot(self.weights[0].T)", "rows.dot(self.weights[0].T[:, ::-1])"),
    Fault("Dense's kernel gradient takes absolute inputs", DENSE, "x.reshape(-1, x.shape[-1]).T", "abs(x.reshape(-1, x.shape[-1])).T"),
    Fault("tanh' is 1 - h", ACTIVATIONS, "out -= y * y", "out -= 1 * y"),
    Fault("tanh' is 1 + h^2", ACTIVATIONS, "out -= y * y", "out += y * y"),
    Fault("sigmoid is mirrored", ACTIVATIONS, "np.exp(-softplus(-a), out)", "np.exp(-softplus(a), out)"),
    Fault("softplus overflows", ACTIVATIONS, "np.logaddexp(np.zeros((), a.dtype), a)", "np.log1p(np.exp(a))"),
    Fault("softmax overflows", ACTIVATIONS, "a - a.real.max(axis=-1, keepdims=True), out=out", "a, out=out"),
    Fault(
        "softmax is normalised over the batch",
        ACTIVATIONS,
        "out /= out.sum(axis=-1, keepdims=True)",
        "out /= out.sum(axis=-2, keepdims=True)",
    ),
    Fault(
        "softmax's units are taken as independent", ACTIVATIONS, "y * (d_y - (d_y * y).sum(axis=-1, keepdims=True))", "y * (1 - y) * d_y"
    ),
    Fault(
        "the loss's gradient has the wrong sign", LOSSES, "(output - target) * self.scale(target)", "(target - output) * self.scale(target)"
    ),
    Fault("the loss's gradient is a sum", LOSSES, "(output - target) * self.scale(target)", "(output - target) * self.power"),
    Fault("a square's gradient is halved", LOSSES, "self.power / self.count(target)", "1 / self.count(target)"),
    Fault(
        "the loss is a sum", LOSSES, "self.total(entering, target, weights) / self.count(target)", "self.total(entering, target, weights)"
    ),
    Fault("binary cross-entropy takes the other label", LOSSES, "softplus(a) - target * a", "softplus(a) - (1 - target) * a"),
    Fault("categorical cross-entropy counts every unit", LOSSES, "math.prod(target.shape[:-1])", "target.size"),
    Fault(
        "words are one too high",
        "layers/one_hot.py",
        "row * self.input_dim + word]",
        "row * self.input_dim + (word + 1) % self.input_dim]",
    ),
    Fault(
        "labels are not turned to time-major", ARGUMENTS, ".reshape(batch, steps, units).swapaxes(0, 1)", ".reshape(steps, batch, units)"
    ),
    Fault("the inputs are kept, not copied", ARGUMENTS, 'np.array(x.swapaxes(0, 1), order="C")', "np.ascontiguousarray(x.swapaxes(0, 1))"),
    Fault(
        "backward takes the model's present weights",
        STACK,
        "zip(trace.stack, trace.flows,",
        "zip(self.layers, trace.flows,",
    ),
    Fault("gradients of weights come top layer first", STACK, "weights[:0] = d_weights", "weights.extend(d_weights)"),
    Fault(
        "weights are kept, not copied",
        "layers/layer.py",
        'np.array(weight, dtype=dtype, order="C")',
        'np.asarray(weight, dtype=dtype, order="C")',
    ),
    Fault(
        "weights are cut to float32",
        "layers/layer.py",
        'np.array(weight, dtype=dtype, order="C")',
        'np.array(np.asarray(weight).astype(np.complex64 if np.iscomplexobj(weight) else np.float32), dtype=dtype, order="C")',
    ),
    Fault("a trace can be written to", TRACE, "read_only(rows.swapaxes(0, 1))", "rows.swapaxes(0, 1)"),
    Fault(
        "one timestep late in explanations", TRACE, "timestep - self.timesteps.stop]", "timestep - self.timesteps.stop - (timestep > 0)]"
    ),
    Fault("glorot_uniform forgets fan_out", INITIAL, "6 / sum(shape)", "6 / shape[0]"),
    Fault("orthogonal is a bare normal matrix", INITIAL, "q = q * np.sign(np.diag(r))", "q = q @ r"),
    Fault("orthogonal keeps the signs of LAPACK", INITIAL, "q = q * np.sign(np.diag(r))", "q = q * 1"),
    Fault("explain forgets the bias", RECIPES, "*map(Term.of, read.biases(at.layer, column)[:1])", "Term.of(constant(0.0))"),
    Fault(
        "explain looks at the present state",
        RECIPES,
        'read.vector(at.layer, at.timestep - 1, "h", at.batch)',
        'read.vector(at.layer, at.timestep, "h", at.batch)',
    ),
    Fault(
        "explain transposes the recurrent kernel",
        RECIPES,
        'read.column(at.layer, "recurrent_kernel", column)',
        'read.row(at.layer, "recurrent_kernel", column)',
    ),
    Fault(
        "explain takes the future from the wrong units",
        RECIPES,
        'read.row(at.layer, "recurrent_kernel", at.unit)',
        'read.column(at.layer, "recurrent_kernel", at.unit)',
    ),
    Fault(
        "explain forgets the derivative",
        RECIPES,
        "Term.of(read.d(at, quantity), slope(read, at, quantity, name))",
        "Term.of(read.d(at, quantity))",
    ),
    Fault("explain turns the error's sign", RECIPES, "Term.of(negative(read.target", "Term.of((read.target"),
    Fault("explain gives the recurrent kernel the present state", "recipes/weights.py", "timestep - 1) for", "timestep) for"),
)


@contextmanager
def engine_with(fault: Fault | None, folder: Path) -> Iterator[None]:
    """Within, the engine and its tests are imported anew, from a copy in `folder` that has the fault; afterwards all is as before."""
    copy = shutil.copytree(ENGINE, folder / "engine")  # with what is compiled already: a changed file is compiled again
    if fault is not None:
        source = (copy / fault.path).read_text(encoding="utf-8")
        if source.count(fault.old) != 1:
            raise FaultDoesNotApply(f"{fault.name}: {fault.path} must hold {fault.old!r} once. Found: {source.count(fault.old)}.")
        (copy / fault.path).write_text(source.replace(fault.old, fault.new), encoding="utf-8")
    aside = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_ours(name)}
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if _is_ours(name)]:
            del sys.modules[name]
        sys.modules.update(aside)


def _is_ours(module: str) -> bool:
    return module == "engine" or module.startswith(("engine.", "tests.engine."))
