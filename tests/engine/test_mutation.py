"""How a fault is seeded into the engine, and how the tests that kill it are found."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

from engine import LSTM, Dense, Sequential, SimpleRNN, conversion, sums
from engine.layers import simple_rnn
from engine.recipes import lstm, shared
from tests.engine import killing
from tests.engine.faults import FAULTS
from tests.engine.gated_faults import GRU_FAULTS, LSTM_FAULTS
from tests.engine.killing import Check, killers, require_killed, stored_killers, text_of
from tests.engine.layer_faults import CONVERSION_FAULTS, DROPOUT_FAULTS, TWO_WAY_FAULTS, WINDOW_FAULTS
from tests.engine.mutation import Fault, FaultDoesNotApply, mutated_engine
from tests.engine.optimizer_faults import OPTIMIZER_FAULTS
from tests.engine.training_faults import TRAINING_FAULTS

LAYER_FAULTS = (*WINDOW_FAULTS, *TWO_WAY_FAULTS, *DROPOUT_FAULTS, *CONVERSION_FAULTS)
EVERY_FAULT = (*FAULTS, *LSTM_FAULTS, *GRU_FAULTS, *LAYER_FAULTS, *OPTIMIZER_FAULTS, *TRAINING_FAULTS)
CODE = '''"""Größe: ä"""
limit = 3

def area(width, height):
    text = "ü"; size = (width  # as one sees it
        * height)
    return {"size": size + 1, "text": "ü" + text}

class Box:
    def area(self):
        return self.width * self.height
'''


@pytest.fixture
def code(tmp_path: Path) -> str:
    """The path of a file with CODE."""
    path = tmp_path / "code.py"
    path.write_text(CODE, encoding="utf-8")
    return str(path)


def mutated(path: str, function: str, old: str, new: str) -> str:
    return ast.unparse(ast.parse(Fault("a fault", path, function, old, new).source()))


@pytest.mark.parametrize(
    ("function", "old", "new", "line"),
    [
        ("area", "width*height", "width + height", "size = width + height"),
        ("area", "( width *\n height )", "width", "size = width"),
        ("area", "size + 1", "size if size else 1", "return {'size': size if size else 1, 'text': 'ü' + text}"),
        ("area", "'ü' + text", "text", "return {'size': size + 1, 'text': text}"),
        ("area", "text = 'ü'", "text = 'ö'", "text = 'ö'"),
        ("area", "size = width * height", "pass", "pass"),
        ("area", "text = 'ü'", "text = 'ö'; height = 0", "height = 0"),
        ("Box.area", "self.width", "self.width + 1", "return (self.width + 1) * self.height"),
        ("", "3", "4", "limit = 4"),
    ],
)
def test_a_fault_replaces_an_expression_or_a_statement_however_it_is_written(
    code: str, function: str, old: str, new: str, line: str
) -> None:
    before, after = ast.unparse(ast.parse(CODE)).split("\n"), mutated(code, function, old, new).split("\n")

    assert line in [each.strip() for each in after]
    assert len([each for each in before if each not in after]) <= 1


@pytest.mark.parametrize(
    ("function", "old", "why"),
    [
        ("area", "width * depth", "Found: 0"),
        ("area", "size", "Found: 2"),
        ("area", "3", "Found: 0"),
        ("area", "size + 1.0", "Found: 0"),
        ("volume", "width * height", "is missing"),
        ("Box.volume", "width * height", "is missing"),
    ],
)
def test_a_fault_that_does_not_apply_exactly_once_fails_loudly(code: str, function: str, old: str, why: str) -> None:
    with pytest.raises(FaultDoesNotApply, match=f"a fault: .* {why}"):
        Fault("a fault", code, function, old, "0").source()


def output() -> float:
    model = Sequential([SimpleRNN(1), Dense(1)], features=1)
    model.set_weights([np.ones(weight.shape) for weight in model.get_weights()])
    return model.forward([[[0.0]]]).output.item()


def test_the_engine_has_the_fault_for_a_while_and_is_itself_again() -> None:
    fault = Fault("no bias", "layers/dense.py", "Dense.forward", "rows[...] = bias", "rows[...] = 0")
    whole = output()
    with mutated_engine(fault):
        assert output() == pytest.approx(whole - 1)
    assert output() == whole


def test_the_engine_is_itself_again_after_an_exception() -> None:
    whole = output()
    with pytest.raises(ZeroDivisionError), mutated_engine(FAULTS[0]):
        raise ZeroDivisionError
    assert output() == whole


def test_a_function_that_is_wrapped_has_the_fault_too() -> None:
    with mutated_engine(Fault("twos", "sums.py", "_ones", "np.ones(length, dtype)", "np.full(length, 2, dtype)")):
        assert sums._ones(977, np.dtype(float)).sum() == 2 * 977
    sums._ones.cache_clear()


def test_a_function_within_another_has_the_fault_whether_it_was_made_on_import_or_later() -> None:
    made_on_import = lstm.FORWARD[LSTM, "tanh_c"]
    with mutated_engine(Fault("no source", "recipes/shared.py", "function_of.recipe", "read.beside(at, source)", "{}[source]")):
        for recipe in (made_on_import, shared.function_of("c", "tanh")):
            with pytest.raises(KeyError, match="c"):
                recipe(None, None)  # type: ignore[arg-type]


def test_an_assignment_of_a_file_is_made_anew_and_taken_back() -> None:
    before = dict(conversion._ORDERS)
    with mutated_engine(Fault("another order", "conversion.py", "", "(1, 0, 2)", "(2, 1, 0)")):
        assert set(conversion._ORDERS.values()) == {(0,), (0, 1, 2, 3), (2, 1, 0)}
    assert before == conversion._ORDERS


def test_a_fault_of_a_function_must_name_it() -> None:
    with (
        pytest.raises(FaultDoesNotApply, match="must be named"),
        mutated_engine(Fault("a fault", "layers/simple_rnn.py", "", "rows[...] = bias", "pass")),
    ):
        pass
    assert simple_rnn.SimpleRNN.forward.__name__ == "forward"


def test_no_two_faults_have_one_name_and_no_killers_are_stored_for_a_fault_that_is_gone() -> None:
    names = {fault.name for fault in EVERY_FAULT}

    assert len(names) == len(EVERY_FAULT)
    assert set(stored_killers()) <= names


NO_BIAS = Fault("Dense has no bias", "layers/dense.py", "Dense.forward", "rows[...] = bias", "rows[...] = 0")
REFERENCE: Check = (
    "test_reference",
    "test_every_number_and_every_gradient_is_that_of_the_framework",
    {"name": "toy_stack", "source": "torch"},
)
TERMS: Check = ("test_explain", "test_the_terms_of_every_activation_add_up_to_it", {"activation": "sigmoid"})
BLIND: Check = ("test_losses", "test_softmax_takes_logits_of_any_size", {})
CHECKS = (BLIND, REFERENCE, TERMS)


@pytest.mark.parametrize(
    ("stored", "searched"),
    [([REFERENCE, TERMS], False), ([REFERENCE, BLIND], True), ([], True), ([("test_explain", "test_that_is_gone", {}), TERMS], True)],
)
def test_stored_killers_are_run_again_and_others_are_searched_for_where_they_miss(
    stored: list[Check], searched: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(killing, "stored_killers", lambda: {NO_BIAS.name: list(map(text_of, stored))})
    told: dict[str, object] = {}
    require_killed(NO_BIAS, CHECKS, told.__setitem__)

    assert told["fault"] == NO_BIAS.name
    assert sorted(told["killers"]) == sorted(map(text_of, (REFERENCE, TERMS)))  # type: ignore[call-overload]
    assert told["searched"] == searched


def test_a_fault_that_one_test_alone_notices_is_not_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(killing, "stored_killers", dict)
    other: Check = (*REFERENCE[:2], {"name": "tagger", "source": "torch"})
    told: dict[str, object] = {}
    with pytest.raises(AssertionError):
        require_killed(NO_BIAS, (BLIND, REFERENCE, other), told.__setitem__)
    assert len(told["killers"]) == 1  # type: ignore[arg-type]


def test_the_engine_without_a_fault_fails_no_check() -> None:
    assert killers(None, CHECKS) == []
