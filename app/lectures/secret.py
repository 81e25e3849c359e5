"""Codes that a class types in, and secrets that nobody ever sees: made here, kept as hashes alone."""

from __future__ import annotations

import hashlib
import re
import secrets

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32 signs: without I and O, 0 and 1, which a projector makes alike
LENGTH = 8
CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
SEPARATORS = re.compile(r"[\s-]")


def new_code() -> str:
    """A lecture's code: 40 bits, so that nobody finds one by trying."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(typed: str) -> str | None:
    """The code that somebody typed, however they wrote it; None if it cannot be one."""
    code = SEPARATORS.sub("", typed).upper()
    return code if CODE.fullmatch(code) else None


def new_secret() -> str:
    """192 bits, for a link's fragment or a cookie."""
    return secrets.token_urlsafe(24)


def hashed(secret: str) -> str:
    """What is kept of a secret. Looked up by this hash, no secret can be found by how long an answer takes."""
    return hashlib.sha256(secret.encode()).hexdigest()
