"""Dialogs of the simulator: the parameters of a policy, and what B serves worse."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.domain.replenish.scenario import Kind, Scenario
from app.domain.typed import whole
from app.i18n import N_, _
from app.services.replenishment.simulation import SeriesRow
from app.ui import theme
from app.ui.pages.simulator import rows
from app.ui.status import Status
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Check, CodeEdit, Field, Select
from app.ui.widgets.text import Role, Text

KINDS: Final = {
    Kind.MONTHS: N_("手设上下限：按近 3 个月月均用量"),
    Kind.STORE: N_("本系统建议：一店之内全部品规一起权衡"),
    Kind.GROUP: N_("集团一盘棋：成员库存合起来算，再分到各家"),
}
_TENTHS: Final = 10


class PolicyForm(Form):
    """The parameters of one policy.

    Signals:
        chosen: The new `Scenario`.
    """

    chosen = Signal(object)

    def __init__(self, letter: str, scenario: Scenario, parent: QWidget) -> None:
        super().__init__(_("方案 {letter} 的参数", letter=letter), _("用这些参数模拟"), parent)
        self._scenario = scenario
        self.kind = Select([(kind, _(words)) for kind, words in KINDS.items()])
        self.kind.choose(scenario.kind)
        self.months = _number(_("备几个月的用量"), f"{scenario.tenths / _TENTHS:g}")
        self.service = _number(_("服务水平 %"), str(scenario.service))
        self.critical = _number(_("急救品种 %"), str(scenario.critical_service))
        self.target = _number(_("目标天数"), str(scenario.target_days))
        self.lateral = Check(_("成员之间当天互相调拨"))
        self.lateral.setChecked(scenario.lateral)
        self.problem = Text("", Role.SECOND, wrap=True, tone=Status.BAD)
        self.problem.hide()
        self.body.addWidget(Text(_("怎么定上下限"), Role.LABEL))
        for widget in (self.kind, self.months, self.service, self.critical, self.target):
            self.body.addWidget(widget)
        self.body.addWidget(self.lateral)
        self.body.addWidget(self.problem)
        words = _("目标天数 0 就是近零库存：只备到下一次到货。模拟只看，不改任何数据。")
        self.body.addWidget(Text(words, Role.HELP, wrap=True))
        self.kind.currentIndexChanged.connect(lambda _index: self._fit())
        self._fit()

    def _fit(self) -> None:
        by_hand = self.kind.value == Kind.MONTHS
        self.months.setVisible(by_hand)
        for field in (self.service, self.critical, self.target):
            field.setVisible(not by_hand)

    @override
    def submit(self) -> None:
        """Check, then hand the scenario over."""
        try:
            wanted = self.wanted().checked()
        except DomainError as error:
            self.problem.setText(error.text)
            self.problem.show()
            return
        self.chosen.emit(wanted)
        self.accept()

    def wanted(self) -> Scenario:
        """The scenario as it stands in the form."""
        kind = Kind(str(self.kind.value))
        return replace(
            self._scenario,
            kind=kind,
            tenths=_tenths(self.months.text),
            service=_whole(self.service.text),
            critical_service=_whole(self.critical.text),
            target_days=_whole(self.target.text),
            lateral=self.lateral.isChecked() or kind is Kind.GROUP,
        )


class ExceptionsForm(Form):
    """Items that B serves worse."""

    def __init__(self, found: tuple[SeriesRow, ...], parent: QWidget) -> None:
        super().__init__(
            _("换成 B 会缺货更多的 {n} 个品规", n=len(found)), _("知道了"), parent, wide=760
        )
        self.model = ListModel(rows.exception_columns())
        self.model.set_rows([rows.exception_row(n, one) for n, one in enumerate(found)])
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(320))
        self.body.addWidget(self.grid, 1)
        words = _("这些品规可在智能补货里单独设应急下限，或先不换。")
        self.body.addWidget(Text(words, Role.HELP, wrap=True))
        self.cancel.hide()


def _number(label: str, value: str) -> Field:
    edit = CodeEdit(value)
    edit.setAlignment(Qt.AlignmentFlag.AlignRight)
    return Field(label, edit)


def _whole(text: str) -> int:
    number = whole(text)
    if number is None:
        raise DomainError("field.number", _("应填整数，如 98。请改正。"))
    return number


def _tenths(text: str) -> int:
    months, _dot, part = text.strip().partition(".")
    number, tenth = whole(months), whole((part or "0")[:1])
    if number is None or tenth is None or whole(part or "0") is None:
        raise DomainError("field.number", _("月数应如 1 或 1.5。请改正。"))
    return number * _TENTHS + tenth
