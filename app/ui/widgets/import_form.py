"""What an import would do, shown before it is done: counts, and the rows that need a look."""

from __future__ import annotations

from typing import Final, TypeVar

from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.services.importing.plan import ImportPlan, Outcome, PlanLine
from app.ui import formats, theme
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.badge import StateCounts
from app.ui.widgets.dialogs import Form
from app.ui.widgets.text import Role, Text

STATES: Final = {
    Outcome.ADDED: Status.OK,
    Outcome.CHANGED: Status.INFO,
    Outcome.SAME: Status.MUTE,
    Outcome.REFUSED: Status.BAD,
}
_MOST: Final = 1000
_ORDER: Final = (Outcome.REFUSED, Outcome.CHANGED, Outcome.ADDED, Outcome.SAME)
Content = TypeVar("Content")


class ImportForm(Form):
    """Shows a plan; accepted when the person wants it carried out."""

    def __init__(self, parent: QWidget, title: str, plan: ImportPlan[Content]) -> None:
        wanted = plan.count(Outcome.ADDED) + plan.count(Outcome.CHANGED)
        verb = _("导入 {n} 行", n=formats.number(wanted)) if wanted else _("没有可导入的行")
        super().__init__(title, verb, parent, wide=900)
        self.verb.setEnabled(bool(wanted))
        refused = plan.count(Outcome.REFUSED)
        self.body.addWidget(Text(f"{plan.file_name} · {plan.sheet}", Role.SECOND))
        counts = StateCounts()
        counts.show_counts(
            [
                (STATES[one], _("{n} 行", n=formats.number(plan.count(one))), one.label)
                for one in Outcome
            ]
        )
        self.body.addWidget(counts)
        if refused:
            words = _("不能导入的行会跳过，其余照常导入。改正后再导入一次即可。")
            self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        if plan.unknown:
            names = "、".join(plan.unknown)
            self.body.addWidget(
                Text(_("没有用到的列：{names}", names=names), Role.LABEL, wrap=True)
            )
        self.model = ListModel(_columns())
        self.model.set_rows([_row(line) for line in _worth_a_look(plan)])
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(300))
        self.body.addWidget(self.grid, 1)


def _worth_a_look(plan: ImportPlan[Content]) -> list[PlanLine[Content]]:
    """The refused first, then those with doubts and changes; at most a thousand."""
    ordered = sorted(
        plan.lines, key=lambda one: (_ORDER.index(one.outcome), not one.problems, one.row)
    )
    return ordered[:_MOST]


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="row", title=_("行"), kind=Kind.NUMBER, width=56),
        Column(key="outcome", title=_("结果"), kind=Kind.PILL, width=110),
        Column(key="title", title=_("内容"), width=250),
        Column(key="why", title=_("说明"), width=400, stretch=True),
    )


def _row(line: PlanLine[Content]) -> Row:
    texts = [
        f"{one.column}：{one.text}" if one.column else one.text
        for one in sorted(line.problems, key=lambda one: not one.blocks)
    ]
    why = " ".join(texts) or "、".join(line.changes)
    return Row(
        line.row,
        (
            str(line.row),
            Pill(STATES[line.outcome], line.outcome.label),
            line.title or line.key or "—",
            why or "—",
        ),
    )
