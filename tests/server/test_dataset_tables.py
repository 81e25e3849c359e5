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
