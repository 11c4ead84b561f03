"""节约分析: figures with their sums, a chart, and the way from month to member, item, document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout
from typing_extensions import override

from app import paths
from app.domain.savings import DEFINITION, Basis, Counted, Group, Rounding, in_wan
from app.i18n import _, sentences
from app.services.savings.export import figures, save_savings
from app.services.savings.report import Asked, SavingsReport, savings
from app.ui import formats
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.icons import Icon
from app.ui.page import KeyHint, Page
from app.ui.pages.savings.example_form import ExampleForm
from app.ui.pages.savings.rows import group_columns, group_row, line_columns, line_row, rate
from app.ui.tables.cells import Row
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Chip
from app.ui.widgets.cards import Card, KpiTile, page_column, toolbar
from app.ui.widgets.charts import BarsChart
from app.ui.widgets.fields import Select
from app.ui.widgets.front_stack import FrontStack
from app.ui.widgets.text import Role, Text

_MONTH, _ORG, _ITEM, _LINES = range(4)
_MOST_BARS: Final = 12
_SHORT: Final = 6
_MONTHS_BACK: Final = (3, 6, 12, 24)


class SavingsPage(Page):
    """The figures above, a chart, and one table that goes down a step at a time."""

    name = "savings"
    topics: ClassVar[frozenset[Topic]] = frozenset(
        {Topic.STOCK, Topic.DELIVERIES, Topic.PRICES, Topic.SETTLEMENT}
    )

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.report: SavingsReport | None = None
        self._trail: list[tuple[int, Group]] = []
        self._make_choices()
        self._make_tiles()
        self.chart = BarsChart(120)
        self.card = Card(_("按月"))
        self.card.add(self.chart)
        self.tables = FrontStack(self)
        self.models = [ListModel(group_columns(word)) for word in (_("月份"), _("机构"), _("品规"))]
        self.models.append(ListModel(line_columns()))
        self.grids = [GridView(model, framed=False) for model in self.models]
        for grid in self.grids:
            grid.set_empty(
                _("这段时间没有议价品规的验收或消耗。可换期间，或先在定标里生成价格表。")
            )
            grid.opened.connect(self._down)
            self.tables.addWidget(grid)
        self.card.add(self.tables, 1)
        self.words = Text("", Role.LABEL, wrap=True)
        column = page_column(self)
        column.addLayout(toolbar(self.counted, self.basis, self.span, self.rounding, None,
                                 self.example, self.pdf, self.excel))  # fmt: skip
        column.addLayout(self.tiles)
        column.addLayout(toolbar(*self.views.buttons(), self.back, None))
        column.addWidget(self.card, 1)
        column.addWidget(self.words)
        self.on(Act.EXPORT, lambda: self._save("xlsx"))
        self.on(Act.PRINT, lambda: self._save("pdf"))

    def _make_choices(self) -> None:
        self.counted = Select([(one, one.label) for one in Counted])
        self.basis = Select([(one, _("基准：{basis}", basis=one.label)) for one in Basis])
        self.span = Select([(n, _("近 {n} 个月", n=n)) for n in _MONTHS_BACK])
        self.span.choose(12)
        self.rounding = Select([(one, _("全年预计：{how}", how=one.label)) for one in Rounding])
        for select, words in (
            (self.counted, _("按什么数量")),
            (self.basis, _("基准价")),
            (self.span, _("期间")),
            (self.rounding, _("全年预计取整")),
        ):
            select.setAccessibleName(words)
            select.currentIndexChanged.connect(lambda _at: self.refresh())
        self.example = Button(_("论文算例"), icon=Icon.SCHOOL)
        self.example.clicked.connect(lambda: ExampleForm(self).open())
        self.pdf = Button(_("PDF"), icon=Icon.FILE_PDF)
        self.pdf.clicked.connect(lambda: self._save("pdf"))
        self.excel = Button(_("Excel"), icon=Icon.FILE_EXCEL)
        self.excel.clicked.connect(lambda: self._save("xlsx"))
        self.views = QButtonGroup(self)
        for view, words in enumerate((_("按月"), _("按机构"), _("按品规"), _("单据明细"))):
            self.views.addButton(Chip(words), view)
        self.views.button(_MONTH).setChecked(True)
        self.views.idClicked.connect(self._chosen)
        self.back = Button(_("返回上一级"), icon=Icon.ARROW_LEFT)
        self.back.clicked.connect(self._up)
        self.back.hide()

    def _make_tiles(self) -> None:
        self.saving = KpiTile(_("节约额"))
        self.weighted = KpiTile(_("加权下浮率"))
        self.simple = KpiTile(_("简单下浮率"))
        self.cheaper = KpiTile(_("降价品规"))
        self.year = KpiTile(_("全年预计"))
        self.tiles = QHBoxLayout()
        self.tiles.setSpacing(10)
        for tile in (self.saving, self.weighted, self.simple, self.cheaper, self.year):
            self.tiles.addWidget(tile, 1)

    @override
    def refresh(self) -> None:
        db, actor, asked = self.context.db, self.context.actor, self.asked()
        self.read(lambda: savings(db, actor, asked), self._show, channel="savings")

    def asked(self) -> Asked:
        """What is chosen, with the steps gone down so far."""
        counted, basis = self.counted.value, self.basis.value
        rounding, months = self.rounding.value, self.span.value
        last = self.context.today
        span = months if isinstance(months, int) else 12
        month = last.month - span + 1
        first = date(last.year + (month - 1) // 12, (month - 1) % 12 + 1, 1)
        below = dict(self._trail)
        orgs = (int(below[_ORG].key),) if _ORG in below else tuple(self.context.scope.ids)
        return Asked(
            first,
            last,
            orgs,
            counted if isinstance(counted, Counted) else Counted.RECEIPTS,
            basis if isinstance(basis, Basis) else Basis.LAST,
            rounding if isinstance(rounding, Rounding) else Rounding.DOWN,
            month=below[_MONTH].key if _MONTH in below else "",
            item_id=int(below[_ITEM].key) if _ITEM in below else None,
        )

    def _show(self, report: SavingsReport) -> None:
        self.report = report
        total = report.total
        self.saving.show_figure(f"{in_wan(total.saving)}", _("万元"), formats.yuan(total.saving))
        parts = f"{_wan(total.saving)} ÷ {_wan(total.base)}"
        self.weighted.show_figure(rate(total.weighted).removesuffix("%"), "%", parts)
        _sum, count = total.rates
        simple = _("{n} 个价格的平均", n=formats.number(count))
        said = _("共 {n} 个议价价格", n=formats.number(count))
        self.simple.show_figure(rate(total.simple).removesuffix("%"), "%", simple)
        self.cheaper.show_figure(formats.number(total.cheaper), _("个"), said)
        year = report.year
        self.year.show_figure(
            str(year.wan) if year else formats.NONE,
            _("万元") if year else "",
            year.formula if year else "",
        )
        self.year.compare.setToolTip(year.formula if year else "")
        definitions = _("；").join(_(DEFINITION[key]) for key in ("saving", "weighted", "simple"))
        left = _("{n} 行没有基准价，没有计入。", n=total.without) if total.without else ""
        self.words.setText(sentences(_("{text}。", text=definitions), left))
        self._fill()

    @property
    def grid(self) -> GridView:
        """The table in sight."""
        return self.grids[self.views.checkedId()]

    def _groups(self) -> tuple[Group, ...]:
        if self.report is None:
            return ()
        return {
            _MONTH: self.report.by_month,
            _ORG: self.report.by_org,
            _ITEM: self.report.by_item,
        }.get(self.views.checkedId(), ())

    def _fill(self) -> None:
        view = self.views.checkedId()
        lines = view == _LINES
        self.models[view].set_rows(self._line_rows() if lines else self._group_rows())
        self.tables.setCurrentIndex(view)
        self.chart.setVisible(not lines)
        self.chart.show_bars(_bars(self._groups()))
        path = " › ".join(group.name for _view, group in self._trail)
        words = (_("按月节约"), _("按机构节约"), _("按品规节约"), _("单据明细"))[view]
        hint = "" if lines else _("回车看下一级")
        self.card.set_title(f"{path} › {words}" if path else words, hint)
        self.back.setVisible(bool(self._trail))
        self.chrome_changed.emit()

    def _group_rows(self) -> list[Row]:
        return [group_row(place, group) for place, group in enumerate(self._groups(), 1)]

    def _line_rows(self) -> list[Row]:
        lines = self.report.lines if self.report else ()
        return [line_row(place, line) for place, line in enumerate(lines, 1)]

    def _chosen(self, _view: int) -> None:
        self._fill()

    def _down(self, row: Row) -> None:
        """From a month to its members, from there to items, from there to documents."""
        view = self.views.checkedId()
        if not isinstance(row.record, Group):
            return
        self._trail.append((view, row.record))
        self.views.button(min(view + 1, _LINES)).setChecked(True)
        self.refresh()

    def _up(self) -> None:
        if self._trail:
            view, _group = self._trail.pop()
            self.views.button(view).setChecked(True)
            self.refresh()

    def _save(self, kind: str) -> None:
        report = self.report
        if report is None or not report.lines:
            self.not_available()
            return
        name = _("节约分析 {first} 至 {last}", first=report.first, last=report.last)
        target = paths.output() / f"{name}.{kind}"
        self.read(lambda: save_savings(report, target), self._saved)

    def _saved(self, target: Path) -> None:
        self.context.notices.done(
            _("已存到 {path}。", path=target),
            action=_("打开文件"),
            act=lambda: _open(target),
        )

    @override
    def counts(self) -> str:
        if self.report is None:
            return ""
        return dict(figures(self.report))[_("节约额")]

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (KeyHint("Enter", _("看下一级")), self.hint(Act.EXPORT), self.hint(Act.PRINT))


def _open(target: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))


def _wan(value: Decimal) -> str:
    return _("{n} 万", n=f"{in_wan(value):,}".replace("-", "−"))


def _bars(groups: Sequence[Group]) -> list[tuple[str, float, str]]:
    shown = groups[:_MOST_BARS]
    return [
        (
            group.name if len(group.name) <= _SHORT + 1 else f"{group.name[:_SHORT]}…",
            float(max(group.saved.saving, Decimal(0))),
            _wan(group.saved.saving),
        )
        for group in shown
    ]
