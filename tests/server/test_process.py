from __future__ import annotations

import json
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import pytest

from app.network import listening
from app.process import main
from app.scenes import default_scene
from app.store import FILE
from tests.server.asking import LIBRARY_WORDS, changed
from tests.server.serving import PATIENCE, ROOT, ServerProcess, chunked, request, split

TOY = default_scene().canonical
TRACES = "/api/traces"


def large_scene() -> bytes:
    """A scene whose trace has some 19 MB: more than any socket buffers."""
    layers = [{"type": "SimpleRNN", "units": 128, "return_sequences": True} for _ in range(8)]
    scene = default_scene().document() | {"sentence": ["cat"] * 256}
    return json.dumps({**scene, "layers": [*layers, scene["layers"][-1]]}).encode()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with ServerProcess(tmp_path_factory.mktemp("data")) as server:
        yield server


def posted(body: bytes, *headers: str, path: str = TRACES) -> bytes:
    return request(path, body, *headers, method="POST")


def require_answer(answer: bytes, status: int, kind: str) -> dict[str, Any]:
    found, headers, body = split(answer)
    assert (found, headers["content-type"]) == (status, "application/problem+json"), answer[:500]
    document: dict[str, Any] = json.loads(body)
    assert document["type"] == f"/problems/{kind}"
    return document


def test_a_trace_comes_over_a_real_socket_with_its_length_and_hash(server: ServerProcess) -> None:
    status, headers, body = split(server.ask(posted(TOY)))
    assert status == 200
    assert int(headers["content-length"]) == len(body)
    assert headers["scene-id"] == default_scene().id
    assert "server" not in headers


def test_a_large_trace_comes_in_pieces_while_others_are_answered(server: ServerProcess) -> None:
    with server.connect() as slow:
        slow.sendall(posted(large_scene()))
        first = slow.recv(1000)
        assert first.startswith(b"HTTP/1.1 200")
        for _ in range(20):  # the stream stands, because nobody reads it, and nobody else waits for it
            assert split(server.ask(request("/healthz")))[0] == 200
        rest = first + b"".join(iter(lambda: slow.recv(1 << 20), b""))
    _, headers, body = split(rest)
    assert len(body) == int(headers["content-length"]) > 15_000_000


def test_who_goes_away_in_the_middle_of_a_stream_harms_nobody(server: ServerProcess) -> None:
    for _ in range(5):
        with server.connect() as leaving:
            leaving.sendall(posted(large_scene()))
            leaving.recv(1000)
    assert split(server.ask(posted(TOY)))[0] == 200
    assert server.process.is_alive()


def test_a_chunked_body_is_counted_while_it_comes(server: ServerProcess) -> None:
    headers = ("Transfer-Encoding: chunked",)
    assert split(server.ask(posted(chunked(TOY[:100], TOY[100:]), *headers)))[0] == 200
    require_answer(server.ask(posted(chunked(*[b" " * 1024] * 65), *headers)), 413, "body-too-large")


def test_a_chunked_body_that_never_ends_is_refused_at_the_limit(server: ServerProcess) -> None:
    with server.connect() as endless:
        endless.sendall(posted(b" ", "Transfer-Encoding: chunked")[:-1])
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            endless.sendall((b"1000\r\n" + b" " * 4096 + b"\r\n") * 10_000)


def test_a_length_over_the_limit_is_refused_before_the_body_is_sent(server: ServerProcess) -> None:
    with server.connect() as waiting:
        waiting.sendall(posted(b" ", "Content-Length: 1000000000")[:-1])
        require_answer(b"".join(iter(lambda: waiting.recv(65536), b"")), 413, "body-too-large")


def test_a_length_shorter_than_the_body_reads_no_further(server: ServerProcess) -> None:
    require_answer(server.ask(posted(TOY, "Content-Length: 100")), 400, "malformed-json")


def test_a_length_longer_than_the_body_waits_and_harms_nobody(server: ServerProcess) -> None:
    with server.connect() as waiting:
        waiting.sendall(posted(TOY, "Content-Length: 1000"))
        assert split(server.ask(posted(TOY)))[0] == 200
    assert split(server.ask(posted(TOY)))[0] == 200


