from __future__ import annotations

import pytest

import _gallery
from _gallery import SIZES, THEMES, VIEWS, file_name, fragment


def test_every_view_has_a_name_of_its_own_and_stands_in_the_index_with_all_its_pictures() -> None:
    assert len({view.name for view in VIEWS}) == len(VIEWS)
    index = _gallery.index()
    for view in VIEWS:
        assert view.shows in index
        assert all(file_name(view, size, theme) in index for size in SIZES for theme in THEMES)


def test_a_view_is_a_link_as_the_page_writes_one() -> None:
    compare = next(view for view in VIEWS if view.name == "compare")
    assert fragment(compare) == "v=1&step=20&view=compare&versus=sentence&otherSentence=cat%20rat%20rat&contrast=1"


def test_a_name_that_is_no_view_is_refused_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert _gallery.main(["grid"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("There is no view grid. There are: forward, ")
