from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.network import lan_address
from tests.contract.repository import ROOT
from tests.server.serving import ServerProcess

Start = Callable[..., subprocess.Popen[str]]
PATIENCE = 30


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts `python -m app` with data of its own; whatever still runs afterwards is ended."""
    started: list[subprocess.Popen[str]] = []

    def start(*options: str, **environ: str) -> subprocess.Popen[str]:
        quiet = {name: value for name, value in os.environ.items() if not name.startswith("UNROLLED_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "--no-browser", *options],
            cwd=ROOT,
            env=quiet | {"UNROLLED_DATA": str(tmp_path)} | environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def port_of(process: subprocess.Popen[str]) -> int:
    """The port in the line that says where it is."""
    for line in process.stdout:
        if found := re.search(r"Unrolled is at http://[^/]+:(\d+)/", line):
            return int(found[1])
    raise AssertionError(process.stderr.read())


def fetch(port: int, path: str = "/healthz") -> Any:
    return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE)


def test_without_a_port_the_next_free_one_is_taken_and_said(start: Start) -> None:
    first = port_of(start())
    second = start()
    said = second.stdout.readline()
    assert said == f"Port 8000 is taken, so this is port {port_of(second)}.\n"
    assert fetch(first).status == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once_without_a_stack_also_while_somebody_is_still_sending(start: Start, number: int) -> None:
    process = start("--port", "0")
    with socket.create_connection(("127.0.0.1", port_of(process))) as waiting:
        waiting.sendall(b"POST /api/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n")
        begun = time.monotonic()
        process.send_signal(number)
        _, said = process.communicate(timeout=PATIENCE)
    assert time.monotonic() - begun < 5
    assert process.returncode in {0, 130}
    assert "Traceback" not in said


def test_ctrl_c_while_it_is_still_starting_leaves_no_stack(start: Start) -> None:
    process = start("--port", "0", PYTHONVERBOSE="1")
    for line in process.stderr:
        if "import 'fastapi" in line:
            break
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode in {0, 130}
    assert "Traceback" not in said


def test_a_local_network_gets_the_address_as_a_code_and_that_name_is_answered_to(start: Start) -> None:
    process = start("--lan", "--port", "0")
    port = port_of(process)
    lines = [process.stdout.readline() for _ in range(8)]
    assert f"http://{lan_address()}:{port}/" in lines[0]
    assert any("█" in line or "▀" in line or "\x1b[" in line for line in lines)
    named = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": f"{lan_address()}:{port}"})
    assert urllib.request.urlopen(named, timeout=PATIENCE).status == 200


def test_small_answers_are_sent_at_once(tmp_path: Path) -> None:
    """A hundred in a row, where each would wait 40 ms for an acknowledgement if the socket were not TCP by name."""
    with ServerProcess(tmp_path) as server, server.connect() as connection:
        begun = time.monotonic()
        for _ in range(100):
            connection.sendall(b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = b""
            while not answer.endswith(b"}"):
                answer += connection.recv(65536)
    assert time.monotonic() - begun < 3
