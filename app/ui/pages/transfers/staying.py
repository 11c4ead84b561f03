"""A form that keeps what was typed until the service has taken it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from app.ui.widgets.dialogs import Form
from app.ui.widgets.states import FieldProblem


class StayingForm(Form):
    """Stays open while the service looks; a refusal is said in it, beside what has to change."""

    def __init__(self, title: str, verb: str, parent: QWidget, *, wide: int) -> None:
        super().__init__(title, verb, parent, wide=wide)
        self.problem = FieldProblem()
        outer = self.layout()
        assert isinstance(outer, QVBoxLayout)  # noqa: S101 - `Form` made it
        outer.insertWidget(outer.count() - 1, self.problem)

    def wait(self) -> None:
        """The service was asked: a second Enter or an Esc has to wait for its answer."""
        self.problem.say("")
        self.verb.setEnabled(False)

    def finish(self) -> None:
        """The service has it."""
        self.accept()

    def refuse(self, words: str) -> None:
        """The service did not take it: say why, and let it be changed."""
        self.verb.setEnabled(True)
        self.problem.say(words)

    @override
    def reject(self) -> None:
        """Esc and 取消, unless an answer is awaited."""
        if self.verb.isEnabled():
            super().reject()
