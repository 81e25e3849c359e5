"""Programs that the tests start: they say when they are ready, and whoever needs them fails when they end."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Sequence
from threading import Event, Thread

from tests.watchdog import Watch

PATIENCE = 30  # s: far beyond what a start takes; a noisy machine is no failure
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


class Program:
    """A process whose output is read all the time: it is never held up by a full pipe, and a line of it tells when it is ready."""

    def __init__(self, name: str, command: Sequence[str], ready: str) -> None:
        self.name = name
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        self._lines: list[str] = []
        self._ready = False
        self._decided = Event()
        self._ended = Event()
        self._watch: Watch | None = None
        Thread(target=self._read, args=(ready,), daemon=True, name=f"reads {name}").start()

    def _read(self, ready: str) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                self._lines.append(line)
                if ready in line:
                    self._ready = True
                    self._decided.set()
        self.process.wait()
        self._ended.set()
        self._decided.set()

    def is_ready(self) -> bool:
        """Waits until it says so, or has ended; from then on it must stay."""
        if not self._decided.wait(PATIENCE):
            self.kill()
            raise AssertionError(f"{self.name} does not get ready. It wrote:\n{self.log}")
        if self._ready:
            self._watch = Watch(self.name, self._ended.wait, lambda: self.log)
        return self._ready

    @property
    def log(self) -> str:
        """Everything that it wrote so far."""
        return "".join(self._lines)

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal, if the process is still there; it may end of it."""
        if self._watch and number in ENDS:
            self._watch.release()
        self.process.send_signal(number)

    def kill(self) -> None:
        """At once; returns when it has ended."""
        self.signal(signal.SIGKILL)
        self._end()

    def stop(self) -> None:
        """SIGTERM; returns when it has ended."""
        self.signal(signal.SIGTERM)
        self._end()

    def _end(self) -> None:
        assert self._ended.wait(PATIENCE), f"{self.name} does not end. It wrote:\n{self.log}"
