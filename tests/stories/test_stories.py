"""Runs the stories beside this file: every example must answer as it is written."""

from __future__ import annotations

import doctest
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import FixedClock
from tests.factories import Site
from tests.stories.bargaining_words import Bargain
from tests.stories.formulary_words import Committee
from tests.stories.mapping_words import Lists
from tests.stories.moving import Moving
from tests.stories.words import Told

STORIES = sorted(Path(__file__).parent.glob("*.md"))


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_the_story_goes_as_it_is_told(story: Path, site: Site, clock: FixedClock) -> None:
    parser = doctest.DocTestParser()
    text = story.read_text(encoding="utf-8")
    told = parser.get_doctest(text, _words(site, clock), story.stem, str(story), lineno=0)
    assert told.examples, "a story without a single step is no story"
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.REPORT_NDIFF)
    answers: list[str] = []
    failed = runner.run(told, out=answers.append).failed
    assert not failed, "".join(answers)


def _words(site: Site, clock: FixedClock) -> dict[str, object]:
    """The words that stories are told in."""
    return {
        "told": Told(site),
        "lists": Lists(site),
        "pt": Committee(site),
        "moving": Moving(site),
        "deal": Bargain(site, clock),
        "date": date,
    }
