"""What the sections share: a list with buttons above it, and a form that saves itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.i18n import _
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.pages.settings.section import Section
from app.ui.tables.cells import Row
from app.ui.tables.columns import Column
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field

T = TypeVar("T")


class ListSection(Section):
    """A section that is a table with buttons.

    Attributes:
        model: Its rows.
        table: The view; double click or Enter is `opened`.
    """

    def __init__(
        self, context: PageContext, texts: tuple[str, str, str], columns: Sequence[Column]
    ) -> None:
        """Build it; `texts` are title, help and what an empty table says."""
        super().__init__(context, texts[0], texts[1])
        self.bar = QHBoxLayout()
        self.bar.setSpacing(8)
        self.bar.addStretch(1)
        self.card.add(self.bar)
        self.model = ListModel(tuple(columns))
        self.table = GridView(self.model)
        self.table.set_empty(texts[2])
        self.card.add(self.table, 1)
        self.fill()

    def button(self, words: str, act: Callable[[], object], kind: Kind = Kind.SECONDARY) -> Button:
        """Add a button above the table."""
        made = Button(words, kind)
        made.clicked.connect(lambda _on=False: act())
        self.bar.insertWidget(self.bar.count() - 1, made)
        return made

    def record(self, kind: type[T]) -> T | None:
        """The record of the chosen row; without one the person is told to choose."""
        row = self.table.current()
        found = row.record if row else None
        if isinstance(found, kind):
            return found
        self.context.notices.info(_("先在表里选一行。"))
        return None

    def ask(self, question: Callable[[], tuple[Row, ...]]) -> None:
        """Read the rows off the GUI thread and show them."""
        self.context.jobs.read(
            question, self.model.set_rows, channel=f"settings.{type(self).__name__}", owner=self
        )

    def act(self, work: Callable[[], object], words: str, topics: Sequence[Topic]) -> None:
        """Change something at once, and tell it."""

        def done(_result: object) -> None:
            self.context.notices.done(words)
            self.context.changes.announce(topics)
            self.refresh()

        self.context.jobs.write(work, done, self.context.errors.take, owner=self)


class SaveForm(Form):
    """A form whose verb writes; what cannot be written is said in place.

    Signals:
        saved: It is written.
    """

    saved = Signal()
    _work: Callable[[], object]

    def __init__(self, section: Section, title: str, verb: str, *, wide: int = 460) -> None:
        super().__init__(title, verb, section, wide=wide)
        self.section = section
        self.accepted.connect(self._write)

    def add(self, *fields: QWidget) -> None:
        """Put fields beside each other, below what is there."""
        if len(fields) == 1:
            self.body.addWidget(fields[0])
            return
        row = QHBoxLayout()
        row.setSpacing(12)
        for field in fields:
            row.addWidget(field, 1)
        self.body.addLayout(row)

    def work(self) -> Callable[[], object]:
        """What writes; every value is read from the widgets now, not in the other thread."""
        return lambda: None

    @override
    def submit(self) -> None:
        """Read the widgets and write; the form stays open until that is done."""
        try:
            self._work = self.work()
        except DomainError as error:
            self.refusal.say(error.text)
            return
        self.accept()

    def _write(self) -> None:
        jobs, errors = self.section.context.jobs, self.section.context.errors
        jobs.write(self._work, self._saved, errors.take, owner=self.section)

    def _saved(self, _result: object) -> None:
        self.saved.emit()


def line_field(label: str, text: str = "", hint: str = "", *, fixed: bool = False) -> Field:
    """A field of one line; a fixed one can be read, not changed."""
    edit = QLineEdit(text)
    edit.setReadOnly(fixed)
    return Field(label, edit, hint=hint)
