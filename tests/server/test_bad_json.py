from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app import strict_json
from app.errors import Faulty
from tests.server.asking import changed, require_fault, require_problem

JSON_TYPE = {"Content-Type": "application/json"}
TOY = json.dumps(changed("/label", 1))


def with_value(pointer: str, text: str) -> str:
    """The toy's JSON with raw text at a place, where json.dumps could not put it."""
    return json.dumps(changed(pointer, "HERE")).replace('"HERE"', text)


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        (b"", "not_json", ""),
        (b"{", "not_json", ""),
        (b"nonsense", "not_json", ""),
        (b"{'version': 1}", "not_json", ""),
        (TOY[:-1].encode(), "not_json", ""),
        (TOY.encode() + b"}", "not_json", ""),
        (b"\xef\xbb\xbf" + TOY.encode(), "not_json", ""),
        (b'{"a": 1,}', "not_json", ""),
        (b'{"a": "\x01"}', "not_json", ""),
        (b"\xff\xfe", "not_utf8", ""),
        (TOY.encode("utf-16"), "not_utf8", ""),
        ('{"vocabulary": ["café"]}'.encode("latin-1"), "not_utf8", ""),
        (b"[" * 2000, "too_deep", ""),
        (b"[" * 2000 + b"]" * 2000, "too_deep", ""),
        (b'{"a":' * 2000 + b"1" + b"}" * 2000, "too_deep", ""),
        (with_value("/layers", "[" * 60_000).encode(), "too_deep", ""),
        (with_value("/weights/seed", "9" * 5000).encode(), "number_too_large", "/weights/seed"),
        (with_value("/weights/seed", "-" + "9" * 5000).encode(), "number_too_large", "/weights/seed"),
        (with_value("/optimizer/learning_rate", "0." + "9" * 5000 + "e999").encode(), "number_too_large", "/optimizer/learning_rate"),
        (with_value("/optimizer/learning_rate", "NaN").encode(), "not_a_number", "/optimizer/learning_rate"),
        (with_value("/optimizer/learning_rate", "Infinity").encode(), "not_a_number", "/optimizer/learning_rate"),
        (with_value("/optimizer/learning_rate", "-Infinity").encode(), "not_a_number", "/optimizer/learning_rate"),
        (with_value("/optimizer/learning_rate", "1e999").encode(), "number_too_large", "/optimizer/learning_rate"),
        (with_value("/layers/0/units", "-1e999").encode(), "number_too_large", "/layers/0/units"),
        (TOY.replace('"label": 1', '"label": 1, "label": 0').encode(), "repeated_key", "/label"),
        (TOY.replace('"seed": 0', '"seed": 0, "seed": 0').encode(), "repeated_key", "/weights/seed"),
        (with_value("/sentence/1", '"\\ud800"').encode(), "lone_surrogate", "/sentence/1"),
        (with_value("/sentence/1", '"\\udc00\\ud800"').encode(), "lone_surrogate", "/sentence/1"),
        (TOY.replace('"label": 1', '"label": 1, "\\udfff": 1').encode(), "lone_surrogate", "/?"),
    ],
)
def test_what_is_not_json_is_refused_with_its_place(client: TestClient, body: bytes, code: str, pointer: str) -> None:
    fault = require_fault(client.post("/api/traces", content=body, headers=JSON_TYPE), 400, code, pointer)
    assert len(fault["detail"]) < 400


def test_a_syntax_error_names_line_and_column(client: TestClient) -> None:
    response = client.post("/api/traces", content=b'{\n  "version": 1,\n  "label" 1\n}', headers=JSON_TYPE)
    assert "line 3, column 11" in require_fault(response, 400, "not_json", "")["detail"]


def test_a_wrong_byte_is_named_by_its_position(client: TestClient) -> None:
    response = client.post("/api/traces", content=b'{"a": "\xc3("}', headers=JSON_TYPE)
    assert "byte 8" in require_fault(response, 400, "not_utf8", "")["detail"]


def test_every_place_that_is_wrong_is_named_at_once(client: TestClient) -> None:
    response = client.post("/api/traces", content=b'{"a": NaN, "b": [1e999, "\\ud800"]}', headers=JSON_TYPE)
    assert [fault["pointer"] for fault in require_problem(response, 400)["errors"]] == ["/a", "/b/0", "/b/1"]


def test_a_flood_of_faults_is_cut(client: TestClient) -> None:
    response = client.post("/api/traces", content=b"[" + b"NaN," * 10_000 + b"1]", headers=JSON_TYPE)
    assert len(require_problem(response, 400)["errors"]) == 20


def test_pointers_escape_what_has_a_meaning_in_them(client: TestClient) -> None:
    response = client.post("/api/traces", content=b'{"a/b~c": NaN}', headers=JSON_TYPE)
    require_fault(response, 400, "not_a_number", "/a~1b~0c")


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_whatever_json_can_say_is_read_as_json_says_it(value: Any) -> None:
    assert strict_json.parse(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_our_words(body: bytes) -> None:
    with suppress(Faulty):
        json.dumps(strict_json.parse(body), allow_nan=False).encode()
