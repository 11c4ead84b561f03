"""养护单: the lists of the months beside the lots of the chosen one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.errors import Problem
from app.domain.stock.upkeep import Finding, UpkeepState
from app.i18n import _
from app.services.counting.upkeep import RoundRow, UpkeepLineRow
from app.ui.icons import Icon
from app.ui.pages.upkeep import rows
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.allowing import allow
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card, toolbar
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field, Select
from app.ui.widgets.text import Role, Text


class RoundsView(QWidget):
    """Months on the left, lots on the right; Y is good, N asks what is wrong.

    Signals:
        chosen: Another list.
        found: (lines, finding): what was found of the chosen lines.
        made: This month's lists are to be made.
        ended: The list is to be closed.
        printed: The paper is wanted.
    """

    chosen = Signal(object)
    found = Signal(object, object)
    made = Signal()
    ended = Signal()
    printed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.head: RoundRow | None = None
        self.rounds = GridView(ListModel(rows.round_columns()), framed=False)
        self.rounds.set_empty(_("还没有养护单。"))
        self.model = ListModel(rows.line_columns())
        self.lines = GridView(self.model)
        self.lines.set_empty(_("选左边的一张养护单，或生成本月的。"))
        self.make_button = Button(_("生成本月养护单"), icon=Icon.PLUS, key="Ctrl+N")
        self.good = Button(_("合格"), icon=Icon.CHECK, key="Y")
        self.rest = Button(_("没看的都合格"))
        self.bad = Button(_("有问题…"), icon=Icon.ALERT_CIRCLE, key="N")
        self.print_button = Button(_("打印"), icon=Icon.PRINTER)
        self.end_button = Button(_("完成"), Kind.PRIMARY, key="F10")
        card = Card(_("养护单"), padding=12)
        card.add(self.rounds, 1)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(card, 2)
        body.addWidget(self.lines, 5)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addLayout(
            toolbar(
                self.make_button, self.good, self.rest, self.bad, None, self.print_button,
                self.end_button,
            )
        )  # fmt: skip
        column.addLayout(body, 1)
        self._connect()
        self.setFocusProxy(self.lines)

    def _connect(self) -> None:
        self.rounds.current_changed.connect(self._choose)
        self.make_button.clicked.connect(self.made)
        self.steps = (self.make_button, self.good, self.rest, self.bad, self.end_button)
        self.good.clicked.connect(lambda: self._find(Finding.OK))
        self.rest.clicked.connect(self.all_good)
        self.bad.clicked.connect(lambda: self._find(Finding.BAD))
        self.end_button.clicked.connect(self.ended)
        self.print_button.clicked.connect(self.printed)
        self.lines.key_pressed.connect(self._key)

    def show_rounds(self, found: Sequence[RoundRow]) -> None:
        """Show the lists; the one in sight stays."""
        model = self.rounds.model
        if isinstance(model, ListModel):
            model.set_rows([rows.round_row(one) for one in found])
        before = self.head.id if self.head else 0
        first = next(
            (one for one in found if one.state is UpkeepState.OPEN), next(iter(found), None)
        )
        head = next((one for one in found if one.id == before), first)
        self.set_head(head)
        if head is not None:
            self.rounds.choose(head.id)

    def _choose(self, row: object) -> None:
        head = getattr(row, "record", None)
        if isinstance(head, RoundRow) and (self.head is None or head.id != self.head.id):
            self.set_head(head)

    def set_head(self, head: RoundRow | None) -> None:
        """Another list is in sight."""
        self.head = head
        working = head is not None and head.state is UpkeepState.OPEN
        for button in self.steps[1:]:
            allow(button, _("先打开一张没完成的养护单。"), when=working)
        allow(self.print_button, _("还没有养护单。"), when=head is not None)
        if head is None:
            self.model.set_rows([])
        self.chosen.emit(head)

    def show_lines(self, found: Sequence[UpkeepLineRow]) -> None:
        """Show the lots; the first that was not looked at is current."""
        kept = self.lines.current()
        self.model.set_rows([rows.line_row(one) for one in found])
        waiting = next((one.line for one in found if one.finding is None), None)
        if found:
            key = waiting if waiting is not None else (kept.key if kept else found[0].line)
            self.lines.choose(key)

    def _key(self, key: str) -> None:
        findings = {"Y": Finding.OK, "N": Finding.BAD}
        if key.upper() in findings and self.good.isEnabled():
            self._find(findings[key.upper()])

    def _find(self, finding: Finding) -> None:
        chosen = self.lines.selected() or [row for row in (self.lines.current(),) if row]
        lines = tuple(row.record.line for row in chosen if isinstance(row.record, UpkeepLineRow))
        if lines:
            self.found.emit(lines, finding)

    def all_good(self) -> None:
        """All that was not looked at yet is good."""
        lines = tuple(
            row.record.line for row in self.model.rows
            if isinstance(row.record, UpkeepLineRow) and row.record.finding is None
        )  # fmt: skip
        if lines:
            self.found.emit(lines, Finding.OK)


class FaultForm(Form):
    """What was seen of lots that are not in order, and what was done.

    Signals:
        chosen: (finding, what was seen, what was done).
    """

    chosen = Signal(object, str, str)

    def __init__(self, count: int, parent: QWidget) -> None:
        super().__init__(_("登记有问题的 {n} 行", n=count), _("登记"), parent)
        self.kind = Select([(one, one.label) for one in (Finding.DOUBT, Finding.BAD)])
        self.kind.choose(Finding.BAD)
        self.words, self.action = QLineEdit(), QLineEdit()
        self.words_field = Field(_("看到了什么"), self.words, required=True)
        self.action_field = Field(_("怎么处理"), self.action, required=True)
        self.body.addWidget(Field(_("结果"), self.kind))
        self.body.addWidget(self.words_field)
        self.body.addWidget(self.action_field)
        words = _("不合格的先冻结批号，移到不合格品区，再在「盘点」里报损或退货。")
        self.body.addWidget(Text(words, Role.HELP, wrap=True))
        self.words.setFocus()

    @override
    def submit(self) -> None:
        """Hand all over."""
        self.chosen.emit(self.kind.value, self.words.text(), self.action.text())
        self.accept()

    @override
    def field_of(self, problem: Problem) -> Field | None:
        """Words are missing about what was seen, or about what was done."""
        if problem.code != "upkeep.words":
            return None
        return self.action_field if self.words.text().strip() else self.words_field
