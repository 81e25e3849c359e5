from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from app.errors import Faulty
from app.limits import LIMITS, most
from app.presets import PRESETS
from app.scenes import Scene, default_scene, migrated, parse_scene
from app.traces import run
from app.validation import BOUNDS
from tests.server.asking import changed, require_fault, require_problem

STORED = Path(__file__).parent / "scene-version-1.json"
TOY_ID = "1fdc513b1d9f3af61d76cbff347eac7273eb4bc62eb21ba11e4ef349b83779c8"


def post(client: TestClient, scene: Any) -> Any:
    return client.post("/api/traces", content=json.dumps(scene, separators=(",", ":")), headers={"Content-Type": "application/json"})


def parse(scene: Any) -> Scene:
    return parse_scene(json.dumps(scene).encode())


def test_the_stored_scene_of_version_1_keeps_its_canonical_form_and_its_id() -> None:
    stored = STORED.read_bytes()
    scene = parse_scene(stored)
    assert scene.canonical == stored.strip()
    assert scene.id == default_scene().id == TOY_ID


def test_the_order_of_keys_and_white_space_do_not_change_the_id(toy: dict[str, Any]) -> None:
    turned = json.dumps(dict(reversed(toy.items())), indent=3)
    assert parse_scene(turned.encode()).id == TOY_ID


def test_numbers_are_the_same_however_they_are_written() -> None:
    text = json.dumps(changed("/optimizer/learning_rate", 0.1))
    assert parse_scene(text.replace("0.1", "1.0e-1").encode()).id == TOY_ID
    assert parse(changed("/optimizer/learning_rate", 1)).id == parse(changed("/optimizer/learning_rate", 1.0)).id


def test_return_sequences_left_out_is_false(toy: dict[str, Any]) -> None:
    del toy["layers"][1]["return_sequences"]
    assert parse(toy).id == TOY_ID


@pytest.mark.parametrize("zeros", [[[0, 0, 0], [0, 0]], [[0.0, -0.0, 0], [-0.0, 0]]])
def test_an_initial_state_of_zeros_is_the_default_and_left_out(toy: dict[str, Any], zeros: list[list[float]]) -> None:
    assert parse({**toy, "initial_state": zeros}).id == TOY_ID


def test_an_initial_state_that_is_not_zero_is_part_of_the_scene(toy: dict[str, Any]) -> None:
    scene = parse({**toy, "initial_state": [[0.5, -0.0, 0], [0, 1]]})
    assert b'"initial_state":[[0.5,0,0],[0,1]]' in scene.canonical
    assert parse_scene(scene.canonical) == scene


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), min_size=1, max_size=20), st.integers(0, 2**32 - 1))
def test_the_canonical_form_is_a_fixed_point(word: str, seed: int) -> None:
    scene = {**default_scene().document(), "vocabulary": [word], "sentence": [word], "weights": {"seed": seed}}
    try:
        parsed = parse(scene)
    except Faulty:
        return
    assert parse_scene(parsed.canonical).canonical == parsed.canonical
    assert all(unicodedata.is_normalized("NFC", token) for token in parsed.sentence)


@pytest.mark.parametrize(
    ("value", "code", "limit"),
    [
        (0, "too_small", 1),
        (-1, "too_small", 1),
        (129, "too_large", 128),
        (10**9, "too_large", 128),
        (True, "wrong_type", "a whole number"),
        (1.0, "wrong_type", "a whole number"),
        (1.5, "wrong_type", "a whole number"),
        ("3", "wrong_type", "a whole number"),
        (None, "wrong_type", "a whole number"),
        ([], "wrong_type", "a whole number"),
        ({}, "wrong_type", "a whole number"),
    ],
)
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_units_outside_their_limits_are_refused(client: TestClient, layer: int, value: Any, code: str, limit: Any) -> None:
    fault = require_fault(post(client, changed(f"/layers/{layer}/units", value)), 422, code, f"/layers/{layer}/units")
    assert fault["limit"] == limit
    if not isinstance(value, list | dict):
        assert fault["received"] == value


