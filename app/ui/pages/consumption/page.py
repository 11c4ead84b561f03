"""消耗登记: by scan, by the hospital's dispensing, by test, by case; and when it is payable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtWidgets import QButtonGroup
from typing_extensions import override

from app.domain.duties import Duty
from app.i18n import N_, _
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.page import KeyHint, Page
from app.ui.pages.consumption.case_view import CaseView
from app.ui.pages.consumption.dispense_view import DispenseView
from app.ui.pages.consumption.reagent_view import ReagentView
from app.ui.pages.consumption.scan_view import ConsumeView
from app.ui.pages.consumption.trigger_view import TriggerView
from app.ui.tables.exporting import ask_and_export
from app.ui.widgets.buttons import Chip
from app.ui.widgets.cards import page_column, toolbar
from app.ui.widgets.front_stack import FrontStack

_USE, _DISPENSE, _REAGENT, _CASE, _TRIGGER = range(5)
_WORDS: Final = (
    N_("扫码消耗"), N_("发药导入"), N_("试剂"), N_("高值登记"), N_("结算时点"),
)  # fmt: skip
_NAMES: Final = {"use": _USE, "dispense": _DISPENSE, "reagent": _REAGENT, "case": _CASE,
                 "trigger": _TRIGGER}  # fmt: skip


View = ConsumeView | DispenseView | ReagentView | CaseView | TriggerView


class ConsumptionPage(Page):
    """Five views of what is used, one in front."""

    name = "consumption"
    topics = frozenset({Topic.SETTLEMENT, Topic.STOCK})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.use = ConsumeView(self)
        self.dispense = DispenseView(self)
        self.reagents = ReagentView(self)
        self.cases = CaseView(self)
        self.triggers = TriggerView(self)
        self.views: tuple[View, ...] = (
            self.use, self.dispense, self.reagents, self.cases, self.triggers,
        )  # fmt: skip
        self.stack = FrontStack(self)
        self.chips = QButtonGroup(self)
        for place, word in enumerate(_WORDS):
            view = self.views[place]
            self.stack.addWidget(view)
            self.chips.addButton(Chip(_(word)), place)
            view.changed.connect(self.chrome_changed)
        self.chips.idClicked.connect(self.show_view)
        column = page_column(self)
        column.addLayout(toolbar(*self.chips.buttons(), None))
        column.addWidget(self.stack, 1)
        context.scans.subscribe(self.use, self.use.bar.take)
        context.scans.subscribe(self.reagents, self.reagents.bar.take)
        context.scans.subscribe(self.cases, self.cases.bar.take)
        self._register()
        works = context.actor.has(Duty.STORE) or context.actor.has(Duty.AUDIT)
        for place in range(_TRIGGER):
            self.chips.button(place).setVisible(works)
        self.show_view(_USE if works else _TRIGGER)

    def _register(self) -> None:
        self.on(Act.CONSUME, lambda: self._to_scan(_USE))
        self.on(Act.SCAN, lambda: self._to_scan(self.stack.currentIndex()))
        self.on(Act.FINISH, lambda: self._do("post"))
        self.on(Act.UNDO, lambda: self._do("undo"))
        self.on(Act.NEW, lambda: self._do("new"))
        self.on(Act.IMPORT, lambda: self._do("ask_file"))
        self.on(Act.EXPORT, self._export)

    def _do(self, verb: str) -> None:
        """Carry out what the view in front can do; it says so when it cannot."""
        act: Callable[[], None] | None = getattr(self.stack.currentWidget(), verb, None)
        if act is None:
            self.not_available()
        else:
            act()

    def _to_scan(self, view: int) -> None:
        self.show_view(view)
        shown = self.views[view]
        if isinstance(shown, ConsumeView | ReagentView | CaseView):
            shown.bar.setFocus()

    def show_view(self, view: int) -> None:
        """Bring a view to the front and ask for its data."""
        self.chips.button(view).setChecked(True)
        self.stack.setCurrentIndex(view)
        self.refresh()
        self.views[view].setFocus()
        self.chrome_changed.emit()

    def _export(self) -> None:
        view = self.stack.currentIndex()
        ask_and_export(self, self.views[view].exported, _(_WORDS[view]))

    @override
    def refresh(self) -> None:
        self.views[self.stack.currentIndex()].refresh()

    @override
    def arrive(self, **arguments: object) -> None:
        """`view` is ``use``, ``dispense``, ``reagent``, ``case`` or ``trigger``."""
        view = _NAMES.get(str(arguments.get("view", "")))
        if view is not None:
            self.show_view(view)
        elif not arguments and self.stack.currentIndex() == _USE:
            self._to_scan(_USE)

    @override
    def unsaved(self) -> str:
        n = len(self.use.draft.entries)
        if n:
            return _("本单扫了 {n} 行，还没有登记消耗。", n=n)
        n = self.cases.articles
        return _("这一例扫了 {n} 件，还没有登记。", n=n) if n else ""

    @override
    def counts(self) -> str:
        return self.views[self.stack.currentIndex()].counted.counts()

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        view = self.stack.currentIndex()
        if view == _USE:
            return (
                self.hint(Act.CONSUME, _("回到扫码")),
                self.hint(Act.UNDO, _("撤销上一扫")),
                self.hint(Act.FINISH, _("登记消耗")),
            )
        if view == _DISPENSE:
            return (self.hint(Act.IMPORT, _("导入发药文件")), self.hint(Act.EXPORT, _("导出")))
        if view == _REAGENT:
            return (
                self.hint(Act.NEW, _("登记测试")),
                self.hint(Act.IMPORT, _("导入计数")),
                self.hint(Act.UNDO, _("撤销开盒")),
            )
        if view == _CASE:
            return (self.hint(Act.UNDO, _("撤销上一扫")), self.hint(Act.FINISH, _("登记这一例")))
        return (self.hint(Act.NEW, _("新约定")), self.hint(Act.EXPORT, _("导出")))
