"""The counted lots of a note: head with progress, rows, counts at the foot."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.receiving.work import Work, tally
from app.i18n import _
from app.ui import formats
from app.ui.icons import Icon
from app.ui.pages.receiving import rows
from app.ui.status import Status
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import icon_button
from app.ui.widgets.cards import Card
from app.ui.widgets.charts import SegmentBar
from app.ui.widgets.text import ElidedText, Role, Text, line


class LinesCard(Card):
    """Rows of the acceptance.

    Signals:
        chosen: A row was made current by the person: its key.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent, padding=0)
        self.body.setSpacing(0)
        self.back = icon_button(Icon.ARROW_LEFT, _("回到送货单列表"))
        self.number = Text("", Role.CARD_TITLE)
        self.about = ElidedText("", Role.SECOND)
        self.progress = Text("", Role.STRONG)
        self.bar = SegmentBar()
        self.model = ListModel(rows.line_columns())
        self.grid = GridView(self.model, framed=False)
        self.amount = Text("", Role.SECOND)
        self._badges = {
            status: Badge(status, "")
            for status in (Status.OK, Status.NEAR, Status.INFO, Status.MUTE)
        }
        self._setting = False
        self._build()
        self.grid.current_changed.connect(self._moved)

    def _build(self) -> None:
        top = QVBoxLayout()
        top.setContentsMargins(14, 12, 14, 10)
        top.setSpacing(8)
        first = QHBoxLayout()
        first.setSpacing(10)
        first.addWidget(self.back)
        first.addWidget(self.number)
        first.addWidget(self.about, 1)
        first.addWidget(self.progress)
        top.addLayout(first)
        top.addWidget(self.bar)
        self.add(top)
        self.add(self.grid, 1)
        self.add(line())
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 8, 14, 8)
        foot.setSpacing(8)
        for badge in self._badges.values():
            foot.addWidget(badge)
        foot.addStretch(1)
        foot.addWidget(self.amount)
        self.add(foot)

    def show_work(self, work: Work, today: date) -> None:
        """Show the counted lots; the current one stays in sight."""
        note = work.note
        self.number.setText(_("送货单 {no}", no=note.no))
        arrived = _("{time} 到", time=formats.minute(note.arrived_at, today))
        orders = _("采购单 {no}", no="、".join(note.order_nos)) if note.order_nos else ""
        parts = [note.supplier, arrived if note.arrived_at else "", orders]
        self.about.setText(" · ".join(part for part in parts if part))
        counts = tally(work)
        self.progress.setText(_("{n} / {all} 行", n=counts.settled, all=counts.total))
        self.bar.show_parts(
            (
                (Status.OK, counts.ok, _("相符 {n}", n=counts.ok)),
                (Status.NEAR, counts.differ, _("差异 {n}", n=counts.differ)),
            ),
            whole=counts.total,
        )
        for status, words in (
            (Status.OK, _("相符 {n}", n=counts.ok)),
            (Status.NEAR, _("差异 {n}", n=counts.differ)),
            (Status.INFO, _("扫码中 {n}", n=counts.scanning)),
            (Status.MUTE, _("待扫 {n}", n=counts.waiting)),
        ):
            self._badges[status].show_status(status, words)
        self.amount.setText(_("已收 {amount}", amount=formats.yuan(counts.amount)))
        self._show_rows(work, today)

    def _show_rows(self, work: Work, today: date) -> None:
        wanted = [rows.line_row(work, one, n, today) for n, one in enumerate(work.entries, 1)]
        self._setting = True
        if [row.key for row in self.model.rows] == [row.key for row in wanted]:
            self.model.change([row for row in wanted if row not in self.model.rows])
        else:
            self.model.set_rows(wanted)
        self.grid.choose(work.current)
        self._setting = False

    def _moved(self, row: object) -> None:
        key = getattr(row, "key", None)
        if not self._setting and key is not None:
            self.chosen.emit(key)

    def set_narrow(self, *, narrow: bool) -> None:
        """实收 and 应收 in one column, without the running number, where room is short."""
        hidden = rows.NARROW_HIDDEN if narrow else rows.WIDE_HIDDEN
        if self.grid.halves.hidden_keys != hidden:
            self.grid.halves.hidden_keys = set(hidden)
            self.grid.halves.arrange()
