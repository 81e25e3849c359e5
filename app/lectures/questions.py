"""What a class is asked: the body of a poll, and the one form that each answer to it has, so that equal answers are counted together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Annotated, Any, Literal

import rfc8785
from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from app.errors import Fault, Faulty
from app.limits import LIMITS, most
from app.scene_fields import FROM_LIST, Part
from app.tokens import without_controls
from app.validation import faults_of

Kind = Literal["sign", "number", "edge", "shape", "count", "choice", "words"]

# What a student may answer where the question does not say it itself; the page has words for them.
CHOICES: dict[str, tuple[str, ...]] = {"sign": ("positive", "negative"), "edge": ("depth", "time", "both")}
TYPED = ("number", "count", "words")  # typed, not chosen; a count may be chosen too
LONGEST_NUMBER = 40  # characters: all the digits that a float64 can use, and then some
LONGEST_DECOMPOSITION = 4  # code points that NFC may make one of: longer texts need not be normalised to be too long
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?", re.ASCII | re.IGNORECASE)
COUNT = re.compile(r"\+?\d+", re.ASCII)
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+", re.ASCII)  # a thousand, or one: nobody can tell
MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})  # as the page, and some keyboards, write it
SURROGATE = re.compile("[\ud800-\udfff]")
INVISIBLE = ("Cf", "Zs", "Zl", "Zp", "Mn", "Me")  # categories of which alone nobody can see a word


def _text(limit: str) -> Any:
    return Field(min_length=1, max_length=most(limit))


def _trimmed(text: str) -> str:
    text = unicodedata.normalize("NFC", text).strip()
    if not text:
        raise PydanticCustomError("empty", "empty", {"received": text})
    return text


Line = Annotated[str, _text("poll_text"), AfterValidator(without_controls), AfterValidator(_trimmed)]
Why = Annotated[str, Field(max_length=most("poll_text")), AfterValidator(without_controls)]
Choice = Annotated[str, _text("poll_choice"), AfterValidator(without_controls), AfterValidator(_trimmed)]
Choices = Annotated[tuple[Choice, ...], Field(max_length=most("poll_choices"), validate_default=True), FROM_LIST]


class Cell(Part):
    """What the question is about: a cell of the grid or an output, one of its units, its gradient."""

    layer: Literal["1", "2", "3", "4", "5", "6", "7", "8", "output"]
    timestep: Annotated[int, Field(ge=LIMITS["timesteps"].min, le=LIMITS["timesteps"].max)]
    unit: Annotated[int | None, Field(ge=LIMITS["units"].min, le=LIMITS["units"].max)] = None
    gradient: Annotated[bool, Field(exclude_if=lambda gradient: not gradient)] = False


class Asked(Part):
    """A question as a plan keeps it: nothing in it says which answer is right."""

    kind: Kind
    text: Line
    choices: Choices = ()
    tolerance: Annotated[float | None, Field(ge=0, le=LIMITS["absolute_value"].max)] = None
    cell: Cell | None = None

    @field_validator("choices")
    @classmethod
    def _can_be_chosen(cls, choices: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if "kind" in info.data and (fault := _fault_of_choices(info.data["kind"], choices)):
            raise fault
        return choices

    @field_validator("tolerance")
    @classmethod
    def _is_of_a_number(cls, tolerance: float | None, info: ValidationInfo) -> float | None:
        if tolerance is not None and info.data.get("kind") not in (None, "number"):
            raise PydanticCustomError("no_tolerance", "no tolerance", {"received": tolerance})
        return tolerance

    @property
    def options(self) -> tuple[str, ...]:
        """What can be chosen; nothing: the answer is typed."""
        return self.choices or CHOICES.get(self.kind, ())

    def document(self) -> dict[str, Any]:
        """As the log has it: with every choice, without what is not said."""
        return {**self.model_dump(exclude_none=True), "choices": list(self.options)}

    def normal(self, choice: str) -> str:
        """The one form of an answer, or a problem that says what an answer looks like."""
        if SURROGATE.search(choice):
            raise _invalid("lone_surrogate", choice)
        if self.options:
            return _chosen(choice, self.options)
        return NORMAL[self.kind](choice)


class Question(Asked):
    """A question that is opened: an id is the lecture's name for it."""

    poll: Annotated[str, _text("command_id"), AfterValidator(without_controls)]


