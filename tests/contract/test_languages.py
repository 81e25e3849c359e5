from __future__ import annotations

import re

import pytest

from app.languages import ENGLISH, HINDI, LANGUAGES, Language, wanted
from app.tables import page_tables
from tests.pseudo import PSEUDO, labels

WORDS = ENGLISH.words
OTHERS = [language for language in LANGUAGES.values() if language is not ENGLISH]
PLACEHOLDER = re.compile(r"\{(\w+)\}")
NAMES_IN_CODE = {
    *("Unrolled", "Keras", "PyTorch", "JavaScript", "API", "Language", "Escape", "BPTT", "SimpleRNN", "LSTM", "GRU", "Dense", "Embedding"),
    *("Pascanu", "RNN", "Linear", "W_rec", "W_in", "W_ua", "W_ux", "W_u"),
    *("return_sequences", "True", "False", "tanh", "relu", "softmax", "log", "model", "summary", "sech"),
    *("Pascanu", "RNN", "Linear", "Python", "CSV", "JSON", "PNG", "SVG", "WebM", "safetensors", "Adam"),
    *("cat", "rat", "mat", "reset_after"),  # the notes' words, which the network reads
}


def emphasised(sentence: str) -> list[list[str]]:
    """The placeholders of each emphasised piece, in any order: another language says things in another order."""
    return sorted(PLACEHOLDER.findall(piece) for piece in sentence.split("*")[1::2])


def english_left_in(sentence: str) -> set[str]:
    """Words of three letters and more; W_xh is a symbol."""
    return set(re.findall(r"\b(?![Wb]_)[A-Za-z_]{3,}", PLACEHOLDER.sub("", sentence))) - NAMES_IN_CODE


@pytest.mark.parametrize("language", OTHERS, ids=lambda language: language.code)
def test_every_language_has_the_sentences_of_the_english_table(language: Language) -> None:
    """What fails here can be pasted into the other table, and translated there."""
    assert {key: sentence for key, sentence in WORDS.items() if key not in language.words} == {}
    assert [key for key in language.words if key not in WORDS] == []


@pytest.mark.parametrize("language", [*OTHERS, PSEUDO], ids=lambda language: language.code)
def test_every_sentence_keeps_its_placeholders_and_its_emphasis(language: Language) -> None:
    both = [(key, WORDS[key], sentence) for key, sentence in language.words.items() if key in WORDS]
    assert [key for key, one, other in both if sorted(PLACEHOLDER.findall(one)) != sorted(PLACEHOLDER.findall(other))] == []
    assert [key for key, one, other in both if one.count("*") != other.count("*") or emphasised(one) != emphasised(other)] == []
    assert [key for key, one, other in both if bool(one) != bool(other)] == []


@pytest.mark.parametrize("language", [*OTHERS, PSEUDO], ids=lambda language: language.code)
def test_every_language_knows_the_labels_of_quantities_keys_and_presets(language: Language) -> None:
    assert labels() - language.labels.keys() == set()
    assert language.labels.keys() - labels() == set()


def test_no_english_is_left_in_hindi() -> None:
    said = {**HINDI.words, **HINDI.labels}
    assert {key: left for key, sentence in said.items() if (left := english_left_in(sentence))} == {}
    spoken = [sentence for key, sentence in HINDI.words.items() if english_left_in(WORDS[key])]
    assert [sentence for sentence in spoken if not re.search(r"[\u0900-\u097f]", sentence)] == []


def test_the_page_has_the_same_tables_in_every_language_but_for_the_words() -> None:
    english, hindi = page_tables(ENGLISH), page_tables(HINDI)
    assert {name for name, table in english.items() if table != hindi[name]} == {"words", "keys", "quantities", "presets"}
    assert [preset["scene"] for preset in english["presets"]] == [preset["scene"] for preset in hindi["presets"]]
    assert [key["command"] for key in english["keys"]] == [key["command"] for key in hindi["keys"]]


@pytest.mark.parametrize(
    ("chosen", "accepted", "code"),
    [
        (None, "", "en"),
        (None, "hi-IN,hi;q=0.9,en;q=0.8", "hi"),
        (None, "en-GB,en;q=0.9,hi;q=0.8", "en"),
        (None, "fr, hi;q=0.4, en;q=0.3", "hi"),
        (None, "en;q=0.1, hi ; q=0.5", "hi"),
        (None, "HI", "hi"),
        (None, "hi;q=0, de", "en"),
        (None, "*;q=0.5, ;;; , hi;q=many", "en"),
        ("en", "hi", "en"),
        ("hi", "en", "hi"),
        ("tlh", "hi", "hi"),
        ("", "", "en"),
    ],
)
def test_the_address_wins_over_the_browser_and_the_browser_over_english(chosen: str | None, accepted: str, code: str) -> None:
    assert wanted(chosen, accepted).code == code