@pytest.mark.parametrize(
    ("pointer", "value", "code"),
    [
        ("/version", 0, "too_small"),
        ("/version", "1", "wrong_type"),
        ("/version", True, "wrong_type"),
        ("/version", 1.0, "wrong_type"),
        ("/vocabulary", [], "empty"),
        ("/vocabulary", "cat", "wrong_type"),
        ("/vocabulary", None, "wrong_type"),
        ("/vocabulary", ["w"] * 10_001, "too_many_words"),
        ("/vocabulary/0", "", "empty"),
        ("/vocabulary/0", 1, "wrong_type"),
        ("/vocabulary/2", "cat", "duplicate"),
        ("/sentence", [], "empty"),
        ("/sentence", "cat mat rat", "wrong_type"),
        ("/sentence", ["cat"] * 10_000, "too_many_words"),
        ("/sentence", {"0": "cat"}, "wrong_type"),
        ("/sentence/1", None, "wrong_type"),
        ("/label", 2, "too_large"),
        ("/label", -1, "too_small"),
        ("/label", 0.5, "wrong_type"),
        ("/label", True, "wrong_type"),
        ("/label", "1", "wrong_type"),
        ("/label", None, "wrong_type"),
        ("/label", [1, 0, 1], "single_label"),
        ("/label", {"a": 1}, "wrong_type"),
        ("/label", {"one": 1}, "wrong_type"),
        ("/label", [1] * 257, "too_many"),
        ("/layers", [], "empty"),
        ("/layers", None, "wrong_type"),
        ("/layers", "SimpleRNN", "wrong_type"),
        ("/layers/0", None, "wrong_type"),
        ("/layers/0", "SimpleRNN", "wrong_type"),
        ("/layers/0/type", "Conv1D", "unknown_choice"),
        ("/layers/0/type", 1, "unknown_choice"),
        ("/layers/0/return_sequences", 1, "wrong_type"),
        ("/layers/0/return_sequences", "true", "wrong_type"),
        ("/layers/0/colour", "teal", "unknown_field"),
        ("/layers/2/activation", "softplus", "unknown_choice"),
        ("/layers/2/return_sequences", True, "unknown_field"),
        ("/weights", 0, "wrong_type"),
        ("/weights/seed", -1, "too_small"),
        ("/weights/seed", 2**32, "too_large"),
        ("/weights/seed", 0.0, "wrong_type"),
        ("/weights/kernels", {}, "unknown_field"),
        ("/loss", "hinge", "unknown_choice"),
        ("/loss", None, "unknown_choice"),
        ("/optimizer/type", "Adadelta", "unknown_choice"),
        ("/optimizer/learning_rate", -0.1, "too_small"),
        ("/optimizer/learning_rate", 1e300, "too_large"),
        ("/optimizer/learning_rate", "0.1", "wrong_type"),
        ("/optimizer/learning_rate", True, "wrong_type"),
        ("/weights/edits", [], "wrong_type"),
        ("/weights/training", [], "wrong_type"),
        ("/initial_state", 0, "wrong_type"),
        ("/initial_state", [], "wrong_length"),
        ("/initial_state", [[0, 0, 0]], "wrong_length"),
        ("/colour", "teal", "unknown_field"),
    ],
)
def test_a_field_that_breaks_its_rule_is_named_with_what_was_received(client: TestClient, pointer: str, value: Any, code: str) -> None:
    require_fault(post(client, changed(pointer, value)), 422, code, pointer)


def test_a_layers_own_keys_do_not_mislead_the_pointer(client: TestClient, toy: dict[str, Any]) -> None:
    toy["layers"][0] |= {"units": 0, "SimpleRNN": {"units": 1}}
    response = post(client, toy)
    require_fault(response, 422, "too_small", "/layers/0/units")
    require_fault(response, 422, "unknown_field", "/layers/0/SimpleRNN")


