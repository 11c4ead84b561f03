"""Keeps the window true: waits for a broken line, asks for unknown ends, compares history."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from app import paths
from app.domain.ids import new_op
from app.i18n import _
from app.services.anchors import Rewritten
from app.services.clock import (
    TOLERANCE,
    Confirm,
    Stands,
    confirm,
    far_ahead,
    late_books,
    skew,
)
from app.services.settling import Settled, settle_all
from app.services.witness import Witness, look, words
from app.ui.changes import ALL
from app.ui.context import PageContext
from app.ui.line import Line
from app.ui.shell.devices import Devices
from app.ui.shell.watch import Watch
from app.ui.widgets.dialogs import ReasonForm

_WITNESS_MS: Final = 10 * 60_000


class Keeper(QObject):
    """Ties the line to the window: its changes, its status bar, its notices."""

    def __init__(
        self, context: PageContext, watch: Watch, devices: Devices, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._window = parent
        self._context = context
        self.line = Line(context.db, context.actor, self)
        self.line.state_changed.connect(devices.set_line)
        watch.back.connect(self._line_back)
        context.jobs.carry = self.line.carry
        QTimer.singleShot(0, self, self.ask)  # behind the page in front
        self._timer = QTimer(self, interval=_WITNESS_MS)
        self._timer.timeout.connect(self.witness)
        self._timer.start()
        QTimer.singleShot(0, self, self.witness)
        QTimer.singleShot(0, self, self.compare_clocks)

    def ask(self) -> None:
        """Ask what became of operations whose end this computer does not know.

        Behind the changes under way, so that none of them is asked about.
        """
        db, actor = self._context.db, self._context.actor
        self._context.jobs.write(
            lambda: settle_all(db, actor), self._tell, lambda _error: None, owner=self
        )

    def witness(self) -> None:
        """Compare the books with what this computer saw last, and keep what it sees now."""
        session = self._context.session
        if not session.address or session.demo:
            return
        db, witness = session.db, Witness(paths.heads(), session.address)
        self._context.jobs.write(
            lambda: look(db, witness), self._warn, lambda _error: None, owner=self
        )

    def compare_clocks(self) -> None:
        """A wrong clock: beside a server it only irritates, with a local file nothing is booked."""
        db, actor, read = self._context.db, self._context.actor, self._context.jobs.read
        read(partial(skew, db), self._tell_skew, lambda _error: None, owner=self)
        read(partial(late_books, db, actor), self._tell_late, lambda _error: None, owner=self)
        if not self._context.session.demo:  # a demonstration may have lain for months
            read(partial(far_ahead, db, actor), self._tell_ahead, lambda _error: None, owner=self)

    def _tell_ahead(self, words: str) -> None:
        if words:
            self._context.notices.warn(words)

    def _tell_late(self, found: tuple[Stands, ...]) -> None:
        if not found:
            return
        one, problem = found[0], self._context.notices.problem
        if any(book.mine for book in found):
            verb = _("现在的时间没错")
            problem(one.short, one.words, action=verb, act=partial(self.confirm_clock, one))
        else:
            problem(one.short, one.words)

    def confirm_clock(self, found: Stands) -> None:
        """Somebody responsible says that the clock is right now, and why it went back."""
        effect = _("确认以后按现在的时间记账，原因写进操作记录。时间不对的，请先校准电脑。")
        text = f"{found.both}\n{effect}"
        form = ReasonForm(_("确认电脑时间"), text, _("时间没错，继续记账"), self._window)
        form.accepted.connect(lambda: self._confirm_clock(form.text))
        form.open()

    def _confirm_clock(self, reason: str) -> None:
        db, actor, notices = self._context.db, self._context.actor, self._context.notices

        def done(_books: int) -> None:
            notices.done(_("已确认电脑时间，可以继续记账。"))

        def refused(error: Exception) -> None:
            notices.problem(str(error))

        wish = partial(confirm, db, actor, Confirm(new_op(), reason))
        self._context.jobs.write(wish, done, refused, owner=self)

    def _tell_skew(self, found: timedelta) -> None:
        if abs(found) <= TOLERANCE:
            return
        minutes = round(abs(found) / timedelta(minutes=1))
        if found > timedelta():
            text = _("这台电脑的时间比服务器快 {n} 分钟。", n=minutes)
        else:
            text = _("这台电脑的时间比服务器慢 {n} 分钟。", n=minutes)
        advice = _("记账一律按服务器的时间。请校准这台电脑的时钟。")
        self._context.notices.warn(f"{text}{advice}")

    def _warn(self, found: tuple[Rewritten, ...]) -> None:
        if found:
            self._timer.stop()  # once a session is enough
            self._context.notices.problem(words(found), "\n".join(map(str, found)))

    def _line_back(self) -> None:
        """What the pages show is old."""
        self.ask()
        self._context.changes.announce(ALL)

    def _tell(self, found: tuple[Settled, ...]) -> None:
        for one in found:
            if one.saved:
                self._context.notices.info(one.words)
            else:
                self._context.notices.problem(one.words)
