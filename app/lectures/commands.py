"""What a presenter may do, read strictly: a command and its body, or a problem that names the place."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field, ValidationError

from app import strict_json
from app.errors import Faulty
from app.lectures.questions import Why, parse_question
from app.lectures.storage import Command
from app.limits import most
from app.scene_fields import ADDRESS_PATTERN, ID_PATTERN, Part
from app.tokens import without_controls
from app.validation import faults_of

SceneId = Annotated[str, Field(pattern=ID_PATTERN)]
Id = Annotated[str, Field(min_length=1, max_length=most("command_id")), AfterValidator(without_controls)]
Name = Annotated[str, Field(max_length=most("nickname")), AfterValidator(without_controls)]
Text = Annotated[str, Field(max_length=most("view_text")), AfterValidator(without_controls)]
View = Annotated[dict[Id, Text], Field(max_length=most("view_parts"))]
Share = Annotated[float, Field(ge=0, le=1)]

SOFT = ("pointer", "hands lowered")  # never stored


class SceneBody(Part):
    """What is computed, and how it looks."""

    scene: SceneId
    view: View | None = None


class ViewBody(Part):
    """Everything that a link carries beside the scene, as its texts."""

    view: View


class FrozenBody(Part):
    """Whether the class stays where it is while the presenter goes on."""

    frozen: bool


class BlankedBody(Part):
    """Whether the class sees nothing."""

    blanked: bool


class PollBody(Part):
    """One of the lecture's polls."""

    poll: Id


class RevealedBody(PollBody):
    """What was right, and why; null: nothing is."""

    answer: Text | None = None
    why: Why = ""


class PresenterBody(Part):
    """What the device that takes over calls itself."""

    name: Name = ""


class PointerBody(Part):
    """Where it points, in shares of the picture; hidden: not there. address: the number that it rests on, as a link writes it."""

    x: Share = 0.0
    y: Share = 0.0
    hidden: bool = False
    address: Annotated[str, Field(max_length=60, pattern=ADDRESS_PATTERN)] = ""


class NoBody(Part):
    """There is nothing more to say."""


BODIES: dict[str, type[Part]] = {
    "scene": SceneBody,
    "view": ViewBody,
    "frozen": FrozenBody,
    "blanked": BlankedBody,
    "poll closed": PollBody,
    "poll revealed": RevealedBody,
    "presenter changed": PresenterBody,
    "ended": NoBody,
    "pointer": PointerBody,
    "hands lowered": NoBody,
}


Kind = Literal[
    "scene",
    "view",
    "frozen",
    "blanked",
    "poll opened",
    "poll closed",
    "poll revealed",
    "presenter changed",
    "ended",
    "pointer",
    "hands lowered",
]
P = TypeVar("P", bound=Part)


class CommandDocument(Part):
    """A command: its own id, which a retry repeats; the fence of who sends it; what is done."""

    id: Id
    fence: Annotated[int, Field(ge=0, le=most("fence"))] = 0
    kind: Kind
    body: dict[str, Any]


class Start(Part):
    """What a lecture begins with."""

    title: Annotated[str, Field(max_length=most("lecture_title")), AfterValidator(without_controls)] = ""
    device: Name = ""
    passphrase: Annotated[str, Field(max_length=most("view_text"))] = ""
    scene: SceneId | None = None
    view: View = Field(default_factory=dict)
    base: Annotated[Text | None, Field(description="the path of the page as its browser sees it, such as /unrolled/")] = None


class Device(Part):
    """What a device calls itself."""

    device: Name = ""


class Exchange(Device):
    """The key of a presenter's link."""

    key: Id


class Participant(Part):
    """What a participant wants to be called; empty: nothing."""

    nickname: Name = ""


class Vote(Part):
    """An answer to a question, as it was chosen or typed."""

    choice: Annotated[str, Field(min_length=1, max_length=most("poll_text"))]


def parse_command(text: bytes) -> Command:
    """The command of a JSON text."""
    document = parsed(CommandDocument, text)
    return Command(document.id, document.kind, _body(document.kind, document.body), document.fence)


def parsed(model: type[P], text: bytes) -> P:
    """The document of a JSON text as the model has it."""
    return validated(model, strict_json.parse(text))


def _body(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    if kind == "poll opened":
        return parse_question(body).document()
    return validated(BODIES[kind], body, ("body",)).model_dump(exclude_none=kind == "scene")


def validated(model: type[P], document: Any, place: tuple[str, ...] = ()) -> P:
    """The document as the model has it, or a problem."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        errors = [{**each, "loc": (*place, *each["loc"])} for each in error.errors(include_url=False)]
        raise Faulty(faults_of(errors), "invalid-command") from None
