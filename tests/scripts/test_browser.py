from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

import _browser


def program(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without browsers and without apt-get; what it installs must be said by the test."""
    commands = tmp_path / "commands"
    commands.mkdir()
    monkeypatch.setenv("PATH", str(commands))
    monkeypatch.setattr(_browser.sys, "platform", "linux")
    monkeypatch.delenv(_browser.VARIABLE, raising=False)
    return commands


def test_the_variable_wins_over_what_is_on_the_machine(empty_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(empty_machine / "chromium")
    named = program(tmp_path / "mine")
    monkeypatch.setenv(_browser.VARIABLE, str(named))
    assert _browser.browser(tmp_path) == named


def test_a_variable_that_names_no_file_is_an_error_that_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_browser.VARIABLE, "/no/such/browser")
    with pytest.raises(SystemExit, match="names /no/such/browser, and there is no such file"):
        _browser.browser(tmp_path)


@pytest.mark.parametrize("name", _browser.COMMANDS)
def test_every_known_command_is_found(empty_machine: Path, name: str) -> None:
    assert _browser.find() is None
    assert program(empty_machine / name) == _browser.find()


def test_on_macos_the_applications_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_browser.sys, "platform", "darwin")
    monkeypatch.setenv("HOME", str(tmp_path))
    edge = program(tmp_path / "Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge")
    assert _browser.find() == edge


def test_on_windows_the_program_folders_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_browser.sys, "platform", "win32")
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path / "Program Files"))
    chrome = program(tmp_path / "Program Files/Google/Chrome/Application/chrome.exe")
    assert _browser.find() == chrome


@pytest.mark.parametrize("there", [(), ("chromium",), (_browser.SHELL,)])
def test_as_root_on_debian_the_one_without_a_window_is_installed(
    there: tuple[str, ...], empty_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in there:
        program(empty_machine / name)
    installed: list[str] = []

    def apt_install(package: str) -> bool:
        installed.append(package)
        program(empty_machine / package)
        return True

    monkeypatch.setattr(_browser, "apt_install", apt_install)
    assert _browser.browser(tmp_path) == empty_machine / _browser.SHELL
    assert installed == ([] if _browser.SHELL in there else [_browser.SHELL])


def test_where_debian_has_none_without_a_window_it_is_chromium(
    empty_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def apt_install(package: str) -> bool:
        return package == "chromium" and program(empty_machine / package).is_file()

    monkeypatch.setattr(_browser, "apt_install", apt_install)
    assert _browser.browser(tmp_path) == empty_machine / "chromium"


def test_where_it_cannot_be_installed_any_other_will_do(empty_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_browser, "apt_install", lambda package: False)
    chrome = program(empty_machine / "google-chrome")
    assert _browser.browser(tmp_path) == chrome


def test_without_debian_playwright_installs_its_own_and_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = program(tmp_path / "own")
    monkeypatch.setattr(_browser, "apt_install", lambda package: False)
    python = program(tmp_path / "python", f'case "$2" in playwright) exit 0;; *) echo {own};; esac')
    assert _browser.browser(python) == own


def test_where_nothing_works_a_sentence_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_browser, "apt_install", lambda package: False)
    python = program(tmp_path / "python", "exit 1")
    with pytest.raises(SystemExit, match="Install Chromium, Chrome or Edge, or set UNROLLED_BROWSER"):
        _browser.browser(python)


def test_apt_is_not_tried_where_one_is_not_root(empty_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(empty_machine / "apt-get", "exit 0")
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("a process was started"))
    assert not _browser.apt_install("chromium")


def test_a_report_names_the_browser_that_was_found(empty_machine: Path) -> None:
    program(empty_machine / _browser.SHELL)
    assert _browser.name_of("156.0") == "chromium-headless-shell 156.0"
