"""Words that were typed or imported, cleaned of what nobody sees. Stored scenes keep theirs: this is no rule of a scene."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from app.errors import Fault

# Unicode's Default_Ignorable_Code_Point, which has no picture of its own, and the blank of Braille.
IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
SELECTORS = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0020-\U000e007f\U000e0100-\U000e01ef"  # change how the character before them looks
LEADING = re.compile(f"^[{IGNORABLE}\\s]+")
TRAILING = re.compile(f"(?:(?![{SELECTORS}])[{IGNORABLE}\\s])+$")
SELECTOR = re.compile(f"[{SELECTORS}]")
UNSEEN = re.compile(f"[{IGNORABLE}]")
BREAK = re.compile(r"[^\S\u00a0\u2007\u202f]+")  # between words; a no-break space is none
SPACE = re.compile(r"[\s\u200b\u2800\u3164]")
JOINERS = "\u200c\u200d"
PAIRS = dict.fromkeys("\u202a\u202b\u202d\u202e", "\u202c") | dict.fromkeys("\u2066\u2067\u2068", "\u2069")  # bidirectional: begin -> end
MARKS = "\u061c\u200e\u200f"
REPLACEMENT = "\ufffd"
VIRAMA = 9  # its combining class

Path = tuple[str | int, ...]


def cleaned(word: str) -> str:
    """Returns the word without invisible characters at its ends; a selector at the end belongs to what it changes."""
    return TRAILING.sub("", LEADING.sub("", word))


def words_of(text: str) -> list[str]:
    """Returns the words of a sentence, cleaned."""
    return [word for word in map(cleaned, BREAK.split(text)) if word]


def shown(word: str) -> str:
    """Returns the word with every invisible character written as its number."""
    return "".join(f"⟨U+{ord(char):04X}⟩" if UNSEEN.match(char) or SPACE.match(char) else char for char in word)


def odd_words(sentences: Sequence[Sequence[str]]) -> Iterator[Fault]:
    """Yields what is wrong with the words of examples, each word once."""
    known: set[str] = set()
    spelled: dict[str, str] = {}  # what is seen -> the word that came first
    for index, sentence in enumerate(sentences):
        for place, word in enumerate(sentence):
            if word in known:
                continue
            known.add(word)
            path, first = ("examples", index, "sentence", place), spelled.setdefault(visible(word), word)
            if fault := _odd(word, path):
                yield fault
            elif first != word:
                yield Fault.at(path, "invisible_difference", shown(word), other=shown(first))


def _odd(word: str, path: Path) -> Fault | None:
    if REPLACEMENT in word:
        return Fault.at(path, "lost_character", word)
    if SPACE.search(word):
        return Fault.at(path, "space_within", shown(word))
    return Fault.at(path, "lone_direction", shown(word)) if _has_lone_direction(word) else None


def _has_lone_direction(word: str) -> bool:
    """Returns whether a bidirectional control stands there without its other end."""
    ends: list[str] = []
    for char in word:
        if char in PAIRS:
            ends.append(PAIRS[char])
        elif char in MARKS or (char in PAIRS.values() and (not ends or ends.pop() != char)):
            return True
    return bool(ends)


def visible(word: str) -> str:
    """Returns what can be seen of a word: two words that are equal in it look the same."""
    if not UNSEEN.search(word):
        return word
    around = f" {word} "
    return "".join(here for before, here, after in zip(around, word, around[2:], strict=False) if _is_seen(before, here, after))


def _is_seen(before: str, here: str, after: str) -> bool:
    """Returns whether a character shows: itself, or as a selector or joiner in the look of others."""
    if here in JOINERS:
        return _joins(before) or unicodedata.combining(after) == VIRAMA
    return not UNSEEN.match(here) or SELECTOR.match(here) is not None


def _joins(char: str) -> bool:
    """Returns whether a joiner behind this character can show: in Arabic's scripts, in those with a virama, in emoji."""
    joining = unicodedata.bidirectional(char) == "AL" or unicodedata.combining(char) == VIRAMA
    return joining or unicodedata.category(char) in ("So", "Sk") or SELECTOR.match(char) is not None
