"""The last step: what is still to be set up, with its live state and the way there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import _
from app.services.platform import schedule
from app.services.platform.checklist import Todo, checklist
from app.ui.backups import folder_of
from app.ui.context import PageContext
from app.ui.setup_words import SETUPS, state_words
from app.ui.status import Status
from app.ui.widgets.badge import Badge, Shape
from app.ui.widgets.buttons import Button
from app.ui.widgets.text import ElidedText, Role, Text, line

_Found = tuple[tuple[Todo, ...], bool]


class TodoLine(QWidget):
    """One thing to set up."""

    def __init__(self, status: Status, title: str, detail: str, go: Callable[[], None]) -> None:
        super().__init__()
        self.status = status
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(12)
        row.addWidget(Shape(status, 22, ""))
        name = Text(title, Role.STRONG)
        name.setMinimumWidth(150)
        row.addWidget(name)
        row.addWidget(ElidedText(detail, Role.SECOND), 1)
        self.button = Button(_("查看") if status is Status.OK else _("去设置"))
        self.button.setAccessibleName(f"{self.button.text()}，{title}")
        self.button.clicked.connect(lambda _on=False: go())
        row.addWidget(self.button)


class TodoStep(QWidget):
    """All things to set up; asks anew whenever it is shown."""

    def __init__(self, context: PageContext) -> None:
        super().__init__()
        self._context = context
        self.lines: list[TodoLine] = []
        self.done = Badge(Status.INFO, "")
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(Text(_("还要设置什么"), Role.DETAIL_TITLE))
        words = _("按这个顺序设最省事。设好一项，这里马上打勾；没设完也可以先用别的。")
        column.addWidget(Text(words, Role.SECOND, wrap=True))
        column.addWidget(self.done)
        column.addLayout(self._column)
        column.addStretch(1)

    def refresh(self) -> None:
        """Ask how far everything is."""
        context = self._context
        db, actor = context.db, context.actor
        folder = folder_of(context.session.settings)

        def ask() -> _Found:
            return checklist(db, actor), bool(schedule.backups(folder))

        context.jobs.read(ask, self._show, channel="start.todo", owner=self)

    def _show(self, found: _Found) -> None:
        todos, backed_up = found
        while self._column.count():
            item = self._column.takeAt(0)
            widget = item.widget() if item else None
            if widget:
                widget.hide()
                widget.deleteLater()
        self.lines = [*self._of(todos), *self._machine(backed_up=backed_up)]
        for number, entry in enumerate(self.lines):
            if number:
                self._column.addWidget(line())
            self._column.addWidget(entry)
        left = sum(entry.status is Status.WARN for entry in self.lines)
        if left:
            self.done.show_status(Status.INFO, _("还有 {n} 项", n=left))
        else:
            self.done.show_status(Status.OK, _("都设好了"))

    def _of(self, todos: Sequence[Todo]) -> list[TodoLine]:
        made = []
        for todo in todos:
            setup = SETUPS[todo.step]
            status = Status.OK if todo.done and (todo.have or todo.need) else Status.WARN
            if not todo.need and not todo.have:
                status = Status.MUTE
            go = partial(self._context.navigate, setup.page, **setup.arrive)
            made.append(TodoLine(status, _(setup.title), state_words(todo), go))
        return made

    def _machine(self, *, backed_up: bool) -> list[TodoLine]:
        """What belongs to this computer."""
        context = self._context
        printer = context.session.settings.printer_host
        lines = [
            TodoLine(
                Status.OK if printer else Status.MUTE,
                _("标签打印机"),
                printer or _("没有也行，标签可以存成 PDF 打印"),
                lambda: context.navigate("settings", section="printer"),
            )
        ]
        if context.session.db.is_sqlite and not context.session.demo:
            words = (
                _("备份过，每天自动备份")
                if backed_up
                else _("还没有备份过；程序开着时每天自动备份")
            )
            lines.append(
                TodoLine(
                    Status.OK if backed_up else Status.WARN,
                    _("数据备份"),
                    words,
                    lambda: context.navigate("settings", section="data"),
                )
            )
        return lines