def half_sent(server: ServerProcess, held: ExitStack) -> None:
    """Connections on which the server waits for the other side: idle, in the middle of headers, of a body, of reading."""
    for sent in (request("/healthz", close=False), b"GET /version HT", b"GET /version HTTP/1.1\r\nHost: 127", b""):
        held.enter_context(server.connect()).sendall(sent)
    for sent in (posted(TOY, "Content-Length: 1000"), posted(b"1", "Transfer-Encoding: chunked")[:-1], posted(large_scene())):
        held.enter_context(server.connect()).sendall(sent)
    assert split(server.ask(request("/healthz")))[0] == 200


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_a_server_that_is_told_to_stop_waits_for_nobody_elses_move(tmp_path: Path, asked: signal.Signals) -> None:
    with ServerProcess(tmp_path, shutdown_seconds="3600") as server, ExitStack() as held:
        half_sent(server, held)
        server.tell(asked)
        assert (server.ends(), server.said) == (0, "")


def test_an_answer_that_is_still_made_when_the_server_is_told_to_stop_is_given(tmp_path: Path) -> None:
    with (
        ServerProcess(tmp_path, shutdown_seconds="3600", storage_patience="3600") as server,
        server.connect() as waiting,
        closing(sqlite3.connect(tmp_path / FILE)) as lock,
    ):
        lock.execute("BEGIN IMMEDIATE")  # the answer must wait until its scene is stored
        waiting.sendall(posted(TOY))
        assert split(server.ask(request("/healthz")))[0] == 200
        server.tell(signal.SIGINT)
        with suppress(ConnectionError):
            while server.ask(request("/healthz")):  # until the server has begun to stop
                pass
        lock.rollback()
        status, headers, body = split(b"".join(iter(lambda: waiting.recv(65536), b"")))
        assert (status, len(body)) == (200, int(headers["content-length"]))
        assert server.ends() == 0


@pytest.mark.long
def test_a_server_that_is_told_to_stop_leaves_in_less_than_half_a_second(tmp_path: Path) -> None:
    with ServerProcess(tmp_path) as server, ExitStack() as held:
        half_sent(server, held)
        start = time.perf_counter()
        server.tell(signal.SIGINT)
        server.ends()
        assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize(
    "nonsense",
    [
        b"nonsense\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nno colon here\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        posted(b"zz\r\n", "Transfer-Encoding: chunked"),
    ],
)
def test_what_is_not_http_is_a_problem_too(server: ServerProcess, nonsense: bytes) -> None:
    answer = server.ask(nonsense)
    require_answer(answer, 400, "malformed-request")
    headers = split(answer)[1]
    assert (headers["connection"], headers["x-content-type-options"]) == ("close", "nosniff")


def test_who_goes_away_in_the_middle_of_a_body_is_no_mistake_of_the_server(tmp_path: Path) -> None:
    with ServerProcess(tmp_path) as server:
        with server.connect() as leaving:
            leaving.sendall(posted(TOY, "Content-Length: 1000"))
        assert split(server.ask(posted(TOY)))[0] == 200
        assert (server.stop(), server.said) == (0, "")


def test_what_was_answered_outlives_the_hardest_end(tmp_path: Path) -> None:
    with ServerProcess(tmp_path) as server:
        answers = [split(server.ask(posted(json.dumps(changed("/weights/seed", seed)).encode()))) for seed in range(10)]
        server.kill()
    with ServerProcess(tmp_path) as server:
        for _, headers, body in answers:
            assert split(server.ask(request(f"{TRACES}/{headers['scene-id']}")))[2] == body


def test_the_options_and_the_settings_say_where_it_is(tmp_path: Path) -> None:
    with ServerProcess(tmp_path, "--root-path", "/unrolled") as server:
        assert server.sub_path == "/unrolled"
        assert split(server.ask(request("/unrolled/version")))[0] == split(server.ask(request("/version")))[0] == 200
    with ServerProcess(tmp_path, root_path="/elsewhere") as server:
        assert server.sub_path == "/elsewhere"


