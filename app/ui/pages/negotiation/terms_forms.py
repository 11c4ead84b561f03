"""Questions about lots, failed lines, a supplier that leaves, and the trail of a project."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget
from typing_extensions import override

from app.i18n import _
from app.services.negotiation.history import StepRow
from app.services.negotiation.lots import MOST_LOTS, plain_name
from app.ui import formats, theme
from app.ui.icons import Icon
from app.ui.status import Status
from app.ui.tables.cells import Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form, ReasonForm
from app.ui.widgets.fields import Field, Select
from app.ui.widgets.text import Role, Text

Lots = Sequence[tuple[int, str]]


class LotsForm(Form):
    """The lots with their titles; further ones; and where the chosen lines shall go."""

    def __init__(
        self, lots: Lots, counts: Mapping[int, int], chosen: Sequence[int], parent: QWidget
    ) -> None:
        super().__init__(_("标包"), _("保存"), parent, wide=520)
        self._counts, self._chosen = counts, tuple(chosen)
        words = _("定标时可以限制每包几家供应商。没有品规的包，清空名称就去掉。")
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        self.table = QGridLayout()
        self.table.setHorizontalSpacing(12)
        self.titles: dict[int, QLineEdit] = {}
        self.body.addLayout(self.table)
        self.more = Button(_("加一包"), icon=Icon.PLUS)
        self.more.clicked.connect(lambda _on=False: self.add_lot())
        self.body.addWidget(self.more)
        self.target = Select([(0, _("不动"))])
        self.target.setAccessibleName(_("选中的品规放到"))
        self.place = Field(_("选中的 {n} 个品规放到", n=len(self._chosen)), self.target)
        self.place.setVisible(bool(self._chosen))
        self.body.addWidget(self.place)
        for lot, title in lots or ((1, plain_name(1)),):
            self._put(lot, title)
        self._name_targets()

    def _put(self, lot: int, title: str) -> None:
        row = len(self.titles)
        edit = QLineEdit(title)
        edit.setAccessibleName(plain_name(lot))
        edit.textChanged.connect(lambda _text: self._name_targets())
        self.titles[lot] = edit
        self.table.addWidget(Text(plain_name(lot), Role.LABEL), row, 0)
        self.table.addWidget(edit, row, 1)
        count = Text(_("{n} 个品规", n=self._counts.get(lot, 0)), Role.SECOND)
        self.table.addWidget(count, row, 2)

    def add_lot(self) -> None:
        """One lot more, with the next number; the chosen lines go there unless said otherwise."""
        lot = max(self.titles) + 1
        if lot > MOST_LOTS:
            return
        self._put(lot, plain_name(lot))
        self._name_targets()
        if self._chosen and self.target.value == 0:
            self.target.choose(lot)
        self.titles[lot].setFocus()
        self.titles[lot].selectAll()

    def _name_targets(self) -> None:
        kept = self.target.value
        entries: list[tuple[object, str]] = [(0, _("不动"))]
        entries += [(lot, edit.text() or plain_name(lot)) for lot, edit in self.titles.items()]
        self.target.set_entries(entries)
        self.target.choose(kept)

    @property
    def titled(self) -> tuple[tuple[int, str], ...]:
        """Every lot with the title that stands there."""
        return tuple((lot, edit.text().strip()) for lot, edit in self.titles.items())

    @property
    def moved(self) -> tuple[tuple[int, int], ...]:
        """The chosen lines with their new lot."""
        target = self.target.value
        if not isinstance(target, int) or not target:
            return ()
        return tuple((line, target) for line in self._chosen)


class FailForm(ReasonForm):
    """Which lines or which lot fail, and why."""

    def __init__(self, lines: Sequence[tuple[int, str]], lots: Lots, parent: QWidget) -> None:
        super().__init__(
            _("流标"),
            _("流标的品规不再定标，拟中选里的也会去掉；报价记录保留，不能恢复。"),
            _("流标"),
            parent,
        )
        self.lines = tuple(line for line, _name in lines)
        entries: list[tuple[object, str]] = []
        if lines:
            first = lines[0][1]
            many = _("选中的 {n} 个品规：{name} 等", n=len(lines), name=first)
            entries.append((0, first if len(lines) == 1 else many))
        entries += [(lot, _("整包：{title}", title=title)) for lot, title in lots]
        self.what = Select(entries)
        self.what.setAccessibleName(_("流标的范围"))
        self.body.insertWidget(1, Field(_("流标的范围"), self.what))

    @property
    def lot(self) -> int:
        """The lot that fails; 0 for the chosen lines."""
        value = self.what.value
        return value if isinstance(value, int) else 0


class DismissForm(ReasonForm):
    """Which supplier leaves the project, and why."""

    def __init__(self, guests: Sequence[tuple[int, str]], first: int, parent: QWidget) -> None:
        super().__init__(
            _("移出供应商"),
            _("移出后它的报价不再计入，也不能再报；已有的报价记录保留。"),
            _("移出"),
            parent,
        )
        self.who = Select(list(guests))
        self.who.setAccessibleName(_("供应商"))
        self.who.choose(first)
        self.body.insertWidget(1, Field(_("供应商"), self.who))

    @property
    def supplier(self) -> int:
        """The chosen supplier."""
        value = self.who.value
        return value if isinstance(value, int) else 0


class TrailForm(Form):
    """Every step of a project, to read, search and export."""

    def __init__(
        self, title: str, rows: Sequence[StepRow], export: Callable[[], None], parent: QWidget
    ) -> None:
        super().__init__(title, _("导出"), parent, cancel=_("关闭"), wide=980)
        self._export = export
        note = _("共 {n} 步。集团的步骤记在防篡改的链上，报价按供应商提交的记录。", n=len(rows))
        self.body.addWidget(Text(note, Role.SECOND))
        self.model = ListModel(_trail_columns())
        self.grid = GridView(self.model)
        self.grid.set_empty(_("还没有记录。"))
        self.grid.setMinimumHeight(theme.px(430))
        self.body.addWidget(self.grid, 1)
        self.model.set_rows([_trail_row(at, one) for at, one in enumerate(rows, 1)])
        self.grid.setFocus()

    @override
    def submit(self) -> None:
        """Write the trail to a file; the dialog stays."""
        self._export()


def _trail_columns() -> tuple[Column, ...]:
    return (
        Column(key="at", title=_("时间"), kind=Kind.DATE, width=132, sortable=True),
        Column(key="who", title=_("经办人 / 机构"), kind=Kind.TWO_LINE, width=150, sortable=True),
        Column(key="step", title=_("步骤"), width=130, sortable=True),
        Column(key="detail", title=_("内容"), width=440, stretch=True),
    )


def _trail_row(at: int, one: StepRow) -> Row:
    return Row(
        at,
        (formats.minute(one.at), Two(one.person or formats.NONE, one.org), one.step, one.detail),
        record=one,
        raw=(one.at, one.person, one.step, one.detail),
        tint=Status.BAD if one.step == _("流标") else None,
    )
