"""Where the server is reached: its socket, its addresses, and the names that requests may use."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import os
import socket
import sys
from collections.abc import Callable, Sequence

from uvicorn.middleware.proxy_headers import _TrustedHosts

EVERY_NETWORK = ("0.0.0.0", "::")
PORTS_TRIED = 50
BACKLOG = 2048
MOST_FILES = 65_536  # connections and other open files of this process, where the system allows so many
FILES_OF_OURS = 128  # databases, pipes of trainings, what the standard library opens for a moment


def listening(host: str, ports: Sequence[int]) -> socket.socket:
    """A listening socket at the first of the ports that is free."""
    for port in ports[:-1]:
        try:
            return _bound(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
    return _bound(host, ports[-1])


def _bound(host: str, port: int) -> socket.socket:
    """TCP by name, which socket.create_server leaves out: asyncio looks for it, and else holds small answers back for 40 ms."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name != "nt":  # where the same option would let two servers share a port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound


def most_connections() -> int:
    """As many as this system lets a process have: it is asked for more than the usual 256 or 1,024, which a large class would use up.

    Some files stay free for everything else. Where none is left, asyncio does not just wait: it fails as often as connections may wait.
    """
    if sys.platform == "win32":  # where there is no such number
        return MOST_FILES
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
    with contextlib.suppress(ValueError, OSError):  # macOS has a number of its own below infinity
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] - FILES_OF_OURS


def lan_address() -> str:
    """The address of this machine in its local network. No packet is sent: the system only says which way it would go."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        address: str = probe.getsockname()[0]
        return address


def own_names(host: str) -> tuple[str, ...]:
    """What this machine is called by those who can reach a socket on this host."""
    if host not in EVERY_NETWORK:
        return (host,)
    name = socket.gethostname()
    return (lan_address(), name, f"{name}.local")


def address(host: str, port: int, root_path: str) -> str:
    """The URL to type into a browser."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}{root_path}/"


def party_of(address: str) -> str:
    """What counts as one address: a network of IPv6 with a prefix of 64 bits, which one household or device has to itself."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:  # a socket of another kind, or a test client
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


def trusted_by(proxies: Sequence[str]) -> Callable[[str], bool]:
    """Tells whether an address is one whose X-Forwarded-For is believed, by uvicorn's own rule."""
    return _TrustedHosts(list(proxies)).__contains__
