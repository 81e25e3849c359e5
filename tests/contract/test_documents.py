from __future__ import annotations

import json
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

import engine
from app.limits import LIMITS
from app.main import create_app
from app.problems import PROBLEMS
from app.settings import Settings
from app.tables import page_tables
from tests.contract.repository import ROOT, texts

DOCUMENTS = sorted(path for path in texts() if path.endswith(".md"))


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The server's answers, without a socket."""
    with TestClient(create_app(Settings(data=tmp_path_factory.mktemp("data"))), base_url="http://localhost") as client:
        yield client


def test_every_benchmark_has_its_place_among_the_measurements() -> None:
    named = re.search(r"^NAMES = (.+)$", read("scripts/benchmarks/__main__.py"), re.MULTILINE)
    assert named
    for name in re.findall(r'"(\w+)"', named[1]):
        assert f"<!-- {name}: written by scripts/bench.py -->" in read("docs/performance.md")
        assert f"[{name}]" in read("scripts/bench.py")


def default(name: str) -> str:
    """A setting's default as docs/hosting.md shows it."""
    value = Settings.model_fields[name].default
    if name in ("workers", "training_processes"):
        return "cores − 1"
    if str(value) in ("", "None"):
        return "none"
    return f"`{json.dumps(value) if isinstance(value, bool | int | float | tuple) else value}`"


def test_every_setting_stands_in_the_hosting_document_with_its_default_and_its_reason() -> None:
    rows = [f"| `UNROLLED_{name.upper()}` | {default(name)} | {field.description} |" for name, field in Settings.model_fields.items()]
    assert re.findall(r"^\| `UNROLLED.*$", read("docs/hosting.md"), flags=re.MULTILINE) == rows


def test_the_api_and_the_page_show_every_limit(client: TestClient) -> None:
    assert client.get("/api/limits").json().keys() == LIMITS.keys()
    assert page_tables()["limits"].keys() == LIMITS.keys()


def test_the_documentation_page_explains_every_problem(client: TestClient) -> None:
    page = client.get("/docs").text
    assert [name for name in PROBLEMS if f'id="problem-{name}"' not in page] == []


def test_the_type_of_every_problem_leads_to_its_explanation(client: TestClient) -> None:
    for name in PROBLEMS:
        answer = client.get(f"/problems/{name}", follow_redirects=False)
        assert answer.headers["location"].endswith(f"docs#problem-{name}")


def test_the_first_screen_of_the_readme_has_the_two_commands_and_a_picture() -> None:
    screen = "\n".join(read("README.md").splitlines()[:20])
    assert "python3 scripts/serve.py" in screen
    assert "python3 scripts/test.py" in screen
    assert "(docs/picture.png)" in screen


def test_the_program_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", read("README.md"), flags=re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(program, "README.md", "exec"), names)
    assert names["trace"].layers[1]["h"].shape == names["gradients"].layers[1]["h"].shape == (1, 3, 3)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_links_between_documents_lead_somewhere(path: str) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", read(path))
    assert [target for target in targets if not (ROOT / path).parent.joinpath(target).exists()] == []


def test_changelog_and_citation_name_the_version() -> None:
    assert "## [Unreleased]" in read("CHANGELOG.md")
    assert f"## [{engine.__version__}]" in read("CHANGELOG.md")
    assert f"version: {engine.__version__}\n" in read("CITATION.cff")


def test_the_licence_names_the_font_and_its_licence() -> None:
    assert re.search(r"STIX Two Math.*\n?.*\n?.*SIL Open Font License", read("LICENSE"))
