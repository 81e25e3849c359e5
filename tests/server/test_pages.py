from __future__ import annotations

import gzip
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import engine
from app import pages
from app.files import Files
from app.languages import ENGLISH, LANGUAGES, Language
from app.main import create_app
from app.problems import PROBLEMS
from app.scenes import default_scene
from app.settings import Settings
from app.tables import page_tables
from tests.server.asking import HOME, require_problem

STATIC = Path(__file__).parents[2] / "static"
SCRIPT = next(STATIC.glob("js/*.js")).name
EVERY_KIND_OF_ANSWER = [
    "/",
    "/docs",
    "/openapi.json",
    f"/static/js/{SCRIPT}",
    "/fonts/stix-two-math.ttf",
    "/version",
    "/nothing",
    "/api/traces",
    "/problems/busy",
]


class Links(HTMLParser):
    """Every URL that a page loads or leads to, its anchors, and whatever a Content-Security-Policy would stop."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.urls: list[str] = []
        self.ids: list[str] = []
        self.stopped: list[str] = []
        self._script = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.urls += [value for name in ("src", "href", "action", "data", "poster") if (value := given.get(name))]
        self.ids += [value for name in ("id",) if (value := given.get(name))]
        self.stopped += [f"{tag} {name}" for name in given if name.startswith("on")]
        self._script = tag == "script" and "src" not in given and given.get("type") != "application/json"

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.stopped.append(f"inline script: {data[:40]}")


@pytest.mark.parametrize("path", EVERY_KIND_OF_ANSWER)
def test_every_answer_carries_the_headers_that_keep_a_browser_in(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == policy["font-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "unsafe-inline" not in policy["script-src"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "server" not in headers


BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
NOWHERE = ["/nothing", "/%23v=1&scene=x", "/a/b/c", "/a/%23v=1", "/static/js/none.js", "/problems/none", "/parts/none", "/api/none"]


@pytest.mark.parametrize("path", NOWHERE)
@pytest.mark.parametrize("root_path", ["", "/unrolled"])
def test_a_person_who_follows_a_link_to_nothing_gets_a_page_that_leads_to_the_start(settings: Settings, path: str, root_path: str) -> None:
    with TestClient(create_app(settings.model_copy(update={"root_path": root_path})), base_url=HOME) as client:
        for before in {"", root_path}:
            page = client.get(before + path, headers={**BROWSER, "Accept-Language": "hi"})
            assert (page.status_code, page.headers["Content-Type"].partition(";")[0]) == (404, "text/html")
            assert (page.headers["Content-Language"], page.headers["Cache-Control"]) == ("hi", "no-store")
            assert {"Accept", "Accept-Language"} <= set(page.headers["Vary"].split(", "))
            assert '<html lang="hi">' in page.text
            links = Links(page.text)
            assert not links.stopped
            assert str(page.url.join(links.urls[-1])) == f"{HOME}{before}/"
            for url in links.urls:
                assert client.get(str(page.url.join(url))).status_code == 200, url
            assert client.head(before + path, headers=BROWSER).status_code == 404


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html;q=0", "text/html; q=0.0, */*", "text/htmlx", ""])
def test_a_program_that_asks_for_nothing_gets_a_problem(client: TestClient, accept: str) -> None:
    for path in NOWHERE:
        answer = client.get(path, headers={"Accept": accept})
        require_problem(answer, 404, "not-found")
        assert "Accept" in answer.headers["Vary"]


def test_what_is_not_found_below_a_known_path_stays_a_problem(client: TestClient) -> None:
    require_problem(client.get("/api/scenes/none", headers=BROWSER), 404, "unknown-scene")
    require_problem(client.post("/nothing", headers=BROWSER), 404, "not-found")


def test_an_answer_to_our_own_mistake_carries_them_too_and_tells_nothing(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(language: Language) -> None:
        raise RuntimeError("secret detail in /some/path.py")

    monkeypatch.setattr("app.routes.pages.index_page", broken)
    response = client.get("/")
    require_problem(response, 500, "internal")
    assert "secret" not in response.text
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/docs", "/checked"])
def test_pages_load_nothing_from_elsewhere_and_hold_nothing_that_the_policy_stops(client: TestClient, path: str) -> None:
    page = Links(client.get(path).text)
    assert page.stopped == []
    outside = [url for url in page.urls if re.match(r"[a-z]+:|/", url, re.IGNORECASE)]
    assert outside == [], "only relative URLs work under every sub-path"


@pytest.mark.parametrize("path", ["/", "/docs", "/checked"])
def test_every_link_of_a_page_leads_somewhere(client: TestClient, path: str) -> None:
    page = Links(client.get(path).text)
    for url in page.urls:
        if url.startswith("#v="):
            assert url.removeprefix("#v=2&view=") in {"grid", "gradients", "training", "compare"}, url
        elif url.startswith("#"):
            assert url[1:] in page.ids, url
        else:
            assert client.get("/" + url.removeprefix("./")).status_code == 200, url


def test_the_page_carries_its_tables_as_json(client: TestClient) -> None:
    text = client.get("/").text
    tables = json.loads(text.partition('id="tables">')[2].partition("</script>")[0])
    assert {"words", "keys", "quantities", "limits", "reviews", "presets"} <= tables.keys()
    assert tables["limits"]["units"]["max"] == 128
    assert tables["presets"][0]["scene"] == default_scene().document()
    assert [review["label"] for review in tables["reviews"]] == [1, 0, 1]


@pytest.mark.parametrize("path", ["/?join=ABCDEFGH", "/?present=ABCDEFGH&language=hi"])
def test_a_page_of_a_lecture_shows_no_other_picture_before_the_lectures_own(client: TestClient, path: str) -> None:
    assert "<body data-lecture=joining>" in client.get(path).text
    assert "<body>" in client.get("/").text


def test_where_nobody_may_start_a_lecture_the_page_has_no_button_for_it(settings: Settings) -> None:
    for starters, buttons in (("anyone", 2), ("nobody", 0)):
        with TestClient(create_app(settings.model_copy(update={"starters": starters})), base_url=HOME) as client:
            assert client.get("/").text.count('data-part="lecture"') == buttons


@pytest.mark.parametrize(("path", "code"), [("/", "en"), ("/?language=hi", "hi")])
def test_the_page_is_whole_in_its_language_before_any_script_runs(client: TestClient, path: str, code: str) -> None:
    response = client.get(path)
    words = LANGUAGES[code].words
    assert f'<html lang="{code}" dir="ltr"' in response.text
    markup = response.text.partition("</script>")[2]
    assert all(f'aria-label="{words[key]}"' in markup for key in ("language", "step.forward", "timeline", "sentence"))
    assert f'<option value="{code}" lang="{code}" selected>' in markup
    assert response.headers["Content-Language"] == code


def test_what_keeps_answers_is_told_that_the_page_depends_on_the_language_asked_for(client: TestClient) -> None:
    english, hindi = (client.get("/", headers={"Accept-Language": asked}) for asked in ("en-US,en;q=0.5", "hi-IN,hi;q=0.9,en;q=0.5"))
    assert english.headers["Vary"] == hindi.headers["Vary"] == "Accept-Language, Accept-Encoding"
    assert english.headers["ETag"] != hindi.headers["ETag"]
    assert client.get("/", headers={"If-None-Match": english.headers["ETag"], "Accept-Language": "hi"}).status_code == 200
    assert client.get("/", headers={"If-None-Match": hindi.headers["ETag"], "Accept-Language": "hi"}).status_code == 304


def test_nothing_in_the_tables_can_end_their_script_element(monkeypatch: pytest.MonkeyPatch) -> None:
    evil = {**page_tables(), "evil": "</script><script>alert(1)</script><!--"}
    monkeypatch.setattr(pages, "page_tables", lambda language: evil)
    assert b"<script>alert" not in pages._index_page.__wrapped__(ENGLISH, False, True, "").body


def test_a_file_is_compressed_for_who_takes_it_and_not_sent_to_who_has_it(client: TestClient) -> None:
    path, original = "/static/css/tokens.css", (STATIC / "css/tokens.css").read_bytes()
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert plain.content == original
    assert "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == "Accept-Encoding"
    with client.stream("GET", path, headers={"Accept-Encoding": "br, gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(raw) == original
    assert packed.headers["ETag"] != plain.headers["ETag"]
    for etag in (plain.headers["ETag"], packed.headers["ETag"]):
        assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    refused = client.get(path, headers={"Accept-Encoding": "gzip;q=0, br"})
    assert "Content-Encoding" not in refused.headers


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"/static/js/{SCRIPT}", "text/javascript; charset=utf-8"),
        ("/static/css/tokens.css", "text/css; charset=utf-8"),
        ("/fonts/stix-two-math.ttf", "font/ttf"),
    ],
)
def test_files_say_what_they_are(client: TestClient, path: str, kind: str) -> None:
    assert client.get(path).headers["Content-Type"] == kind


KEPT = "public, max-age=31536000, immutable"


def test_the_files_that_a_page_names_and_the_font_are_never_asked_for_again(client: TestClient) -> None:
    named = [url for url in Links(client.get("/").text).urls if url.startswith("static/")]
    assert len(named) > 20
    for url in ["/fonts/stix-two-math.ttf", *named]:
        assert client.get(url).headers["Cache-Control"] == KEPT, url


@pytest.mark.parametrize("path", ["/static/css/tokens.css", "/static/0123456789abcdef/css/tokens.css"])
def test_a_file_that_no_page_of_this_version_names_is_asked_for_again(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.content == (STATIC / "css/tokens.css").read_bytes()


def test_the_address_of_the_files_changes_with_a_byte_or_a_name_and_with_nothing_else(tmp_path: Path) -> None:
    def fingerprint(**files: str) -> str:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content)
        return Files(folder).fingerprint

    assert fingerprint(a="1", b="2") == fingerprint(b="2", a="1")
    assert len({fingerprint(a="1", b="2"), fingerprint(a="1", b="3"), fingerprint(a="1", c="2"), fingerprint(a="12")}) == 4


def test_an_edit_gives_the_files_another_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.files.LOOK", 0)
    (tmp_path / "a.js").write_text("1")
    files = Files(tmp_path)
    before = files.fingerprint
    (tmp_path / "a.js").write_text("2")
    os.utime(tmp_path / "a.js", ns=(1, 1))
    assert files.fingerprint != before
    assert files.get("a.js").body == b"2"


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/js",
        "/static/nothing.js",
        "/static/../app/main.py",
        "/static/..%2fapp%2fmain.py",
        "/static/%2e%2e/app/main.py",
        "/static/..\\app\\main.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/%00",
        "/static/js/%ff",
        "/static/" + "a" * 5000,
        "/fonts/",
        "/fonts/..%2f__init__.py",
        "/fonts/STIXTwoMath-Regular.ttf",
    ],
)
def test_nothing_but_the_files_of_the_page_is_served(client: TestClient, path: str) -> None:
    require_problem(client.get(path), 404, "not-found")


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret").write_text("secret")
    (inside / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(Exception, match="not-found"):
        Files(inside).get("link")


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "a.css"
    files = Files(tmp_path)
    file.write_text("one")
    first = files.get("a.css")
    assert files.get("a.css") is first
    file.write_text("two")
    os.utime(file, ns=(0, 1))
    assert files.get("a.css").body == b"two"


def test_a_file_that_was_read_while_it_was_being_written_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Emptied and filled within one tick of the clock, so that only its size tells."""
    monkeypatch.setattr("app.files.LOOK", 0)
    file, files = tmp_path / "a.css", Files(tmp_path)
    found = []
    for content in ("", "whole"):
        file.write_text(content)
        os.utime(file, ns=(0, 1))
        found.append((files.get("a.css").body, files.fingerprint))
    assert [body for body, _ in found] == [b"", b"whole"]
    assert found[0][1] != found[1][1]


