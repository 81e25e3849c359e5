"""The OpenAPI document as a contract: complete, and every answer to a fuzzer is one that it describes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.main import create_app
from app.openapi import openapi
from app.problems import PROBLEMS
from app.scenes import default_scene
from app.settings import Settings
from tests.server.asking import HOME, require_problem

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with TestClient(create_app(Settings(data=tmp_path_factory.mktemp("data"))), base_url=HOME) as client:
        client.post("/api/traces", json=default_scene().document())
        yield client


def document_of(client: TestClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/openapi.json").json()
    return document


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, operation) for path, methods in document["paths"].items() for method, operation in methods.items()]


def test_every_route_of_the_api_is_in_the_document_with_all_its_problems(client: TestClient) -> None:
    document = document_of(client)
    assert document["openapi"].startswith("3.1")
    for method, _, operation in operations(document):
        assert operation["description"]
        for status, answer in operation["responses"].items():
            named = answer.get("x-problems", [])
            assert all(PROBLEMS[name].status == int(status) for name in named)
            assert bool(named) == (int(status) >= 400)
            assert ("application/problem+json" in answer.get("content", {})) == bool(named)
        assert {"421", "500"} <= operation["responses"].keys()
        assert ("cross-site" in operation["responses"].get("403", {}).get("x-problems", [])) == (method in ("post", "put", "delete"))


def test_every_reference_of_the_document_leads_to_a_valid_schema(client: TestClient) -> None:
    document = document_of(client)
    schemas = document["components"]["schemas"]
    used = {part.split('"')[0] for part in json.dumps(document).split("#/components/schemas/")[1:]}
    assert used <= schemas.keys()
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


def test_every_problem_of_the_table_is_an_answer_of_some_route_or_of_no_route(client: TestClient) -> None:
    named = {
        name
        for *_, operation in operations(document_of(client))
        for answer in operation["responses"].values()
        for name in answer.get("x-problems", [])
    }
    assert PROBLEMS.keys() - named == {
        "not-found",
        "method-not-allowed",
        "malformed-request",
        "request-too-slow",
        "request-too-long",
    }


def test_the_example_scene_is_the_toy_and_valid(client: TestClient) -> None:
    content = document_of(client)["paths"]["/api/traces"]["post"]["requestBody"]["content"]["application/json"]
    assert content["example"] == default_scene().document()
    assert client.post("/api/traces", json=content["example"]).status_code == 200


LIKELY = {"scene_id": default_scene().id, "layer": 1, "timestep": 3, "name": "kernel"}


def make_likely(case: Any) -> None:
    """Chance alone finds neither a known id nor a sentence of the vocabulary's words: these cases get past the first refusal."""
    likely = {**LIKELY, "name": "states"} if "/charts/" in case.path else LIKELY
    case.path_parameters = {name: likely[name] for name in case.path_parameters or {}}
    case.query = {name: LIKELY["scene_id"] if name == "scene" else value for name, value in (case.query or {}).items() if name != "engine"}
    if isinstance(case.body, dict):
        case.body = default_scene().document() | {field: case.body[field] for field in ("weights", "optimizer") if field in case.body}


def sent(client: TestClient, case: Any) -> Any:
    """The answer to a case of the fuzzer, which speaks another client's dialect."""
    request = case.as_transport_kwargs(base_url=HOME)
    request.pop("cookies", None)
    if "data" in request:
        request["content"] = request.pop("data")
    return client.request(**request)


@pytest.mark.parametrize(
    "operation_id",
    [
        "live",
        "ready",
        "version",
        "get_limits",
        "get_scene",
        "run_scene",
        "get_trace",
        "get_cell",
        "get_output",
        "get_weight",
        "get_worksheet",
        "measure_gradients",
        "follow_path",
        "find_strongest_path",
        "measure_memory",
        "try_remedy",
        "get_cliff",
        "get_descent",
        "get_bifurcation",
        "get_linear",
        "get_charts",
        "get_chart",
        "get_chart_table",
    ],
)
def test_whatever_a_fuzzer_sends_the_answer_is_one_that_the_document_describes(fuzzed: TestClient, operation_id: str) -> None:
    fuzz(fuzzed, operation_id, make_likely)


def fuzz(client: TestClient, operation_id: str, likely: Callable[[Any], None], examples: int = 60) -> None:
    """Cases that keep to the schema and cases that do not, half of them changed so that they get past the first refusal."""
    schema = schemathesis.openapi.from_dict(document_of(client))
    operation = schema.find_operation_by_id(operation_id)
    generate = st.one_of(
        operation.as_strategy(generation_mode=mode) for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
    )

    @settings(max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(generate, st.booleans())
    def sends(case: Any, known: bool) -> None:
        if known:
            likely(case)
        response = sent(client, case)
        if response.status_code >= 400:
            require_problem(response, response.status_code)
        if response.status_code not in (404, 405):  # a fuzzed path may be another address, or none
            case.validate_response(schemathesis.Response.from_any(response), checks=CHECKS)

    sends()


class Lectured:
    """A server with a lecture for each case: some of what a fuzzer finds out ends or deletes one."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def make_likely(self, case: Any) -> None:
        """In a lecture with an open question, as who may do everything."""
        self.client.cookies.clear()
        started = self.client.post("/api/lectures", json={})
        code, presenter = started.json()["code"], started.headers["set-cookie"].partition(";")[0]
        lecture = f"/api/lectures/{code}"
        question = {"poll": "q", "kind": "words", "text": "Which word?"}
        opened = {"id": "open", "fence": 1, "kind": "poll opened", "body": question}
        assert self.client.post(f"{lecture}/commands", json=opened).status_code == 200
        student = self.client.put(f"{lecture}/participant", json={}).headers["set-cookie"].partition(";")[0]
        self.client.cookies.clear()
        known = {"code": code, "poll": "q", "name": "from-a-cell-to-its-variants"}
        case.path_parameters = {name: known[name] for name in case.path_parameters or {}}
        case.headers = {**(case.headers or {}), "Cookie": f"{presenter}; {student}"}
        case.query = {name: value for name, value in (case.query or {}).items() if name != "engine"}
        if isinstance(case.body, dict) and {"id", "kind", "body"} <= case.body.keys():
            case.body = {**case.body, "fence": 1}


@pytest.fixture(scope="module")
def lectured(tmp_path_factory: pytest.TempPathFactory) -> Any:
    settings = Settings(data=tmp_path_factory.mktemp("data"), lectures_per_hour=10**6, wrong_codes=10**6, identities=10**6)
    with TestClient(create_app(settings), base_url=HOME, follow_redirects=False) as client:
        yield Lectured(client)


LECTURES = [
    operation["operationId"]
    for _, path, operation in operations(openapi(create_app(Settings())))
    if path.startswith(("/api/lectures", "/api/plans", "/api/reach", "/metrics"))
]


@pytest.mark.parametrize("operation_id", LECTURES)
def test_whatever_a_fuzzer_does_in_a_lecture_the_answer_is_one_that_the_document_describes(lectured: Lectured, operation_id: str) -> None:
    fuzz(lectured.client, operation_id, lectured.make_likely, examples=25)