@pytest.mark.parametrize(
    ("pointer", "value", "sentence"),
    [
        ("/layers/0/units", 0, "`units` of layer 1 must be 1 to 128. Received: 0. Choose a larger number."),
        ("/layers/1/units", 129, "`units` of layer 2 must be 1 to 128. Received: 129. Choose a smaller number."),
        ("/layers/2/units", "3", '`units` of the Dense layer must be a whole number. Received: "3". Write a whole number there.'),
        (
            "/layers/2/colour",
            1,
            "`colour` of the Dense layer is nothing that may stand there. Received: 1. Remove it, or check its spelling.",
        ),
        ("/layers/1", None, "Layer 2 must be an object. Received: null. Write an object there."),
        ("/layers", [], "The stack of layers must not be empty, but it is. Put something in."),
        ("/label", {"a": 1}, "`label` must be a number. Received: an object. Write a number there."),
        ("/label", -1, "`label` must be 0 to 1. Received: -1. Choose a larger number."),
        ("/version", 0, "`version` must be 1. Received: 0. Choose a larger number."),
        ("/weights/seed", -1, "`seed` of the weights must be 0 to 4,294,967,295. Received: -1. Choose a larger number."),
        (
            "/optimizer/learning_rate",
            2e6,
            "`learning_rate` of the optimizer must be 0 to 1,000,000. Received: 2000000.0. Choose a smaller number.",
        ),
        ("/sentence", ["cat"] * 257, "A sentence may have at most 256 words. Received: 257. Take some out."),
        ("/vocabulary", ["w"] * 10_001, "A vocabulary may have at most 10,000 words. Received: 10001. Take some out."),
        ("/sentence", [], "The sentence must not be empty, but it is. Put something in."),
        ("/sentence/1", 5, "Word 2 of the sentence must be a text. Received: 5. Write a text there."),
        (
            "/vocabulary/1",
            "x" * 65,
            "Word 2 of the vocabulary may have at most 64 code points. Received: 65 code points. Choose a shorter word.",
        ),
        ("/vocabulary/2", "\x07", 'Word 3 of the vocabulary must not hold control characters. Received: "U+0007". Take it out.'),
        (
            "/vocabulary/2",
            "cat",
            'The vocabulary must hold each word once. Received: "cat" as word 1, and again as word 3 of the vocabulary. Take one out.',
        ),
        (
            "/initial_state",
            [[0, 0, 1e7], [0, 0]],
            "Number 3 of the initial state of layer 1 must be -1,000,000 to 1,000,000. Received: 10000000.0. Choose a smaller number.",
        ),
        (
            "/initial_state",
            [[0, 0], [0, 0]],
            "The initial state of layer 1 must have 3 entries, one per unit of its layer. Received: 2. Give it 3.",
        ),
        (
            "/layers",
            [{"type": "SimpleRNN", "units": 1, "return_sequences": True}] * 9 + [default_scene().document()["layers"][2]],
            "There may be at most 8 recurrent layers, and a Dense layer on top. Received: 10 layers. Take some out.",
        ),
    ],
)
def test_a_students_sentence_says_place_rule_and_what_was_received(client: TestClient, pointer: str, value: Any, sentence: str) -> None:
    assert require_problem(post(client, changed(pointer, value)), 422)["detail"] == sentence


def test_both_ends_of_every_limit_of_a_scene_are_told_where_one_is_passed() -> None:
    bounded = {name for name, field in fields_of(Scene) if "maximum" in json.dumps(field)}
    assert bounded <= BOUNDS.keys()


