"""消耗结算: use goods by scan; what was used becomes one statement per supplier and member."""

from __future__ import annotations

from PySide6.QtWidgets import QButtonGroup
from typing_extensions import override

from app.domain.duties import Duty
from app.i18n import _
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.page import KeyHint, Page
from app.ui.pages.settlement.consume_view import ConsumeView
from app.ui.pages.settlement.statements_view import StatementsView
from app.ui.tables.exporting import ask_and_export
from app.ui.widgets.buttons import Chip
from app.ui.widgets.cards import page_column, toolbar
from app.ui.widgets.front_stack import FrontStack

_USE, _STATEMENTS = 0, 1


class SettlementPage(Page):
    """Two views: scanning what is used, and the statements of a month."""

    name = "settlement"
    topics = frozenset({Topic.SETTLEMENT, Topic.STOCK})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.use = ConsumeView(self)
        self.statements = StatementsView(self)
        self.stack = FrontStack(self)
        self.stack.addWidget(self.use)
        self.stack.addWidget(self.statements)
        self.chips = QButtonGroup(self)
        words = (_("扫码消耗"), _("对账单"))
        for place, word in enumerate(words):
            chip = Chip(word)
            self.chips.addButton(chip, place)
        self.chips.idClicked.connect(self._show_view)
        column = page_column(self)
        column.addLayout(toolbar(*self.chips.buttons(), None))
        column.addWidget(self.stack, 1)
        self.use.changed.connect(self.chrome_changed)
        self.statements.changed.connect(self._statements_changed)
        context.scans.subscribe(self.use, self.use.bar.take)
        self._register()
        storekeeper = context.actor.has(Duty.STORE)
        self._show_view(_USE if storekeeper else _STATEMENTS)
        self.chips.button(_USE).setVisible(storekeeper)

    def _register(self) -> None:
        self.on(Act.CONSUME, self._to_scan)
        self.on(Act.SCAN, self._to_scan)
        self.on(Act.FINISH, self.use.post)
        self.on(Act.UNDO, self.use.undo)
        self.on(Act.STATEMENT, self._make)
        self.on(Act.PRINT, self.statements.print_current)
        self.on(Act.EXPORT, self._export)

    def _to_scan(self) -> None:
        self._show_view(_USE)
        self.use.bar.setFocus()

    def _make(self) -> None:
        self._show_view(_STATEMENTS)
        self.statements.make()

    def _show_view(self, view: int) -> None:
        self.chips.button(view).setChecked(True)
        self.stack.setCurrentIndex(view)
        self.refresh()
        if view == _USE:
            self.set_subtitle("")
            self.use.bar.setFocus()

    def _statements_changed(self) -> None:
        if self.stack.currentIndex() == _STATEMENTS:
            self.set_subtitle(self.statements.subtitle())
        self.chrome_changed.emit()

    def _export(self) -> None:
        if self.stack.currentIndex() == _STATEMENTS:
            title = _("对账单 {month}", month=self.statements.period.key)
            ask_and_export(self, self.statements.grid, title)
        else:
            ask_and_export(self, self.use.documents, _("消耗单"))

    @override
    def refresh(self) -> None:
        if self.stack.currentIndex() == _USE:
            self.use.refresh()
        else:
            self.statements.refresh()

    @override
    def arrive(self, **arguments: object) -> None:
        """`view` is ``use`` or ``statements``; `statement_id` and `period` open one."""
        if arguments.get("view") == "use":
            self._to_scan()
        elif arguments:
            self._show_view(_STATEMENTS)
        if isinstance(number := arguments.get("statement_id"), int):
            self.statements.show_statement(number, str(arguments.get("period", "")))

    @override
    def unsaved(self) -> str:
        n = len(self.use.draft.entries)
        return _("本单扫了 {n} 行，还没有登记消耗。", n=n) if n else ""

    @override
    def counts(self) -> str:
        if self.stack.currentIndex() == _USE:
            return self.use.lines.counts()
        return self.statements.grid.counts()

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        if self.stack.currentIndex() == _USE:
            return (
                self.hint(Act.CONSUME, _("回到扫码")),
                self.hint(Act.UNDO, _("撤销上一扫")),
                self.hint(Act.FINISH, _("登记消耗")),
            )
        return (
            KeyHint("Enter", _("打开对账单")),
            self.hint(Act.PRINT, _("打印")),
            self.hint(Act.EXPORT, _("导出")),
        )
