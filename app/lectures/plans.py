"""A lecture that is prepared: what is shown step by step, with notes that the presenter alone reads, and questions with their answers."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

import rfc8785
from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from app import strict_json
from app.errors import Fault, Faulty, Problem
from app.lectures.commands import View
from app.lectures.entries import SCENE_ID, names_of
from app.lectures.questions import Asked, Why
from app.limits import most
from app.scene_fields import FROM_LIST, Part
from app.scenes import Scene, migrated
from app.tokens import without_controls
from app.validation import faults_of

VERSION = 1
MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}  # MIGRATIONS[1] will make version 2 of version 1
IN_NOTES = "\n\t"


def _without_odd_controls(text: str) -> str:
    """Notes have lines; nothing else that controls anything."""
    if control := next((char for char in text if unicodedata.category(char) == "Cc" and char not in IN_NOTES), None):
        raise PydanticCustomError("control_character", "control character", {"received": f"U+{ord(control):04X}"})
    return text


def _whole_or_known(scene: Any) -> Any:
    if isinstance(scene, dict) or (isinstance(scene, str) and SCENE_ID.fullmatch(scene)):
        return scene
    raise PydanticCustomError("wrong_type", "no scene", {"limit": "a scene, or the id of one", "received": scene})


Title = Annotated[str, Field(max_length=most("lecture_title")), AfterValidator(without_controls)]
Notes = Annotated[str, Field(max_length=most("plan_notes")), AfterValidator(_without_odd_controls)]


class Prepared(Asked):
    """A question with its answer, which stays here until it is revealed."""

    answer: str | None = None
    why: Why = ""

    def document(self) -> dict[str, Any]:
        """As a file has it."""
        return {**super().document(), "answer": self.answer, "why": self.why}


class Step(Part):
    """What is shown, how, and what the presenter wants to say and ask there. A scene is whole, or known to the server by its id."""

    title: Title = ""
    scene: Annotated[Any, AfterValidator(_whole_or_known)]
    view: View = Field(default_factory=dict)
    notes: Notes = ""
    question: Prepared | None = None

    def document(self) -> dict[str, Any]:
        """As a file has it."""
        return {**self.model_dump(), "question": self.question and self.question.document()}


Steps = Annotated[tuple[Step, ...], Field(max_length=most("plan_steps")), FROM_LIST]


class Plan(Part):
    """A plan whose every scene can be computed, and whose every question can be asked."""

    unrolled: Literal["plan"]
    version: Literal[1]
    title: Title = ""
    steps: Steps = ()

    def document(self) -> dict[str, Any]:
        """As a file has it."""
        return {**self.model_dump(exclude={"steps"}), "steps": [step.document() for step in self.steps]}

    @property
    def names(self) -> list[str]:
        """The ids of scenes and data sets that it needs and does not hold."""
        documents = [step.scene for step in self.steps if isinstance(step.scene, dict)]
        datasets = [document["weights"]["training"]["dataset"] for document in documents if document["weights"].get("training")]
        return [*datasets, *(name for step in self.steps for name in names_of({"scene": step.scene, "view": step.view}))]

    @property
    def text(self) -> str:
        """Its canonical form, as it is stored."""
        return rfc8785.dumps(self.document()).decode()


def parse_plan(body: bytes) -> Plan:
    """The plan of a JSON text, or a problem that names every place that is wrong."""
    document = _current(strict_json.parse(body))
    try:
        plan = Plan.model_validate(document)
    except ValidationError as error:
        raise Faulty(faults_of(error.errors(include_url=False)), "invalid-plan") from None
    return plan.model_copy(update={"steps": tuple(_sound(step, number) for number, step in enumerate(plan.steps))})


def _current(document: Any) -> Any:
    """The same plan in the current version; what is no plan, or a newer one, is refused."""
    if not isinstance(document, dict) or document.get("unrolled") != "plan":
        raise Faulty([Fault.at((), "no_plan")], "invalid-plan")
    version = document.get("version")
    if type(version) is not int:
        return document
    if version > VERSION:
        raise Faulty([Fault.at(("version",), "plan_too_new", version, VERSION)], "newer-plan")
    while version in MIGRATIONS:
        document = MIGRATIONS[version](document)
        version = document["version"]
    return document


def _sound(step: Step, number: int) -> Step:
    """The step with its scene in its canonical form, and the answer of its question in its one form."""
    changed: dict[str, Any] = {}
    if isinstance(step.scene, dict):
        changed["scene"] = _within(number, "scene", lambda: _scene(step.scene))
    if (question := step.question) and (answer := question.answer) is not None:
        normal = _within(number, "question/answer", lambda: question.normal(answer))
        changed["question"] = question.model_copy(update={"answer": normal})
    return step.model_copy(update=changed)


def _scene(document: Any) -> dict[str, Any]:
    try:
        return Scene.model_validate(migrated(document)).document()
    except ValidationError as error:
        raise Faulty(faults_of(error.errors(include_url=False))) from None


def _within(number: int, place: str, made: Callable[[], Any]) -> Any:
    """What is made, or a problem whose places are those of the whole plan, and whose sentences say which step they are about."""
    try:
        return made()
    except Problem as problem:
        start = f"/steps/{number}/{place}"
        faults = [
            replace(fault, pointer=start + fault.pointer.removeprefix("/choice"), detail=f"Step {number + 1}: {fault.detail}")
            for fault in problem.faults
        ]
        raise Faulty(faults, "invalid-plan") from None
