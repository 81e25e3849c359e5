"""Where the server listens, and by which names it is reached."""

from __future__ import annotations

import ipaddress
import os
import socket

EVERYWHERE = "0.0.0.0"  # --lan means every network of this machine
TRIES = 100


class NoAddress(Exception):
    """It cannot listen there, and a sentence says what to do."""


def listen(host: str, port: int, *, move_on: bool) -> socket.socket:
    """A listening socket at this port; with move_on at the next free one, when it is taken."""
    for candidate in range(port, min(port + TRIES, 65536) if move_on and port else port + 1):
        try:
            return _bound(host, candidate)
        except socket.gaierror as error:
            raise NoAddress(f"{host} is no address of this machine. Leave --host out for this machine alone, or use --lan.") from error
        except PermissionError as error:
            raise NoAddress(f"This system does not let you listen on port {candidate}. Choose one over 1023: --port 8080.") from error
        except OSError as error:
            reason = error
    if move_on:
        raise NoAddress(f"No port from {port} on is free. Choose one: --port 9000, or --port 0 for any that is free.")
    raise NoAddress(f"{host}, port {port}, cannot be listened on ({os.strerror(reason.errno or 0)}). Choose another: --port {port + 1}.")


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    bound = socket.socket(family, kind, protocol)
    try:
        # on Windows the same option would let two servers share the port, and there is another one that forbids it
        option = socket.SO_REUSEADDR if os.name != "nt" else getattr(socket, "SO_EXCLUSIVEADDRUSE", 0)
        bound.setsockopt(socket.SOL_SOCKET, option, 1)
        bound.bind(address)
        bound.listen(2048)
    except BaseException:
        bound.close()
        raise
    return bound


def url(host: str, port: int) -> str:
    """The address that one types."""
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def reachable(host: str) -> str:
    """An address of this machine that leads to where it listens."""
    return lan_address() if is_everywhere(host) else host


def names(host: str) -> tuple[str, ...]:
    """The names under which requests may come when it listens on this host."""
    if not is_everywhere(host):
        return (host,)
    own = socket.gethostname()
    return tuple(dict.fromkeys((lan_address(), own, f"{own.removesuffix('.local')}.local")))


def is_everywhere(host: str) -> bool:
    """Whether a host means every network of this machine."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def lan_address() -> str:
    """This machine's address in its local network; without a network, the one that only it can reach."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address kept for documentation: this asks for the route and sends nothing
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
