from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.limits import most
from tests.server.asking import require_problem

JSON_TYPE = {"Content-Type": "application/json"}
LIMIT = most("scene_bytes")


def padded(toy: dict[str, Any], size: int) -> bytes:
    """The toy's JSON with white space, in exactly this many bytes."""
    return json.dumps(toy).encode().ljust(size)


def test_a_body_of_exactly_the_limit_is_read(client: TestClient, toy: dict[str, Any]) -> None:
    assert client.post("/api/traces", content=padded(toy, LIMIT), headers=JSON_TYPE).status_code == 200


def test_a_body_of_one_byte_more_is_refused(client: TestClient, toy: dict[str, Any]) -> None:
    response = client.post("/api/traces", content=padded(toy, LIMIT + 1), headers=JSON_TYPE)
    assert str(LIMIT) in require_problem(response, 413, "body-too-large")["detail"]


def test_a_body_without_a_length_is_counted_while_it_comes(client: TestClient, toy: dict[str, Any]) -> None:
    taken = 0

    def pieces() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(1000):
            taken += 1
            yield b" " * 1024

    require_problem(client.post("/api/traces", content=pieces(), headers=JSON_TYPE), 413, "body-too-large")
    assert client.post("/api/traces", content=iter([padded(toy, 500), b" " * 500]), headers=JSON_TYPE).status_code == 200


@pytest.mark.parametrize("declared", ["65537", "99999999999999999999"])
def test_a_length_over_the_limit_is_refused_unread(client: TestClient, declared: str) -> None:
    require_problem(client.post("/api/traces", content=b"{}", headers={**JSON_TYPE, "Content-Length": declared}), 413, "body-too-large")


def test_a_length_that_lies_does_not_let_more_in(client: TestClient, toy: dict[str, Any]) -> None:
    response = client.post("/api/traces", content=padded(toy, LIMIT + 1), headers={**JSON_TYPE, "Content-Length": "10"})
    require_problem(response, 413, "body-too-large")


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "zstd", "gzip, identity", "GZIP", "x"])
def test_a_compressed_body_is_refused_unread(client: TestClient, toy: dict[str, Any], encoding: str) -> None:
    body = gzip.compress(json.dumps(toy).encode())
    response = client.post("/api/traces", content=body, headers={**JSON_TYPE, "Content-Encoding": encoding})
    require_problem(response, 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "",
        "json",
        "application/json-patch+json",
        "application/json; charset=latin-1",
        "application/json;charset=utf-16",
        'application/json; charset="ISO-8859-1"',
        "application/json; charset=",
        "application/json; charset=utf-8; charset=latin-1",
    ],
)
def test_another_content_type_is_refused(client: TestClient, toy: dict[str, Any], kind: str) -> None:
    response = client.post("/api/traces", content=json.dumps(toy), headers={"Content-Type": kind})
    require_problem(response, 415, "unsupported-media-type")


def test_no_content_type_is_refused(client: TestClient, toy: dict[str, Any]) -> None:
    require_problem(client.post("/api/traces", content=json.dumps(toy)), 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        "application/json;charset=UTF-8",
        'application/json; version=1; charset="utf-8"',
        "application/json;",
    ],
)
def test_json_is_json_however_it_is_written(client: TestClient, toy: dict[str, Any], kind: str) -> None:
    assert client.post("/api/traces", content=json.dumps(toy), headers={"Content-Type": kind}).status_code == 200
