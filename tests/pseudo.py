"""A language that nobody speaks, to see what is no longer English: every sentence runs to the left and stands between marks."""

from __future__ import annotations

from app.keys import KEYS
from app.languages import Language
from app.presets import PRESETS
from app.words import WORDS
from app.words_hi import WORDS_HI
from engine.quantities import QUANTITIES

OPEN, CLOSE = "‹", "›"
RIGHT_TO_LEFT_MARK = "\u200f"  # makes the first strong sign of a sentence one that runs to the left, as a letter of Arabic would


def labels() -> set[str]:
    """What the tables beside the words call things, in English: every language must know them."""
    quantities = {quantity.label for layer in QUANTITIES.values() for quantity in layer}
    return quantities | {key["label"] for key in KEYS} | set(PRESETS)


def mirrored(sentence: str) -> str:
    """A sentence between marks."""
    return f"{RIGHT_TO_LEFT_MARK}{OPEN}{sentence}{CLOSE}{RIGHT_TO_LEFT_MARK}"


PSEUDO = Language(
    "ar-XB",  # by custom, the mirrored pseudo-language
    mirrored("English"),
    {key: mirrored(sentence) if WORDS_HI[key] != sentence else sentence for key, sentence in WORDS.items()},  # signs are no language
    {label: mirrored(label) for label in labels()},
    direction="rtl",
)
