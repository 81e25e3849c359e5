"""A proxy in front of the server whose pages report what goes wrong in them: not every driver can say what a console shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

SCRIPT, REPORTS = "/faults.js", "/faults"
HEAD = b"<head>"
BLOCK = 65_536

# No fault: a size that changes while sizes are delivered is delivered in the next frame. WebKit says so while a page grows piece by piece.
NOTICE = "ResizeObserver loop completed with undelivered notifications."

REPORT = f"""
const report = (kind, said) => said === "{NOTICE}" || navigator.sendBeacon("{REPORTS}", `${{kind}}: ${{said}}`);
for (const kind of ["error", "warn"]) {{
  const write = console[kind];
  console[kind] = (...said) => (report(`console.${{kind}}`, said.join(" ")), write(...said));
}}
addEventListener("error", (event) => report("error", event.error?.stack ?? event.message ?? event.target.outerHTML.slice(0, 200)), true);
addEventListener("unhandledrejection", ({{ reason }}) => report("rejected", `${{reason}} ${{reason?.stack ?? ""}}`));
addEventListener("securitypolicyviolation", (event) => report("policy", `${{event.violatedDirective}} ${{event.blockedURI}}`));
"""


class Handler(BaseHTTPRequestHandler):
    """Passes everything on; a page gets one script more, before all of its own."""

    server: Proxy

    def do_GET(self) -> None:
        if self.path == SCRIPT:
            return self._answer(200, [("Content-Type", "text/javascript")], REPORT.encode())
        self._pass_on()

    def do_POST(self) -> None:
        if self.path == REPORTS:
            self.server.faults.append(self._body().decode())
            return self._answer(204, [], b"")
        self._pass_on()

    do_PUT = do_DELETE = do_POST

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _pass_on(self) -> None:
        connection = HTTPConnection("127.0.0.1", self.server.behind)
        try:
            kept = {name: value for name, value in self.headers.items() if name.lower() not in ("accept-encoding", "connection")}
            connection.request(self.command, self.path, self._body(), kept)
            self._relay(connection.getresponse())
        except (ConnectionError, HTTPException):
            self.close_connection = True  # the page has gone, and with it whoever listened to the stream
        finally:
            connection.close()

    def _relay(self, answer: HTTPResponse) -> None:
        if answer.status >= 400:
            self.server.faults.append(f"{answer.status}: {self.path}")
        headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in ("content-length", "transfer-encoding")]
        if answer.getheader("Content-Type", "").startswith("text/html"):
            page = answer.read().replace(HEAD, HEAD + f'<script src="{SCRIPT}"></script>'.encode(), 1)
            return self._answer(answer.status, headers, page)
        self._answer(answer.status, headers, b"")
        while block := answer.read1(BLOCK):
            self.wfile.write(block)

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """An answer of HTTP/1.0: the end of the connection is its end."""
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Proxy(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a stream of events ends with its page

    def __init__(self, behind: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behind = behind
        self.faults: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


@contextmanager
def reporting(port: int) -> Iterator[Proxy]:
    """The server at this port, through a proxy that collects what goes wrong in its pages."""
    with Proxy(port) as proxy:
        thread = Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
