"""The languages of the page: the words of each, what the tables of engine and app are called in it, and which one a visitor wants."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from app.words import WORDS
from app.words_asking import ASKING, ASKING_HI
from app.words_hi import LABELS_HI, WORDS_HI
from app.words_late import LATE, LATE_HI
from app.words_planning import PLANNING, PLANNING_HI
from app.words_plans import PLANS, PLANS_HI
from app.words_replay import REPLAY, REPLAY_HI

RANGE = re.compile(r"([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?")


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """A language by its BCP 47 code, named in itself; `labels` are what quantities, keys and presets are called, by the English names."""

    code: str
    name: str
    words: Mapping[str, str]
    labels: Mapping[str, str]
    direction: Literal["ltr", "rtl"] = "ltr"

    def label(self, english: str) -> str:
        """What a table calls something, in this language."""
        return self.labels.get(english, english)


ENGLISH = Language("en", "English", WORDS | LATE | ASKING | PLANNING | REPLAY | PLANS, {})
HINDI = Language("hi", "हिन्दी", WORDS_HI | LATE_HI | ASKING_HI | PLANNING_HI | REPLAY_HI | PLANS_HI, LABELS_HI)
LANGUAGES = {language.code: language for language in (ENGLISH, HINDI)}


def wanted(chosen: str | None, accepted: str) -> Language:
    """The language that the address names, else the one of ours that Accept-Language likes best, else English."""
    codes = [chosen or "", *_by_preference(accepted)]
    return next((LANGUAGES[code] for code in codes if code in LANGUAGES), ENGLISH)


def _by_preference(accepted: str) -> list[str]:
    """The languages of an Accept-Language header without their regions, the best first; those at q=0 are unwanted."""
    weighed = sorted(_weighed(accepted), key=lambda pair: -pair[1])
    return [code for code, weight in weighed if weight]


def _weighed(accepted: str) -> Iterator[tuple[str, float]]:
    for part in accepted.split(","):
        if found := RANGE.fullmatch(part.strip()):
            yield found[1].lower(), float(found[2] or 1)
