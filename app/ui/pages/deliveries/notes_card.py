"""已送的单: a supplier's delivery notes, those that wait in front, found by number or receiver."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal

from app.domain.documents import State, state_title
from app.i18n import _
from app.services.receiving.queries import DeliveriesWanted, DeliveryRow
from app.ui import formats
from app.ui.icons import Icon
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import Card
from app.ui.widgets.chips import ViewChips
from app.ui.widgets.fields import SearchEdit

_STATES = {
    State.ANNOUNCED: Status.INFO,
    State.ACCEPTING: Status.WARN,
    State.ACCEPTED: Status.OK,
    State.REFUSED: Status.BAD,
    State.CANCELLED: Status.MUTE,
}


class NotesCard(Card):
    """The notes with their views, their search and the button that prints one.

    Signals:
        asked: Other notes are wanted.
    """

    asked = Signal()

    def __init__(self) -> None:
        super().__init__(_("已送的单"))
        self.views = ViewChips(((False, _("全部")), (True, _("待验收"))), self)
        self.search = SearchEdit(_("单号、收货单位"))
        self.paper = Button(_("打印送货单"), icon=Icon.PRINTER)
        self.model = ListModel(_columns())
        self.grid = GridView(self.model)
        for chip in self.views.row:
            self.head.addWidget(chip)
        self.search.setMaximumWidth(260)
        self.head.addWidget(self.search, 1)
        self.head.addWidget(self.paper)
        self.add(self.grid, 1)
        self.views.chosen.connect(lambda _key: self.asked.emit())
        self.search.searched.connect(lambda _text: self.asked.emit())

    @property
    def wanted(self) -> DeliveriesWanted:
        """Which notes are asked for."""
        waiting = self.views[True].isChecked()
        return DeliveriesWanted(waiting=waiting, text=self.search.text())

    @property
    def current(self) -> DeliveryRow | None:
        """The chosen note."""
        row = self.grid.current()
        return row.record if row is not None and isinstance(row.record, DeliveryRow) else None

    def show_notes(self, found: Sequence[DeliveryRow]) -> None:
        """Show the notes; the chosen one stays chosen, else the first is."""
        kept = self.current
        self._say_nothing()
        self.model.set_rows([_row(one) for one in found])
        if found:
            there = {one.id for one in found}
            self.grid.choose(kept.id if kept and kept.id in there else found[0].id)
        self.paper.setVisible(bool(found))

    def _say_nothing(self) -> None:
        text = self.search.text().strip()
        if text:
            words = _("没有符合「{text}」的送货单。", text=text)
            self.grid.set_empty(words, _("清除搜索"), self.search.clear)
        elif self.wanted.waiting:
            self.grid.set_empty(_("没有待验收的送货单，送到的都验收了。"))
        else:
            self.grid.set_empty(_("还没有送货单。"))


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=110),
        Column(key="no", title=_("送货单 / 收货单位"), kind=Kind.TWO_LINE, width=220, stretch=True),
        Column(key="order", title=_("订单"), width=150),
        Column(key="lines", title=_("行数"), kind=Kind.NUMBER, width=70),
        Column(key="shipped", title=_("发货日期"), kind=Kind.DATE, width=110),
    )


def _row(note: DeliveryRow) -> Row:
    state = State(note.state)
    cells: tuple[Cell, ...] = (
        Pill(_STATES.get(state, Status.MUTE), state_title(state)),
        Two(note.no, note.org),
        note.order_no or formats.NONE,
        formats.number(note.lines),
        formats.day(note.shipped_on),
    )
    return Row(note.id, cells, record=note)