def fields_of(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    """Name and JSON schema of every field, however deep it stands."""
    schema = model.model_json_schema()
    for each in (schema, *schema["$defs"].values()):
        yield from each["properties"].items()


@pytest.mark.parametrize("field", ["version", "vocabulary", "sentence", "label", "layers", "weights", "loss", "optimizer"])
def test_a_missing_field_is_named(client: TestClient, toy: dict[str, Any], field: str) -> None:
    del toy[field]
    require_fault(post(client, toy), 422, "missing", f"/{field}")


@pytest.mark.parametrize(("layer", "field"), [(0, "type"), (0, "units"), (2, "activation")])
def test_a_missing_field_of_a_layer_is_named(client: TestClient, toy: dict[str, Any], layer: int, field: str) -> None:
    del toy["layers"][layer][field]
    require_fault(post(client, toy), 422, "missing", f"/layers/{layer}/{field}")


@pytest.mark.parametrize("scene", [None, [], 1, "scene", True])
def test_a_scene_that_is_no_object_is_refused(client: TestClient, scene: Any) -> None:
    require_fault(post(client, scene), 422, "wrong_type", "")


@pytest.mark.parametrize(
    ("state", "pointer", "code"),
    [
        ([[0, 0], [0, 0]], "/initial_state/0", "wrong_length"),
        ([[0, 0, 0], [0, 0, 0]], "/initial_state/1", "wrong_length"),
        ([[0, 0, 1e7], [0, 0]], "/initial_state/0/2", "too_large"),
        ([[0, 0, 0], [0, -1e7]], "/initial_state/1/1", "too_small"),
        ([[0, 0, "1"], [0, 0]], "/initial_state/0/2", "wrong_type"),
        ([[0, 0, True], [0, 0]], "/initial_state/0/2", "wrong_type"),
        ([0, 0], "/initial_state/0", "wrong_type"),
    ],
)
def test_an_initial_state_must_fit_its_layers(client: TestClient, toy: dict[str, Any], state: Any, pointer: str, code: str) -> None:
    require_fault(post(client, {**toy, "initial_state": state}), 422, code, pointer)


def test_an_unknown_word_is_named_with_the_vocabulary(client: TestClient, toy: dict[str, Any]) -> None:
    response = post(client, {**toy, "sentence": ["cat", "mat", "dog"]})
    fault = require_fault(response, 422, "unknown_token", "/sentence/2")
    assert require_problem(response, 422, "unknown-token")["detail"] == fault["detail"]
    assert all(word in fault["detail"] for word in ('"dog"', "cat, mat, rat", "word 3"))


def test_every_unknown_word_is_named(client: TestClient, toy: dict[str, Any]) -> None:
    errors = require_problem(post(client, {**toy, "sentence": ["dog", "cat", "Cat"]}), 422)["errors"]
    assert [error["pointer"] for error in errors] == ["/sentence/0", "/sentence/2"]


def test_a_long_vocabulary_is_not_poured_out(client: TestClient, toy: dict[str, Any]) -> None:
    fault = require_fault(post(client, {**toy, "vocabulary": [f"w{i}" for i in range(500)]}), 422, "unknown_token", "/sentence/0")
    assert len(fault["detail"]) < 400


def test_a_layer_that_hands_up_no_sequence_gets_keras_own_words_and_why(client: TestClient) -> None:
    response = post(client, changed("/layers/0/return_sequences", False))
    fault = require_fault(response, 422, "expected_ndim", "/layers/0/return_sequences")
    require_problem(response, 422, "broken-stack")
    assert (
        "ValueError: Input 0 with name 'None' of layer 'simple_rnn_1' is incompatible with the layer: "
        "expected ndim=3, found ndim=2. Full shape received: (None, 3)" in fault["detail"]
    )
    cure, _, keras = fault["detail"].partition(" Keras says: ")
    assert "has return_sequences=False" in cure
    assert cure.endswith("Set return_sequences=True on layer 1.")
    assert keras.endswith("Full shape received: (None, 3)")


@pytest.mark.parametrize(
    ("types", "code", "pointer"),
    [
        ("D", "recurrent_missing", "/layers"),
        ("R", "dense_missing", "/layers/0/type"),
        ("RR", "dense_missing", "/layers/1/type"),
        ("DR", "dense_below", "/layers/0/type"),
        ("RDD", "dense_below", "/layers/1/type"),
        ("RDRD", "dense_below", "/layers/1/type"),
        ("RRRRRRRRR", "dense_missing", "/layers/8/type"),
        ("RRRRRRRRRD", "too_many_layers", "/layers"),
    ],
)
def test_a_stack_that_cannot_work_is_refused_at_its_place(
    client: TestClient, toy: dict[str, Any], types: str, code: str, pointer: str
) -> None:
    kinds = {"R": {"type": "SimpleRNN", "units": 1, "return_sequences": True}, "D": {"type": "Dense", "units": 1, "activation": "sigmoid"}}
    require_fault(post(client, {**toy, "layers": [kinds[kind] for kind in types]}), 422, code, pointer)


def test_eight_recurrent_layers_of_128_units_over_256_words_are_computed(client: TestClient, toy: dict[str, Any]) -> None:
    layers = [{"type": "SimpleRNN", "units": 128, "return_sequences": True} for _ in range(8)] + [toy["layers"][-1]]
    response = post(client, {**toy, "layers": layers, "sentence": ["cat"] * 256})
    assert response.status_code == 200
    assert len(response.content) > 8 * 2_000_000


def test_numbers_are_counted_before_anything_is_allocated(client: TestClient, toy: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.computing.run", lambda _: pytest.fail("computed"))
    vocabulary = [f"{i:x}" for i in range(7000)]
    layers = [{"type": "SimpleRNN", "units": 128, "return_sequences": True}, toy["layers"][-1]]
    response = post(client, {**toy, "vocabulary": vocabulary, "sentence": ["0"] * 256, "layers": layers})
    fault = require_fault(response, 422, "too_expensive", "")
    require_problem(response, 422, "too-expensive")
    assert fault["limit"] == most("trace_numbers")
    assert isinstance(fault["received"], int)
    assert fault["received"] > most("trace_numbers")


@pytest.mark.parametrize(
    "word",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "javascript:alert(1)",
        "{{7*7}}",
        "${7*7}",
        "\u202eevil\u202c",
        "zero\u200bwidth",
        "👩‍👩‍👧‍👦",
        "مرحبا",
        "ﷺ",
        "=1+1",
        "../../etc/passwd",
        "%00",
        "\\u0000",
        "' OR 1=1 --",
        "\u2028",
        "\ufeff",
        " ",
        "~/",
    ],
)
def test_any_text_is_a_word_and_comes_back_as_it_was(client: TestClient, toy: dict[str, Any], word: str) -> None:
    response = post(client, {**toy, "vocabulary": [word], "sentence": [word, word]})
    assert response.status_code == 200, response.text
    stored = client.get(f"/api/scenes/{response.headers['Scene-Id']}").json()
    assert stored["sentence"] == [unicodedata.normalize("NFC", word)] * 2


@pytest.mark.parametrize("word", ["\x00", "a\x00b", "\x1b[31m", "a\nb", "\r", "\t", "\x7f", "\x85"])
def test_a_control_character_is_refused_by_its_number(client: TestClient, word: str) -> None:
    fault = require_fault(post(client, changed("/vocabulary/0", word)), 422, "control_character", "/vocabulary/0")
    assert fault["received"].startswith("U+00")


@pytest.mark.parametrize(
    ("word", "limit"),
    [("x" * 65, 64), ("a" + "\u0301" * 10_000, 64), ("👩‍" * 33, 64), ("é" * 65, 64), ("a\u0301" * 65, 64), ("\U0001d15e" * 64, 64)],
)
def test_a_word_of_more_than_64_code_points_is_refused(client: TestClient, word: str, limit: int) -> None:
    assert require_fault(post(client, changed("/vocabulary/0", word)), 422, "too_long", "/vocabulary/0")["limit"] == limit


def test_sixty_four_code_points_of_four_bytes_are_256_bytes_and_fit(client: TestClient, toy: dict[str, Any]) -> None:
    word = "😀" * 64
    assert len(word.encode()) == LIMITS["token_bytes"].max
    assert post(client, {**toy, "vocabulary": [word], "sentence": [word]}).status_code == 200


def test_composed_and_decomposed_words_are_the_same_word(client: TestClient, toy: dict[str, Any]) -> None:
    composed, decomposed = "caf\u00e9" + "\u00e9" * 60, "cafe\u0301" + "e\u0301" * 60
    one = post(client, {**toy, "vocabulary": [composed], "sentence": [decomposed]})
    other = post(client, {**toy, "vocabulary": [decomposed], "sentence": [composed]})
    assert one.status_code == other.status_code == 200
    assert one.headers["Scene-Id"] == other.headers["Scene-Id"]
    require_fault(post(client, {**toy, "vocabulary": [composed, decomposed]}), 422, "duplicate", "/vocabulary/1")


def test_a_label_per_timestep_needs_as_many_labels(client: TestClient, toy: dict[str, Any]) -> None:
    toy["layers"][1]["return_sequences"] = True
    assert post(client, {**toy, "label": [1, 0, 1]}).status_code == 200
    require_fault(post(client, {**toy, "label": [1, 0]}), 422, "wrong_length", "/label")
    require_fault(post(client, {**toy, "label": []}), 422, "empty", "/label")
    require_fault(post(client, {**toy, "label": [1, 0, 2]}), 422, "too_large", "/label/2")


@pytest.mark.parametrize("version", [2, 3, 10**9])
def test_a_newer_scene_is_refused_with_a_sentence(client: TestClient, version: int) -> None:
    response = post(client, {**changed("/version", version), "gates": "unheard of"})
    require_problem(response, 422, "newer-scene")
    assert "version 1" in require_fault(response, 422, "too_new", "/version")["detail"]


def test_an_older_scene_is_brought_up_one_version_at_a_time() -> None:
    steps = {1: lambda old: {**old, "version": 2, "two": True}, 2: lambda old: {**old, "version": 3, "three": True}}
    assert migrated({"version": 1}, steps, current=3) == {"version": 3, "two": True, "three": True}


@given(st.data())
def test_whatever_stands_at_any_place_of_a_scene_gets_a_scene_or_our_words(data: st.DataObject) -> None:
    pointers = [
        "/version",
        "/vocabulary/0",
        "/sentence",
        "/label",
        "/layers/0",
        "/layers/1/units",
        "/layers/2/activation",
        "/weights",
        "/optimizer",
    ]
    values = (
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5)
    )
    value = data.draw(values | st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=5), values, max_size=3))
    scene = changed(data.draw(st.sampled_from(pointers)), value)
    with suppress(Faulty):
        assert parse(scene).canonical


