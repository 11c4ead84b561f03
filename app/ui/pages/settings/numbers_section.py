"""The base of a section with a few numbers and one button: read, changed, saved, told."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.errors import DomainError, EnvironmentProblem
from app.i18n import _
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.pages.settings.section import Section
from app.ui.status import Status
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import toolbar
from app.ui.widgets.fields import Select
from app.ui.widgets.text import Role, Text

T = TypeVar("T")


class NumbersSection(Section, Generic[T]):
    """Rules kept under settings, of the group or (with `choose_org`) of one member.

    A section lays out its rows, then calls `finish`; it says what is asked (`question`), how the
    answer is shown (`show_values`) and what saving does (`saving`).
    """

    changes: ClassVar[frozenset[Topic]] = frozenset({Topic.SETTINGS})

    def __init__(self, context: PageContext, title: str, help_text: str) -> None:
        super().__init__(context, title, help_text)
        self.org: Select | None = None
        self.told = Text("", Role.SECOND, wrap=True)
        self.save = Button(_("保存"), Kind.PRIMARY)
        self._saved_words = ""

    def choose_org(self) -> None:
        """The first row: for the whole group, or for one member."""
        orgs = [one for one in self.context.session.orgs if one.role != "supplier"]
        entries: list[tuple[object, str]] = [(one.id, one.name) for one in orgs]
        if len(orgs) > 1:
            entries.insert(0, (0, _("全集团（没有单独设的机构都用它）")))
        self.org = Select(entries)
        self.org.currentIndexChanged.connect(lambda _n: self.refresh())
        self.row(_("用于"), self.org)

    def finish(self, saved_words: str) -> None:
        """The last row: the button for those who may, and what came of it."""
        self._saved_words = saved_words
        self.save.clicked.connect(lambda _on=False: self._save())
        self.save.setVisible(self.context.actor.has(Duty.ADMIN))
        buttons = QWidget()
        buttons.setLayout(toolbar(self.save, None))
        self.card.add(buttons)
        self.card.add(self.told)

    def question(self) -> Callable[[], T]:
        """What is asked in a reader thread."""
        raise AssertionError("every section says what it asks")

    def show_values(self, found: T) -> None:
        """Show what is in force."""
        del found
        raise AssertionError("every section shows its values")

    def saving(self) -> Callable[[], object]:
        """What is done in the writer thread; `DomainError` when a field does not hold a number."""
        raise AssertionError("every section says how it is saved")

    @property
    def org_id(self) -> int:
        """Whose rules; 0 for the group's."""
        chosen = self.org.value if self.org is not None else 0
        return chosen if isinstance(chosen, int) else self.context.org.id

    @override
    def refresh(self) -> None:
        """Ask for what is in force."""
        self.told.setText("")
        self._ask()

    def _ask(self) -> None:
        channel = f"settings.{type(self).__name__}"
        self.context.jobs.read(self.question(), self.show_values, channel=channel, owner=self)

    def _save(self) -> None:
        try:
            work = self.saving()
        except DomainError as error:
            self._refused(error)
            return
        self.context.jobs.write(work, self._saved, self._refused, owner=self)

    def _saved(self, _nothing: object) -> None:
        self.context.changes.announce(set(self.changes))
        self.told.set_tone(Status.OK)
        self.told.setText(self._saved_words)
        self._ask()

    def _refused(self, error: Exception) -> None:
        if isinstance(error, DomainError | EnvironmentProblem):
            self.told.set_tone(Status.BAD)
            self.told.setText(error.text)
        else:
            self.context.errors.take(error)
