"""What an import would do, shown before it is done: counts, and the rows that need a look."""

from __future__ import annotations

from functools import partial
from typing import Final, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from app.i18n import _
from app.services.importing.plan import ImportPlan, Outcome, PlanLine
from app.ui import formats, theme
from app.ui.icons import Icon
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.badge import StateCounts
from app.ui.widgets.buttons import Button, Chip
from app.ui.widgets.dialogs import Form
from app.ui.widgets.text import Role, Text

STATES: Final = {
    Outcome.ADDED: Status.OK,
    Outcome.CHANGED: Status.INFO,
    Outcome.CLOSED: Status.WARN,
    Outcome.SAME: Status.MUTE,
    Outcome.REFUSED: Status.BAD,
}
WRITTEN: Final = (Outcome.ADDED, Outcome.CHANGED, Outcome.CLOSED)
_MOST: Final = 1000
_ORDER: Final = (
    Outcome.REFUSED, Outcome.CLOSED, Outcome.CHANGED, Outcome.ADDED, Outcome.SAME,
)  # fmt: skip
Content = TypeVar("Content")


class ImportForm(Form):
    """Shows a plan; accepted when the person wants it carried out.

    Signals:
        columns: The person wants to say what the columns mean.
        marked: The person wants the sheet back with marks.
    """

    columns = Signal()
    marked = Signal()

    def __init__(self, parent: QWidget, title: str, plan: ImportPlan[Content]) -> None:
        wanted = sum(plan.count(one) for one in WRITTEN)
        verb = _("导入 {n} 行", n=formats.number(wanted)) if wanted else _("没有可导入的行")
        super().__init__(title, verb, parent, wide=900)
        self.verb.setEnabled(bool(wanted))
        self._lines = _worth_a_look(plan)
        refused = plan.count(Outcome.REFUSED)
        self.body.addWidget(Text(_where(plan), Role.SECOND))
        counts = StateCounts()
        counts.show_counts(
            [
                (STATES[one], _("{n} 行", n=formats.number(plan.count(one))), one.label)
                for one in Outcome
                if one is not Outcome.CLOSED or plan.count(one)
            ]
        )
        self.body.addWidget(counts)
        if plan.earlier:
            words = _("同一个文件 {when} 已经导入过。", when=plan.earlier)
            self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        if refused:
            words = _("不能导入的行会跳过，其余照常导入。存一份带标记的表，改正后再导入一次即可。")
            self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        if plan.unknown:
            names = "、".join(plan.unknown)
            self.body.addWidget(
                Text(_("没有用到的列：{names}", names=names), Role.LABEL, wrap=True)
            )
        self.model = ListModel(_columns())
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(280))
        if not plan.lines:
            self.grid.set_empty(_("标题行下面没有数据行。请核对是不是这张表。"))
        self.said = Text("", Role.SECOND, wrap=True)
        self.said.setMinimumHeight(theme.px(2 * 20))
        self.grid.current_changed.connect(self._tell)
        self.body.addLayout(self._chips(plan))
        self.body.addWidget(self.grid, 1)
        self.body.addWidget(self.said)
        self._show(None)
        self.grid.setFocus()
        self.grid.choose(0)

    def offer(self, *, columns: bool) -> None:
        """Offer the marked sheet, and saying what the columns mean where that is possible."""
        marked = Button(_("存带标记的表"), icon=Icon.DOWNLOAD)
        marked.clicked.connect(self.marked)
        self.buttons.insertWidget(0, marked)
        if columns:
            change = Button(_("列对应"), icon=Icon.COLUMNS)
            change.clicked.connect(self.columns)
            self.buttons.insertWidget(0, change)

    def _chips(self, plan: ImportPlan[Content]) -> QHBoxLayout:
        """One chip for each outcome that some row has."""
        row = QHBoxLayout()
        row.setSpacing(6)
        self.chips = QButtonGroup(self)
        kinds: list[Outcome | None] = [None, *(one for one in _ORDER if plan.count(one))]
        for kind in kinds:
            chip = Chip(kind.label if kind else _("全部"))
            chip.setChecked(kind is None)
            chip.clicked.connect(partial(self._show, kind))
            self.chips.addButton(chip)
            row.addWidget(chip)
        row.addStretch(1)
        return row

    def _tell(self, row: Row | None) -> None:
        """All that is said about the row in front; the table cuts what is longer than a line."""
        self.said.setText(str(row.cells[-1]) if row is not None else "")

    def _show(self, kind: Outcome | None) -> None:
        chosen = [line for line in self._lines if kind in {None, line.outcome}]
        self.model.set_rows([_row(place, line) for place, line in enumerate(chosen[:_MOST])])


def _where(plan: ImportPlan[Content]) -> str:
    parts = [plan.file_name, plan.sheet]
    if plan.encoding:
        parts.append(_("文字编码 {encoding}", encoding=plan.encoding))
    return " · ".join(parts)


def _worth_a_look(plan: ImportPlan[Content]) -> list[PlanLine[Content]]:
    """At most a thousand of each outcome: the refused first, then doubts and changes."""
    found: list[PlanLine[Content]] = []
    for kind in _ORDER:
        lines = [line for line in plan.lines if line.outcome is kind]
        found += sorted(lines, key=lambda one: (not one.problems, one.row))[:_MOST]
    return found


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="row", title=_("行"), kind=Kind.NUMBER, width=56),
        Column(key="outcome", title=_("结果"), kind=Kind.PILL, width=110),
        Column(key="title", title=_("内容"), width=220),
        Column(key="why", title=_("说明"), width=400, stretch=True),
    )


def _row(place: int, line: PlanLine[Content]) -> Row:
    texts = [
        f"{one.column}：{one.text}" if one.column else one.text
        for one in sorted(line.problems, key=lambda one: not one.blocks)
    ]
    edits = [f"{one.title} {one.old or '—'} → {one.new or '—'}" for one in line.edits]
    why = " ".join([*texts, "；".join(edits)]).strip() or "、".join(line.changes)
    return Row(
        place,
        (
            str(line.row) if line.row else "—",
            Pill(STATES[line.outcome], line.outcome.label),
            line.title or line.key or "—",
            why or "—",
        ),
        record=line,
    )
