"""A lecture that many follow: from a presenter's command to its arrival at every listener, over real sockets on loopback."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _environment import ROOT
from _redis import redis_server
from app.scenes import default_scene
from benchmarks.report import Number, Report, quantile
from benchmarks.running import free_port, server_process

EVENTS_PER_SECOND = 10
SECONDS = 10
STALLED = 20
FEW = 50
CROWDS = (1000, 5000, 10_000)
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")

METHOD = f"""One server process, one process of listeners (plain sockets and epoll), and a presenter who moves the playhead
{EVENTS_PER_SECOND} times a second for {SECONDS} s. Each command says when it was sent, by the clock that the processes share; its age is
taken where it arrives, at every listener. Processor time and memory are the server's own, from /proc; memory of each is what the process
grew by while they came."""


@dataclass(frozen=True)
class Process:
    """What a process has used so far."""

    pid: int

    def cpu(self) -> float:
        """Seconds of processor time."""
        fields = self._read("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> int:
        """Bytes that it holds."""
        return int(self._read("statm").split()[1]) * PAGE

    def _read(self, name: str) -> str:
        return Path(f"/proc/{self.pid}/{name}").read_text(encoding="ascii")


class Presenter:
    """Starts a lecture and moves its playhead."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.cookie = self.session = ""
        scene = self.ask("POST", "/api/traces", default_scene().document(), raw=True)
        started = self.ask("POST", "/api/lectures", {"scene": scene})
        self.code, self.fence, self.session = started["code"], started["fence"], self.cookie

    def ask(self, method: str, path: str, body: dict[str, Any], raw: bool = False) -> Any:
        """One request; for a trace, the id of its scene."""
        headers = {"Content-Type": "application/json"} | ({"Cookie": self.session} if self.session else {})
        self.connection.request(method, path, json.dumps(body), headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"The server answered {answer.status}: {text.decode()}")
        self.cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        return answer.getheader("Scene-Id") if raw else json.loads(text)

    def move(self, number: int) -> float:
        """One playhead event, which carries when it was sent; the milliseconds until it was acknowledged."""
        began = time.monotonic_ns()
        body = {"view": {"step": str(number % 21), "lab": str(began)}}
        self.ask(
            "POST",
            f"/api/lectures/{self.code}/commands",
            {"id": f"move-{number}-{began}", "fence": self.fence, "kind": "view", "body": body},
        )
        return (time.monotonic_ns() - began) / 1e6

    def play(self, seconds: float) -> list[float]:
        """So many events a second, by the clock: who is late does not wait for the next one too."""
        self.connection.close()  # the server may have, meanwhile; the next request opens it again
        began, answers = time.monotonic(), []
        for number in range(round(seconds * EVENTS_PER_SECOND)):
            time.sleep(max(0.0, began + number / EVENTS_PER_SECOND - time.monotonic()))
            answers.append(self.move(number))
        return answers


class Crowd:
    """The process of listeners."""

    def __init__(self, port: int, code: str, count: int, stalled: int = 0) -> None:
        command = [sys.executable, "-m", "benchmarks.crowd", str(port), f"/api/lectures/{code}/events", str(count), str(stalled)]
        environ = os.environ | {"PYTHONPATH": str(ROOT / "scripts")}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ready(self) -> float:
        """Waits until everyone has been welcomed; the seconds that it took."""
        assert self.process.stdout
        said = self.process.stdout.readline()
        if not said.startswith("ready"):
            raise RuntimeError("The crowd could not come.")
        return float(said.split()[1])

    def report(self) -> dict[str, float]:
        """What was measured; the listeners go."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        measured: dict[str, float] = json.loads(self.process.stdout.read())
        self.process.wait()
        return measured


@contextmanager
def settled() -> Iterator[None]:
    """What is still on its way arrives before the listeners are counted."""
    yield
    time.sleep(1)


def one_process(listeners: int, stalled: int = 0) -> list[Number]:
    """So many listeners on one server."""
    with server_process() as (port, pid):
        presenter, process = Presenter(port), Process(pid)
        presenter.play(1)
        empty = process.memory()
        crowd = Crowd(port, presenter.code, listeners, stalled)
        seconds = crowd.ready()
        full, used, began = process.memory(), process.cpu(), time.monotonic()
        with settled():
            answers = presenter.play(SECONDS)
        share = (process.cpu() - used) / (time.monotonic() - began - 1)
        heard = crowd.report()
    name = f"{listeners:,} listeners" + (f", {stalled} more that never read" if stalled else "")
    lost = round(SECONDS * EVENTS_PER_SECOND - heard["fewest"]) + heard["lost"]
    targets = {1000: 30.0, 5000: 120.0}
    return [
        Number(f"{name}: command to arrival, p50", heard["p50"], "ms"),
        Number(f"{name}: command to arrival, p99", heard["p99"], "ms", under=targets.get(listeners)),
        Number(f"{name}: command to acknowledgement, p99", quantile(answers, 0.99), "ms"),
        Number(f"{name}: events lost or doubled at any listener", lost + heard["most"] - SECONDS * EVENTS_PER_SECOND, "", under=1),
        Number(f"{name}: the server's share of a core", share * 100, "%"),
        Number(f"{name}: memory of each", (full - empty) / (listeners + stalled) / 1024, "KiB", under=35),
        Number(f"{name}: bytes of each event", heard["bytes"] / max(1, listeners * SECONDS * EVENTS_PER_SECOND), "bytes"),
        Number(f"{name}: all of them in", seconds, "s", under=5 if listeners == 1000 and not stalled else None),
    ]


@contextmanager
def redis() -> Iterator[str]:
    """A redis-server of its own; its address."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        options = [
            "--port",
            str(port),
            "--dir",
            folder,
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "yes",
            "--appendfsync",
            "everysec",
        ]
        started = subprocess.Popen([str(redis_server()), *options], stdout=subprocess.DEVNULL)
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            started.terminate()
            started.wait()


def two_processes() -> list[Number]:
    """Listeners on the presenter's process and on another one, with Redis between them: the other ones hear of everything by way of Redis alone."""
    with redis() as url, server_process(UNROLLED_REDIS_URL=url) as (here, _), server_process(UNROLLED_REDIS_URL=url) as (there, _):
        presenter = Presenter(here)
        near, far = Crowd(here, presenter.code, FEW), Crowd(there, presenter.code, FEW)
        near.ready()
        far.ready()
        with settled():
            presenter.play(SECONDS)
        one, other = near.report(), far.report()
    name = f"two processes and Redis, {FEW} listeners each"
    lost = 2 * SECONDS * EVENTS_PER_SECOND - one["fewest"] - other["fewest"] + one["lost"] + other["lost"]
    return [
        Number(f"{name}: command to arrival at the presenter's process, p99", one["p99"], "ms"),
        Number(f"{name}: command to arrival at the other process, p99", other["p99"], "ms"),
        Number(f"{name}: what the other process adds, p50", other["p50"] - one["p50"], "ms"),
        Number(f"{name}: what the other process adds, p99", other["p99"] - one["p99"], "ms", under=2),
        Number(f"{name}: events lost at any listener", lost, "", under=1),
    ]


def measure() -> Report:
    """Milliseconds from command to arrival, and what a listener costs."""
    numbers = [number for count in CROWDS for number in one_process(count)]
    numbers += one_process(1000, STALLED)
    numbers += two_processes()
    return Report(METHOD, ("fastapi", "uvicorn", "redis"), numbers)
