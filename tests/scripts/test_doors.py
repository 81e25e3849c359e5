from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import serve
import test as door
from _environment import ROOT


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that test.py runs, none of which is carried out."""
    commands: list[list[str]] = []
    monkeypatch.setattr(door, "environment", lambda requirements: Path("python"))
    monkeypatch.setattr(door, "browser", lambda python: Path("browser"))
    monkeypatch.setattr(door, "nginx", lambda: Path("nginx"))
    monkeypatch.setattr(door, "redis_server", lambda: Path("redis-server"))
    monkeypatch.setattr(door._javascript, "require_node", lambda: None)
    monkeypatch.setattr(door, "other_browsers", list)
    monkeypatch.setattr(door._javascript, "typescript", lambda: ["tsc"])
    monkeypatch.setattr(door, "run", lambda command: commands.append(command) or 0)
    monkeypatch.setenv(door.VARIABLE, "")
    monkeypatch.setenv(door.NGINX_VARIABLE, "")
    monkeypatch.setenv(door.REDIS_VARIABLE, "")
    return commands


def test_everything_runs_in_lanes_and_ends_with_the_slowest_ten(runs: list[list[str]]) -> None:
    assert door.main([]) == 0
    assert runs == [["python", "-m", "pytest", *door.EVERYTHING]]
    assert door.EVERYTHING[-2:] == ["--durations", "10"]


def test_arguments_go_to_pytest_as_they_are(runs: list[list[str]]) -> None:
    assert door.main(["tests/engine", "-k", "name"]) == 0
    assert runs == [["python", "-m", "pytest", "tests/engine", "-k", "name"]]


def test_browsers_that_this_machine_does_not_have_are_named_in_the_last_line(
    runs: list[list[str]], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(door, "other_browsers", lambda: ["Firefox", "WebKit"])
    monkeypatch.setattr(door, "run", lambda command: print("passed") or 0)
    assert door.main([]) == 0
    assert capfd.readouterr().out.splitlines()[-1] == "Not walked through, because this machine does not have it: Firefox and WebKit."


def test_where_all_browsers_are_there_the_summary_of_pytest_is_the_last_line(
    runs: list[list[str]], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(door, "run", lambda command: print("passed") or 0)
    assert door.main([]) == 0
    assert capfd.readouterr().out.splitlines()[-1] == "passed"


def test_without_node_nothing_is_run(runs: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door._javascript, "require_node", lambda: door._javascript.stop("no Node"))
    with pytest.raises(SystemExit, match="no Node"):
        door.main([])
    assert runs == []


def test_long_runs_everything_and_tells_pytest(runs: list[list[str]]) -> None:
    assert door.main(["--long"]) == 0
    assert runs == [["python", "-m", "pytest", *door.EVERYTHING, "--long"]]


def test_what_pytest_says_is_what_the_command_says(runs: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "run", lambda command: 1)
    assert door.main([]) == 1


def test_the_server_takes_the_place_of_the_command_with_the_same_options(monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[list[str]] = []
    monkeypatch.setattr(serve, "environment", lambda requirements: Path("python"))
    monkeypatch.setattr(serve.os, "chdir", lambda folder: None)
    monkeypatch.setattr(serve.os, "execv", lambda path, command: became.append(command), raising=False)
    monkeypatch.setattr(serve, "wait", lambda process: 0)
    monkeypatch.setattr(serve.subprocess, "Popen", became.append)
    serve.main(["--port", "0", "--no-browser"])
    assert became[0] == ["python", "-m", "app", "--port", "0", "--no-browser"]


def test_while_the_server_says_goodbye_ctrl_c_does_not_stop_the_waiting_for_it() -> None:
    class Process:
        interruptions = 2

        def wait(self) -> int:
            if self.interruptions:
                self.interruptions -= 1
                raise KeyboardInterrupt
            return 0

    assert serve.wait(Process()) == 0


def test_ci_does_nothing_but_call_the_second_command() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines == ["#!/usr/bin/env bash", 'exec python3 "$(dirname "$0")/../scripts/test.py"']


def test_an_interrupted_check_ends_without_a_stack() -> None:
    code = "import os, signal, sys, test\ntest.subprocess.run = lambda *a, **k: os.kill(os.getpid(), signal.SIGINT)\ntest.run(['x'])"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT / "scripts", capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (130, "")
