"""The toy scene over loopback, against a real server process: from the request's first byte to the answer's last."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any

from app.scenes import default_scene
from benchmarks.report import Number, Report, quantile
from benchmarks.running import server

WARM, REQUESTS = 50, 1000
JSON = {"Content-Type": "application/json"}

METHOD = f"""POST /api/traces with the toy scene to a server process of its own on loopback, over one connection, {REQUESTS} requests one
after another: from sending to the last byte of the trace. "New" is a scene that the server has not seen (another seed each time), which it
validates, stores, computes, forward and backward, and hashes; "again" is one that it still has."""


def measure() -> Report:
    """Milliseconds of new and of repeated scenes."""
    scene = default_scene().document()
    with server() as port:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        new = [ask(connection, scene | {"weights": {"seed": seed}}) for seed in range(1, WARM + REQUESTS + 1)][WARM:]
        again = [ask(connection, scene) for _ in range(WARM + REQUESTS)][WARM:]
        connection.close()
    return Report(
        METHOD,
        ("numpy", "fastapi", "uvicorn"),
        [
            Number("new, p50", quantile(new, 0.5), "ms", under=5),
            Number("new, p99", quantile(new, 0.99), "ms", under=20),
            Number("again, p50", quantile(again, 0.5), "ms", under=5),
            Number("again, p99", quantile(again, 0.99), "ms", under=20),
        ],
    )


def ask(connection: http.client.HTTPConnection, scene: dict[str, Any]) -> float:
    """Milliseconds until the whole trace was there."""
    body = json.dumps(scene)
    start = time.perf_counter()
    connection.request("POST", "/api/traces", body, JSON)
    answer = connection.getresponse()
    trace = answer.read()
    milliseconds = (time.perf_counter() - start) * 1e3
    if answer.status != 200:
        raise RuntimeError(f"The server answered {answer.status}: {trace.decode()}")
    return milliseconds
