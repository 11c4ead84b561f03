"""A form that keeps what was typed until the service has taken it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.ui.errors import words_of
from app.ui.widgets.dialogs import Form
from app.ui.widgets.states import FieldProblem


class StayingForm(Form):
    """Stays open while the service looks; a refusal is said in it, beside what has to change."""

    def __init__(
        self, title: str, verb: str, parent: QWidget, *, wide: int, cancel: str = ""
    ) -> None:
        super().__init__(title, verb, parent, cancel=cancel, wide=wide)
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

    def refuse(self, error: Exception) -> None:
        """The service did not take it: say all that is wrong, and let it be changed."""
        self.verb.setEnabled(True)
        problems = error.problems if isinstance(error, DomainError) else ()
        each = "\n".join(f"{one.where}{one.text}" for one in problems)
        self.problem.say(each if len(problems) > 1 else words_of(error))

    @override
    def reject(self) -> None:
        """Esc and 取消, unless an answer is awaited."""
        if self.verb.isEnabled():
            super().reject()
