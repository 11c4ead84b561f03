"""药事会: the meeting in session, the requests on their way, and 临采."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup
from typing_extensions import override

from app.domain.duties import Duty
from app.i18n import _
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.page import KeyHint, Page
from app.ui.pages.committee.meeting_desk import MeetingDesk
from app.ui.pages.committee.meeting_view import MeetingPanel
from app.ui.pages.committee.papers_view import RequestsView, TemporaryView
from app.ui.tables.exporting import ask_and_export
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Chip
from app.ui.widgets.cards import page_column, toolbar
from app.ui.widgets.front_stack import FrontStack

_MEETING, _REQUESTS, _TEMPORARY = 0, 1, 2


class CommitteePage(Page):
    """Three views: a meeting, the requests, 临采."""

    name = "committee"
    topics = frozenset({Topic.FORMULARY})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.meeting = MeetingPanel(self)
        self.desk = MeetingDesk(self, self.meeting)
        self.requests = RequestsView(self)
        self.temporary = TemporaryView(self)
        self.stack = FrontStack(self)
        self.chips = QButtonGroup(self)
        words = (_("会议"), _("申请"), _("临采"))
        views = (self.meeting, self.requests, self.temporary)
        for place, (word, view) in enumerate(zip(words, views, strict=True)):
            self.chips.addButton(Chip(word), place)
            self.stack.addWidget(view)
        self.meeting.changed.connect(self._changed)
        self.requests.changed.connect(self._changed)
        self.temporary.changed.connect(self._changed)
        self.chips.idClicked.connect(self._show_view)
        column = page_column(self)
        column.addLayout(toolbar(*self.chips.buttons(), None, self.meeting.corner))
        column.addWidget(self.stack, 1)
        self.on(Act.PRINT, self.desk.print_minutes)
        self.on(Act.NEW, self._new)
        self.on(Act.FINISH, self.desk.go_on)
        self.on(Act.EXPORT, lambda: ask_and_export(self, self._grid(), _("药事会")))
        keeper = context.actor.has(Duty.CATALOGUE)
        self._bring(_MEETING if keeper else _REQUESTS)

    def _grid(self) -> GridView:
        return (self.meeting.agenda, self.requests.grid, self.temporary.grid)[
            self.stack.currentIndex()
        ]

    def _new(self) -> None:
        (self.desk.plan, self.requests.make, self.temporary.make)[self.stack.currentIndex()]()

    def _bring(self, view: int) -> None:
        self.chips.button(view).setChecked(True)
        self.stack.setCurrentIndex(view)
        self.meeting.corner.setVisible(view == _MEETING)

    def _show_view(self, view: int) -> None:
        self._bring(view)
        self._grid().setFocus()
        self.refresh()

    def _changed(self) -> None:
        meeting = self.stack.currentIndex() == _MEETING
        self.set_subtitle(self.meeting.subtitle() if meeting else "")
        self.chrome_changed.emit()

    @override
    def refresh(self) -> None:
        (self.meeting.refresh, self.requests.refresh, self.temporary.refresh)[
            self.stack.currentIndex()
        ]()

    @override
    def arrive(self, **arguments: object) -> None:
        """`view` is ``meeting``, ``requests`` or ``temporary``; `meeting_id` opens one."""
        views = {"meeting": _MEETING, "requests": _REQUESTS, "temporary": _TEMPORARY}
        wanted = views.get(str(arguments.get("view", "")))
        if isinstance(number := arguments.get("meeting_id"), int):
            self.meeting.chosen, wanted = number, _MEETING
        if wanted is not None:
            self._show_view(wanted)

    @override
    def counts(self) -> str:
        return self._grid().counts()

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        if self.stack.currentIndex() == _MEETING:
            return (
                KeyHint("↑ ↓", _("换议程")),
                self.hint(Act.FINISH, _("投票或结束本项")),
                self.hint(Act.PRINT, _("生成纪要")),
            )
        return (self.hint(Act.NEW, _("新增")), self.hint(Act.EXPORT, _("导出")))
