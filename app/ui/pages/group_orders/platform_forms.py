"""省平台导出: which records of whom and when; what came of it; what is wrong in a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from app.domain.errors import DomainError, Problem
from app.domain.expiry import parse
from app.domain.reporting.kinds import KINDS
from app.i18n import _, sentences
from app.services.reporting.export import ExportFile
from app.ui import formats, theme
from app.ui.icons import Icon
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Check, CodeEdit, Field, Select
from app.ui.widgets.text import Role, Text


@dataclass(frozen=True, slots=True)
class Chosen:
    """What to export; no kind means all of the organisation's."""

    org_id: int
    kind: str
    first: date
    last: date
    changes_only: bool


class ExportForm(Form):
    """The question before an export; `check` is the button for a file that is there already.

    Args:
        orgs: The organisations that the person exports for, by id and name.
        today: Last month is offered.
    """

    def __init__(self, orgs: Sequence[tuple[int, str]], today: date, parent: QWidget) -> None:
        super().__init__(_("省平台导出"), _("导出"), parent, wide=520)
        words = _("每种消息一个 CSV 文件，记录标明新增、变更或未变，批次号写在每一行。")
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        self.org = Select(list(orgs))
        self.body.addWidget(Field(_("机构"), self.org))
        entries: list[tuple[object, str]] = [("", _("全部消息"))]
        entries += [(one.code, f"{one.code} {_(one.title)}") for one in KINDS.values()]
        self.kind = Select(entries)
        self.body.addWidget(Field(_("消息"), self.kind))
        end = today.replace(day=1) - timedelta(days=1)
        self.first, self.last = CodeEdit(), CodeEdit()
        self.first.setText(end.replace(day=1).isoformat())
        self.last.setText(end.isoformat())
        self.first_field = Field(_("从"), self.first)
        self.last_field = Field(_("到（含当天）"), self.last)
        days = QHBoxLayout()
        days.setSpacing(12)
        days.addWidget(self.first_field)
        days.addWidget(self.last_field)
        self.body.addLayout(days)
        self.changes = Check(_("只要新增和变更的"))
        self.body.addWidget(self.changes)
        self.check = Button(_("检查文件…"), icon=Icon.CHECK)
        self.buttons.insertWidget(0, self.check)
        self.chosen: Chosen | None = None
        self.verb.setFocus()

    @override
    def submit(self) -> None:
        """Accept once both days can be read and stand in their order."""
        first, last = _day(self.first_field, self.first), _day(self.last_field, self.last)
        if first is None or last is None:
            return
        if last < first:
            self.last_field.say(_("结束日期早于开始日期。请对调。"))
            return
        org = self.org.value if isinstance(self.org.value, int) else 0
        self.chosen = Chosen(org, str(self.kind.value or ""), first, last, self.changes.isChecked())
        self.accept()


def _day(field: Field, edit: CodeEdit) -> date | None:
    try:
        found = parse(edit.text().strip())
    except DomainError:
        found = None
    field.say("" if found else _("日期写成 2026-10-01。"))
    return found


class ResultForm(Form):
    """What was written: a row per file, with what the checker found."""

    def __init__(self, files: Sequence[ExportFile], parent: QWidget) -> None:
        super().__init__(_("导出结果"), _("打开文件夹"), parent, cancel=_("关闭"), wide=680)
        total = sum(one.rows for one in files)
        wrong = sum(len(one.problems) for one in files)
        words = _("{n} 个文件，{m} 条记录。", n=len(files), m=formats.number(total))
        if wrong:
            words = sentences(words, _("有 {k} 处要补资料，明细见下表，补好再导出。", k=wrong))
        self.summary = Text(words, Role.STRONG, wrap=True)
        self.body.addWidget(self.summary)
        self.model = ListModel(
            (
                Column(key="kind", title=_("消息"), width=150, stretch=True),
                Column(key="batch", title=_("批次"), width=150),
                Column(key="fresh", title=_("新增"), kind=Kind.NUMBER, width=70),
                Column(key="changed", title=_("变更"), kind=Kind.NUMBER, width=70),
                Column(key="same", title=_("未变"), kind=Kind.NUMBER, width=70),
                Column(key="check", title=_("检查"), kind=Kind.PILL, width=110),
            )
        )
        self.model.set_rows([_file_row(one) for one in files])
        self.grid = GridView(self.model)
        self.grid.setMinimumHeight(theme.px(240))
        self.body.addWidget(self.grid, 1)
        if wrong:
            problems = [problem for one in files for problem in one.problems]
            self.body.addWidget(ProblemTable(problems), 1)


def _file_row(one: ExportFile) -> Row:
    wrong = len(one.problems)
    pill = Pill(Status.WARN, _("{n} 处", n=wrong)) if wrong else Pill(Status.OK, _("没有问题"))
    counts = (formats.number(one.fresh), formats.number(one.changed), formats.number(one.same))
    return Row(
        key=one.kind,
        cells=(f"{one.kind} {_(KINDS[one.kind].title)}", one.batch, *counts, pill),
        record=one,
    )


class ProblemTable(GridView):
    """Problems by row and field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        rows = ListModel(
            (
                Column(key="row", title=_("行"), kind=Kind.NUMBER, width=60),
                Column(key="field", title=_("字段"), width=90),
                Column(key="text", title=_("问题"), width=320, stretch=True),
            )
        )
        rows.set_rows(
            [
                Row(place, (str(one.row), one.column or formats.NONE, one.text), record=one)
                for place, one in enumerate(problems)
            ]
        )
        super().__init__(rows)
        self.setMinimumHeight(theme.px(180))


class CheckedForm(Form):
    """What the checker says about a file."""

    def __init__(self, name: str, count: int, problems: Sequence[Problem], parent: QWidget) -> None:
        super().__init__(_("检查结果"), _("知道了"), parent, wide=640)
        self.cancel.hide()
        self.body.addWidget(Text(name, Role.HELP, wrap=True))
        words = _("{n} 条记录，没有问题。", n=count)
        if problems:
            words = _("{n} 条记录，{m} 处要改。", n=count, m=len(problems))
        self.summary = Text(
            words, Role.STRONG, wrap=True, tone=Status.BAD if problems else Status.OK
        )
        self.body.addWidget(self.summary)
        if problems:
            self.body.addWidget(ProblemTable(problems), 1)
