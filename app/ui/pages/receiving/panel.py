"""The lot that is being counted: lot, expiry, trace code, quantity, checks, what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.domain.expiry import distance
from app.domain.receiving import transport as journeys
from app.domain.receiving.policy import Policy, is_near
from app.domain.receiving.transport import Transport
from app.domain.receiving.work import Entry, Result, Work, left, result_of, surplus
from app.i18n import _
from app.ui import formats, theme
from app.ui.icons import Icon
from app.ui.pages.receiving.checks_box import ChecksBox
from app.ui.pages.receiving.rows import STATUS_OF, result_words
from app.ui.status import Status
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card
from app.ui.widgets.fields import CodeEdit, Field, StatusEdit
from app.ui.widgets.numbers import ExpiryEdit, QtyEdit
from app.ui.widgets.rolling import Rolling
from app.ui.widgets.text import ElidedText, Role, Text

_WIDE = 344
_LOWEST = 72
"""A field with its label: so much rolls at least."""


class LotPanel(Card):
    """What is known of the current lot, to be corrected by hand.

    Signals:
        lot_typed: Another lot.
        expiry_typed: Another expiry.
        quantity_typed: Another quantity in packs.
        checked: Other checks: a `Checks`.
        reason_asked: The person wants to write why it is taken.
        cold_asked: The person wants to record how the goods came.
        refuse_asked: F9.
        labels_asked: F8.
        finish_asked: The line is done.
        left_field: Enter in a field: back to scanning.
    """

    lot_typed = Signal(str)
    expiry_typed = Signal(object)
    quantity_typed = Signal(object)
    checked = Signal(object)
    reason_asked = Signal()
    cold_asked = Signal()
    refuse_asked = Signal()
    labels_asked = Signal()
    finish_asked = Signal()
    left_field = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent, padding=14)
        self.body.setSpacing(6)
        self.badge = Badge(Status.INFO, "")
        self.code = Text("", Role.LABEL)
        self.name = ElidedText("", Role.DETAIL_TITLE)
        self.spec = ElidedText("", Role.SECOND)
        self.lot = StatusEdit()
        self.expiry = ExpiryEdit()
        self.trace = CodeEdit()
        self.qty = QtyEdit()
        self.lot_field = Field(_("批号"), self.lot)
        self.expiry_field = Field(_("有效期至"), self.expiry)
        self.trace_field = Field(_("追溯码"), self.trace)
        self.qty_field = Field(_("实收数量"), self.qty)
        self.checks = ChecksBox()
        self.reason = Button("", Kind.LINK)
        self.cold = Button("", Kind.LINK, icon=Icon.SNOWFLAKE)
        self.refuse = Button(_("拒收 / 差异"), Kind.DANGER, key="F9")
        self.labels = Button(_("打印标签"), icon=Icon.PRINTER)
        self.finish = Button(_("完成本行"), Kind.PRIMARY, icon=Icon.CHECK, key="Ctrl+Enter")
        self.fields = QVBoxLayout()
        self._rolling = Rolling(self.fields, _WIDE, lowest=_LOWEST)
        self._tight = self._short = False
        self._entry: Entry | None = None
        self._factor = 1
        self._build()
        self._connect()

    # Layout

    def _build(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.badge)
        top.addStretch(1)
        top.addWidget(self.code)
        self.add(top)
        self.add(self.name)
        self.add(self.spec)
        pair = QHBoxLayout()
        pair.setSpacing(10)
        pair.addWidget(self.lot_field, 1)
        pair.addWidget(self.expiry_field, 1)
        self.fields.addLayout(pair)
        self.trace.setReadOnly(True)
        self.trace.setPlaceholderText(_("逐盒扫追溯码"))
        self.trace.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        for part in (self.trace_field, self.qty_field, self.reason, self.cold, self.checks):
            self.fields.addWidget(part)
        self.fields.addStretch(1)
        pair = QHBoxLayout()
        pair.setSpacing(8)
        pair.addWidget(self.refuse, 1)
        pair.addWidget(self.labels, 1)
        self.fields.addLayout(pair)
        self.add(self._rolling, 1)
        self.add(self.finish)

    def _connect(self) -> None:
        self.lot.editingFinished.connect(self._lot_done)
        self.lot.returnPressed.connect(self.expiry.setFocus)
        self.expiry.editingFinished.connect(self._expiry_done)
        self.expiry.returnPressed.connect(self.left_field)
        self.qty.changed.connect(self.quantity_typed)
        self.qty.edit.returnPressed.connect(self.left_field)
        self.checks.changed.connect(self.checked)
        self.reason.clicked.connect(self.reason_asked)
        self.cold.clicked.connect(self.cold_asked)
        self.refuse.clicked.connect(self.refuse_asked)
        self.labels.clicked.connect(self.labels_asked)
        self.finish.clicked.connect(self.finish_asked)

    def set_room(self, *, low: bool, narrow: bool) -> None:
        """Fit the window: the checks become one line, the trace code leaves."""
        large = theme.density() is theme.Density.LARGE
        self._tight, self._short = low or large, large or narrow
        least = 320 if large else 300  # buttons of large text beside each other, and the bar
        self.setFixedWidth(least if narrow else min(400, theme.px(_WIDE)))
        self._adapt()

    def _adapt(self) -> None:
        """What can be done without leaves, one part after the other; a rest too high rolls."""
        self.checks.show()
        self.spec.show()
        self._space(6, 14)
        self.checks.set_tight(tight=self._tight)
        self.trace_field.setHidden(self._short)
        asked = not (self.reason.isHidden() and self.cold.isHidden())
        steps: tuple[Callable[[], None], ...] = (
            lambda: self.checks.set_tight(tight=True),
            self.trace_field.hide,
            self.spec.hide,
            lambda: self.checks.setHidden(asked),
            lambda: self._space(2, 6),
        )
        for step in steps:
            if self._needed() <= self.height():
                return
            step()

    def _needed(self) -> int:
        """Pixels of height that all of it takes, were nothing rolled."""
        self.fields.invalidate()  # of a part that left, only the layout around it was told
        outside = self.body.totalMinimumSize() - self._rolling.minimumSizeHint()
        return outside.height() + self.fields.totalMinimumSize().height()

    def _space(self, between: int, edge: int) -> None:
        self.body.setSpacing(between)
        self.fields.setSpacing(between)
        self.body.setContentsMargins(14, edge, 14, edge)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._adapt()

    # Content

    def show_entry(self, work: Work, entry: Entry | None, today: date, policy: Policy) -> None:
        """Show the lot that is being counted."""
        self._entry = entry
        self.setEnabled(entry is not None)
        if entry is None:
            return
        goods = work.goods(entry)
        self._factor = goods.pack_factor
        place = [one.key for one in work.entries].index(entry.key) + 1
        result = result_of(work, entry)
        words = _("正在收 第 {n} 行", n=place)
        if result.settled or result is Result.OVER:
            done = result_words(work, entry, result)
            words = _("第 {n} 行 · {result}", n=place, result=done)
        self.badge.show_status(STATUS_OF[result] if result.settled else Status.INFO, words)
        self.code.setText(goods.code)
        self.name.setText(goods.name)
        self.spec.setText(" · ".join(part for part in (goods.spec, goods.maker) if part))
        self._show_lot(work, entry)
        self._show_expiry(entry, today)
        self._show_trace(entry)
        self._show_quantity(work, entry)
        near = is_near(entry.expiry, today, policy, goods.shelf_life_days)
        self.reason.setVisible(bool(entry.accepted and (near or entry.reason)))
        self.reason.setText(
            _("接收理由：{reason}", reason=entry.reason[:16])
            if entry.reason
            else _("效期近，请写接收理由")
        )
        self._show_cold(work, entry)
        self.checks.show_checks(entry.checks)
        self._adapt()

    def _show_lot(self, work: Work, entry: Entry) -> None:
        stated = work.line_of(entry)
        if not (self.lot.hasFocus() and self.lot.isModified()):
            self.lot.setText(entry.lot_no)
        self.lot.setPlaceholderText(stated.lot_no if stated else "")
        other = bool(stated and stated.lot_no and entry.lot_no not in {"", stated.lot_no})
        hint = _("单上 {lot}", lot=stated.lot_no) if other and stated else ""
        self.lot_field.set_hint(hint, Status.NEAR if other else None)

    def _show_expiry(self, entry: Entry, today: date) -> None:
        if not (self.expiry.hasFocus() and self.expiry.isModified()):
            self.expiry.set_expiry(entry.expiry)
            self.expiry_field.say("")
        if entry.expiry is None:
            self.expiry_field.set_hint("")
            self.expiry.show_status(None)
            return
        status = formats.expiry_status(entry.expiry, today) or Status.OK
        self.expiry_field.set_hint(distance(entry.expiry, today), status)
        self.expiry.show_status(status)

    def _show_trace(self, entry: Entry) -> None:
        last = entry.traces[-1].code if entry.traces else ""
        self.trace.setText(formats.trace_code(last) if last.isdigit() else last)
        self.trace.setCursorPosition(0)
        read = sum(trace.units for trace in entry.traces) // self._factor
        packs = entry.accepted // self._factor
        words = _("本盒 · 已读 {n} / {all}", n=read, all=packs) if entry.traces else ""
        self.trace_field.set_hint(words)

    def _show_quantity(self, work: Work, entry: Entry) -> None:
        goods = work.goods(entry)
        self.qty.set_unit(goods.pack_unit)
        self.qty.set_value(entry.accepted // goods.pack_factor)
        stated = work.line_of(entry)
        missing, extra = left(work, entry), surplus(work, entry)
        if stated is None:
            words = _("不在送货单上")
        elif extra and entry.accepted:
            words = _("应收 {qty}，多 {n}", qty=goods.text(stated.qty), n=goods.text(extra))
        elif missing:
            words = _(
                "应收 {qty}，还差 {left}", qty=goods.text(stated.qty), left=goods.text(missing)
            )
        else:
            words = _("应收 {qty}，已齐", qty=goods.text(stated.qty))
        self.qty_field.set_hint(words, Status.NEAR if extra else Status.INFO if missing else None)

    def _show_cold(self, work: Work, entry: Entry) -> None:
        goods = work.goods(entry)
        self.cold.setVisible(goods.cold)
        if goods.cold:
            self.cold.setText(_journey_words(work.transport, goods.storage))

    # What people type

    def _lot_done(self) -> None:
        entry = self._entry
        if entry is not None and self.lot.folded() not in {"", entry.lot_no}:
            self.lot_typed.emit(self.lot.folded())

    def _expiry_done(self) -> None:
        entry = self._entry
        if entry is None or not self.expiry.folded():
            return
        try:
            typed = self.expiry.expiry()
        except DomainError as error:
            self.expiry_field.say(error.text)
            return
        if typed != entry.expiry:
            self.expiry_typed.emit(typed)


def _journey_words(transport: Transport, storage: str) -> str:
    """How cold goods came, or that it is still to be recorded."""
    if journeys.out_of_range(transport, storage):
        return _("到货 {t} ℃，超出范围", t=transport.temperature)
    if journeys.missing(transport):
        return _("登记冷链：运输、时间、温度")
    return _("冷链 {t} ℃ · {no}", t=transport.temperature, no=transport.record_no)
