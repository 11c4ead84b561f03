"""消耗登记: goods that are used, by scan; what the supplier is then paid for."""

from __future__ import annotations

from typing_extensions import override

from app.i18n import _
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.page import KeyHint, Page
from app.ui.pages.consumption.scan_view import ConsumeView
from app.ui.tables.exporting import ask_and_export
from app.ui.widgets.cards import page_column


class ConsumptionPage(Page):
    """Scanning what is used, and the documents posted before."""

    name = "consumption"
    topics = frozenset({Topic.SETTLEMENT, Topic.STOCK})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.use = ConsumeView(self)
        column = page_column(self)
        column.addWidget(self.use, 1)
        self.setFocusProxy(self.use)
        self.use.changed.connect(self.chrome_changed)
        context.scans.subscribe(self.use, self.use.bar.take)
        self.on(Act.CONSUME, self._to_scan)
        self.on(Act.SCAN, self._to_scan)
        self.on(Act.FINISH, self.use.post)
        self.on(Act.UNDO, self.use.undo)
        self.on(Act.EXPORT, lambda: ask_and_export(self, self.use.documents, _("消耗单")))

    def _to_scan(self) -> None:
        self.use.bar.setFocus()

    @override
    def refresh(self) -> None:
        self.use.refresh()

    @override
    def arrive(self, **arguments: object) -> None:
        self._to_scan()

    @override
    def unsaved(self) -> str:
        n = len(self.use.draft.entries)
        return _("本单扫了 {n} 行，还没有登记消耗。", n=n) if n else ""

    @override
    def counts(self) -> str:
        return self.use.lines.counts()

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (
            self.hint(Act.CONSUME, _("回到扫码")),
            self.hint(Act.UNDO, _("撤销上一扫")),
            self.hint(Act.FINISH, _("登记消耗")),
        )