WORD_VECTORS = {"type": "Embedding", "input_dim": 4, "output_dim": 2}


def stack_of(*layers: dict[str, Any]) -> dict[str, Any]:
    """The toy with other layers below its Dense layer."""
    document = default_scene().document()
    return {**document, "layers": [*layers, document["layers"][-1]]}


def start(initializer: dict[str, Any]) -> dict[str, Any]:
    return changed("/layers/0/recurrent_initializer", initializer)


def lstm(units: int = 2, *, sequences: bool = False) -> dict[str, Any]:
    return {"type": "LSTM", "units": units, "return_sequences": sequences}


@pytest.mark.parametrize(
    ("scene", "pointer", "code"),
    [
        (stack_of(lstm(sequences=True), WORD_VECTORS), "/layers/1/type", "embedding_above"),
        (stack_of(WORD_VECTORS), "/layers", "recurrent_missing"),
        (stack_of(WORD_VECTORS | {"input_dim": 3}, lstm()), "/layers/0/input_dim", "too_few_rows"),
        (stack_of(WORD_VECTORS | {"input_dim": 1}, lstm()), "/layers/0/input_dim", "too_small"),
        (stack_of(WORD_VECTORS | {"output_dim": 129}, lstm()), "/layers/0/output_dim", "too_large"),
        (stack_of(WORD_VECTORS, lstm(sequences=True), lstm(), lstm()), "/layers/2/return_sequences", "expected_ndim"),
        (stack_of(WORD_VECTORS, *[lstm(sequences=True)] * 9), "/layers", "too_many_layers"),
        (stack_of(lstm() | {"activation": "relu"}), "/layers/0/activation", "unknown_field"),
        (stack_of({"type": "GRU", "units": 2, "reset_after": 1}), "/layers/0/reset_after", "wrong_type"),
        (changed("/layers/0/activation", "softmax"), "/layers/0/activation", "unknown_choice"),
        (start({"type": "uniform"}), "/layers/0/recurrent_initializer/type", "unknown_choice"),
        (start({"gain": 1}), "/layers/0/recurrent_initializer/type", "missing"),
        (start({"type": "identity", "gain": 101}), "/layers/0/recurrent_initializer/gain", "too_large"),
        (start({"type": "identity", "spectral_radius": 1}), "/layers/0/recurrent_initializer/spectral_radius", "unknown_field"),
        (start({"type": "scaled_orthogonal"}), "/layers/0/recurrent_initializer/spectral_radius", "missing"),
        (start({"type": "scaled_orthogonal", "spectral_radius": -1}), "/layers/0/recurrent_initializer/spectral_radius", "too_small"),
        (default_scene().document() | {"window": 0}, "/window", "too_small"),
        (default_scene().document() | {"window": 1.5}, "/window", "wrong_type"),
        (changed("/layers/2/activation", "softmax"), "/loss", "loss_mismatch"),
        (changed("/loss", "categorical_crossentropy"), "/loss", "loss_mismatch"),
        (stack_of(lstm()) | {"initial_state": [[0, 0]]}, "/initial_state/0", "wrong_type"),
        (stack_of(lstm()) | {"initial_state": [{"h": [0, 0]}]}, "/initial_state/0/c", "missing"),
        (stack_of(lstm()) | {"initial_state": [{"h": [0, 0], "c": [0]}]}, "/initial_state/0/c", "wrong_length"),
        (stack_of(lstm()) | {"initial_state": [{"h": [0, 0], "c": [0, 1e7]}]}, "/initial_state/0/c/1", "too_large"),
        (
            changed("/layers/0/type", "SimpleRNN") | {"initial_state": [{"h": [0, 0, 0], "c": [0, 0, 0]}, [0, 0]]},
            "/initial_state/0",
            "wrong_type",
        ),
    ],
)
def test_a_stack_of_other_cells_that_breaks_a_rule_is_told_where(
    client: TestClient, scene: dict[str, Any], pointer: str, code: str
) -> None:
    require_fault(post(client, scene), 422, code, pointer)


