"""The head of a group order: what it is, how much, how far the signing is."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.i18n import _
from app.services.orders.queries import GroupRow
from app.ui import formats
from app.ui.icons import Icon
from app.ui.pages.group_orders import words
from app.ui.status import Status
from app.ui.widgets.badge import Badge, Shape
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card
from app.ui.widgets.charts import SegmentBar
from app.ui.widgets.text import Role, Text


class GroupHeader(Card):
    """Title, number, state, total, buttons, and the bar of signatures."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent, padding=12)
        self.title.set_role(Role.DETAIL_TITLE)
        self.state = Badge(Status.INFO, "")
        self.total_name = Text(_("合计"), Role.LABEL)
        self.total = Text("", Role.PAGE_TITLE)
        self.sign = Button("", Kind.PRIMARY, icon=Icon.FILE_SIGN)
        self.urge = Button("", icon=Icon.BELL_RING)
        self.pdf = Button(_("生成合同 PDF"), Kind.PRIMARY, icon=Icon.FILE_PDF)
        self.head.insertWidget(2, self.state)
        for widget in (self.total_name, self.total, self.urge, self.sign, self.pdf):
            self.head.addWidget(widget)
        self.done = Text("", Role.STRONG)
        self.bar = SegmentBar(10)
        self.counts = _Counts()
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.done)
        row.addWidget(self.bar, 1)
        row.addWidget(self.counts)
        self.add(row)

    def show_group(self, row: GroupRow, *, buyer: bool) -> None:
        """Show a group order."""
        counted = row.progress
        pill = words.group_pill(row)
        self.set_title(row.title, row.no)
        self.state.show_status(pill.status, pill.text)
        self.total.setText(formats.total(row.amount))
        self.total.setToolTip(formats.yuan(row.amount))
        self.done.setText(_("已签 {n} / {total}", n=counted.signed, total=counted.total))
        waiting = (
            (Status.WARN, counted.to_supplier, _("待供应商 {n}", n=counted.to_supplier)),
            (Status.INFO, counted.to_member, _("待成员 {n}", n=counted.to_member)),
            (Status.NEAR, counted.answered, _("部分确认 {n}", n=counted.answered)),
            (Status.BAD, counted.refused, _("拒签 {n}", n=counted.refused)),
        )
        signed = (Status.OK, counted.signed, _("已签 {n}", n=counted.signed))
        self.bar.show_parts((signed, *waiting), counted.total or 1)
        self.counts.show_counts([(status, text) for status, n, text in waiting if n])
        urgeable = counted.to_supplier + counted.to_member
        self.urge.setVisible(buyer and urgeable > 0)
        self.urge.setText(_("催签 {n} 张", n=urgeable))
        self.sign.setVisible(row.mine > 0)
        self.sign.setText(_("签署 {n} 张", n=row.mine))
        self.pdf.setVisible(counted.total > 0)
        self.pdf.set_kind(Kind.SECONDARY if row.mine else Kind.PRIMARY)
        for button in (self.urge, self.sign, self.pdf):
            button.updateGeometry()


class _Counts(QWidget):
    """Shapes with their words: what the bar's colours mean."""

    def __init__(self) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)

    def show_counts(self, counts: list[tuple[Status, str]]) -> None:
        """Show (status, words) pairs."""
        while self._row.count():
            item = self._row.takeAt(0)
            widget = item.widget() if item else None
            if widget:
                widget.hide()
                widget.deleteLater()
        for status, text in counts:
            self._row.addWidget(Shape(status, 18, text), 0, Qt.AlignmentFlag.AlignVCenter)
            self._row.addWidget(Text(text, Role.LABEL))
