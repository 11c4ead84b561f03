"""F10: what still stands in the way, asked one by one; then the effect spelled out; then posted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.domain.documents import state_title
from app.domain.errors import ConflictError, DomainError, NotAllowedError, Problem
from app.domain.receiving import editing
from app.domain.receiving.outcome import Choice
from app.domain.receiving.outcomes import over, settled
from app.domain.receiving.scanning import cold_refusal
from app.domain.receiving.transport import Transport
from app.domain.receiving.work import surplus, tally, units
from app.i18n import _
from app.services.db import local_time
from app.services.receiving.commands import Received, Second
from app.ui import formats
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.pages.receiving.dialogs import ColdForm
from app.ui.pages.receiving.view_model import Counting
from app.ui.pages.receiving.work_view import WorkView
from app.ui.status import Status
from app.ui.widgets.dialogs import Question, ReasonForm, confirm
from app.ui.widgets.second_form import Asked, SecondForm

_SHORTEST_REASON = 4


class Finishing(QObject):
    """Brings an acceptance to its end.

    Args:
        page: The page.
        counting: The work.
        view: Where problems are shown.
        done: Called when the note is posted.
        gone: Called when somebody else was first.
    """

    def __init__(
        self,
        page: Page,
        counting: Counting,
        view: WorkView,
        done: Callable[[Received], None],
        gone: Callable[[DomainError], None],
    ) -> None:
        super().__init__(page)
        self._page, self._counting, self._view = page, counting, view
        self._done, self._gone = done, gone
        counting.completed.connect(self._completed)
        counting.not_completed.connect(self._not_completed)

    @property
    def _host(self) -> QWidget:
        return self._page

    def finish(self) -> None:
        """F10: the first thing in the way, or the question."""
        blocking = [problem for problem in self._counting.problems() if problem.blocks]
        if not blocking:
            self._ask()
            return
        first = blocking[0]
        if first.row:
            self._counting.choose(first.row)
        more = _("还有 {n} 处", n=len(blocking) - 1) if len(blocking) > 1 else ""
        self._view.say(Status.BAD, more or _("还不能完成"), first.text)
        self._help(first)

    def _help(self, problem: Problem) -> None:
        """Open what mends the problem."""
        panel = self._view.panel
        helpers: dict[str, Callable[[], object]] = {
            "cold.missing": lambda: self.ask_cold(then=self.finish),
            "cold.range": self._offer_refusal,
            "cold.times": lambda: self.ask_cold(then=self.finish),
            "expiry.near": lambda: self.ask_reason(then=self.finish),
            "persons.second": self._ask_second,
            "lot.missing": panel.lot.setFocus,
            "expiry.missing": panel.expiry.setFocus,
            "expiry.far": panel.expiry.setFocus,
            "quantity.over": self._offer_surplus,
        }
        helpers.get(problem.code, lambda: None)()

    def _offer_surplus(self) -> None:
        entry = self._counting.current
        if entry is not None:
            work = self._counting.work
            self._view.show_outcome(over(work, entry, surplus(work, entry)))

    def _offer_refusal(self) -> bool:
        """Whether the goods came too warm or too cold: said, with what can be done."""
        entry = self._counting.current
        told = cold_refusal(self._counting.work, entry) if entry is not None else None
        if told is not None:
            self._view.ask(told)
        return told is not None

    def ask_cold(self, then: Callable[[], None] | None = None) -> None:
        """How the cold goods came; out of range, the refusal is offered and `then` not done."""
        journey = self._counting.work.transport
        # the day on which the note was opened, by the server's clock; this one may be a day off
        come = journey.arrived_at or local_time(datetime.now(UTC))
        form = ColdForm(journey, come.replace(second=0, microsecond=0), self._host)

        def take(transport: Transport) -> None:
            self._counting.edit(lambda session: editing.set_transport(session, transport))

        def go_on() -> None:
            if self._offer_refusal():
                return
            self._view.settled()
            self._view.say(Status.OK, _("冷链已登记"), _("温度合格，请扫冷链品的包装。"))
            if then is not None:
                then()

        form.recorded.connect(take)
        form.accepted.connect(go_on)
        form.open()

    def ask_reason(self, then: Callable[[], None] | None = None) -> None:
        """Why goods near their end are taken."""
        entry = self._counting.current
        if entry is None:
            return
        goods = self._counting.work.goods(entry)
        effect = _("{name} 效期近，接收理由会写进验收记录。", name=goods.name)
        form = ReasonForm(_("接收理由"), effect, _("记下理由"), self._host, least=_SHORTEST_REASON)
        form.reason.setPlainText(entry.reason)
        form.accepted.connect(
            lambda: self._counting.edit(
                lambda session: editing.set_reason(session, entry.key, form.text)
            )
        )
        if then is not None:
            form.accepted.connect(then)
        form.open()

    def _ask_second(self, problem: str = "") -> None:
        work = self._counting.work
        taken = {entry.item_id for entry in work.entries if entry.accepted}
        names = dict.fromkeys(
            one.name for one in work.all_goods() if one.controlled and one.item_id in taken
        )

        def take(second: Second) -> None:
            self._counting.second = second
            self._counting.complete()

        demo = self._page.context.session.demo
        words = _(
            "{names} 要双人验收。请另一位库管（只有一位库管的机构，请本院负责人）核对实物后，"
            "用自己的账号确认。",
            names="、".join(names),
        )
        asked = Asked(_("双人验收"), _("确认验收"), words, self.effect())
        form = SecondForm(asked, self._host, demo=demo)
        form.given.connect(take)
        form.login_field.say(problem)
        form.open()

    def _ask(self) -> None:
        question = Question(
            _("完成验收 {no}？", no=self._counting.work.note.no),
            self.effect(),
            _("完成验收"),
            keep=_("再核对"),
        )
        confirm(self._host, question, self._counting.complete)

    def effect(self) -> str:
        """What completing does, in sentences."""
        work = self._counting.work
        counts = tally(work)
        taken = sum(1 for entry in work.entries if entry.accepted)
        parts = [
            _("生成入库 {lines} 行，{amount}。", lines=taken, amount=formats.yuan(counts.amount))
            + self._owner()
            if units(work.entries)
            else _("没有收下任何东西，整单登记为拒收。")
        ]
        waiting = counts.waiting + counts.scanning
        if waiting:
            parts.append(_("还有 {n} 行没有收齐，按缺货登记，可等下次送货。", n=waiting))
        passed = [problem.text for problem in self._counting.problems() if not problem.blocks]
        parts += passed[:4]
        if len(passed) > 4:  # noqa: PLR2004 - as many as fit
            parts.append(_("以及另外 {n} 处差异。", n=len(passed) - 4))
        return "\n".join(parts)

    def _owner(self) -> str:
        note = self._counting.work.note
        if note.consigned:
            return _("货物归 {supplier}，用掉后才结算。", supplier=note.supplier)
        return _("货物归本院，按入库结算。")

    def settle(self, choice: Choice) -> None:
        """What the person chose to do with units that are too many."""
        entry = self._counting.current
        if entry is None:
            return
        extra = surplus(self._counting.work, entry)
        if self._counting.edit(lambda session: editing.settle_surplus(session, entry.key, choice)):
            self._view.settled()
            work = self._counting.work
            self._view.ask(settled(work, work.entry(entry.key), choice, extra))

    def _completed(self, received: Received) -> None:
        self._page.context.changes.announce(
            {Topic.DELIVERIES, Topic.STOCK, Topic.ORDERS, Topic.LABELS}
        )
        self._done(received)

    def _not_completed(self, error: Exception) -> None:
        if isinstance(error, ConflictError):
            self._gone(error)
            return
        proved, self._counting.second = self._counting.second, None
        if isinstance(error, DomainError):
            self._view.say(Status.BAD, _("还不能完成，什么都没有入库"), error.text)
            row = next((one.row for one in error.problems if one.row), 0)
            if row:
                self._counting.choose(row)
            if proved is not None and isinstance(error, NotAllowedError):
                self._ask_second(error.text)
        else:
            self._page.context.errors.take(error)


def received_words(received: Received) -> str:
    """One sentence about a completed acceptance."""
    return _(
        "{no} {state}：{lines} 行，{amount}。",
        no=received.no,
        state=state_title(received.state),
        lines=sum(1 for line in received.lines if line.qty),
        amount=formats.yuan(received.amount),
    )
