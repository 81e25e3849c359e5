"""Why a number is that number: its terms, each a product of numbers with addresses."""

from __future__ import annotations

from engine.errors import EngineError
from engine.explanation import Explanation, QuantityAddress
from engine.layers import Bidirectional
from engine.reader import Reader
from engine.recipes import BACKWARD, FORWARD, directed_weight_terms, loss_terms, weight_terms
from engine.sequential import Sequential
from engine.trace import Gradients, Trace


def explain(
    model: Sequential,
    trace: Trace,
    *,
    layer: int,
    timestep: int | None = None,
    quantity: str | None = None,
    unit: int = 0,
    batch: int = 0,
    weight: str | None = None,
    index: tuple[int, ...] = (),
    gradients: Gradients | None = None,
) -> Explanation:
    """A quantity, or with gradients its gradient; a weight's gradient; or the loss (last layer, quantity "loss", with gradients)."""
    model.require_own(trace)
    if gradients is not None and gradients.trace is not trace:
        raise EngineError("gradients", "`gradients` must be those of this very trace.")
    if not 0 <= layer < len(trace.stack):
        raise EngineError("layer", f"`layer` must be 0 to {len(trace.stack) - 1}. Received: {layer}.")
    read = Reader(trace, gradients)
    if weight is not None:
        return _weight(read, layer, weight, index)
    if quantity == "loss":
        return _loss(read)
    if timestep is None or quantity is None:
        raise EngineError("quantity", "`explain` needs `timestep` and `quantity`, or `weight` and `index`.")
    return _quantity(read, QuantityAddress(layer, timestep, quantity, unit, gradients is not None, batch))


def _quantity(read: Reader, at: QuantityAddress) -> Explanation:
    value = read.record(at.layer, at.gradient).value(at.quantity, at.timestep, at.unit, at.batch)
    recipes = BACKWARD if at.gradient else FORWARD
    operation, terms = recipes[type(read.layer(at.layer)), at.quantity](read, at)
    return Explanation(value, operation, terms)


def _weight(read: Reader, layer: int, name: str, index: tuple[int, ...]) -> Explanation:
    if read.gradients is None:
        raise EngineError("gradients", "`gradients` must be given: a weight is a number that was set, only its gradient has terms.")
    shape = read.layer(layer).weight(name).shape
    if len(index) != len(shape) or not all(0 <= place < size for place, size in zip(index, shape, strict=True)):
        raise EngineError("index", f"`index` must lie within {name} of shape {shape}. Received: {index}.")
    before = sum(len(below.weights) for below in read.trace.stack[:layer])
    gradient = read.gradients.weights[before + list(read.layer(layer).initializers).index(name)]
    terms = directed_weight_terms if isinstance(read.layer(layer), Bidirectional) else weight_terms
    return Explanation(gradient[index].item(), "sum", terms(read, layer, name, index))


def _loss(read: Reader) -> Explanation:
    if read.gradients is None:
        raise EngineError("gradients", "`gradients` must be given: they hold the loss and its target.")
    return Explanation(read.gradients.loss.item(), "mean", loss_terms(read))
