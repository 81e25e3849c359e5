"""Where others can join: the address that a QR code leads to."""

from __future__ import annotations

import io

import segno

from app.network import EVERY_NETWORK, address, lan_address
from app.settings import Settings

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def reachable(settings: Settings) -> str | None:
    """Where other devices find this server, without a slash at the end; None: they cannot."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    if settings.host in LOOPBACK:
        return None
    host = lan_address() if settings.host in EVERY_NETWORK else settings.host
    return None if host in LOOPBACK else address(host, settings.port, settings.root_path).rstrip("/")


def join_address(base: str, code: str) -> str:
    """What a student opens."""
    return f"{base}/join/{code}"


def presenter_address(base: str, code: str, key: str) -> str:
    """What another device of the presenter opens: the key stands where no server sees it."""
    return f"{base}/?present={code}#key={key}"


def qr_code(text: str) -> bytes:
    """The QR code of a text as SVG, in the colour of its surroundings, without a size of its own."""
    out = io.BytesIO()
    segno.make(text, micro=False).save(out, kind="svg", omitsize=True, xmldecl=False, dark="#000", light="#fff", border=2)
    return out.getvalue()
