"""Tables as spreadsheets and programs write them: read, or refused with the true reason."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.errors import Fault, Faulty, problem_answer, shortened
from tests.server.asking import PROBLEM_SCHEMA, require_fault


def send(client: TestClient, text: str) -> Response:
    return client.post("/api/datasets/table", json={"text": text})


CAT, RAT = ["cat", "mat", "rat"], ["rat", "rat", "mat"]


def examples_of(client: TestClient, text: str) -> list[tuple[list[str], Any]]:
    answer = send(client, text)
    assert answer.status_code == 200, answer.text
    stored = client.get(f"/api/datasets/{answer.json()['id']}/examples").json()["examples"]
    return [(each["sentence"], each["label"]) for each in stored]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        pytest.param("sentence;label\r\ncat mat rat;0,5\r\nrat rat mat;1\r\n", [0.5, 1], id="a German spreadsheet"),
        pytest.param("\ufeffcat mat rat;0,5\r\nrat rat mat;-1,25\r\n", [0.5, -1.25], id="CSV UTF-8 of a French one"),
        pytest.param("cat mat rat;1,250\nrat rat mat;0,5", [1.25, 0.5], id="semicolons say that commas are decimal"),
        pytest.param('cat mat rat,"0,5"\nrat rat mat,"1,5"', [0.5, 1.5], id="decimal commas in quotes"),
        pytest.param("sep=;\ncat mat rat;1\nrat rat mat;0\n", [1, 0], id="a line that names the separator"),
        pytest.param('"sep=|"\r\ncat mat rat|1\r\nrat rat mat|0', [1, 0], id="the same in quotes"),
        pytest.param("cat mat rat\t0,5\nrat rat mat\t1", [0.5, 1], id="copied from a spreadsheet"),
        pytest.param("cat mat rat,1\rrat rat mat,0\r", [1, 0], id="lines that end as on an old Mac"),
        pytest.param(",sentence,label\n0,cat mat rat,1\n1,rat rat mat,0\n", [1, 0], id="pandas with its index"),
        pytest.param("Unnamed: 0,sentence,label\n7,cat mat rat,1\n3,rat rat mat,0\n", [1, 0], id="pandas twice"),
        pytest.param(";sentence;label\n0;cat mat rat;0,5\n1;rat rat mat;1,0\n", [0.5, 1], id="pandas as in Germany"),
        pytest.param("nr,sentence,label\n1,cat mat rat,1\n2,rat rat mat,0", [1, 0], id="numbered rows"),
        pytest.param("0,cat mat rat,1\n1,rat rat mat,0", [1, 0], id="pandas with its index and no names"),
        pytest.param("sentence,label,,\ncat mat rat,1,,\nrat rat mat,0,,\n", [1, 0], id="empty columns at the end"),
        pytest.param("cat mat rat,1\nrat rat mat,\u22121", [1, -1], id="a true minus sign"),
        pytest.param("\u200fcat mat\u200b rat\ufeff,1\n\u00a0rat \u200b rat mat\u2060,0\u200e", [1, 0], id="invisible characters at ends"),
    ],
)
def test_tables_of_spreadsheets_and_programs_are_read(client: TestClient, text: str, labels: list[float]) -> None:
    assert examples_of(client, text) == list(zip([CAT, RAT], labels, strict=True))


def test_words_that_are_digits_are_no_index(client: TestClient) -> None:
    assert examples_of(client, "0,1,1\n1,0,1\n") == [(["0", "1"], 1), (["1", "0"], 1)]
    assert examples_of(client, "first,second,label\n0,1,1\n1,0,1\n") == [(["0", "1"], 1), (["1", "0"], 1)]
    assert examples_of(client, ",,label\n0,1,1\n1,0,1\n") == [(["0", "1"], 1), (["1", "0"], 1)]


def test_a_semicolon_or_comma_within_a_sentence_does_not_mislead(client: TestClient) -> None:
    assert examples_of(client, '"good; film",1\nbad,0') == [(["good;", "film"], 1), (["bad"], 0)]
    assert examples_of(client, "good, film;1\nbad;0") == [(["good,", "film"], 1), (["bad"], 0)]


@pytest.mark.parametrize(
    ("text", "code", "pointer", "received"),
    [
        pytest.param("caf\ufffd bar,1", "lost_character", "/examples/0/sentence/0", "caf\ufffd", id="a code page"),
        pytest.param("\ufffd\ufffdc\0a\0t\0\t\x001\0", "two_byte_table", "/text", None, id="UTF-16"),
        pytest.param('a b,1\nb a,"1,234"', "grouped_label", "/examples/1/label", "1,234", id="thousands or decimals"),
        pytest.param("a b\u00a0c,1", "space_within", "/examples/0/sentence/1", "b⟨U+00A0⟩c", id="a no-break space"),
        pytest.param("a b\u200bc,1", "space_within", "/examples/0/sentence/1", "b⟨U+200B⟩c", id="a space without width"),
        pytest.param("a\u202eb,1", "lone_direction", "/examples/0/sentence/0", "a⟨U+202E⟩b", id="an override"),
        pytest.param("a\u200fb,1", "lone_direction", "/examples/0/sentence/0", "a⟨U+200F⟩b", id="a mark"),
        pytest.param("a\u2067b\u202cc,1", "lone_direction", "/examples/0/sentence/0", "a⟨U+2067⟩b⟨U+202C⟩c", id="ends that do not match"),
        pytest.param("cat,1\nc\u00adat,0", "invisible_difference", "/examples/1/sentence/0", "c⟨U+00AD⟩at", id="a soft hyphen"),
        pytest.param(
            "cat,1\nc\u200dat,0", "invisible_difference", "/examples/1/sentence/0", "c⟨U+200D⟩at", id="a joiner that joins nothing"
        ),
    ],
)
def test_what_cannot_be_seen_is_shown_and_refused(client: TestClient, text: str, code: str, pointer: str, received: str | None) -> None:
    fault = require_fault(send(client, text), 422, code, pointer)
    assert fault["received"] == received
    assert received is None or received in fault["detail"]


@pytest.mark.parametrize(
    "words",
    [
        ["\u0928\u0939\u0940\u0902", "\u0915\u094d\u200d\u0937", "\u0915\u094d\u0937"],  # Hindi: a joiner keeps the half letter
        [
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u062e\u0648\u0627\u0647\u0645",
        ],  # Persian: it keeps letters apart
        ["\u09b0\u200d\u09cd\u09af", "\u09b0\u09cd\u09af"],  # Bengali: it stands before the virama
        ["\U0001f469\u200d\U0001f4bb", "\U0001f469\U0001f4bb", "\u2764\ufe0f", "\U0001f3f4\U000e0067\U000e0062\U000e007f"],  # emoji
        ["a\u2067\u05d0\u2069b"],  # direction that is turned and turned back
    ],
)
def test_joiners_selectors_and_pairs_stay_where_they_are_needed(client: TestClient, words: list[str]) -> None:
    assert examples_of(client, f"{' '.join(words)},1\nother,0")[0] == (words, 1)


def test_a_stored_scene_and_a_data_set_by_its_examples_keep_every_word(client: TestClient, toy: dict[str, Any]) -> None:
    words = ["c\u00adat", "cat", "a\u202eb"]
    assert client.post("/api/traces", json={**toy, "vocabulary": words, "sentence": words}).status_code == 200
    assert client.post("/api/datasets", json={"examples": [{"sentence": words, "label": 1}]}).json()["vocabulary"] == words


@pytest.mark.parametrize("label", ["1e400", "0 -1e999", "1 " + "9" * 400])
def test_a_label_beyond_every_number_is_refused_as_it_was_written(client: TestClient, label: str) -> None:
    fault = require_fault(send(client, f"cat, 0\na b, {label}"), 422, "number_too_large", "/examples/1/label")
    assert fault["received"] == shortened(label.split()[-1])


@pytest.mark.parametrize(
    ("received", "shown"), [(math.inf, "infinity"), (-math.inf, "minus infinity"), (math.nan, "not a number"), (0.5, 0.5)]
)
def test_whatever_number_was_received_a_problem_that_shows_it_is_json(received: float, shown: Any) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    answer = problem_answer(Faulty([Fault.at(("label",), "wrong_type", received, "a whole number")]), {"path": "/"})
    document = json.loads(bytes(answer.body), parse_constant=refuse)
    PROBLEM_SCHEMA.validate(document)
    assert document["errors"][0]["received"] == shown
    assert f"Received: {shown}. " in document["detail"]
