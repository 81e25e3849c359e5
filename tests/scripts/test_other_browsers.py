from __future__ import annotations

from pathlib import Path

import pytest

import _other_browsers
from tests.scripts.test_browser import program

PROGRAMS = {"firefox-esr": ("firefox-esr",), "webkit2gtk-driver": ("WebKitWebDriver",), "xvfb": ("Xvfb",)}


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without browsers, which is no Debian; what it installs must be said by the test."""
    commands = tmp_path / "commands"
    commands.mkdir()
    monkeypatch.setenv("PATH", str(commands))
    monkeypatch.setattr(_other_browsers.sys, "platform", "linux")
    monkeypatch.setattr(_other_browsers.platform, "freedesktop_os_release", lambda: {"ID": "ubuntu", "ID_LIKE": "debian"})
    monkeypatch.setattr(_other_browsers, "apt_install", lambda *packages: pytest.fail(f"{packages} were installed"))
    for variable in (_other_browsers.FIREFOX_VARIABLE, _other_browsers.WEBKIT_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
    return commands


@pytest.fixture
def debian(empty_machine: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A Debian on which root installs; the packages that it was asked for."""
    asked: list[str] = []

    def apt_install(*packages: str) -> bool:
        asked.extend(packages)
        return [program(empty_machine / name) for package in packages for name in PROGRAMS[package]] != []

    monkeypatch.setattr(_other_browsers.platform, "freedesktop_os_release", lambda: {"ID": "debian"})
    monkeypatch.setattr(_other_browsers, "apt_install", apt_install)
    return asked


def test_debian_installs_what_is_missing(debian: list[str]) -> None:
    assert _other_browsers.other_browsers() == []
    assert debian == ["firefox-esr", "webkit2gtk-driver", "xvfb"]


def test_debian_installs_nothing_that_is_there(debian: list[str], empty_machine: Path) -> None:
    for name in ("firefox-esr", "WebKitWebDriver", "Xvfb"):
        program(empty_machine / name)
    assert _other_browsers.other_browsers() == []
    assert debian == []


def test_a_driver_of_webkit_without_a_screen_to_draw_on_is_not_enough(debian: list[str], empty_machine: Path) -> None:
    program(empty_machine / "firefox-esr")
    program(empty_machine / "WebKitWebDriver")
    assert _other_browsers.find_webkit() is None
    assert _other_browsers.other_browsers() == []
    assert debian == ["webkit2gtk-driver", "xvfb"]


@pytest.mark.parametrize(
    ("there", "packages"),
    [(("WebKitWebDriver", "Xvfb"), "firefox-esr"), (("firefox-esr",), "webkit2gtk-driver xvfb")],
)
def test_where_debian_cannot_install_it_fails_and_says_what_to_type(
    debian: list[str], empty_machine: Path, monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...], packages: str
) -> None:
    for name in there:
        program(empty_machine / name)
    monkeypatch.setattr(_other_browsers, "apt_install", lambda *packages: False)
    with pytest.raises(SystemExit, match=f"sudo apt-get install -y {packages}$"):
        _other_browsers.other_browsers()


def test_elsewhere_what_is_missing_is_named_and_nothing_is_installed(empty_machine: Path) -> None:
    assert _other_browsers.other_browsers() == ["Firefox", "WebKit"]
    program(empty_machine / "firefox")
    assert _other_browsers.other_browsers() == ["WebKit"]
    assert _other_browsers.not_walked(["WebKit"]).endswith("does not have it: WebKit.")


@pytest.mark.parametrize("name", _other_browsers.FIREFOX_COMMANDS)
def test_every_known_command_is_found(empty_machine: Path, name: str) -> None:
    assert _other_browsers.find_firefox() is None
    assert program(empty_machine / name) == _other_browsers.find_firefox()


def test_the_variables_win_over_what_is_on_the_machine(empty_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("firefox", "WebKitWebDriver", "Xvfb"):
        program(empty_machine / name)
    mine = program(tmp_path / "mine")
    for variable, found in (
        (_other_browsers.FIREFOX_VARIABLE, _other_browsers.find_firefox),
        (_other_browsers.WEBKIT_VARIABLE, _other_browsers.find_webkit),
    ):
        monkeypatch.setenv(variable, str(mine))
        assert found() == mine


@pytest.mark.parametrize("variable", [_other_browsers.FIREFOX_VARIABLE, _other_browsers.WEBKIT_VARIABLE])
def test_a_variable_that_names_no_file_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "/no/such/browser")
    with pytest.raises(SystemExit, match=f"{variable} names /no/such/browser, and there is no such file"):
        _other_browsers.other_browsers()


def test_on_macos_the_applications_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_other_browsers.sys, "platform", "darwin")
    monkeypatch.setenv("HOME", str(tmp_path))
    firefox = program(tmp_path / "Applications/Firefox.app/Contents/MacOS/firefox")
    assert _other_browsers.find_firefox() == firefox


def test_on_windows_the_program_folders_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_other_browsers.sys, "platform", "win32")
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path / "Program Files"))
    firefox = program(tmp_path / "Program Files/Mozilla Firefox/firefox.exe")
    assert _other_browsers.find_firefox() == firefox


def test_a_system_that_does_not_say_what_it_is_is_no_debian(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsaid() -> dict[str, str]:
        raise OSError

    monkeypatch.setattr(_other_browsers.platform, "freedesktop_os_release", unsaid)
    assert not _other_browsers.is_debian()
