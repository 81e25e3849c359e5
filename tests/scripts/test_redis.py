from __future__ import annotations

from pathlib import Path

import pytest

import _redis
from tests.scripts.test_browser import program


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without redis-server and without apt-get; what it installs must be said by the test."""
    commands = tmp_path / "commands"
    commands.mkdir()
    monkeypatch.setenv("PATH", str(commands))
    monkeypatch.delenv(_redis.VARIABLE, raising=False)
    return commands


def test_the_variable_wins_over_what_is_on_the_machine(empty_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(empty_machine / "redis-server")
    named = program(tmp_path / "mine")
    monkeypatch.setenv(_redis.VARIABLE, str(named))
    assert _redis.redis_server() == named


def test_a_variable_that_names_no_file_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_redis.VARIABLE, "/no/such/server")
    with pytest.raises(SystemExit, match="names /no/such/server, and there is no such file"):
        _redis.redis_server()


@pytest.mark.parametrize("name", _redis.COMMANDS)
def test_every_known_command_is_found(empty_machine: Path, name: str) -> None:
    assert _redis.find() is None
    assert program(empty_machine / name) == _redis.find()


def test_on_debian_the_package_is_installed(empty_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_redis, "apt_install", lambda package: bool(program(empty_machine / package)))
    assert _redis.redis_server() == empty_machine / "redis-server"


def test_a_missing_server_fails_and_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_redis, "apt_install", lambda package: False)
    with pytest.raises(SystemExit, match="Install Redis 7 or newer"):
        _redis.redis_server()
