"""约定量执行: how far members are with what they pledged, the most behind first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.duties import Duty
from app.domain.pledge import Pace
from app.i18n import _
from app.services.pledges.execution import PledgeRow, execution
from app.services.pledges.supplement import SupplementRow, supplements
from app.ui import formats
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.awards.supplements import Supplements
from app.ui.status import Status
from app.ui.tables.cells import Bar, Cell, Pill, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.text import Role, Text

_SHAPES: Final[Mapping[Pace, Status]] = {
    Pace.EARLY: Status.MUTE,
    Pace.ON_TIME: Status.OK,
    Pace.DONE: Status.OK,
    Pace.BEHIND: Status.WARN,
    Pace.FAR_BEHIND: Status.NEAR,
    Pace.MISSED: Status.BAD,
    Pace.OVER: Status.NEAR,
}
_WHOLE: Final = 1000


class PledgeView(QWidget):
    """The table and its definition."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self.model = ListModel(_columns())
        self.grid = GridView(self.model)
        self.setFocusProxy(self.grid)
        self.grid.set_empty(_("没有约定量。定标生效以后，成员确认的约定量会出现在这里。"))
        words = _(
            "执行率 = 已验收 ÷（约定量 × 已过时间占供货期的比例）；"
            "低于 90% 提醒，低于 70% 为严重落后。"
        )
        self.supplements = Supplements(page)
        self.waiting: tuple[SupplementRow, ...] = ()
        self.more = Button(_("补充约定"), icon=Icon.PLUS)
        self.more.clicked.connect(lambda _on=False: self.supplements.ask(self._chosen()))
        self.more.setVisible(page.context.actor.has(Duty.BUY))
        self.decide = Button("", ButtonKind.PRIMARY, icon=Icon.GAVEL)
        self.decide.clicked.connect(lambda _on=False: self.decide_first())
        self.decide.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.grid, 1)
        self.note = Text(words, Role.LABEL, wrap=True)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.more)
        foot.addWidget(self.decide)
        column.addLayout(foot)

    def refresh(self) -> None:
        """Ask for the pledges."""
        db, actor = self._page.context.db, self._page.context.actor
        self._page.read(lambda: execution(db, actor, past=True), self._show, channel="pledges")
        self._page.read(
            lambda: supplements(db, actor, waiting=True), self._show_waiting, channel="supplements"
        )

    def _chosen(self) -> PledgeRow | None:
        row = self.grid.current()
        return row.record if row and isinstance(row.record, PledgeRow) else None

    def decide_first(self) -> None:
        """Open the oldest supplement that waits for this person."""
        if self.waiting:
            self.supplements.decide(self.waiting[-1])

    def _show_waiting(self, found: tuple[SupplementRow, ...]) -> None:
        self.waiting = found
        self.decide.setText(_("审批补充约定 {n}", n=len(found)))
        self.decide.setVisible(bool(found))
        self.decide.updateGeometry()

    def _show(self, rows: tuple[PledgeRow, ...]) -> None:
        self.model.set_rows([_row(place, one) for place, one in enumerate(rows, 1)])
        behind = sum(one.pace.warns for one in rows)
        self._page.set_subtitle(_("{n} 项约定量，{m} 项要处理", n=len(rows), m=behind))


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="item", title=_("品名 / 规格"), kind=Kind.TWO_LINE, width=200, stretch=True,
               frozen=True),
        Column(key="org", title=_("机构"), width=110),
        Column(key="pledged", title=_("约定量"), kind=Kind.NUMBER, width=100),
        Column(key="ordered", title=_("已订"), kind=Kind.NUMBER, width=100),
        Column(key="accepted", title=_("已验收"), kind=Kind.NUMBER, width=100),
        Column(key="due", title=_("应完成"), kind=Kind.NUMBER, width=100),
        Column(key="rate", title=_("执行率"), kind=Kind.BAR, width=150),
        Column(key="pace", title=_("进度"), kind=Kind.PILL, width=120),
        Column(key="left", title=_("供货期"), kind=Kind.TWO_LINE, width=130),
    )  # fmt: skip


def _row(place: int, one: PledgeRow) -> Row:
    progress, shape = one.progress, _SHAPES[one.pace]
    whole = progress.whole_rate or 0
    rate = progress.rate
    words = formats.NONE if rate is None else formats.percent(rate, _WHOLE)
    left = progress.days_left
    cells: tuple[Cell, ...] = (
        Two(one.name, one.spec),
        one.org,
        _packs(one, progress.pledged),
        _packs(one, progress.ordered),
        _packs(one, progress.accepted),
        _packs(one, progress.due // one.factor * one.factor),
        Bar(words, min(whole / _WHOLE, 1.0), min(progress.elapsed / _WHOLE, 1.0), shape),
        Pill(shape, one.pace.label),
        Two(
            _("到 {day}", day=formats.day(one.valid_to)),
            _("还有 {n} 天", n=left) if left > 0 else _("已到期"),
        ),
    )
    return Row(place, cells, record=one)


def _packs(one: PledgeRow, qty: int) -> str:
    return formats.pack_text(one.base_unit, one.unit, one.factor, qty)
