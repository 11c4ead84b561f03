"""The papers of a supplier (资质): what is there, what runs out, a new one, and the check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from app.domain.days import day_or_none
from app.domain.errors import DomainError
from app.i18n import _
from app.services.negotiation.papers import USUAL, PaperRow
from app.ui import formats, theme
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field, Select
from app.ui.widgets.text import Role, Text


@dataclass(frozen=True, slots=True)
class NewPaper:
    """A paper as it was typed; `paper_id` is 0 for a new one."""

    kind: str
    number: str
    valid_to: date | None
    paper_id: int


class PapersForm(Form):
    """One supplier's papers; the group chooses which supplier.

    Signals:
        wanted: Another supplier's papers shall be shown.
        put: A `NewPaper` of the supplier in hand.
        checked: A paper was seen (or not after all): its id, and which.
    """

    wanted = Signal(object)
    put = Signal(object)
    checked = Signal(object, bool)

    def __init__(
        self, suppliers: Sequence[tuple[int, str]], today: date, parent: QWidget, *, group: bool
    ) -> None:
        super().__init__(_("供应商资质"), _("登记"), parent, cancel=_("关闭"), wide=760)
        self._today, self._group = today, group
        self.who = Select(list(suppliers))
        self.who.setAccessibleName(_("供应商"))
        self.who.setVisible(group)
        self.who.currentIndexChanged.connect(lambda _place: self.wanted.emit(self.supplier))
        self.body.addWidget(self.who)
        self.model = ListModel(_columns())
        self.grid = GridView(self.model)
        self.grid.set_empty(_("还没有登记资质。"))
        self.grid.setMinimumHeight(theme.px(230))
        self.grid.current_changed.connect(lambda _row: self._show_steps())
        self.body.addWidget(self.grid, 1)
        self.check = Button(_("审核通过"))
        self.undo = Button(_("取消审核"))
        self.renew = Button(_("换新"))
        self.check.clicked.connect(lambda _on=False: self._checked(on=True))
        self.undo.clicked.connect(lambda _on=False: self._checked(on=False))
        self.renew.clicked.connect(lambda _on=False: self._renew())
        for button in (self.renew, self.undo, self.check):
            self.buttons.insertWidget(0, button)
        self._paper = 0
        self._lay_out_fields()
        words = _("登记后待牵头医院审核；改了证号或有效期，要重新审核。")
        self.body.addWidget(Text(words, Role.LABEL, wrap=True))
        self._show_steps()

    def _lay_out_fields(self) -> None:
        self.kind = QComboBox()
        self.kind.setEditable(True)
        self.kind.addItems([_(one) for one in USUAL])
        self.kind.setAccessibleName(_("种类"))
        self.number = QLineEdit()
        self.until = CodeEdit()
        self.until.setPlaceholderText("2028-12-31")
        row = QHBoxLayout()
        row.setSpacing(12)
        self.kind_field = Field(_("种类"), self.kind)
        self.until_field = Field(_("有效期至"), self.until, hint=_("长期有效不填"))
        row.addWidget(self.kind_field, 3)
        row.addWidget(Field(_("证号"), self.number), 3)
        row.addWidget(self.until_field, 2)
        self.body.addLayout(row)

    @property
    def supplier(self) -> int:
        """The supplier in hand."""
        value = self.who.value
        return value if isinstance(value, int) else 0

    def show_papers(self, rows: Sequence[PaperRow]) -> None:
        """Show the papers as they are now."""
        self.model.set_rows([_row(one, self._today) for one in rows])
        self._paper = 0
        self.number.clear()
        self.until.clear()
        self.verb.setText(_("登记"))
        self._show_steps()

    def _current(self) -> PaperRow | None:
        row = self.grid.current()
        return row.record if row is not None and isinstance(row.record, PaperRow) else None

    def _show_steps(self) -> None:
        one = self._current()
        self.check.setVisible(self._group and one is not None and not one.checked)
        self.undo.setVisible(self._group and one is not None and one.checked)
        self.renew.setVisible(one is not None)

    def _checked(self, *, on: bool) -> None:
        one = self._current()
        if one is not None:
            self.checked.emit(one.paper_id, on)

    def _renew(self) -> None:
        """Take the current paper into the fields, to change number or validity."""
        one = self._current()
        if one is None:
            return
        self._paper = one.paper_id
        self.kind.setEditText(one.kind)
        self.number.setText(one.number)
        self.until.setText(one.valid_to.isoformat() if one.valid_to else "")
        self.verb.setText(_("保存换新"))
        self.until.setFocus()

    @override
    def submit(self) -> None:
        """Hand the paper in; the dialog stays."""
        try:
            day = day_or_none(self.until.text())
        except DomainError as error:
            self.until_field.say(error.text)
            self.until.setFocus()
            return
        if not self.kind.currentText().strip():
            self.kind_field.say(_("还没填资质种类。请选一种，如「购销廉洁协议」。"))
            return
        kind, number = self.kind.currentText().strip(), self.number.text().strip()
        self.put.emit(NewPaper(kind, number, day, self._paper))


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="kind", title=_("种类"), width=250, stretch=True, sortable=True),
        Column(key="number", title=_("证号"), width=170),
        Column(key="until", title=_("有效期至"), kind=Kind.DATE, width=120, sortable=True),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=130),
    )


def _row(one: PaperRow, today: date) -> Row:
    if one.valid_to is not None and one.valid_to < today:
        state = Pill(Status.BAD, _("已到期"))
    else:
        state = Pill(Status.OK, _("已审核")) if one.checked else Pill(Status.WARN, _("待审核"))
    until = one.valid_to.isoformat() if one.valid_to else _("长期")
    return Row(
        one.paper_id, (one.kind, one.number or formats.NONE, until, state), record=one
    )  # fmt: skip
