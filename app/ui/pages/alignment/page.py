"""目录吻合度: how far members' lists agree with the lead's, what differs, what to add first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout
from typing_extensions import override

from app import paths
from app.adapters import local_files
from app.domain.alignment.answer import GapAnswer
from app.domain.alignment.keys import Key
from app.domain.alignment.measure import Formula
from app.domain.duties import Duty
from app.domain.ids import new_op
from app.i18n import _
from app.services.alignment.members import StoreFigures, store_figures
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext, Scope
from app.ui.icons import Icon
from app.ui.page import KeyHint, Page
from app.ui.pages.alignment import rows
from app.ui.pages.alignment.board import Asked, Board, formulas, keys, load
from app.ui.pages.alignment.charts import Gauge, MemberBars, TrendChart
from app.ui.status import Status
from app.ui.tables.cells import Row, ticked
from app.ui.tables.column_fit import ColumnFit
from app.ui.tables.exporting import ask_and_export
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.badge import Badge
from app.ui.widgets.buttons import Button, Chip, Kind
from app.ui.widgets.cards import Card, page_column, toolbar
from app.ui.widgets.fields import Check, Select
from app.ui.widgets.front_stack import FrontStack
from app.ui.widgets.text import ElidedText, Role, Text

_GAPS, _BEST = 0, 1
_MOST = 2000


class AlignmentPage(Page):
    """Three pictures on top, the gap list or the best additions below."""

    name = "alignment"
    topics = frozenset({Topic.FORMULARY, Topic.CATALOGUE})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.asked = Asked()
        self.board: Board | None = None
        self._first = True
        self.gauge, self.trend, self.bars = Gauge(), TrendChart(), MemberBars()
        self.since = Badge(Status.MUTE, "—")
        self.made_of = ElidedText("", Role.LABEL)
        self.also = ElidedText("", Role.LABEL)
        self.key = Select(keys())
        self.listed = Select([(0, _("全部药品"))])
        self.formula = Select(formulas())
        self.day = Select([(None, _("现在的目录"))])
        self.by_use = Check(_("按用量加权"))
        self.gaps = GridView(ListModel(rows.gap_columns(), ticked))
        ColumnFit(self.gaps, ("use", "other"))
        self.best = GridView(ListModel(rows.best_columns()))
        self.stack = FrontStack(self)
        self.chips = QButtonGroup(self)
        self.store = Button(_("记入趋势"), icon=Icon.CHART_LINE)
        self.pdf = Button(_("PDF 报告"), icon=Icon.FILE_PDF)
        self.export = Button(_("导出差异"), Kind.PRIMARY, icon=Icon.DOWNLOAD)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column = page_column(self)
        self.key.choose(Key.FORM)
        filters = (self.listed, self.key, self.formula, self.day, self.by_use)
        column.addLayout(toolbar(*filters, None, self.store, self.pdf))
        column.addLayout(self._cards())
        for place, word in enumerate((_("差异清单"), _("先增加这些"))):
            self.chips.addButton(Chip(word), place)
        self.note = Text("", Role.LABEL)
        column.addLayout(toolbar(*self.chips.buttons(), self.note, None, self.export))
        for grid in (self.gaps, self.best):
            self.stack.addWidget(grid)
            grid.counts_changed.connect(self.chrome_changed)
        self.gaps.set_empty(_("没有差异：成员的药牵头医院都有，牵头医院的药成员也都有。"))
        self.best.set_empty(_("牵头医院的药，成员都已配备。"))
        column.addWidget(self.stack, 1)
        self.chips.button(_GAPS).setChecked(True)

    def _cards(self) -> QHBoxLayout:
        share = Card(_("目录吻合度"), padding=12)
        share.head.addWidget(self.since)
        share.add(self.gauge)
        share.add(self.made_of)
        share.add(self.also)
        line = Card(padding=12)
        line.set_title(_("趋势"), _("% · 纵轴不从 0 开始"))
        line.add(self.trend, 1)
        members = Card(padding=12)
        members.set_title(_("各成员"), _("共有 / 成员目录"))
        members.add(self.bars, 1)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(share, 5)
        row.addWidget(line, 9)
        row.addWidget(members, 7)
        return row

    def _connect(self) -> None:
        for select in (self.key, self.listed, self.formula, self.day):
            select.activated.connect(self._changed)
        self.by_use.clicked.connect(self._changed)
        self.chips.idClicked.connect(self._show_view)
        self.gaps.model.edited.connect(self._ahead)
        self.store.clicked.connect(self._store)
        self.pdf.clicked.connect(self._report)
        self.export.clicked.connect(self._export)
        self.on(Act.EXPORT, self._export)
        self.on(Act.PRINT, self._report)
        self.on(Act.SEARCH, self.listed.setFocus)

    def _changed(self) -> None:
        key, formula = self.key.value, self.formula.value
        listed, day = self.listed.value, self.day.value
        self.asked = Asked(
            replace(
                self.asked.query,
                key=key if isinstance(key, Key) else Key.FORM,
                list_id=listed if isinstance(listed, int) else 0,
                on=day if isinstance(day, date) else None,
                by_use=self.by_use.isChecked(),
            ),
            formula if isinstance(formula, Formula) else Formula.F1,
        )
        self.refresh()

    @override
    def scope_changed(self, _scope: Scope) -> None:
        self.refresh()

    @override
    def refresh(self) -> None:
        scope = self.context.scope.single
        chosen = (scope.id,) if scope is not None and scope.role == "member" else ()
        asked = replace(self.asked, query=replace(self.asked.query, orgs=chosen))
        db, actor = self.context.db, self.context.actor
        self.store.setVisible(actor.has(Duty.CATALOGUE))
        self.read(lambda: load(db, actor, asked), self._show, self._none, channel="board")

    def _none(self, problem: Exception) -> None:
        self.set_subtitle(getattr(problem, "text", str(problem)))

    def _show(self, board: Board) -> None:
        self.board = board
        entries = [(row.list_id, row.name) for row in board.lists]
        self.listed.set_entries([(0, _("全部药品")), *entries])
        if self._first:  # the papers count chronic and common diseases; so does the first look
            self._first = False
            chronic = next((row for row in board.lists if row.kind == "chronic"), None)
            if chronic is not None:
                self.listed.choose(chronic.list_id)
                self._changed()
                return
        kept = [(day, _("{day} 留存", day=day)) for day in board.days]
        self.day.set_entries([(None, _("现在的目录")), *kept])
        weighted = board.answer.by_use
        self._rows(self.gaps, [rows.gap_row(one, weighted=weighted)
                               for one in board.answer.gaps[:_MOST]])  # fmt: skip
        self._rows(self.best, [rows.best_row(one, weighted=weighted)
                               for one in board.answer.best])  # fmt: skip
        self._pictures(board)
        self._say()

    @staticmethod
    def _rows(grid: GridView, found: list[Row]) -> None:
        if isinstance(grid.model, ListModel):
            grid.model.set_rows(found)

    def _pictures(self, board: Board) -> None:
        line = board.line()
        self.trend.show_points([(f"{day:%y-%m}", value) for day, value in line])
        bars = []
        for pair in board.answer.pairs:
            one = next(f for f in pair.figures if f.formula == board.asked.formula.value)
            share = float(one.percent or 0)
            words = f"{share:.1f}%  {one.numerator}/{one.denominator}"
            bars.append((pair.member, share, words))
        self.bars.show_bars(sorted(bars, key=lambda bar: bar[1])[:8])
        if len(line) > 1 and board.share is not None:
            rise = board.share - line[0][1]
            words = f"{rise:+.1f}".replace("-", "−")
            text = _("较 {day} {n} 点", day=f"{line[0][0]:%y-%m}", n=words)
            self.since.show_status(Status.OK if rise >= 0 else Status.NEAR, text)

    def _say(self) -> None:
        if self.board is None:
            return
        board, formula = self.board, self.asked.formula
        figure = board.answer.figure(formula)
        ahead = board.ahead(self._picked())
        self.gauge.show_share(board.share, ahead)
        self.made_of.setText(
            _("{n} 对平均；合并 {a}/{b} = {pooled}%", n=len(board.answer.pairs),
              a=figure.numerator, b=figure.denominator, pooled=figure.pooled)
        )  # fmt: skip
        if ahead is not None:
            self.also.setText(_("假如改掉选中的 {n} 行：{share}%", n=len(self._picked()),
                                share=f"{ahead:.2f}"))  # fmt: skip
        else:
            other = [f"{one.formula} {one.macro}%" for one in board.answer.group
                     if one.formula != formula.value]  # fmt: skip
            self.also.setText("　".join(other))
        self.made_of.setToolTip(f"{formula.value} = {formula.written}")
        self.note.setText(_("{n} 项 · 按影响从大到小", n=len(board.answer.gaps)))
        self.set_subtitle(
            _("{key} · {day} · 和「对码完成率」是两个指标", key=board.answer.key_text,
              day=board.found.day)
        )  # fmt: skip

    def _ahead(self, *_what: object) -> None:
        self._say()

    def _picked(self) -> tuple[GapAnswer, ...]:
        if not isinstance(self.gaps.model, ListModel):
            return ()
        return tuple(
            row.record
            for row in self.gaps.model.checked(rows.PICK)
            if isinstance(row.record, GapAnswer)
        )

    def _show_view(self, view: int) -> None:
        self.chips.button(view).setChecked(True)
        self.stack.setCurrentIndex(view)
        self.chrome_changed.emit()

    def _store(self) -> None:
        db, actor = self.context.db, self.context.actor
        command = StoreFigures(new_op(), replace(self.asked.query, orgs=(), by_use=False))
        self.write(lambda: store_figures(db, actor, command), self._stored)

    def _stored(self, written: int) -> None:
        self.context.notices.done(_("已记入趋势：{n} 个数。", n=written))
        self.context.changes.announce({Topic.FORMULARY})

    def _report(self) -> None:
        board = self.board
        if board is None:
            self.not_available()
            return
        db, actor = self.context.db, self.context.actor
        target = paths.output() / f"{_('目录吻合度')}-{board.found.day}.pdf"

        def work() -> Path:
            from app.adapters.pdf.minutes_pdf import alignment_pdf
            from app.services.alignment.report import report_of

            found = report_of(db, actor, board.answer, board.points)
            return local_files.write(target, alignment_pdf(found))

        self.read(work, self._written, channel="pdf")

    def _written(self, file: Path) -> None:
        self.context.notices.done(
            _("已生成 {file}", file=file.name),
            action=_("打开文件"),
            act=lambda: _open(file),
        )

    def _export(self) -> None:
        grid = self.gaps if self.stack.currentIndex() == _GAPS else self.best
        ask_and_export(self, grid, _("差异清单") if grid is self.gaps else _("先增加这些"))

    @override
    def counts(self) -> str:
        grid = self.gaps if self.stack.currentIndex() == _GAPS else self.best
        return grid.counts()

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (
            KeyHint("Space", _("假如")),
            self.hint(Act.PRINT, _("PDF 报告")),
            self.hint(Act.EXPORT, _("导出差异")),
        )


def _open(file: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))
