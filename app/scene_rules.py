"""The rules of a scene that join several fields, each as a function that yields what breaks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, islice, pairwise

from app.errors import MOST_FAULTS, Fault, shortened
from app.limits import most
from app.scene_fields import SceneFields

WORDS_LISTED = 10


def broken_rules(scene: SceneFields) -> list[Fault]:
    """What is wrong between the fields; the numbers are only counted once the rest is right."""
    return _broken(scene, _stack, _sequences, _vocabulary, _sentence) or _broken(scene, _label, _initial_state, _budget)


def _broken(scene: SceneFields, *rules: Callable[[SceneFields], Iterator[Fault]]) -> list[Fault]:
    return list(islice(chain.from_iterable(rule(scene) for rule in rules), MOST_FAULTS))


def _stack(scene: SceneFields) -> Iterator[Fault]:
    *below, last = scene.layers
    for index, layer in enumerate(below):
        if layer.type == "Dense":
            yield Fault.at(("layers", index, "type"), "dense_below", layer.type, number=index + 1)
    if last.type != "Dense":
        yield Fault.at(("layers", len(below), "type"), "dense_missing", last.type)
    if not scene.recurrent:
        yield Fault.at(("layers",), "recurrent_missing", len(scene.recurrent))


def _sequences(scene: SceneFields) -> Iterator[Fault]:
    """In a broken stack the places are counted among all layers, as they were sent."""
    places = [index for index, layer in enumerate(scene.layers) if layer.type == "SimpleRNN"]
    for number, ((place, _), layer) in enumerate(zip(pairwise(places), scene.recurrent, strict=False), start=1):
        if not layer.return_sequences:
            name = f"simple_rnn_{number}"  # as Keras names the layer above
            path = ("layers", place, "return_sequences")
            yield Fault.at(path, "expected_ndim", False, number=number, above=number + 1, name=name, units=layer.units)


def _vocabulary(scene: SceneFields) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for index, word in enumerate(scene.vocabulary):
        if first.setdefault(word, index) != index:
            yield Fault.at(("vocabulary", index), "duplicate", word, first=first[word] + 1)


def _sentence(scene: SceneFields) -> Iterator[Fault]:
    known = set(scene.vocabulary)
    listed = ", ".join(map(shortened, scene.vocabulary[:WORDS_LISTED])) + (", …" if len(known) > WORDS_LISTED else "")
    for index, word in enumerate(scene.sentence):
        if word not in known:
            yield Fault.at(("sentence", index), "unknown_token", word, vocabulary=listed)


def _label(scene: SceneFields) -> Iterator[Fault]:
    if isinstance(scene.label, int):
        return
    timesteps = len(scene.sentence)
    if not scene.recurrent[-1].return_sequences:
        yield Fault.at(("label",), "single_label", scene.label)
    elif len(scene.label) != timesteps:
        yield Fault.at(("label",), "wrong_length", len(scene.label), timesteps, reason="one per timestep")


def _initial_state(scene: SceneFields) -> Iterator[Fault]:
    if scene.initial_state is None:
        return
    layers = scene.recurrent
    if len(scene.initial_state) != len(layers):
        yield Fault.at(("initial_state",), "wrong_length", len(scene.initial_state), len(layers), reason="one per recurrent layer")
        return
    for index, (state, layer) in enumerate(zip(scene.initial_state, layers, strict=True)):
        if len(state) != layer.units:
            yield Fault.at(("initial_state", index), "wrong_length", len(state), layer.units, reason="one per unit of its layer")


def _budget(scene: SceneFields) -> Iterator[Fault]:
    if (count := count_numbers(scene)) > most("trace_numbers"):
        yield Fault.at((), "too_expensive", count, most("trace_numbers"))


def count_numbers(scene: SceneFields) -> int:
    """How many numbers the trace of this scene will hold, from its shape alone."""
    features, timesteps, outputs = len(scene.vocabulary), len(scene.sentence), len(scene.output_timesteps)
    *recurrent, dense = (layer.units for layer in scene.layers)
    widths = [features, *recurrent]
    weights = sum((below + units + 1) * units for below, units in pairwise(widths)) + (widths[-1] + 1) * dense
    states = sum(recurrent)
    forward = timesteps * (features + 2 * states) + 2 * outputs * dense
    backward = timesteps * (features + 4 * states + len(recurrent)) + outputs * dense
    loss = 1
    return 3 * weights + 2 * states + forward + backward + loss
