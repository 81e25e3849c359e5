"""Scene: whatever changes a number, as a value that validates itself and has one canonical form and one id."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Self

import rfc8785
from pydantic import ValidationError, model_validator

from app import strict_json
from app.errors import Fault, Faulty
from app.scene_fields import VERSION, SceneFields, numbers_of
from app.scene_rules import broken_rules
from app.validation import faults_of

Document = dict[str, Any]
Migrations = Mapping[int, Callable[[Document], Document]]

# Older scenes are brought up one version at a time: MIGRATIONS[1] will make version 2 of version 1.
MIGRATIONS: Migrations = {}


class Scene(SceneFields):
    """A scene that keeps every rule: what is made of it can be computed."""

    @model_validator(mode="after")
    def _keeps_every_rule(self) -> Self:
        if faults := broken_rules(self):
            raise Faulty(faults)
        return self

    def but(self, **changed: Any) -> Scene:
        """The same scene with some fields changed by us, whose rules need no second look; unlike a copy it has an id of its own."""
        return Scene.model_construct(**{name: getattr(self, name) for name in type(self).model_fields} | changed)

    def document(self) -> Document:
        """The scene as JSON has it, every default filled in; what is optional and at its default is left out."""
        document = self.model_dump(mode="json")
        if not any(number for state in self.initial_state or () for number in numbers_of(state)):
            del document["initial_state"]
        return document

    @cached_property
    def canonical(self) -> bytes:
        """Its one form as bytes, RFC 8785."""
        return rfc8785.dumps(self.document())

    @cached_property
    def id(self) -> str:
        """The SHA-256 of the canonical form, in hexadecimal."""
        return hashlib.sha256(self.canonical).hexdigest()

    @property
    def dataset(self) -> str | None:
        """The id of the data set that it learns from, if it does."""
        return self.weights.training.dataset if self.weights.training else None


def parse_scene(body: bytes) -> Scene:
    """The scene of a JSON text, or a problem that names every place that is wrong."""
    document = migrated(strict_json.parse(body))
    try:
        return Scene.model_validate(document)
    except ValidationError as error:
        raise Faulty(faults_of(error.errors(include_url=False))) from None


def migrated(document: Any, migrations: Migrations = MIGRATIONS, current: int = VERSION) -> Any:
    """The same scene in the current version; a newer one is refused."""
    version = document.get("version") if isinstance(document, dict) else None
    if type(version) is not int:
        return document  # the fields' own rules say what is wrong
    if version > current:
        raise Faulty([Fault.at(("version",), "too_new", version, current)])
    while version in migrations:
        document = migrations[version](document)
        version = document["version"]
    return document


def default_scene() -> Scene:
    """The toy of the notes: cat mat rat, two layers of 3 and 2 units."""
    return Scene.model_validate(
        {
            "version": VERSION,
            "vocabulary": ["cat", "mat", "rat"],
            "sentence": ["cat", "mat", "rat"],
            "label": 1,
            "layers": [
                {"type": "SimpleRNN", "units": 3, "return_sequences": True},
                {"type": "SimpleRNN", "units": 2, "return_sequences": False},
                {"type": "Dense", "units": 1, "activation": "sigmoid"},
            ],
            "weights": {"seed": 0},
            "loss": "binary_crossentropy",
            "optimizer": {"type": "SGD", "learning_rate": 0.1},
        }
    )
