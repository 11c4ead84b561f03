"""What is done at a meeting: called, signed in, voted, counted, put off, ended, minuted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from app import paths
from app.adapters import local_files
from app.domain.errors import DomainError
from app.domain.formulary.ballot import Choice
from app.domain.formulary.requests import Result, Status as Step
from app.domain.ids import new_op
from app.i18n import _
from app.services.committee.effects import CloseMeeting, MeetingClosed, close_meeting
from app.services.committee.meetings import (
    DeclareInterest,
    PlanMeeting,
    SignIn,
    declare_interest,
    plan_meeting,
    sign_in,
)
from app.services.committee.roster import (
    LeaveSeat,
    PutSeat,
    Seat,
    committee,
    leave_seat,
    put_seat,
)
from app.services.committee.views import AgendaRow, MeetingView, RequestRow, requests
from app.services.committee.voting import (
    CastVote,
    CloseItem,
    ItemClosed,
    OpenItem,
    cast_vote,
    close_item,
    open_item,
)
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.pages.committee.forms import AgendaForm, CountForm, DayForm, InterestForm, SignInForm
from app.ui.pages.committee.meeting_view import MeetingPanel
from app.ui.pages.committee.seats_form import SeatsForm
from app.ui.widgets.dialogs import ReasonForm


class MeetingDesk(QObject):
    """Asks and writes for the meeting that the panel shows.

    Attributes:
        seats_form: The list of members that is or was on screen.
    """

    seats_form: SeatsForm

    def __init__(self, page: Page, panel: MeetingPanel) -> None:
        super().__init__(panel)
        self.page, self.panel = page, panel
        for button, work in (
            (panel.members, self.show_seats), (panel.new, self.plan), (panel.attend, self.attend),
            (panel.minutes, self.print_minutes), (panel.end, self.end), (panel.act, self.go_on),
        ):  # fmt: skip
            button.clicked.connect(work)
        panel.panel.voted.connect(self.vote)
        panel.panel.deferred.connect(self.defer)
        panel.panel.interest.connect(self.interest)

    def show_seats(self) -> None:
        """Who sits on the committee; the keeper lets members join and leave."""
        self.seats_form = form = SeatsForm(self.panel)
        for widget in (form.verb, form.leave):
            widget.setVisible(self.panel.keeper)
        db, actor = self.page.context.db, self.page.context.actor

        def fill(_done: object = None) -> None:
            self.page.read(lambda: committee(db, actor), form.show_seats, channel="seats")

        def refused(error: Exception) -> None:
            if isinstance(error, DomainError):
                form.refuse(error.text, login=error.code == "committee.login")
            else:
                self.page.context.errors.take(error)

        def join(name: str, department: str, role: str, login: str) -> None:
            command = PutSeat(new_op(), name, department, role, login.strip())
            self.page.write(lambda: put_seat(db, actor, command), fill, refused)

        def leave(seat: Seat) -> None:
            command = LeaveSeat(new_op(), seat.member_id)
            self.page.write(lambda: leave_seat(db, actor, command), fill)

        form.joined.connect(join)
        form.left.connect(leave)
        fill()
        form.open()

    def go_on(self) -> None:
        """Begin the ballot on the item at hand, or end it."""
        view, item = self.panel.view, self.panel.item()
        if view is None or item is None or not self.panel.keeper:
            self.page.not_available()
        elif item.status == "voting":
            self._count(view, item)
        else:
            db, actor = self.page.context.db, self.page.context.actor
            command = OpenItem(new_op(), view.row.meeting_id, item.seq)
            self.page.write(lambda: open_item(db, actor, command), self._told)

    def _count(self, view: MeetingView, item: AgendaRow) -> None:
        crowded = any(one.name == "two" and one.grade == "bad" for one in item.request.checks)
        title = _("结束第 {n} 项：{name}", n=item.seq, name=item.request.name)
        form = CountForm(title, self.panel, crowded=crowded)

        def close() -> None:
            command = CloseItem(new_op(), view.row.meeting_id, item.seq, form.paper,
                                exception=form.exception)  # fmt: skip
            self._close(command)

        form.accepted.connect(close)
        form.open()

    def _close(self, command: CloseItem) -> None:
        db, actor = self.page.context.db, self.page.context.actor
        self.page.write(lambda: close_item(db, actor, command), self._closed)

    def _closed(self, done: ItemClosed) -> None:
        self.page.context.notices.done(
            _("第 {n} 项：{result}（{yes} : {no} : {abstain}，过线 {needed}）", n=done.seq,
              result=Result(done.result).label, yes=done.yes, no=done.no, abstain=done.abstain,
              needed=done.needed)
        )  # fmt: skip
        self._told()

    def defer(self) -> None:
        """Put the item off."""
        view, item = self.panel.view, self.panel.item()
        if view is None or item is None:
            return
        form = ReasonForm(_("暂缓第 {n} 项", n=item.seq),
                          _("申请退回待上会，可列入下次会议。"), _("暂缓"), self.panel)  # fmt: skip
        form.accepted.connect(
            lambda: self._close(
                CloseItem(new_op(), view.row.meeting_id, item.seq, defer=True, note=form.text)
            )
        )
        form.open()

    def vote(self, choice: object) -> None:
        """Cast the person's own vote."""
        view, item = self.panel.view, self.panel.item()
        if view is None or item is None or not isinstance(choice, Choice):
            return
        db, actor = self.page.context.db, self.page.context.actor
        command = CastVote(
            new_op(), view.row.meeting_id, item.seq, self.panel.my_seat(view), choice
        )
        self.page.write(lambda: cast_vote(db, actor, command), self._told)

    def interest(self) -> None:
        """Declare an interest in the item."""
        view, item = self.panel.view, self.panel.item()
        if view is None or item is None:
            return
        mine = self.panel.my_seat(view)
        seats = [
            (one.seat.member_id, one.seat.name)
            for one in view.attendees
            if one.present and (self.panel.keeper or one.seat.member_id == mine)
        ]
        form = InterestForm(seats, self.panel)

        def declare() -> None:
            member = form.member.value
            command = DeclareInterest(new_op(), view.row.meeting_id, item.seq,
                                      member if isinstance(member, int) else 0,
                                      form.why.text())  # fmt: skip
            db, actor = self.page.context.db, self.page.context.actor
            self.page.write(lambda: declare_interest(db, actor, command), self._told)

        form.accepted.connect(declare)
        form.open()

    def attend(self) -> None:
        """Keep who is present."""
        view = self.panel.view
        if view is None:
            return
        form = SignInForm(view, self.panel)

        def save() -> None:
            command = SignIn(new_op(), view.row.meeting_id, form.present, form.present)
            db, actor = self.page.context.db, self.page.context.actor
            self.page.write(lambda: sign_in(db, actor, command), self._told)

        form.accepted.connect(save)
        form.open()

    def end(self) -> None:
        """End the meeting."""
        view = self.panel.view
        if view is None:
            return
        today = self.page.context.today
        first = date(today.year + today.month // 12, today.month % 12 + 1, 1)
        words = (_("结束会议"), _("通过的申请从生效日期起写入目录；没议到的退回待上会。"),
                 _("结束会议"))  # fmt: skip
        form = DayForm(words, first, self.panel)
        form.accepted.connect(lambda: self._finish(view.row.meeting_id, form.day))
        form.open()

    def _finish(self, meeting_id: int, day: date) -> None:
        db, actor = self.page.context.db, self.page.context.actor
        command = CloseMeeting(new_op(), meeting_id, day)
        self.page.write(lambda: close_meeting(db, actor, command), self._finished)

    def _finished(self, done: MeetingClosed) -> None:
        self.page.context.notices.done(
            _("会议已结束：{n} 项决定，目录改动 {entries} 处。", n=done.decided,
              entries=done.entries)
        )  # fmt: skip
        self._told()

    def plan(self) -> None:
        """Call a meeting with the requests that wait for one."""
        db, actor = self.page.context.db, self.page.context.actor
        self.page.read_for_form(lambda: requests(db, actor, Step.AGREED.value), self._ask_plan)

    def _ask_plan(self, waiting: tuple[RequestRow, ...]) -> None:
        if not waiting:
            self.page.context.notices.info(_("没有待上会的申请。成员审核同意后才能上会。"))
            return
        form = AgendaForm(waiting, self.page.context.today, self.panel)

        def call() -> None:
            command = PlanMeeting(new_op(), form.day, form.chosen, room=form.room.text(),
                                  secret=form.secret.isChecked())  # fmt: skip
            db, actor = self.page.context.db, self.page.context.actor
            self.panel.chosen = 0
            self.page.write(lambda: plan_meeting(db, actor, command), self._told)

        form.accepted.connect(call)
        form.open()

    def print_minutes(self) -> None:
        """The minutes as PDF."""
        if self.panel.view is None:
            self.page.not_available()
            return
        db, actor = self.page.context.db, self.page.context.actor
        meeting = self.panel.view.row

        def work() -> Path:
            from app.adapters.pdf.minutes_pdf import minutes_pdf
            from app.services.committee.minutes import minutes_of

            written = minutes_pdf(minutes_of(db, actor, meeting.meeting_id))
            return local_files.write(paths.output() / f"{meeting.no}.pdf", written)

        self.page.read(work, self._printed, channel="pdf")

    def _printed(self, file: Path) -> None:
        self.page.context.notices.done(
            _("已生成 {file}", file=file.name), action=_("打开文件"), act=lambda: _open(file)
        )

    def _told(self, _answer: object = None) -> None:
        self.page.context.changes.announce({Topic.FORMULARY})
        self.panel.refresh()


def _open(file: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))
