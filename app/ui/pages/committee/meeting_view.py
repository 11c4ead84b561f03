"""A meeting: who came, the agenda with its ballots, the item at hand, and what is used instead."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.duties import Duty
from app.i18n import _
from app.services.committee.views import (
    AgendaRow,
    MeetingView,
    RequestView,
    meeting_view,
    meetings,
    request_view,
)
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.committee import rows
from app.ui.pages.committee.item_panel import ItemPanel
from app.ui.status import Status
from app.ui.tables.cells import Row
from app.ui.tables.column_fit import ColumnFit
from app.ui.tables.filling import put_rows
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card, toolbar
from app.ui.widgets.text import ElidedText, Role, Text


class MeetingPanel(QWidget):
    """The meeting that is chosen, by default the newest.

    Signals:
        changed: Counts or the line of context are other ones now.
    """

    changed = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self.view: MeetingView | None = None
        self.chosen = 0
        self.title, self.where = Text("", Role.CARD_TITLE), ElidedText("", Role.LABEL)
        self.came, self.quorum = Text("", Role.STRONG), Badge(Status.MUTE, "—")
        self.out, self.signed = Text("", Role.STRONG), ElidedText("", Role.LABEL)
        self.members = Button(_("委员"))
        self.new = Button(_("召集会议"), icon=Icon.PLUS)
        self.attend = Button(_("签到"), icon=Icon.ACCOUNT_GROUP)
        self.minutes = Button(_("生成纪要"), icon=Icon.FILE_PDF)
        self.end = Button(_("结束会议"))
        self.act = Button(_("开始投票"), Kind.PRIMARY, icon=Icon.GAVEL)
        self.agenda = GridView(ListModel(rows.agenda_columns()))
        self.others = GridView(ListModel(rows.alternative_columns()))
        self.panel = ItemPanel()
        self.klass = Text("", Role.LABEL)
        self.corner = QWidget()
        """What is not of one meeting; the page shows it beside its chips."""
        corner = toolbar(self.members, self.new)
        corner.setContentsMargins(0, 0, 0, 0)
        self.corner.setLayout(corner)
        self._lay_out()
        ColumnFit(self.agenda, ("insurance", "essential", "vbp", "asked"))  # they stand beside too
        self.agenda.current_changed.connect(self._choose)
        self.agenda.counts_changed.connect(self.changed)

    def _lay_out(self) -> None:
        head = Card(padding=10)
        left = QVBoxLayout()
        left.addWidget(self.title)
        left.addWidget(self.where)
        middle = QVBoxLayout()
        middle.addLayout(toolbar(self.came, self.quorum, self.out, None))
        middle.addWidget(self.signed)
        row = QHBoxLayout()
        row.setSpacing(18)
        row.addLayout(left, 2)
        row.addLayout(middle, 3)
        row.addLayout(toolbar(self.attend, self.minutes, self.end, self.act))
        head.add(row)
        below = Card(padding=10)
        below.add(toolbar(Text(_("和在用品比"), Role.CARD_TITLE), self.klass, None))
        below.add(self.others, 1)
        lists = QVBoxLayout()
        lists.setSpacing(10)
        lists.addWidget(self.agenda, 3)
        lists.addWidget(below, 2)
        body = QHBoxLayout()
        body.setSpacing(10)
        body.addLayout(lists, 1)
        body.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(head)
        column.addLayout(body, 1)
        self.setFocusProxy(self.agenda)
        self.agenda.set_empty(_("还没有会议。申请经成员审核同意后，可以召集会议。"))

    @property
    def keeper(self) -> bool:
        """Whether the person keeps the committee's papers."""
        return self._page.context.actor.has(Duty.CATALOGUE)

    def refresh(self) -> None:
        """Ask for the meeting again."""
        db, actor = self._page.context.db, self._page.context.actor
        chosen = self.chosen

        def work() -> MeetingView | None:
            if chosen:
                return meeting_view(db, actor, chosen)
            found = meetings(db, actor)
            return meeting_view(db, actor, found[0].meeting_id) if found else None

        self._page.read(work, self._show, channel="meeting")

    def show_meeting(self, meeting_id: int) -> None:
        """Go to another meeting."""
        self.chosen = meeting_id
        self.refresh()

    def _show(self, view: MeetingView | None) -> None:
        self.view = view
        self.new.setVisible(self.keeper)
        open_now = view is not None and view.row.status != "closed"
        for button in (self.attend, self.end, self.act):
            button.setVisible(self.keeper and open_now)
        self.minutes.setVisible(view is not None)
        self.panel.setVisible(view is not None)
        self.quorum.setVisible(view is not None)
        if view is None:
            self.title.setText(_("还没有会议"))
            for grid in (self.agenda, self.others):
                put_rows(grid, [])
            return
        self.title.setText(view.row.title)
        parts = (f"{view.row.day:%m-%d} {view.row.time_text}", view.row.room, view.chair)
        self.where.setText(" · ".join(part for part in parts if part))
        self.came.setText(_("实到 {n} / {seats}", n=view.present, seats=view.seats))
        enough = view.present >= view.quorum
        words = _("够法定人数 {n}", n=view.quorum) if enough else _("法定人数 {n}", n=view.quorum)
        self.quorum.show_status(Status.OK if enough else Status.NEAR, words)
        self.out.setText(_("回避 {n} 人", n=view.excluded))
        self.signed.setText(
            _("利益声明 {n} / {all} 已签 · 有表决权的 {share} 赞成才通过", n=view.declared,
              all=view.present, share=view.majority)
        )  # fmt: skip
        self._show_agenda(view)
        self.changed.emit()

    def _show_agenda(self, view: MeetingView) -> None:
        current = self.agenda.current()
        if isinstance(self.agenda.model, ListModel):
            self.agenda.model.set_rows([rows.agenda_row(item) for item in view.agenda])
        voting = next((item.seq for item in view.agenda if item.status == "voting"), 0)
        waiting = next((item.seq for item in view.agenda if item.status == "waiting"), 1)
        wanted = current.key if current is not None and not voting else voting or waiting
        self.agenda.choose(wanted)
        self._choose(self.agenda.current())

    def subtitle(self) -> str:
        """Words behind the page's title."""
        if self.view is None:
            return ""
        return _("议程 {n} 项 · 已表决 {done}", n=self.view.row.items, done=self.view.row.done)

    def item(self) -> AgendaRow | None:
        """The item of the agenda at hand."""
        row = self.agenda.current()
        return row.record if row is not None and isinstance(row.record, AgendaRow) else None

    def _choose(self, _row: Row | None) -> None:
        item, view = self.item(), self.view
        if item is None or view is None:
            return
        mine = self.my_seat(view)
        out = {member for member, _name, _why in item.interests}
        self.panel.show_item(view, item, keeper=self.keeper, votes=mine > 0 and mine not in out)
        self.act.setText(_("结束本项") if item.status == "voting" else _("开始投票"))
        self.act.setEnabled(item.status != "done")
        db, actor = self._page.context.db, self._page.context.actor
        request = item.request
        self._page.read(
            lambda: request_view(db, actor, request.org_id, request.request_id),
            self._compare,
            channel="alternatives",
        )

    def _compare(self, found: RequestView) -> None:
        self.klass.setText(_("同类：{name}", name=found.class_name))
        if isinstance(self.others.model, ListModel):
            self.others.model.set_rows([rows.alternative_row(one) for one in found.alternatives])

    def my_seat(self, view: MeetingView) -> int:
        """The seat of the person who is signed in, 0 for none."""
        person = self._page.context.actor.person_id
        return next(
            (one.seat.member_id for one in view.attendees
             if one.present and one.seat.person_id == person), 0,
        )  # fmt: skip
