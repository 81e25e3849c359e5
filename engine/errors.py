"""Every error that a caller of the engine can cause."""

from __future__ import annotations

from typing import Self


class EngineError(ValueError):
    """An argument that the engine cannot compute with; `field` names the argument."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(field, message)  # both stay in args, so that the error survives a process pool
        self.field = field
        self.message = message

    def __str__(self) -> str:
        return self.message


class ShapeError(EngineError):
    """An array does not have the shape that its formula needs."""

    @classmethod
    def between(cls, field: str, expected: tuple[int | str, ...], received: tuple[int, ...]) -> Self:
        """The error that names the shape a formula needs, and the one that came."""
        wanted = ", ".join(map(str, expected)) + ("," if len(expected) == 1 else "")
        return cls(field, f"`{field}` must have shape ({wanted}). Received: {received}.")
