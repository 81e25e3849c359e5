"""Words as the scene holds them: NFC, of bounded length, any text but control characters."""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.limits import most

LONGEST_DECOMPOSITION = 4  # code points that NFC may make one of: longer texts need not be normalised to be too long


def _too_long(received: int, limit: int, measure: str) -> PydanticCustomError:
    return PydanticCustomError("too_long", "too long", {"received": received, "limit": limit, "measure": measure})


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
    if control := next((char for char in word if unicodedata.category(char) == "Cc"), None):
        raise PydanticCustomError("control_character", "control character", {"received": f"U+{ord(control):04X}"})
    return word


Token = Annotated[str, Field(min_length=1), AfterValidator(normalised)]
