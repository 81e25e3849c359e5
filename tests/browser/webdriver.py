"""Firefox and WebKit by the few commands of WebDriver that a walk needs: Firefox takes them by Marionette, WebKitGTK's driver over HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from _other_browsers import SCREEN_COMMAND, find_firefox, find_webkit, what_to_do
from tests.browser.pages import PATIENCE
from tests.browser.windows import HEIGHT, WIDTH, Opens, called

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key that the specification gives to a reference
PATIENT = {"timeouts": {"script": 1000 * PATIENCE, "pageLoad": 1000 * PATIENCE}}
SELECT_ALL, ENTER = "\ue009a", "\ue007"  # Control with a
UNTIL = """
const done = arguments[arguments.length - 1];
const ask = () => {{
  const value = {expression};
  if (value) done(value); else setTimeout(ask, 20);
}};
ask();
"""
VISIBLE = """(() => {{
  const found = document.evaluate({path}, document, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
  const nodes = Array.from({{ length: found.snapshotLength }}, (_, i) => found.snapshotItem(i));
  return nodes.find((node) => node.checkVisibility() && !node.disabled && node.getBoundingClientRect().width);
}})()"""


class Command(NamedTuple):
    """What Marionette calls it, and its path below a driver's session."""

    name: str
    path: str


NAVIGATE = Command("WebDriver:Navigate", "url")
WAIT = Command("WebDriver:ExecuteAsyncScript", "execute/async")
CLICK = Command("WebDriver:ElementClick", "element/{id}/click")
SEND_KEYS = Command("WebDriver:ElementSendKeys", "element/{id}/value")
NEW_WINDOW = Command("WebDriver:NewWindow", "window/new")
SWITCH = Command("WebDriver:SwitchToWindow", "window")
RESIZE = Command("WebDriver:SetWindowRect", "window/rect")


class Refused(Exception):
    """What a browser says of a command that it could not carry out."""


class Session(Protocol):
    """A browser that takes commands."""

    def send(self, command: Command, **parameters: Any) -> Any:
        """Its answer."""


class Marionette:
    """Firefox's own protocol: JSON arrays, each with its length before it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=2 * PATIENCE)
        self.stream = self.socket.makefile("rb")
        self._receive()
        self.send(Command("WebDriver:NewSession", ""), capabilities={"alwaysMatch": PATIENT})

    def send(self, command: Command, **parameters: Any) -> Any:
        """Its answer, out of the wrapper that some have."""
        message = json.dumps([0, 0, command.name, parameters])
        self.socket.sendall(f"{len(message)}:{message}".encode())
        _, _, error, value = self._receive()
        if error:
            raise Refused(f"{command.name}: {error['error']}: {error['message']}")
        return value["value"] if isinstance(value, dict) and value.keys() == {"value"} else value

    def close(self) -> None:
        """Lets go of the browser."""
        self.stream.close()
        self.socket.close()

    def _receive(self) -> Any:
        length = b""
        while (digit := self.stream.read(1)) != b":":
            assert digit, "Firefox has gone."
            length += digit
        return json.loads(self.stream.read(int(length)))


class Driver:
    """A driver that listens at a port, as the specification has it."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=2 * PATIENCE)
        self.path = "/session"
        self.path += f"/{self._ask('POST', self.path, capabilities={'alwaysMatch': PATIENT})['sessionId']}"

    def send(self, command: Command, **parameters: Any) -> Any:
        """Its answer."""
        return self._ask("POST", f"{self.path}/{command.path.format(**parameters)}", **parameters)

    def close(self) -> None:
        """Ends the browser."""
        self._ask("DELETE", self.path)
        self.connection.close()

    def _ask(self, method: str, path: str, **parameters: Any) -> Any:
        self.connection.request(method, path, json.dumps(parameters), {"Content-Type": "application/json"})
        with self.connection.getresponse() as answer:
            value = json.loads(answer.read())["value"]
        if answer.status != 200:
            raise Refused(f"{path}: {value['error']}: {value['message']}")
        return value


class WebDriverWindow:
    def __init__(self, session: Session) -> None:
        self.session = session
        self.handle = session.send(NEW_WINDOW, type="window")["handle"]
        self._send(RESIZE, width=WIDTH, height=HEIGHT)

    def go(self, address: str) -> None:
        self._send(NAVIGATE, url=address)

    def press(self, name: str) -> None:
        self._press(name)

    def enter(self, name: str, text: str) -> None:
        element = self._press(name)
        for keys in (SELECT_ALL, text, ENTER):
            self._send(SEND_KEYS, id=element, text=keys)

    def until(self, expression: str) -> Any:
        try:
            return self._send(WAIT, script=UNTIL.format(expression=expression), args=[])
        except Refused as refused:
            raise AssertionError(f"not within {PATIENCE} s: {expression}") from refused

    def _press(self, name: str) -> str:
        """The reference of what was pressed."""
        element: str = self.until(VISIBLE.format(path=json.dumps(called(name))))[ELEMENT]
        self._send(CLICK, id=element)
        return element

    def _send(self, command: Command, **parameters: Any) -> Any:
        self.session.send(SWITCH, handle=self.handle)
        return self.session.send(command, **parameters)


@contextmanager
def firefox(folder: Path) -> Iterator[Opens]:
    path = find_firefox()
    assert path, what_to_do("Firefox")
    (folder / "user.js").write_text('user_pref("marionette.port", 0);\n', encoding="utf-8")
    command = [str(path), "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
    with _started(command, folder) as program:
        port = program.until(lambda: int(_read(folder / "MarionetteActivePort") or 0))
        with closing(Marionette(port)) as session:
            yield lambda: WebDriverWindow(session)


@contextmanager
def webkit(folder: Path) -> Iterator[Opens]:
    """WebKitGTK, on a screen that nobody sees; without its sandbox, for which a container may have no rights: the page is ours."""
    path = find_webkit()
    assert path, what_to_do("WebKit")
    port = _free_port()
    own = {"WEBKIT_DISABLE_COMPOSITING_MODE": "1", "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
    with _screen() as display, _started([str(path), f"--port={port}"], folder, DISPLAY=display, **own) as program:
        program.until(lambda: _listens(port))
        with closing(Driver(port)) as session:
            yield lambda: WebDriverWindow(session)


class Program(NamedTuple):
    """A browser or a driver that runs, and what it writes."""

    process: subprocess.Popen[bytes]
    log: Path

    def until(self, ask: Callable[[], int]) -> int:
        """What is asked for, once it is there; a program that ends before that fails at once."""
        end = time.monotonic() + PATIENCE
        while not (answer := ask()):
            with suppress(subprocess.TimeoutExpired):
                code = self.process.wait(timeout=0.05)
                raise AssertionError(f"{self.process.args} ended with {code}:\n{_read(self.log)}")
            assert time.monotonic() < end, f"{self.process.args} is not ready after {PATIENCE} s:\n{_read(self.log)}"
        return answer


@contextmanager
def _started(command: list[str], home: Path, **environ: str) -> Iterator[Program]:
    """A program, and whatever it starts: a group of processes that end together, in whatever state they are."""
    log = home / "log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, env=os.environ | {"HOME": str(home)} | environ, stdout=written, stderr=written, start_new_session=True
        )
    try:
        yield Program(process, log)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=PATIENCE)


@contextmanager
def _screen() -> Iterator[str]:
    """A display, whose number Xvfb chooses."""
    reading, writing = os.pipe()
    command = [SCREEN_COMMAND, "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as process:
        os.close(writing)
        try:
            with os.fdopen(reading) as said:
                number = said.readline().strip()
            assert number, "Xvfb ended without a display."
            yield f":{number}"
        finally:
            process.terminate()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
