"""What is written to the log, and how much of it somebody from outside can cause."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from app import telemetry
from app.telemetry import MOST_WARNINGS, QUIET, Repetitions
from tests.server.serving import ServerProcess, request, split

MALFORMED = b"nonsense\r\n\r\n"


def record(message: str, level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord("here", level, __file__, 1, message, None, None)


def test_a_flood_of_malformed_requests_writes_one_line(tmp_path: Path) -> None:
    with ServerProcess(tmp_path / "data") as server:
        for _ in range(200):
            assert split(server.ask(MALFORMED))[0] == 400
        assert split(server.ask(request("/version")))[0] == 200
        lines = [json.loads(line) for line in server.said.splitlines()]
    assert [(line["level"], line["message"]) for line in lines] == [("WARNING", "Invalid HTTP request received.")]


def test_a_warning_comes_again_after_a_while_and_says_how_often_it_was_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(telemetry.time, "monotonic", lambda: now)
    repetitions = Repetitions()
    assert repetitions.filter(first := record("malformed"))
    assert not hasattr(first, "held_back")
    assert [repetitions.filter(record("malformed")) for _ in range(3)] == [False] * 3
    assert repetitions.filter(record("something else")), "another warning is not held back"
    now += QUIET
    assert repetitions.filter(again := record("malformed"))
    assert again.held_back == 3  # type: ignore[attr-defined]
    assert not repetitions.filter(record("malformed"))


def test_errors_and_requests_are_always_written_and_little_is_remembered() -> None:
    repetitions = Repetitions()
    for level in (logging.ERROR, logging.INFO):
        assert all(repetitions.filter(record("the same", level)) for _ in range(3))
    for number in range(10 * MOST_WARNINGS):
        assert repetitions.filter(record(f"warning {number}"))
    assert len(repetitions._told) == MOST_WARNINGS
