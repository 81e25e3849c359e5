"""What the server says about itself to those who run it: JSON lines with request ids, and figures in Prometheus's text format."""

from __future__ import annotations

import logging
import math
import re
import secrets
import sys
import time
from collections import OrderedDict
from contextvars import ContextVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from pythonjsonlogger.json import JsonFormatter
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUEST_ID = re.compile(r"[\w-]{1,64}", re.ASCII)
FIELDS = "{asctime}{levelname}{name}{message}"
QUIET = 60.0  # s in which the same warning is written once
MOST_WARNINGS = 256  # that are remembered
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
OTHER = "other"  # a method or a path of somebody's own making would be a figure of its own, and kept for ever

request_id: ContextVar[str] = ContextVar("request_id", default="")
requests_logger = logging.getLogger("app.requests")


class _WithRequestId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        """Every line says which request it is about."""
        if name := request_id.get():
            record.request_id = name
        return True


class Repetitions(logging.Filter):
    """Lets a warning through once in QUIET seconds, then with how often it was held back, so that no client can fill the log."""

    def __init__(self) -> None:
        super().__init__()
        self._told: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()  # when last, and how often since

    def filter(self, record: logging.LogRecord) -> bool:
        """Errors of our own are always written."""
        if record.levelno != logging.WARNING:
            return True
        key, now = (record.name, record.getMessage()), time.monotonic()
        last, held_back = self._told.pop(key, (-math.inf, 0))
        passes = now - last >= QUIET
        self._told[key] = (now, 0) if passes else (last, held_back + 1)
        if len(self._told) > MOST_WARNINGS:
            self._told.popitem(last=False)
        if passes and held_back:
            record.held_back = held_back
        return passes


def configure_logging(requests: bool) -> None:
    """Each line on stderr is one JSON object, whatever stands in it; with a line for every request, or without."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(FIELDS, style="{", rename_fields={"asctime": "at", "levelname": "level", "name": "logger"}))
    handler.addFilter(Repetitions())
    handler.addFilter(_WithRequestId())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # it warns of every piece that is written to whoever has gone
    requests_logger.setLevel(logging.INFO if requests else logging.WARNING)


class Telemetry:
    """Figures of one server; each application has its own, so that two in one process do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "unrolled_requests", "Answers by route, method and status", ("method", "route", "status"), registry=self.registry
        )
        self.seconds = Histogram("unrolled_request_seconds", "Seconds until an answer begins, by route", ("route",), registry=self.registry)
        self.rooms = Gauge("unrolled_lecture_rooms", "Lectures that are open in this process", registry=self.registry)
        self.listeners = Gauge("unrolled_lecture_listeners", "Streams of lectures that are open in this process", registry=self.registry)
        self.connections = Gauge("unrolled_connections", "Open connections", registry=self.registry)
        self.member_connections = Gauge(
            "unrolled_member_connections", "Open connections of presenters and participants", registry=self.registry
        )
        self.held = Gauge("unrolled_held_bytes", "Bytes of bodies and answers that connections hold", ("what",), registry=self.registry)
        self.stored = Gauge("unrolled_stored_bytes", "Bytes that are stored, by table", ("table",), registry=self.registry)
        self.budget = Gauge("unrolled_stored_bytes_budget", "Bytes that may be stored, by table", ("table",), registry=self.registry)
        self.tasks = Gauge(
            "unrolled_tasks", "Tasks of this process's event loop: they grow where something is never let go", registry=self.registry
        )

    def text(self) -> bytes:
        """All figures."""
        return generate_latest(self.registry)


class Observed:
    """Counts and names every request. What stands in queries, bodies and cookies is never written anywhere."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry) -> None:
        self.app = app
        self.telemetry = telemetry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on; the answer carries the request's id."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = _name_of(scope)
        token = request_id.set(name)
        began = time.perf_counter()

        async def observed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = name
                self._count(scope, message["status"], time.perf_counter() - began)
            await send(message)

        try:
            await self.app(scope, receive, observed)
        finally:
            request_id.reset(token)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in METHODS else OTHER
        self.telemetry.requests.labels(method, route, status).inc()
        self.telemetry.seconds.labels(route).observe(seconds)
        requests_logger.info(
            "request", extra={"method": scope["method"], "path": scope["path"], "status": status, "seconds": round(seconds, 4)}
        )


def _name_of(scope: Scope) -> str:
    """The id that a proxy gave the request, or one of ours."""
    given = Headers(scope=scope).get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else secrets.token_urlsafe(9)
