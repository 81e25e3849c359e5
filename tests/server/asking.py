"""What several of the server's tests need: an address, changed scenes, traces read back, and what every problem must keep."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
from httpx2 import Response
from jsonschema import Draft202012Validator

from app.documents import ProblemDocument
from app.problems import FAULTS, PROBLEMS
from app.scenes import default_scene

HOME = "http://127.0.0.1:8000"
PROBLEM_SCHEMA = Draft202012Validator(ProblemDocument.model_json_schema())
LIBRARY_WORDS = ("Traceback", "pydantic", "Input should", "validation error", "json.decoder", "Expecting", "site-packages", 'File "')


def changed(path: str, value: Any) -> dict[str, Any]:
    """The toy with another value at a JSON pointer."""
    scene = copy.deepcopy(default_scene().document())
    *parents, last = [int(part) if part.isdigit() else part for part in path.split("/")[1:]]
    place: Any = scene
    for part in parents:
        place = place[part]
    place[last] = value
    return scene


def require_problem(response: Response, status: int, name: str | None = None) -> dict[str, Any]:
    """What every problem must keep: its type, its schema, its status, and no library's words. Returns the document."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    PROBLEM_SCHEMA.validate(document)
    kind = document["type"].rpartition("/")[2]
    assert document["status"] == PROBLEMS[kind].status == status
    assert document["title"] == PROBLEMS[kind].title
    assert all(fault["code"] in FAULTS for fault in document["errors"])
    assert not any(word in response.text for word in LIBRARY_WORDS), response.text
    for fault in document["errors"]:  # a sentence is for a student, to whom a pointer says nothing
        assert not fault["pointer"] or fault["pointer"] not in fault["detail"]
    if name is not None:
        assert kind == name
    return document


def require_fault(response: Response, status: int, code: str, pointer: str) -> dict[str, Any]:
    """A problem whose errors name this code at this place. Returns that entry."""
    document = require_problem(response, status)
    found = [fault for fault in document["errors"] if (fault["code"], fault["pointer"]) == (code, pointer)]
    assert found, document
    fault: dict[str, Any] = found[0]
    return fault


def header_of(body: bytes) -> dict[str, Any]:
    """The JSON header of a safetensors file."""
    length = int.from_bytes(body[:8], "little")
    header: dict[str, Any] = json.loads(body[8 : 8 + length])
    return header


def layout_of(body: bytes) -> dict[str, Any]:
    """The layout of a trace, as its header holds it."""
    layout: dict[str, Any] = json.loads(header_of(body)["__metadata__"]["layout"])
    return layout


def quantity(tensor: np.ndarray, entries: list[dict[str, Any]], layer: str, name: str) -> np.ndarray:
    """The units of one quantity in one row of a trace."""
    (entry,) = [entry for entry in entries if (entry["layer"], entry["quantity"]) == (layer, name)]
    return tensor[entry["start"] : entry["start"] + entry["units"]]