@pytest.mark.parametrize(
    ("loss", "activation", "label", "code"),
    [
        ("binary_crossentropy", "sigmoid", 2, "too_large"),
        ("categorical_crossentropy", "softmax", 3, "too_large"),
        ("categorical_crossentropy", "softmax", -1, "too_small"),
        ("categorical_crossentropy", "softmax", 0.5, "wrong_type"),
        ("mse", "linear", 1e7, "too_large"),
    ],
)
def test_what_a_label_may_be_follows_from_the_loss(
    client: TestClient, toy: dict[str, Any], loss: str, activation: str, label: float, code: str
) -> None:
    toy |= {"loss": loss, "label": label}
    toy["layers"][-1] = {"type": "Dense", "units": 3, "activation": activation}
    require_fault(post(client, toy), 422, code, "/label")


@pytest.mark.parametrize(
    ("optimizer", "pointer", "code"),
    [
        ({"type": "SGD", "momentum": 1}, "/optimizer/momentum", "too_large"),
        ({"type": "SGD", "rho": 0.5}, "/optimizer/rho", "unknown_field"),
        ({"type": "RMSprop", "rho": -0.1}, "/optimizer/rho", "too_small"),
        ({"type": "Adam", "beta_2": "0.9"}, "/optimizer/beta_2", "wrong_type"),
        ({"type": "Adam", "epsilon": 0}, "/optimizer/epsilon", "too_small"),
        ({"type": "Adagrad", "initial_accumulator_value": 0}, "/optimizer/initial_accumulator_value", "too_small"),
        ({"type": "SGD", "clipnorm": 0}, "/optimizer/clipnorm", "too_small"),
        ({"type": "SGD", "clipnorm": 1, "clipvalue": 1}, "/optimizer/clipvalue", "one_clipping"),
    ],
)
def test_an_optimizer_that_breaks_a_rule_is_told_where(client: TestClient, optimizer: dict[str, Any], pointer: str, code: str) -> None:
    require_fault(post(client, changed("/optimizer", {"learning_rate": 0.1, **optimizer})), 422, code, pointer)