def test_every_problem_type_leads_to_its_place_in_the_documentation(client: TestClient) -> None:
    anchors = Links(client.get("/docs").text).ids
    for name in PROBLEMS:
        response = client.get(f"/problems/{name}")
        assert (response.status_code, response.headers["Location"]) == (303, f"../docs#problem-{name}")
        assert f"problem-{name}" in anchors
    require_problem(client.get("/problems/nonsense"), 404, "not-found")


def test_the_documentation_names_every_operation(client: TestClient) -> None:
    text = client.get("/docs").text
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        assert all(f"{method.upper()} {path}" in text for method in methods)


def test_version_health_and_limits_answer(client: TestClient) -> None:
    assert client.get("/version").json() == {"version": engine.__version__, "engine": engine.__version__, "scene": 1}
    assert client.get("/healthz").json() == client.get("/readyz").json() == {"status": "ok"}
    limits = client.get("/api/limits").json()
    assert (limits["units"]["max"], limits["scene_bytes"]["max"], limits["trace_numbers"]["max"]) == (128, 65536, 3_000_000)


def test_under_a_sub_path_problems_and_documents_name_it(settings: Settings) -> None:
    under = settings.model_copy(update={"root_path": "/unrolled"})
    with TestClient(create_app(under), base_url=HOME) as client:
        for path in ("/version", "/unrolled/version"):  # with a proxy that takes the sub-path off, and one that leaves it
            assert client.get(path).status_code == 200
        assert client.get("/nothing").json()["type"] == "/unrolled/problems/not-found"
        assert client.get("/openapi.json").json()["servers"] == [{"url": "/unrolled"}]


def test_the_sub_path_without_its_slash_leads_to_the_page(settings: Settings) -> None:
    under = settings.model_copy(update={"root_path": "/unrolled"})
    with TestClient(create_app(under), base_url=HOME, follow_redirects=False) as client:
        for path, place in (("/unrolled", "/unrolled/"), ("/unrolled?a=%20b", "/unrolled/?a=%20b")):
            response = client.get(path)
            assert (response.status_code, response.headers["Location"]) == (307, place)
            assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert client.get("/unrolled/").status_code == client.get("/").status_code == 200
        require_problem(client.get("/unrolled", headers={"Host": "evil.example"}), 421, "wrong-host")
        require_problem(client.get("/unrolledX"), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/traces", "POST"),
        ("POST", "/", "GET, HEAD"),
        ("PUT", "/api/limits", "GET, HEAD"),
        ("OPTIONS", "/version", "GET, HEAD"),
    ],
)
def test_another_method_is_a_405_that_names_the_right_one(client: TestClient, method: str, path: str, allowed: str) -> None:
    response = client.request(method, path)
    require_problem(response, 405, "method-not-allowed")
    assert response.headers["Allow"] == allowed
