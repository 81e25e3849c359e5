"""The files of the page, as answers: read once, and again when they change."""

from __future__ import annotations

import hashlib
import mimetypes
import time
from pathlib import Path

from app.answers import Representation
from app.errors import Problem

TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
LOOK = 1.0  # s between looks at whether a file has changed
Version = tuple[int, int]
COMPRESSED_ALREADY = ("image/png", "image/jpeg", "image/webp", "font/woff2")


class Files:
    """The files below one folder, and nothing beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._read: dict[Path, tuple[Version, Representation]] = {}
        self._seen: list[tuple[Path, Version]] = []
        self._looked = -LOOK
        self._fingerprint = ""

    @property
    def fingerprint(self) -> str:
        """A hash of all names and bytes, the same on every server that has the same files."""
        if time.monotonic() - self._looked >= LOOK:
            seen = [(path, _version(path)) for path in sorted(self._folder.rglob("*")) if path.is_file()]
            if seen != self._seen:
                named = "".join(f"{path.relative_to(self._folder)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n" for path, _ in seen)
                self._fingerprint, self._seen = hashlib.sha256(named.encode()).hexdigest()[:16], seen
            self._looked = time.monotonic()
        return self._fingerprint

    def get(self, name: str) -> Representation:
        """The file of this name, relative to the folder; a problem if there is none."""
        try:
            path = (self._folder / name).resolve(strict=True)
            version = _version(path)
        except (OSError, ValueError):
            raise _nothing_there() from None
        if not path.is_relative_to(self._folder) or not path.is_file():
            raise _nothing_there()
        if path not in self._read or self._read[path][0] != version:
            self._read[path] = (version, _representation(path))
        return self._read[path][1]


def _version(path: Path) -> Version:
    """Time and size: an editor may empty a file and fill it within one tick of the file system's clock."""
    found = path.stat()
    return found.st_mtime_ns, found.st_size


def _representation(path: Path) -> Representation:
    media_type = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    make = Representation.binary if media_type in COMPRESSED_ALREADY else Representation.text
    return make(path.read_bytes(), media_type)


def _nothing_there() -> Problem:
    return Problem("not-found", "There is no such file on this server. Start from the page at the top.")