def test_what_an_optimizer_or_l2_leaves_at_its_default_changes_no_id(toy: dict[str, Any]) -> None:
    plain = {"type": "SGD", "learning_rate": 0.1, "momentum": 0, "nesterov": False, "clipnorm": None}
    assert parse({**toy, "optimizer": plain, "l2": 0, "window": None}).id == parse(start(None)).id == TOY_ID  # type: ignore[arg-type]
    assert parse(changed("/optimizer", plain | {"momentum": 0.9})).id != TOY_ID
    assert parse({**toy, "l2": 0.1}).id != TOY_ID


def test_dropout_changes_the_scene_and_no_number_of_a_run_that_only_looks(toy: dict[str, Any]) -> None:
    dropping = parse(changed("/layers/0/dropout", 0.5))
    assert parse(changed("/layers/0/dropout", 0)).id == TOY_ID != dropping.id
    for ours, plain in zip(run(dropping).gradients.weights, run(parse(toy)).gradients.weights, strict=True):
        np.testing.assert_array_equal(ours, plain)


@pytest.mark.parametrize(
    ("sequences", "weights", "pointer", "code"),
    [
        (False, [1], "/sample_weight", "single_output"),
        (True, [1, 1], "/sample_weight", "wrong_length"),
        (True, [1, -1, 1], "/sample_weight/1", "too_small"),
        (True, [1, "1", 1], "/sample_weight/1", "wrong_type"),
        (True, [], "/sample_weight", "empty"),
    ],
)
def test_weights_of_the_loss_that_break_a_rule_are_told_where(
    client: TestClient, toy: dict[str, Any], sequences: bool, weights: list[Any], pointer: str, code: str
) -> None:
    toy["layers"][1]["return_sequences"] = sequences
    require_fault(post(client, {**toy, "sample_weight": weights}), 422, code, pointer)


def test_a_weight_of_the_loss_multiplies_the_gradient_of_its_output(toy: dict[str, Any]) -> None:
    toy["layers"][1]["return_sequences"] = True
    plain, weighed = run(parse(toy)), run(parse({**toy, "sample_weight": [0, 1, 2]}))
    entering, doubled = (trace.gradients.layers[-1]["a"][0, :, 0] for trace in (plain, weighed))
    np.testing.assert_allclose(doubled, entering * [0, 1, 2], rtol=1e-15)
    assert parse({**toy, "sample_weight": None}).id == parse(toy).id != weighed.scene.id


def test_a_number_set_by_hand_is_that_number_and_changes_no_other_weight(toy: dict[str, Any]) -> None:
    edits = {"1/kernel/2,3": 0.5, "2/bias/1": -2, "output/kernel/2,1": 0}
    edited, plain = (run(parse(scene)).forward.weights for scene in ({**toy, "weights": {"seed": 0, "edits": edits}}, toy))
    assert (edited[0][1, 2], edited[5][0], edited[6][1, 0]) == (0.5, -2, 0)
    assert sum(int((ours != drawn).sum()) for ours, drawn in zip(edited, plain, strict=True)) == len(edits)
    assert parse({**toy, "weights": {"seed": 0, "edits": {}}, "inputs": {}}).id == TOY_ID


