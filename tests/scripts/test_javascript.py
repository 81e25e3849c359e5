from __future__ import annotations

import os
from pathlib import Path

import pytest

import _javascript
from tests.scripts.test_browser import program


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without Node.js; an environment that gets one must be said by the test."""
    commands = tmp_path / "commands"
    commands.mkdir()
    monkeypatch.setenv("PATH", str(commands))
    monkeypatch.setattr(_javascript, "environment", lambda requirements: pytest.fail(f"{requirements} was installed"))
    return commands


def node(folder: Path, version: str) -> None:
    program(folder / "node", f"echo {version}")
    program(folder / "npm")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of the environment, which gets a Node.js of its own."""
    asked: list[str] = []

    def environment(requirements: str) -> Path:
        asked.append(requirements)
        node(tmp_path / "bin", "v24.19.0")
        return tmp_path / "bin" / "python"

    monkeypatch.setattr(_javascript, "environment", environment)
    return asked


@pytest.mark.parametrize("version", ["v20.20.2", "v24.1.0"])
def test_a_node_that_is_new_enough_is_taken_as_it_is(empty_machine: Path, version: str) -> None:
    node(empty_machine, version)
    _javascript.require_node()
    assert os.environ["PATH"] == str(empty_machine)


@pytest.mark.parametrize("version", ["v18.20.4", "", "unknown"])
def test_beside_one_that_is_too_old_or_does_not_answer_the_environment_gets_its_own(
    empty_machine: Path, tmp_path: Path, installed: list[str], version: str
) -> None:
    node(empty_machine, version)
    _javascript.require_node()
    assert installed == [_javascript.REQUIREMENTS]
    assert _javascript.shutil.which("node") == str(tmp_path / "bin" / "node")


@pytest.mark.parametrize("there", [(), ("node",), ("npm",)])
def test_where_node_or_its_npm_is_missing_the_environment_gets_both(
    empty_machine: Path, tmp_path: Path, installed: list[str], there: tuple[str, ...]
) -> None:
    for name in there:
        program(empty_machine / name, "echo v24.1.0")
    _javascript.require_node()
    assert installed == [_javascript.REQUIREMENTS]
    assert [_javascript.shutil.which(name) for name in ("node", "npm")] == [str(tmp_path / "bin" / name) for name in ("node", "npm")]


def test_a_node_that_does_not_run_after_all_fails_and_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_javascript, "environment", lambda requirements: tmp_path / "python")
    with pytest.raises(SystemExit, match=r"need Node\.js 20 or newer with its npm\. Install them"):
        _javascript.require_node()


def test_a_node_that_cannot_be_installed_fails_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_javascript, "environment", lambda requirements: _javascript.stop("pip says why"))
    with pytest.raises(SystemExit, match=r"(?s)pip says why.*need Node\.js 20 or newer"):
        _javascript.require_node()
