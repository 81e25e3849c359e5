"""Data sets: sentences with their labels, as values known by the SHA-256 of their canonical JSON."""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import Annotated, Self

import rfc8785
from pydantic import Field, ValidationError

from app import strict_json
from app.errors import Faulty
from app.limits import LIMITS, most
from app.scene_fields import FROM_LIST, Label, Part
from app.tokens import Token
from app.validation import faults_of


class Example(Part):
    """A sentence and its label: one value, or one per timestep."""

    sentence: Annotated[tuple[Token, ...], FROM_LIST, Field(min_length=1, max_length=most("timesteps"))]
    label: Label


class DataSet(Part):
    """Examples to learn from."""

    examples: Annotated[
        tuple[Example, ...], FROM_LIST, Field(min_length=1, max_length=most("examples"), description=LIMITS["examples"].description)
    ]

    @cached_property
    def canonical(self) -> bytes:
        """Its one form as bytes, RFC 8785."""
        return rfc8785.dumps(self.model_dump(mode="json"))

    @cached_property
    def id(self) -> str:
        """The SHA-256 of the canonical form, in hexadecimal."""
        return hashlib.sha256(self.canonical).hexdigest()

    @cached_property
    def vocabulary(self) -> tuple[str, ...]:
        """Every word once, in the order in which they first appear."""
        return tuple(dict.fromkeys(word for example in self.examples for word in example.sentence))

    def known(self) -> Self:
        """The same, with its id and its vocabulary computed, which takes a tenth of a second where there are many examples."""
        _ = self.id, self.vocabulary
        return self

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """The data set of a JSON text, or a problem that names every place that is wrong."""
        try:
            return cls.model_validate(strict_json.parse(body)).known()
        except ValidationError as error:
            raise Faulty(faults_of(error.errors(include_url=False)), "invalid-dataset") from None