def test_a_number_of_a_one_hot_vector_can_be_set_by_hand(toy: dict[str, Any]) -> None:
    trace = run(parse({**toy, "inputs": {"input/2/x/1": 0.5, "input/3/x/3": 0}}))
    np.testing.assert_array_equal(trace.forward.inputs[0], [[1, 0, 0], [0.5, 1, 0], [0, 0, 0]])
    assert trace.words.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("address", "value", "code"),
    [
        ("1/kernel/4,1", 1, "unknown_address"),
        ("1/kernel/1", 1, "unknown_address"),
        ("1/kernel/01,1", 1, "unknown_address"),
        ("3/kernel/1,1", 1, "unknown_address"),
        ("1/gamma/1", 1, "unknown_address"),
        ("", 1, "unknown_address"),
        ("1/kernel/1,1", 1e7, "too_large"),
        ("1/kernel/1,1", "1", "wrong_type"),
    ],
)
def test_a_number_set_by_hand_that_breaks_a_rule_is_told_where(
    client: TestClient, toy: dict[str, Any], address: str, value: object, code: str
) -> None:
    toy["weights"]["edits"] = {address: value}
    require_fault(post(client, toy), 422, code, "/weights/edits/" + address.replace("/", "~1"))


@pytest.mark.parametrize("address", ["input/4/x/1", "input/1/x/4", "input/1/h/1", "1/1/h/1", "input/1/x"])
def test_an_input_set_by_hand_is_one_that_there_is(client: TestClient, toy: dict[str, Any], address: str) -> None:
    require_fault(post(client, {**toy, "inputs": {address: 1}}), 422, "unknown_address", "/inputs/" + address.replace("/", "~1"))


def test_the_inputs_of_an_embedding_are_set_as_its_weights(client: TestClient) -> None:
    stack = PRESETS["the notes' Keras stack"].document()
    require_fault(post(client, {**stack, "inputs": {"input/1/x/1": 1}}), 422, "learnt_inputs", "/inputs")
    edited = run(parse({**stack, "weights": {"seed": 0, "edits": {"embedding/embeddings/2,3": 0.5}}}))
    assert edited.rows is not None
    assert edited.forward.weights[0][edited.rows.index(1), 2] == 0.5


def test_steps_of_learning_are_those_of_the_optimizer_one_after_another(toy: dict[str, Any]) -> None:
    toy["optimizer"] = {"type": "Adam", "learning_rate": 0.05}
    learnt = [run(parse({**toy, "weights": {"seed": 0, "steps": steps}})) for steps in range(4)]
    for before, after in pairwise(learnt):
        for updated, weight in zip(before.updated, after.forward.weights, strict=True):
            np.testing.assert_array_equal(updated, weight)
    assert learnt[3].gradients.loss < learnt[0].gradients.loss
    assert parse({**toy, "weights": {"seed": 0, "steps": 0}}).id == parse(toy).id != learnt[1].scene.id


@pytest.mark.parametrize(("steps", "code"), [(-1, "too_small"), (201, "too_large"), (1.5, "wrong_type")])
def test_steps_that_break_a_rule_are_told_where(client: TestClient, toy: dict[str, Any], steps: float, code: str) -> None:
    toy["weights"]["steps"] = steps
    require_fault(post(client, toy), 422, code, "/weights/steps")


def test_a_large_scene_may_take_fewer_steps(client: TestClient, toy: dict[str, Any]) -> None:
    toy |= {"sentence": ["cat"] * 250, "weights": {"seed": 0, "steps": 200}}
    toy["layers"][:2] = [{"type": "LSTM", "units": 60, "return_sequences": index < 3} for index in range(4)]
    assert "or less for a scene of this size" in require_fault(post(client, toy), 422, "too_many_steps", "/weights/steps")["detail"]


def test_keras_counts_the_names_of_the_layers_by_their_type() -> None:
    above = {"type": "GRU", "units": 2}
    for layers, name in (([lstm(), lstm()], "lstm_1"), ([lstm(), above], "'gru'"), ([lstm(sequences=True), lstm(), above, above], "'gru'")):
        with pytest.raises(Faulty) as raised:
            parse(stack_of(*layers))
        assert name in raised.value.detail


def test_an_activation_of_tanh_is_left_out_and_any_other_is_part_of_the_scene(toy: dict[str, Any]) -> None:
    assert parse(changed("/layers/0/activation", "tanh")).id == TOY_ID
    assert b'"activation":"relu"' in parse(changed("/layers/0/activation", "relu")).canonical


def test_a_preset_keeps_every_rule_and_two_are_never_the_same() -> None:
    assert len({preset.id for preset in PRESETS.values()}) == len(PRESETS) == 6
    for preset in PRESETS.values():
        assert parse_scene(preset.canonical) == preset
