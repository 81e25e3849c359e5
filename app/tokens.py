"""Words as the scene holds them: NFC, of bounded length, any text but control characters."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.limits import most

LONGEST_DECOMPOSITION = 4  # code points that NFC may make one of: longer texts need not be normalised to be too long


def _too_long(received: int, limit: int, measure: str) -> PydanticCustomError:
    return PydanticCustomError("too_long", "too long", {"received": received, "limit": limit, "measure": measure})


@lru_cache(maxsize=4096)  # the same words come again with every scene
def normalised(word: str) -> str:
    """The word in NFC, or the rule that it breaks."""
    code_points = most("token_code_points")
    if len(word) > code_points * LONGEST_DECOMPOSITION:
        raise _too_long(len(word), code_points, "code points")
    word = unicodedata.normalize("NFC", word)
    size = len(word.encode("utf-8"))
    if len(word) > code_points:
        raise _too_long(len(word), code_points, "code points")
    if size > most("token_bytes"):
        raise _too_long(size, most("token_bytes"), "bytes of UTF-8")
    return without_controls(word)


def without_controls(text: str) -> str:
    """The text, in which nothing stands that could break a line, a header or a log."""
    if control := next((char for char in text if unicodedata.category(char) == "Cc"), None):
        raise PydanticCustomError("control_character", "control character", {"received": f"U+{ord(control):04X}"})
    return text


Token = Annotated[str, Field(min_length=1), AfterValidator(normalised)]
