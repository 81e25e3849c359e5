"""What a room has to tell, and nobody keeps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class News:
    """What a room has gathered since the last tick."""

    said: dict[str, dict[str, Any]] = field(default_factory=dict)  # by the presenter, by kind
    voted: set[str] = field(default_factory=set)  # polls in which somebody voted here: every process is told
    counting: set[str] = field(default_factory=set)  # polls in which somebody voted anywhere: their tallies are told here
    moved: bool = False  # somebody came, went or changed here: every process is told
    presence: bool = False  # the same anywhere: the numbers are told here
