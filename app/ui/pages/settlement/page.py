"""消耗结算: what was used becomes one statement per supplier and member."""

from __future__ import annotations

from typing_extensions import override

from app.i18n import _
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.page import KeyHint, Page
from app.ui.pages.settlement.statements_view import StatementsView
from app.ui.tables.exporting import ask_and_export
from app.ui.widgets.cards import page_column


class SettlementPage(Page):
    """The statements of a month."""

    name = "settlement"
    topics = frozenset({Topic.SETTLEMENT, Topic.STOCK})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.statements = StatementsView(self)
        column = page_column(self)
        column.addWidget(self.statements, 1)
        self.setFocusProxy(self.statements)
        self.statements.changed.connect(self._changed)
        self.on(Act.STATEMENT, self.statements.make)
        self.on(Act.PRINT, self.statements.print_current)
        self.on(Act.EXPORT, self._export)

    def _changed(self) -> None:
        self.set_subtitle(self.statements.subtitle())
        self.chrome_changed.emit()

    def _export(self) -> None:
        title = _("对账单 {month}", month=self.statements.period.key)
        ask_and_export(self, self.statements.grid, title)

    @override
    def refresh(self) -> None:
        self.statements.refresh()

    @override
    def arrive(self, **arguments: object) -> None:
        """`statement_id` and `period` open one statement."""
        if isinstance(number := arguments.get("statement_id"), int):
            self.statements.show_statement(number, str(arguments.get("period", "")))

    @override
    def counts(self) -> str:
        return self.statements.grid.counts()

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (
            KeyHint("Enter", _("打开对账单")),
            self.hint(Act.PRINT, _("打印")),
            self.hint(Act.EXPORT, _("导出")),
        )
