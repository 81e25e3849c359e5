from __future__ import annotations

import stat
from pathlib import Path

import pytest

import _nginx


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without nginx; what it installs must be said by the test."""
    commands = tmp_path / "commands"
    commands.mkdir()
    monkeypatch.setenv("PATH", str(commands))
    monkeypatch.setattr(_nginx, "BESIDE", str(tmp_path / "sbin"))
    monkeypatch.setattr(_nginx, "apt_install", lambda package: False)
    monkeypatch.delenv(_nginx.VARIABLE, raising=False)
    return commands


def test_the_variable_wins_over_what_is_on_the_machine(empty_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(empty_machine / "nginx")
    named = program(tmp_path / "mine")
    monkeypatch.setenv(_nginx.VARIABLE, str(named))
    assert _nginx.nginx() == named


def test_a_variable_that_names_no_file_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_nginx.VARIABLE, "/no/such/nginx")
    with pytest.raises(SystemExit, match="names /no/such/nginx, and there is no such file"):
        _nginx.nginx()


def test_it_is_found_on_the_path_and_where_debian_keeps_it(empty_machine: Path, tmp_path: Path) -> None:
    beside = program(tmp_path / "sbin" / "nginx")
    assert _nginx.nginx() == beside
    assert _nginx.nginx() != program(empty_machine / "nginx") == _nginx.find()


def test_what_is_missing_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted: list[str] = []

    def install(package: str) -> bool:
        wanted.append(package)
        return program(tmp_path / "sbin" / "nginx").is_file()

    monkeypatch.setattr(_nginx, "apt_install", install)
    assert _nginx.nginx() == tmp_path / "sbin" / "nginx"
    assert wanted == ["nginx"]


def test_where_it_cannot_be_installed_a_sentence_says_what_to_do() -> None:
    with pytest.raises(SystemExit, match=r"none could be installed\. Install nginx"):
        _nginx.nginx()
