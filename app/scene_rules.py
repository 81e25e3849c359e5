"""The rules of a scene that join several fields, each as a function that yields what breaks it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain, islice, pairwise

from app.counting import count_numbers, scene_cost, weight_shapes
from app.errors import MOST_FAULTS, Fault, shortened
from app.limits import most
from app.scene_fields import CLIPPING, DenseLayer, EmbeddingLayer, LSTMState, RecurrentLayer, SceneFields, is_recurrent
from engine.losses import LOSSES

WORDS_LISTED = 10
LEARNING = 10  # so many of the largest traces may a scene compute while it learns
PLACE = re.compile(r"[1-9]\d{0,5}")
Path = tuple[str | int, ...]
KERAS_NAMES = {"SimpleRNN": "simple_rnn", "LSTM": "lstm", "GRU": "gru"}


def broken_rules(scene: SceneFields) -> list[Fault]:
    """What is wrong between the fields; the numbers are only counted once the rest is right."""
    return (
        _broken(scene, _stack, _sequences, _vocabulary, unknown_words)
        or _broken(scene, _loss, _clipping, broken_labels, _sample_weight, _initial_state, _edits, _inputs)
        or _broken(scene, _budget)
    )


def _broken(scene: SceneFields, *rules: Callable[[SceneFields], Iterator[Fault]]) -> list[Fault]:
    return list(islice(chain.from_iterable(rule(scene) for rule in rules), MOST_FAULTS))


def _stack(scene: SceneFields) -> Iterator[Fault]:
    *below, last = scene.layers
    for index, layer in enumerate(below):
        if isinstance(layer, DenseLayer):
            yield Fault.at(("layers", index, "type"), "dense_below", layer.type, number=index + 1)
    for index, layer in enumerate(scene.layers[1:], start=1):
        if isinstance(layer, EmbeddingLayer):
            yield Fault.at(("layers", index, "type"), "embedding_above", layer.type, number=index + 1)
    if not isinstance(last, DenseLayer):
        yield Fault.at(("layers", len(below), "type"), "dense_missing", last.type)
    if not scene.recurrent:
        yield Fault.at(("layers",), "recurrent_missing", len(scene.recurrent))
    if len(scene.recurrent) > most("recurrent_layers"):
        yield Fault.at(("layers",), "too_many_layers", len(scene.layers), recurrent=most("recurrent_layers"))


def _sequences(scene: SceneFields) -> Iterator[Fault]:
    """In a broken stack the places are counted among all layers, as they were sent."""
    places = [index for index, layer in enumerate(scene.layers) if is_recurrent(layer)]
    named = Counter(layer.type for layer in scene.recurrent[:1])
    for number, ((place, _), (layer, above)) in enumerate(zip(pairwise(places), pairwise(scene.recurrent), strict=True), start=1):
        if not layer.return_sequences:
            name = KERAS_NAMES[above.type] + (f"_{named[above.type]}" if named[above.type] else "")  # as Keras names the layer above
            path = ("layers", place, "return_sequences")
            yield Fault.at(path, "expected_ndim", False, number=number, above=number + 1, name=name, units=layer.units)
        named[above.type] += 1


def _vocabulary(scene: SceneFields) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for index, word in enumerate(scene.vocabulary):
        if first.setdefault(word, index) != index:
            yield Fault.at(("vocabulary", index), "duplicate", word, first=first[word] + 1)
    lowest, words = scene.layers[0], len(scene.vocabulary)
    if isinstance(lowest, EmbeddingLayer) and words >= lowest.input_dim:
        yield Fault.at(("layers", 0, "input_dim"), "too_few_rows", lowest.input_dim, words + 1, words=words)


def unknown_words(scene: SceneFields, place: Path = ()) -> Iterator[Fault]:
    """Words of the sentence, which stands at a place of a document, that the vocabulary has not."""
    known = set(scene.vocabulary)
    if known.issuperset(scene.sentence):
        return
    listed = ", ".join(map(shortened, scene.vocabulary[:WORDS_LISTED])) + (", …" if len(known) > WORDS_LISTED else "")
    for index, word in enumerate(scene.sentence):
        if word not in known:
            yield Fault.at((*place, "sentence", index), "unknown_token", word, vocabulary=listed)


def _loss(scene: SceneFields) -> Iterator[Fault]:
    needed, has = LOSSES[scene.loss].activation, scene.output.activation
    if needed not in (None, has):
        yield Fault.at(("loss",), "loss_mismatch", scene.loss, needed, activation=has)


def _clipping(scene: SceneFields) -> Iterator[Fault]:
    chosen = [name for name in CLIPPING if getattr(scene.optimizer, name) is not None]
    for name in chosen[1:]:
        yield Fault.at(("optimizer", name), "one_clipping", getattr(scene.optimizer, name), first=chosen[0])


def broken_labels(scene: SceneFields, place: Path = ()) -> Iterator[Fault]:
    """What is wrong with the label, or with the labels, of the sentence, which stand at a place of a document."""
    timesteps = len(scene.sentence)
    if isinstance(scene.label, tuple):
        if not scene.recurrent[-1].return_sequences:
            yield Fault.at((*place, "label"), "single_label", scene.label)
            return
        if len(scene.label) != timesteps:
            yield Fault.at((*place, "label"), "wrong_length", len(scene.label), timesteps, reason="one per timestep")
    if scene.loss == "mse":
        return
    largest = 1 if scene.loss == "binary_crossentropy" else scene.output.units - 1
    for index, label in enumerate(scene.labels):
        path = (*place, "label", index) if isinstance(scene.label, tuple) else (*place, "label")
        bounds = f"0 to {largest}"
        if not label.is_integer():
            yield Fault.at(path, "wrong_type", label, "a whole number")
        elif label < 0:
            yield Fault.at(path, "too_small", int(label), 0, bounds=bounds)
        elif label > largest:
            yield Fault.at(path, "too_large", int(label), largest, bounds=bounds)


def _sample_weight(scene: SceneFields) -> Iterator[Fault]:
    weights, timesteps = scene.sample_weight, len(scene.sentence)
    if weights is None:
        return
    if not scene.recurrent[-1].return_sequences:
        yield Fault.at(("sample_weight",), "single_output", weights)
    elif len(weights) != timesteps:
        yield Fault.at(("sample_weight",), "wrong_length", len(weights), timesteps, reason="one per timestep")


def _initial_state(scene: SceneFields) -> Iterator[Fault]:
    if scene.initial_state is None:
        return
    layers = scene.recurrent
    if len(scene.initial_state) != len(layers):
        yield Fault.at(("initial_state",), "wrong_length", len(scene.initial_state), len(layers), reason="one per recurrent layer")
        return
    for index, (state, layer) in enumerate(zip(scene.initial_state, layers, strict=True)):
        path = ("initial_state", index)
        if isinstance(state, LSTMState) != (layer.type == "LSTM"):
            yield Fault.at(path, "wrong_type", dict(state) if isinstance(state, LSTMState) else state, _form_of_state(layer))
            continue
        parts = {(*path, name): part for name, part in state} if isinstance(state, LSTMState) else {path: state}
        for place, part in parts.items():
            if len(part) != layer.units:
                yield Fault.at(place, "wrong_length", len(part), layer.units, reason="one per unit of its layer")


def _form_of_state(layer: RecurrentLayer) -> str:
    return "an object with h and c" if layer.type == "LSTM" else "a list"


def _edits(scene: SceneFields) -> Iterator[Fault]:
    training = scene.weights.training
    edited = {("weights", "edits"): scene.weights.edits, ("weights", "training", "edits"): training.edits if training else {}}
    if not any(edited.values()):
        return
    shapes = weight_shapes(scene)
    known = ", ".join("/".join(name) for name in shapes)
    for path, edits in edited.items():
        for text in edits:
            layer, _, rest = text.partition("/")
            name, _, index = rest.partition("/")
            if not _stands_in(index, shapes.get((layer, name))):
                yield Fault.at((*path, text), "unknown_address", text, form="layer/weight/row,column", known=known)


def _inputs(scene: SceneFields) -> Iterator[Fault]:
    if scene.inputs and isinstance(scene.layers[0], EmbeddingLayer):
        yield Fault.at(("inputs",), "learnt_inputs", len(scene.inputs))
        return
    for text in scene.inputs:
        match text.split("/"):
            case ["input", timestep, "x", unit] if _stands_in(f"{timestep},{unit}", (len(scene.sentence), len(scene.vocabulary))):
                continue
        known = f"input/1/x/1 to input/{len(scene.sentence)}/x/{len(scene.vocabulary)}"
        yield Fault.at(("inputs", text), "unknown_address", text, form="input/timestep/x/place", known=known)


def _stands_in(index: str, shape: tuple[int, ...] | None) -> bool:
    """Whether "1,2" is a place in an array of this shape, counted from 1, in the one form that it has."""
    places = [int(part) if PLACE.fullmatch(part) else 0 for part in index.split(",")]
    return shape is not None and len(places) == len(shape) and all(1 <= place <= size for place, size in zip(places, shape, strict=True))


def _budget(scene: SceneFields) -> Iterator[Fault]:
    if (count := count_numbers(scene)) > most("trace_numbers"):
        yield Fault.at((), "too_expensive", count, most("trace_numbers"))
    elif (numbers := scene_cost(scene).numbers) > most("work_numbers"):
        yield Fault.at((), "too_much_work", numbers, most("work_numbers"))
    elif count * scene.weights.steps > LEARNING * most("trace_numbers"):
        yield Fault.at(("weights", "steps"), "too_many_steps", scene.weights.steps, LEARNING * most("trace_numbers") // count)