def parse_question(body: Any, place: tuple[str | int, ...] = ("body",)) -> Question:
    """The question of a command's body, or a problem that names every place that is wrong."""
    try:
        return Question.model_validate(body)
    except ValidationError as error:
        errors = [{**each, "loc": (*place, *each["loc"])} for each in error.errors(include_url=False)]
        raise Faulty(faults_of(errors), "invalid-command") from None


def _fault_of_choices(kind: str, choices: tuple[str, ...]) -> PydanticCustomError | None:
    """What is wrong with the choices of a question of this kind."""
    received = list(choices)
    if kind in ("number", "words") and choices:
        return PydanticCustomError("no_choices", "no choices", {"received": received})
    if other := next((choice for choice in choices if choice not in CHOICES.get(kind, choices)), None):
        return PydanticCustomError("unknown_choice", "other choices", {"limit": ", ".join(CHOICES[kind]), "received": other})
    if len(choices) == 1 or (not choices and kind not in (*TYPED, *CHOICES)):
        return PydanticCustomError("too_few_choices", "too few choices", {"limit": 2, "received": received})
    if twice := next((choice for at, choice in enumerate(choices) if choice in choices[:at]), None):
        return PydanticCustomError("choice_twice", "choice twice", {"received": twice})
    return None


def _invalid(code: str, received: Any, limit: float | str | None = None, **words: Any) -> Faulty:
    return Faulty([Fault.at(("choice",), code, received, limit, **words)], "invalid-vote")


def _chosen(choice: str, options: tuple[str, ...]) -> str:
    normal = unicodedata.normalize("NFC", choice).strip() if len(choice) <= most("poll_choice") * LONGEST_DECOMPOSITION else ""
    if normal not in options:
        raise _invalid("unknown_choice", choice, ", ".join(options))
    return normal


def _number(choice: str) -> str:
    """The shortest digits that are read back as the same number, as every page would write it."""
    text = choice.strip().translate(MINUS)
    if not GROUPED.fullmatch(text):
        text = text.replace(",", ".", 1)  # as half of the world writes it
    if len(text) > LONGEST_NUMBER or not NUMBER.fullmatch(text):
        raise _invalid("wrong_type", choice, "a number, such as 0.37")
    number = float(text) + 0.0
    bound = LIMITS["absolute_value"].max
    if abs(number) > bound:  # 1e999 is infinite
        code = "too_large" if number > 0 else "too_small"
        raise _invalid(code, choice, bound if number > 0 else -bound, bounds=f"\u2212{bound:,.0f} to {bound:,.0f}")
    return rfc8785.dumps(number).decode()


def _count(choice: str) -> str:
    text = choice.strip()
    if len(text) > LONGEST_NUMBER or not COUNT.fullmatch(text):
        raise _invalid("wrong_type", choice, "a whole number, such as 36")
    if (number := int(text)) > most("poll_count"):
        raise _invalid("too_large", choice, most("poll_count"), bounds=f"0 to {most('poll_count'):,}")
    return str(number)


def _word(choice: str) -> str:
    """Words that differ in capitals, in spaces or in how their accents are written are one word of the cloud."""
    limit = most("poll_word")
    if control := next((char for char in choice.strip() if unicodedata.category(char) == "Cc"), None):
        raise _invalid("control_character", f"U+{ord(control):04X}")
    word = choice if len(choice) > limit * LONGEST_DECOMPOSITION else " ".join(unicodedata.normalize("NFC", choice).split())
    if len(word) > limit:
        raise _invalid("too_long", len(word), limit, measure="characters")
    if all(unicodedata.category(char) in INVISIBLE for char in word):
        raise _invalid("empty", choice)
    return unicodedata.normalize("NFC", word.casefold())


NORMAL: dict[str, Callable[[str], str]] = {"number": _number, "count": _count, "words": _word}
