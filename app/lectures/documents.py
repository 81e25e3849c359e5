"""The JSON that the routes of lectures answer with, described for the OpenAPI document."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.documents import Document


class ReachDocument(Document):
    """Where others reach this server, and who may start a lecture here."""

    address: str | None = Field(description="null: only this machine can")
    starters: Literal["anyone", "passphrase", "nobody"]


class StartedDocument(Document):
    """A lecture that has begun."""

    code: str
    key: str = Field(description="for the fragment of the presenter's link; it works once")
    epoch: str
    offset: int
    fence: int


class LectureDocument(Document):
    """A lecture, as whoever comes finds it."""

    code: str
    title: str
    epoch: str
    offset: int = Field(description="of the last entry of its log")
    created: float = Field(description="Unix time, in seconds")
    ended: bool
    presenter: bool = Field(description="whether this browser may present it")
    presenting: bool = Field(description="whether this browser presents it now")
    fence: int
    holder: str = Field(description="what the device that presents calls itself")
    address: str | None = Field(description="where to join; null: only on this machine")


class PresenterDocument(Document):
    """Who presents now."""

    fence: int
    holder: str


class KeyDocument(Document):
    """The key of a presenter's link, which works once: alone, in its link, and as the QR code of that."""

    key: str
    address: str
    qr: str = Field(description="SVG")


class CodeDocument(Document):
    """A lecture's code."""

    code: str


class CommandAnswerDocument(Document):
    """Where the log of the lecture stands after the command."""

    epoch: str
    offset: int


class ParticipantDocument(Document):
    """A participant, who may vote."""

    nickname: str


class VoteDocument(Document):
    """A vote as it is counted."""

    poll: str
    choice: str


class PlanNameDocument(Document):
    """A plan that comes with Unrolled."""

    name: str
    title: str = Field(description="in the language that was asked for")
    steps: int


class PlansDocument(Document):
    """The plans that come with Unrolled."""

    plans: list[PlanNameDocument]


LECTURE_DOCUMENTS: tuple[type[Document], ...] = (
    ReachDocument,
    StartedDocument,
    LectureDocument,
    PresenterDocument,
    KeyDocument,
    CodeDocument,
    CommandAnswerDocument,
    ParticipantDocument,
    VoteDocument,
    PlansDocument,
)
