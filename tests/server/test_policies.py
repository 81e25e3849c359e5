from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient

from app.main import create_app
from app.policies import POLICIES
from app.settings import Settings
from tests.server.asking import HOME, require_problem


def routes_of(app: FastAPI) -> list[APIRoute]:
    """Every route, however deep it is included."""
    return [context.original_route for context in iter_route_contexts(app.routes)]  # type: ignore[misc]


def test_every_route_declares_its_policy_and_every_policy_has_its_route(settings: Settings) -> None:
    routes = routes_of(create_app(settings))
    assert all(type(route) is APIRoute for route in routes), "a mount or a plain route would pass by the policies"
    assert {f"{method} {route.path}" for route in routes for method in route.methods} == POLICIES.keys()


def test_whatever_changes_something_is_for_our_own_pages_and_reads_a_bounded_body() -> None:
    for route, policy in POLICIES.items():
        changes = not route.startswith("GET ")
        assert (policy.callers == "own pages") == changes
        assert (policy.body > 0) == route.startswith(("POST ", "PUT "))


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:8001"},
        {"Origin": "http://127.0.0.1.evil.example:8000"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": HOME},
        {"Sec-Fetch-Site": "nonsense"},
    ],
)
def test_a_page_of_another_site_may_not_post(client: TestClient, toy: dict[str, Any], headers: dict[str, str]) -> None:
    require_problem(client.post("/api/traces", json=toy, headers=headers), 403, "cross-site")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": HOME},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": HOME},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_our_own_page_and_programs_may(client: TestClient, toy: dict[str, Any], headers: dict[str, str]) -> None:
    assert client.post("/api/traces", json=toy, headers=headers).status_code == 200


def test_anyone_may_read(client: TestClient) -> None:
    assert client.get("/api/limits", headers={"Origin": "https://other.example", "Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "127.0.0.2", "", "[::2]:8000", "localhost.evil.example:8000", "evil.example:127.0.0.1"],
)
@pytest.mark.parametrize("path", ["/", "/version", "/nothing"])
def test_another_name_than_ours_is_not_answered_to(client: TestClient, host: str, path: str) -> None:
    require_problem(client.get(path, headers={"Host": host}), 421, "wrong-host")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:1", "LOCALHOST", "[::1]:8000", "[::1]"])
def test_our_own_names_are(client: TestClient, host: str) -> None:
    assert client.get("/version", headers={"Host": host}).status_code == 200


def test_the_setting_adds_names_or_allows_all(settings: Settings) -> None:
    for allowed in (("Example.org",), ("*",)):
        with TestClient(create_app(settings.model_copy(update={"allowed_hosts": allowed})), base_url="http://example.org") as client:
            assert client.get("/version").status_code == 200