@pytest.mark.parametrize(
    ("settings", "options", "sentence"),
    [
        ({}, ("--port", "{taken}"), "cannot listen there"),
        ({}, ("--port", "99999"), "The setting port (UNROLLED_PORT) must be 65535 or less. Received: 99999."),
        ({}, ("--port", "-1"), "must be 0 or more. Received: -1."),
        ({}, ("--root-path", "no slash"), "The setting root_path (UNROLLED_ROOT_PATH) must be empty, or a path such as /unrolled."),
        ({}, ("--host", "no such host"), "cannot listen there"),
        ({"REDIS_URL": "http://:secret@there"}, (), "(UNROLLED_REDIS_URL) must be an address such as redis://127.0.0.1:6379/0. docs"),
        ({"REDIS_URL": "redis"}, (), "(UNROLLED_REDIS_URL) must be an address such as redis://127.0.0.1:6379/0. docs"),
        ({"LAN": "maybe"}, (), "The setting lan (UNROLLED_LAN) must be true or false. Received: 'maybe'."),
        ({"WORKERS": "1.5"}, (), "must be a whole number. Received: '1.5'."),
        ({"RETRY_AFTER": "x"}, (), "must be a whole number. Received: 'x'."),
        ({"SHUTDOWN_SECONDS": "0"}, (), "must be more than 0"),
        ({"STORAGE_PATIENCE": "x"}, (), "must be a number. Received: 'x'."),
        (
            {"ALLOWED_HOSTS": "[1]"},
            (),
            "The setting allowed_hosts (UNROLLED_ALLOWED_HOSTS) must be a text, or a list of texts. Received: 1.",
        ),
        ({"ALLOWED_HOSTS": "example.org"}, (), "UNROLLED_ALLOWED_HOSTS='[\"example.org\"]'"),
        ({"STARTERS": "friends"}, (), "(UNROLLED_STARTERS) must be 'anyone', 'passphrase' or 'nobody'. Received: 'friends'."),
        ({"STARTERS": "passphrase"}, (), "(UNROLLED_PASSPHRASE) must be what people type to start a lecture"),
    ],
)
def test_a_server_that_cannot_start_says_why_and_what_to_do(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    settings: dict[str, str],
    options: tuple[str, ...],
    sentence: str,
) -> None:
    for name, value in ({"DATA": str(tmp_path)} | settings).items():
        monkeypatch.setenv(f"UNROLLED_{name}", value)
    with listening("127.0.0.1", [0]) as taken:
        given = [option.format(taken=taken.getsockname()[1]) for option in options]
        assert main(["--no-browser", *given]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert not any(word in said.err for word in LIBRARY_WORDS)


def test_a_storage_that_cannot_be_used_ends_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    server = ServerProcess(tmp_path / "file")
    with pytest.raises(AssertionError):
        server.start()
    assert (server.ends(), "Traceback" in server.said) == (1, False)
    assert "UNROLLED_DATA" in server.said


def test_the_next_port_is_taken_when_the_first_is_in_use() -> None:
    with listening("127.0.0.1", [0]) as first:
        port = first.getsockname()[1]
        with listening("127.0.0.1", range(port, port + 20)) as second:
            assert port < second.getsockname()[1] < port + 20
        with pytest.raises(OSError, match="in use"):
            listening("127.0.0.1", [port])


@pytest.mark.long
def test_the_toy_is_answered_within_its_budget(server: ServerProcess) -> None:
    times = []
    for seed in range(500):
        scene = json.dumps(changed("/weights/seed", 1000 + seed)).encode()
        start = time.perf_counter()
        server.ask(posted(scene))
        times.append(time.perf_counter() - start)
    assert statistics.median(times) < 0.005
    assert statistics.quantiles(times, n=100)[98] < 0.020


def test_two_servers_answer_with_the_same_bytes(tmp_path: Path, server: ServerProcess) -> None:
    with ServerProcess(tmp_path) as other:
        assert split(other.ask(posted(TOY)))[2] == split(server.ask(posted(TOY)))[2]


def test_the_app_answers_without_the_commands_of_the_scripts() -> None:
    helped = subprocess.run([sys.executable, "-m", "app", "--help"], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    assert helped.returncode == 0
    assert all(option in helped.stdout for option in ("--host", "--port", "--root-path", "--lan", "--no-browser"))
