"""What is asked about reagents: how a kit counts, and tests that were done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget
from typing_extensions import override

from app.domain.consumption.reagents import Mode, Rule, TestKind
from app.domain.days import typed_day
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.i18n import _
from app.services.consumption.reagent_listing import ReagentUse
from app.services.consumption.reagent_tests import CountTests, Run
from app.services.consumption.reagents import DefineReagent
from app.ui.context import PageContext
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field, Select, check_all
from app.ui.widgets.item_field import ItemField
from app.ui.widgets.numbers import QtyEdit
from app.ui.widgets.text import Role, Text


class DefineForm(Form):
    """How a reagent counts.

    Signals:
        chosen: A `DefineReagent`.
    """

    chosen = Signal(object)

    def __init__(self, context: PageContext, parent: QWidget, known: ReagentUse | None) -> None:
        title = _("设试剂") if known is None else _("设试剂：{name}", name=known.name)
        super().__init__(title, _("保存"), parent, wide=480)
        self._context = context
        rule = known.rule if known else None
        self.item = ItemField(context, _("试剂"))
        if known is not None:
            self.item.fix(known.item_id, f"{known.name} {known.spec}")
        self.item.picked.connect(self._chosen)
        self.mode = Select([(one, one.label) for one in Mode])
        self.tests, self.dead, self.days = QtyEdit(), QtyEdit(), QtyEdit()
        if rule is not None:
            self.mode.choose(rule.mode)
        for edit, value in (
            (self.tests, rule.tests if rule else 100), (self.dead, rule.dead_tests if rule else 0),
            (self.days, rule.open_days if rule else 30),
        ):  # fmt: skip
            edit.set_value(value)
        self.tests_field = Field(_("每盒测试数"), self.tests)
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.addWidget(Field(_("怎么算消耗"), self.mode), 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.tests_field, 0, 1)
        grid.addWidget(Field(_("死体积（折成测试数）"), self.dead), 1, 0)
        grid.addWidget(Field(_("开瓶后有效天数"), self.days, hint=_("0 = 到批号有效期")), 1, 1)
        self.body.addWidget(self.item)
        self.body.addLayout(grid)
        words = _("开盒即消耗：开盒那天整盒结算。按测试数消耗：做一个结一个，用完时结余下的。")
        self.body.addWidget(Text(words, Role.LABEL, wrap=True))

    def _chosen(self) -> None:
        """A kit that is kept by the test holds as many as the catalogue says."""
        row = self.item.row
        if row is not None and row.pack_factor > 1:
            self.tests.set_value(row.pack_factor)
            self.tests_field.set_hint(
                _("目录：1 {pack} = {n} {base}", pack=row.pack_unit, n=row.pack_factor,
                  base=row.base_unit)
            )  # fmt: skip

    @override
    def submit(self) -> None:
        """Emit the command once it is whole."""
        if not check_all([(self.item, self.item.checked)]):
            return
        if self.tests.value <= self.dead.value:
            self.tests_field.say(_("每盒测试数要多于死体积。"))
            return
        mode = self.mode.value
        if isinstance(mode, Mode):
            rule = Rule(mode, self.tests.value, self.dead.value, self.days.value)
            org = self._context.org.id
            self.chosen.emit(DefineReagent(new_op(), org, self.item.item_id, rule))
            self.accept()


class CountForm(Form):
    """Tests done, typed.

    Signals:
        chosen: A `CountTests`.
    """

    chosen = Signal(object)

    def __init__(
        self, context: PageContext, parent: QWidget, reagents: Sequence[ReagentUse]
    ) -> None:
        super().__init__(_("登记测试数"), _("登记"), parent, wide=440)
        self._context = context
        self.reagent = Select([(row.item_id, f"{row.name} {row.spec}") for row in reagents])
        self.kind = Select([(one, one.label) for one in TestKind])
        self.tests = QtyEdit()
        self.tests.set_value(1)
        self.number, self.analyser = CodeEdit(scans=True), CodeEdit()
        self.day = CodeEdit(context.today.isoformat())
        self.tests_field = Field(_("测试数"), self.tests)
        self.number_field = Field(
            _("样本号或流水号"), self.number, required=True, hint=_("同一个号只记一次")
        )
        self.day_field = Field(_("检测日期"), self.day)
        for widget in (
            Field(_("试剂"), self.reagent), Field(_("类型"), self.kind), self.tests_field,
            self.number_field, Field(_("仪器"), self.analyser), self.day_field,
        ):  # fmt: skip
            self.body.addWidget(widget)
        self.number.setFocus()

    @override
    def submit(self) -> None:
        """Emit the command once it is whole."""
        number = self.number.text().strip()
        if not number:
            self.number_field.say(_("还没填样本号。没有号不能防止重复计数。"))
            return
        if self.tests.value < 1:
            self.tests_field.say(_("测试数要大于 0。"))
            return
        try:
            day = typed_day(self.day.text())
        except DomainError as error:
            self.day_field.say(error.text)
            return
        item, kind = self.reagent.value, self.kind.value
        if isinstance(item, int) and isinstance(kind, TestKind):
            run = Run(self.analyser.text().strip(), number, item, kind, self.tests.value, day)
            self.chosen.emit(CountTests(new_op(), self._context.org.id, (run,)))
            self.accept()
