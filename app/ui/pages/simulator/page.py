"""补货模拟: what would another policy have done with the last year of these members."""

from __future__ import annotations

import time
from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.ids import new_op
from app.domain.replenish.scenario import Kind, Scenario
from app.i18n import _
from app.services.replenishment.adopt import Adopt, adopt
from app.services.replenishment.simulation import Simulate, Simulated, simulate, usual
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext, Scope
from app.ui.jobs import Progress
from app.ui.page import KeyHint, Page
from app.ui.pages.simulator import rows
from app.ui.pages.simulator.cards import AdviceBar, PolicyCard, charts_card
from app.ui.pages.simulator.dialogs import ExceptionsForm, PolicyForm
from app.ui.status import Status
from app.ui.tables.exporting import ask_and_export
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.cards import page_column
from app.ui.widgets.dialogs import Question, confirm


class SimulatorPage(Page):
    """Two policies above, the figures left, the charts right, the advice below."""

    name: ClassVar[str] = "simulator"

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.found: Simulated | None = None
        self.scenarios: tuple[Scenario, Scenario] | None = None
        self.took = 0.0
        self._running = False
        self.a = PolicyCard("A", _("现行方案"), _("正在用"), Status.MUTE)
        self.b = PolicyCard("B", _("建议方案"), _("对比中"), Status.INFO)
        self.model = ListModel(rows.columns())
        self.grid = GridView(self.model)
        self.charts = charts_card()
        self.advice = AdviceBar()
        self._lay_out()
        self.on(Act.EXPORT, lambda: ask_and_export(self, self.grid, _("补货模拟")))
        self.setFocusProxy(self.grid)

    def _lay_out(self) -> None:
        for number, card in enumerate((self.a, self.b)):
            card.change.clicked.connect(lambda _on=False, n=number: self.ask(n))
        self.advice.exceptions.clicked.connect(lambda _on=False: self._show_exceptions())
        self.advice.take.clicked.connect(lambda _on=False: self._ask_to_take())
        above, middle = QHBoxLayout(), QHBoxLayout()
        for row in (above, middle):
            row.setSpacing(12)
        above.addWidget(self.a, 1)
        above.addWidget(self.b, 1)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.grid, 1)
        middle.addWidget(left, 1)
        middle.addWidget(self.charts, 1)
        outer = page_column(self)
        outer.addLayout(above)
        outer.addLayout(middle, 1)
        outer.addWidget(self.advice)

    @override
    def refresh(self) -> None:
        """Replay again with the present parameters."""
        if self._running:
            return
        self._running = True
        self._say(_("正在用过去一年的用量重放，完成后列出两个方案的指标…"))
        orgs = self.context.scope.ids
        db, actor, plans = self.context.db, self.context.actor, self.scenarios
        started = time.monotonic()

        def work(progress: Progress) -> tuple[tuple[Scenario, Scenario], Simulated]:
            chosen = plans or usual(db, actor, orgs[0])
            command = Simulate(tuple(orgs), *chosen)
            return chosen, simulate(db, actor, command, progress.step)

        def done(answer: tuple[tuple[Scenario, Scenario], Simulated]) -> None:
            self._running = False
            self.took = time.monotonic() - started
            if orgs == self.context.scope.ids:
                self._show(*answer)
            else:
                self.refresh()

        def failed(problem: Exception) -> None:
            self._running = False
            self._say(_("模拟没有做完。按 F5 再来一次。"))
            self.context.jobs.failed.emit(problem)

        # the window may be built anew meanwhile, in another language or for another person
        self.context.jobs.long(_("补货模拟"), work, done, failed, writes=False, owner=self)

    def _say(self, words: str) -> None:
        """Where the figures will stand, as long as there are none."""
        self.grid.set_empty(words)
        self.grid.overlay.refresh()

    def _show(self, plans: tuple[Scenario, Scenario], found: Simulated) -> None:
        self.scenarios, self.found = plans, found
        self.a.show_scenario(plans[0])
        self.b.show_scenario(plans[1])
        self.model.set_rows(rows.rows(found))
        self.charts.show_found(found)
        self.advice.show_advice(found, may_take=plans[1].kind is Kind.STORE)
        self.set_subtitle(
            _(
                "用 {first} 至 {last} 的真实用量重放 · {members} 家 · {n} 个品规",
                first=f"{found.first:%Y-%m}",
                last=f"{found.last:%Y-%m}",
                members=found.members,
                n=found.series,
            )
        )
        self.chrome_changed.emit()

    @override
    def counts(self) -> str:
        if self.found is None:
            return ""
        return _("两方案从同一库存起步 · 模拟用时 {n} 秒", n=f"{self.took:.1f}")

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (KeyHint("F5", _("重新模拟")), self.hint(Act.EXPORT, _("导出")))

    @override
    def scope_changed(self, _scope: Scope) -> None:
        self.scenarios = None
        self.refresh()

    def ask(self, number: int) -> None:
        """Ask for the parameters of policy A (0) or B (1)."""
        if self.scenarios is None:
            self.not_available()
            return
        form = PolicyForm("AB"[number], self.scenarios[number], self)
        form.chosen.connect(lambda chosen: self._take(number, chosen))
        form.open()

    def _take(self, number: int, chosen: Scenario) -> None:
        if self.scenarios is None:
            return
        a, b = self.scenarios
        self.scenarios = (chosen, b) if number == 0 else (a, chosen)
        self.refresh()

    def _show_exceptions(self) -> None:
        if self.found is not None:
            ExceptionsForm(self.found.exceptions, self).open()

    def _ask_to_take(self) -> None:
        if self.scenarios is None or self.found is None:
            return
        question = Question(
            _("套用方案 B？"),
            _(
                "{n} 家机构的补货参数改成 B 的服务水平和目标天数，并马上重算建议。"
                "已改过的数和理由都保留，随时可以改回来。",
                n=self.found.members,
            ),
            _("套用 B"),
            _("再看看"),
        )
        confirm(self, question, self._adopt)

    def _adopt(self) -> None:
        if self.scenarios is None:
            return
        db, actor = self.context.db, self.context.actor
        command = Adopt(new_op(), tuple(self.context.scope.ids), self.scenarios[1])
        self.write(lambda: adopt(db, actor, command), self._adopted)

    def _adopted(self, orgs: int) -> None:
        self.context.changes.announce({Topic.REQUISITIONS})
        self.context.notices.done(_("{n} 家机构已按方案 B 重算补货建议。", n=orgs))
