"""What a client may get wrong in a request beside its body: lengths, names, methods, parameters, cookies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

from app.lectures.entering import PARTICIPANT, PRESENTER
from app.main import create_app
from app.openapi import BODIES, openapi
from app.policies import POLICIES
from app.process import main
from app.settings import Settings
from app.validation import PATTERNS
from tests.server.asking import HOME, LIBRARY_WORDS, require_fault, require_problem
from tests.server.serving import ServerProcess, chunked, request, split

LONG = "x" * 4000


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi(create_app(Settings()))


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, operation) for path, methods in document["paths"].items() for method, operation in methods.items()]


def test_two_lengths_are_refused_and_nothing_after_them_is_read(tmp_path: Path) -> None:
    smuggled = request("/version")
    both = request("/api/traces", chunked(b"{}") + smuggled, "Content-Length: 5", "Transfer-Encoding: chunked", method="POST", close=False)
    with ServerProcess(tmp_path) as server:
        status, headers, body = split(server.ask(both))
    assert (status, headers["connection"], body.count(b"HTTP/1.1")) == (400, "close", 0)
    assert b"Content-Length and Transfer-Encoding" in body


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:x@evil.example", "127.0.0.1:", "127.0.0.1:123456", "127.0.0.1:80:80", "[::1", "[::1]x", "::1", "[::1]:", "127.0.0.1 "],
)
def test_a_host_is_a_name_and_a_port_of_one_to_five_digits(client: TestClient, host: str) -> None:
    require_problem(client.get("/version", headers={"Host": host}), 421, "wrong-host")


def test_a_host_that_is_none_is_refused_where_every_name_is_allowed(settings: Settings) -> None:
    with TestClient(create_app(settings.model_copy(update={"allowed_hosts": ("*",)})), base_url=HOME) as client:
        require_problem(client.get("/version", headers={"Host": "127.0.0.1:x@evil.example"}), 421, "wrong-host")
        assert client.get("/version", headers={"Host": "any.example:65535"}).status_code == 200


def test_a_page_of_another_scheme_is_another_site(client: TestClient, toy: dict[str, Any]) -> None:
    require_problem(client.post("/api/traces", json=toy, headers={"Origin": HOME.replace("http", "https")}), 403, "cross-site")


def test_a_page_at_the_public_address_is_ours_whatever_the_proxy_says_of_it(settings: Settings, toy: dict[str, Any]) -> None:
    public = settings.model_copy(update={"public_url": "https://Example.org/unrolled", "allowed_hosts": ("example.org",)})
    with TestClient(create_app(public), base_url="http://example.org") as client:
        assert client.post("/api/traces", json=toy, headers={"Origin": "https://example.org"}).status_code == 200
        require_problem(client.post("/api/traces", json=toy, headers={"Origin": "https://example.org:8443"}), 403, "cross-site")


def test_every_path_names_all_methods_that_it_takes(client: TestClient) -> None:
    by_path: dict[str, set[str]] = {}
    for route in POLICIES:
        method, path = route.split(" ")
        by_path.setdefault(path, set()).update({method} | ({"HEAD"} if method == "GET" else set()))
    for path, methods in by_path.items():
        if path == "/static/{path:path}":
            continue
        answer = client.request("TRACE", path.replace("{", "").replace("}", ""))
        require_problem(answer, 405, "method-not-allowed")
        assert set(answer.headers["Allow"].split(", ")) >= methods, path
    assert client.request("PATCH", "/api/lectures/abc/plan").headers["Allow"] == "GET, HEAD, PUT"
    assert client.request("PATCH", "/api/trainings/abc").headers["Allow"] == "DELETE"


@pytest.mark.parametrize("value", ["-1", "1e9", "x", "9" * 400, "NaN"])
def test_a_position_that_a_training_cannot_have_is_told_its_rule(client: TestClient, value: str) -> None:
    problem = require_problem(client.get("/api/trainings/none/events", headers={"Last-Event-ID": value}), 422, "invalid-parameter")
    assert "last-event-id" in problem["detail"]


def test_every_end_of_every_parameter_is_told_as_it_is_declared(client: TestClient, toy: dict[str, Any], document: dict[str, Any]) -> None:
    tried = 0
    for method, path, operation in operations(document):
        for parameter in operation.get("parameters", []):
            schema = parameter["schema"]
            schema = next((each for each in schema.get("anyOf", []) if each["type"] != "null"), schema)
            for end, step in (("minimum", -1), ("maximum", 1)):
                if parameter["in"] == "path" or end not in schema:
                    continue
                wrong = str(schema[end] + step)
                body = {} if method == "get" else {"json": toy}
                place = {"params": {parameter["name"]: wrong}} if parameter["in"] == "query" else {"headers": {parameter["name"]: wrong}}
                answer = client.request(
                    method, path.format(scene_id="0" * 64, layer=1, timestep=1, name="kernel", training_id="x"), **place, **body
                )
                found = [each for each in require_problem(answer, 422)["errors"] if each["pointer"] == f"/{parameter['name']}"]
                assert found[0]["limit"] == schema[end], (path, parameter)
                told = f"{schema[end]:,.0f}" if schema[end] == int(schema[end]) else f"{schema[end]:g}"
                assert f" {told}" in found[0]["detail"], found
                tried += 1
    assert tried > 40


def test_whatever_parameter_has_a_rule_its_breach_is_an_answer_of_the_document(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        ruled = [
            each["name"]
            for each in operation.get("parameters", [])
            if each["in"] != "path" and not any(plain.items() <= {"type": "string"}.items() for plain in _alternatives(each["schema"]))
        ]
        if any(each["name"] == "engine" for each in operation.get("parameters", [])):
            assert "engine-differs" in operation["responses"]["409"]["x-problems"], path
        if ruled:
            assert "invalid-parameter" in operation["responses"].get("422", {}).get("x-problems", []), (method, path, ruled)


def _alternatives(schema: dict[str, Any]) -> list[dict[str, Any]]:
    told = [
        {key: value for key, value in each.items() if key not in ("title", "description", "default")}
        for each in schema.get("anyOf", [schema])
    ]
    return [each for each in told if each != {"type": "null"}]


def test_an_engine_that_is_none_is_told_so_by_every_kind_of_route(client: TestClient, toy_id: str) -> None:
    for path in (f"/api/traces/{toy_id}", f"/api/traces/{toy_id}/summary", "/api/studies/cliff"):
        require_problem(client.get(path, params={"engine": ""}), 422, "invalid-parameter")


def test_a_cookie_that_this_server_never_gave_is_no_cookie(fresh: TestClient) -> None:
    code = fresh.post("/api/lectures", json={}).json()["code"]
    fresh.cookies.clear()
    lecture = f"/api/lectures/{code}"
    cookies = {"Cookie": f"{PRESENTER}={LONG}; {PARTICIPANT}={LONG}"}
    assert fresh.get(lecture, headers=cookies).json()["presenter"] is False
    require_problem(fresh.post(f"{lecture}/keys", json={}, headers=cookies), 403, "not-presenter")
    given = fresh.put(f"{lecture}/participant", json={}, headers=cookies).headers["set-cookie"]
    assert LONG not in given


def patterns_of(schema: Any) -> set[str]:
    if isinstance(schema, dict):
        own = {schema["pattern"]} if isinstance(schema.get("pattern"), str) else set()
        return own.union(*map(patterns_of, schema.values()))
    return set().union(*map(patterns_of, schema)) if isinstance(schema, list) else set()


@pytest.mark.parametrize("model", BODIES)
def test_every_pattern_of_a_body_is_told_in_words(model: type[BaseModel]) -> None:
    assert patterns_of(model.model_json_schema()) <= PATTERNS.keys()


def test_a_pointer_at_no_address_is_told_what_an_address_is(fresh: TestClient) -> None:
    code = fresh.post("/api/lectures", json={}).json()["code"]
    fresh.cookies.clear()
    started = fresh.post("/api/lectures", json={})
    lecture, cookie = f"/api/lectures/{started.json()['code']}", started.headers["set-cookie"].partition(";")[0]
    assert code != started.json()["code"]
    body = {"id": "p", "fence": 1, "kind": "pointer", "body": {"address": "<b>"}}
    answer = fresh.post(f"{lecture}/commands", json=body, headers={"Cookie": cookie})
    fault = require_fault(answer, 422, "wrong_type", "/body/address")
    assert "1/kernel/1,2" in fault["detail"]


NUMBERS = [name for name, field in Settings.model_fields.items() if field.annotation is float]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", ["1e308", "inf", "nan", "1e400"])
def test_a_setting_beyond_all_measure_ends_the_start_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv("UNROLLED_DATA", str(tmp_path))
    monkeypatch.setenv(f"UNROLLED_{name.upper()}", value)
    assert main(["--no-browser", "--port", "0"]) == 1
    said = capsys.readouterr().err
    assert f"The setting {name} (UNROLLED_{name.upper()}) must be " in said
    assert "of its kind" not in said
    assert not any(word in said for word in LIBRARY_WORDS)


def test_the_longest_life_of_a_lecture_fits_its_cookie(settings: Settings) -> None:
    with TestClient(create_app(settings.model_copy(update={"lecture_days": 36_500.0})), base_url=HOME) as client:
        assert "Max-Age=3153600000" in client.post("/api/lectures", json={}).headers["set-cookie"]


def test_over_https_browsers_are_told_to_stay_there(settings: Settings) -> None:
    def app(public_url: str) -> FastAPI:
        return create_app(settings.model_copy(update={"public_url": public_url}))

    for public_url, expected in (("https://example.org", "max-age=31536000"), ("http://example.org", None), ("", None)):
        with TestClient(app(public_url), base_url=HOME) as client:
            for path in ("/", "/nothing", "/version"):
                assert client.get(path).headers.get("Strict-Transport-Security") == expected


@pytest.mark.parametrize("path", ["/", "/nothing", "/version", "/static/css/page.css"])
def test_no_other_site_shares_our_windows_or_uses_our_answers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert {"camera=()", "microphone=()", "geolocation=()"} <= set(headers["Permissions-Policy"].split(", "))
