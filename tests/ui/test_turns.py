"""Questions asked in turn: order, what waits behind them, and what a refusal does to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject

from app.ui.turns import Turns

Done = Callable[[str], None]
Failed = Callable[[Exception], None]


class Desk:
    """Questions that were asked and are answered when the test says so; what was heard."""

    def __init__(self) -> None:
        self.asker = QObject()
        self.turns = Turns(self.asker)
        self.asked: list[tuple[str, Done, Failed]] = []
        self.heard: list[str] = []

    def ask(self, words: str) -> None:
        """A question whose answer is heard."""

        def start(done: Done, failed: Failed) -> None:
            self.asked.append((words, done, failed))

        self.turns.ask(start, self.heard.append, lambda error: self.heard.append(f"!{error}"))

    def press(self, key: str) -> None:
        """A key behind the questions."""
        self.turns.then(lambda: self.heard.append(key), lambda: self.heard.append(f"no {key}"))

    def answer(self) -> None:
        """The question under way."""
        words, done, _failed = self.asked[-1]
        done(words)

    def refuse(self) -> None:
        """The question under way cannot be answered."""
        words, _done, failed = self.asked[-1]
        failed(ValueError(words))


@pytest.fixture
def desk(qapp: object) -> Desk:
    """Nothing asked yet."""
    assert qapp is not None
    return Desk()


def test_one_is_asked_at_a_time_and_the_key_waits_for_all(desk: Desk) -> None:
    for words in "abc":
        desk.ask(words)
    desk.press("F10")
    desk.ask("d")
    assert [words for words, *_ in desk.asked] == ["a"]
    for _each in range(4):
        desk.answer()
    assert desk.heard == ["a", "b", "c", "F10", "d"]


def test_a_key_without_questions_acts_at_once(desk: Desk) -> None:
    desk.press("F10")
    assert desk.heard == ["F10"]


def test_a_refusal_drops_the_key_behind_it_and_only_that(desk: Desk) -> None:
    desk.ask("a")
    desk.press("F10")
    desk.ask("b")
    desk.refuse()
    desk.answer()
    desk.press("F10")
    assert desk.heard == ["!a", "no F10", "b", "F10"]


def test_an_answer_that_is_not_taken_drops_the_key_too(desk: Desk) -> None:
    desk.ask("a")
    desk.press("F10")
    desk.turns.refuse()
    desk.answer()
    assert desk.heard == ["a", "no F10"]


def test_what_waits_is_let_go_and_the_next_is_asked(desk: Desk) -> None:
    for words in "ab":
        desk.ask(words)
    desk.turns.clear()
    desk.answer()
    desk.ask("c")
    desk.answer()
    assert desk.heard == ["a", "c"]


def test_an_answer_that_cannot_be_shown_does_not_stop_the_next(desk: Desk) -> None:
    def broken(_found: str) -> None:
        raise RuntimeError("a form is gone")

    def start(done: Done, failed: Failed) -> None:
        desk.asked.append(("a", done, failed))

    desk.turns.ask(start, broken, desk.heard.append)  # type: ignore[arg-type]
    desk.ask("b")
    with pytest.raises(RuntimeError, match="a form is gone"):
        desk.answer()
    desk.answer()
    assert desk.heard == ["b"]
