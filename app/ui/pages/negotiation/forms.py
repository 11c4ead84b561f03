"""Questions of this page: a new project, a round's deadline, invitations, scores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from PySide6.QtCore import QDate, QDateTime, QTime
from PySide6.QtWidgets import (
    QDateEdit,
    QDateTimeEdit,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.domain.bidding.rules import BidRules
from app.domain.bidding.scoring import EXPERT, Criterion, price_points, score
from app.domain.ids import new_op
from app.i18n import _
from app.services.db import ZONE, local_time
from app.services.negotiation.comparison import Comparison
from app.services.negotiation.invitations import DossierRow, Guest
from app.services.negotiation.project import CreateProject
from app.services.negotiation.scores import Scoring
from app.ui import theme
from app.ui.status import Status
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Check, Field, Select
from app.ui.widgets.text import Role, Text

_TENTH: Final = Decimal("0.1")
_CLASSES: Final = ("drug", "consumable", "reagent", "tcm", "")


class ProjectForm(Form):
    """A new project: what for, how long, which goods, which price rules."""

    def __init__(self, today: date, parent: QWidget) -> None:
        super().__init__(_("新建议价项目"), _("建项目"), parent, wide=520)
        self.title = QLineEdit(_("{year} 年第 {n} 季度常用药", year=today.year,
                                 n=(today.month + 2) // 3))  # fmt: skip
        start = today.replace(day=1) + timedelta(days=62)
        self.start = _day(start.replace(day=1))
        self.end = _day(start.replace(year=start.year + 1, day=1))
        self.growth = QSpinBox()
        self.growth.setRange(-50, 100)
        self.growth.setSuffix(" %")
        self.growth.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        words = (_("药品"), _("耗材"), _("试剂"), _("中药"), _("先不选"))
        self.goods = Select(tuple(zip(_CLASSES, words, strict=True)))
        self.count = QSpinBox()
        self.count.setRange(1, 2000)
        self.count.setValue(300)
        self.count.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.title_field = Field(_("名称"), self.title, required=True)
        self.body.addWidget(self.title_field)
        self.body.addLayout(
            _beside(Field(_("新价格从"), self.start), Field(_("到（不含）"), self.end),
                    Field(_("用量增长"), self.growth))
        )  # fmt: skip
        hint = _("按近 12 个月用量从大到小，集采品规除外")
        self.body.addLayout(
            _beside(Field(_("品规"), self.goods), Field(_("多少个"), self.count, hint=hint))
        )
        self.previous = _check(_("每轮不高于自己上一轮"), on=True)
        self.listed = _check(_("第 2 轮起不高于挂网价"), on=True)
        self.lowest = _check(_("第 2 轮起不高于成员现行最低价"), on=True)
        self.ceiling = _check(_("超限价的报价不收（否则收下但不能中选）"), on=False)
        for check in (self.previous, self.listed, self.lowest, self.ceiling):
            self.body.addWidget(check)
        self.title.selectAll()
        self.title.setFocus()

    @property
    def command(self) -> CreateProject:
        """What was filled in."""
        return CreateProject(
            op_id=new_op(),
            title=self.title.text(),
            supply_from=_python(self.start),
            supply_to=_python(self.end),
            growth=self.growth.value() * 10,
            rules=BidRules(
                self.previous.isChecked(),
                self.listed.isChecked(),
                self.lowest.isChecked(),
                self.ceiling.isChecked(),
            ),
        )

    @property
    def pick(self) -> tuple[str, int]:
        """The class of goods and how many; 0 for none."""
        chosen = str(self.goods.value or "")
        return (chosen, self.count.value() if chosen else 0)

    @override
    def submit(self) -> None:
        """Accept once there is a title and a period."""
        if not self.title.text().strip():
            self.title_field.say(_("还没填名称。请填如「2026 年第 4 季度常用药」。"))
        elif self.end.date() <= self.start.date():
            self.title_field.say(_("截止日应晚于开始日。请改正日期。"))
        else:
            self.accept()


class DeadlineForm(Form):
    """Until when bids are taken, by the server's clock."""

    def __init__(self, title: str, verb: str, at: datetime, parent: QWidget) -> None:
        super().__init__(title, verb, parent, wide=460)
        self.note = Text(
            _("到点由服务器时钟截止，之后谁都不能报价；密封轮到点之前谁都看不到价格。"),
            Role.BODY,
            wrap=True,
        )
        self.body.addWidget(self.note)
        local = local_time(at) + timedelta(days=3)
        self.edit = QDateTimeEdit(
            QDateTime(QDate(local.year, local.month, local.day), QTime(17, 0))
        )
        self.edit.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.edit.setCalendarPopup(True)
        self.body.addWidget(Field(_("截止时间"), self.edit))
        self.leave_out = _check(_("不计还没确认报量的成员"), on=False)
        self.body.addWidget(self.leave_out)
        self.reason = QLineEdit()
        self.reason_field = Field(_("原因"), self.reason)
        self.body.addWidget(self.reason_field)

    @property
    def deadline(self) -> datetime:
        """The chosen time."""
        moment = self.edit.dateTime()
        day, time = moment.date(), moment.time()
        return datetime(day.year(), day.month(), day.day(), time.hour(), time.minute(), tzinfo=ZONE)


class InviteForm(Form):
    """Suppliers with their papers; those whose papers are not in order cannot be chosen."""

    def __init__(self, rows: Sequence[DossierRow], known: frozenset[int], parent: QWidget) -> None:
        super().__init__(_("邀请供应商"), _("邀请"), parent, wide=620)
        self.body.addWidget(
            Text(_("营业许可、授权委托书、廉洁协议要齐全、已审核、在有效期内。"), Role.SECOND)
        )
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        self.checks: dict[int, Check] = {}
        for row in rows:
            check = _check(row.supplier, on=row.fit and row.supplier_id not in known)
            check.setEnabled(row.fit and row.supplier_id not in known)
            self.checks[row.supplier_id] = check
            column.addWidget(check)
            note, tone = _dossier_words(row, already=row.supplier_id in known)
            words = Text(note, Role.LABEL, wrap=True, tone=tone)
            words.setContentsMargins(28, 0, 0, 4)
            column.addWidget(words)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.setMinimumHeight(theme.px(280))
        self.body.addWidget(area)

    @property
    def guests(self) -> tuple[Guest, ...]:
        """The chosen suppliers."""
        return tuple(
            Guest(key)
            for key, check in self.checks.items()
            if check.isEnabled() and check.isChecked()
        )


def _dossier_words(row: DossierRow, *, already: bool) -> tuple[str, Status | None]:
    if already:
        return _("已邀请"), Status.OK
    blocking = [one.text for one in row.problems if one.blocks]
    if blocking:
        return " ".join(blocking), Status.BAD
    cold = _("有冷链资质") if row.cold_chain else _("无冷链资质")
    soon = " ".join(one.text for one in row.problems)
    words = _("资质齐全，{n} 份 · {cold}", n=len(row.papers), cold=cold)
    return f"{words} {soon}".strip(), Status.WARN if soon else None


class ScoreForm(Form):
    """Weights, this person's points, and the sheet that follows at once."""

    def __init__(self, found: Comparison, scored: Scoring, parent: QWidget) -> None:
        super().__init__(_("评分权重"), _("保存"), parent, wide=680)
        self.found, self.scored = found, scored
        self.price = [int(one) for one in price_points(found.grid)]
        self.body.addWidget(
            Text(
                _("价格分按报价自动算；其余各项取专家平均，已有 {n} 位专家评分。",
                  n=scored.experts),
                Role.SECOND, wrap=True,
            )
        )  # fmt: skip
        table = QGridLayout()
        table.setHorizontalSpacing(10)
        self.weights: dict[Criterion, QSpinBox] = {}
        self.points: dict[tuple[int, Criterion], QSpinBox] = {}
        self.sums: list[Text] = []
        table.addWidget(Text(_("权重 %"), Role.LABEL), 1, 0)
        for column, criterion in enumerate(Criterion, 1):
            table.addWidget(Text(criterion.label, Role.LABEL), 0, column)
            spin = _spin(scored.weights.get(criterion, 0), criterion.label)
            spin.valueChanged.connect(self._recount)
            self.weights[criterion] = spin
            table.addWidget(spin, 1, column)
        table.addWidget(Text(_("综合得分"), Role.LABEL), 0, 5)
        self.total = Text("", Role.LABEL)
        table.addWidget(self.total, 1, 5)
        for row, one in enumerate(found.suppliers, 2):
            self._add_supplier(table, row, one.supplier_id, one.name)
        self.body.addLayout(table)
        self.problem = Text("", Role.LABEL, tone=Status.BAD)
        self.body.addWidget(self.problem)
        self._recount()

    def _add_supplier(self, table: QGridLayout, row: int, supplier: int, name: str) -> None:
        table.addWidget(Text(name, Role.BODY), row, 0)
        table.addWidget(Text(f"{self.price[row - 2] * _TENTH}", Role.BODY), row, 1)
        for column, criterion in enumerate(EXPERT, 2):
            own = self.scored.own.get((supplier, criterion))
            spin = _spin(own if own is not None else 80, f"{name} {criterion.label}")
            spin.valueChanged.connect(self._recount)
            self.points[supplier, criterion] = spin
            table.addWidget(spin, row, column)
        words = Text("", Role.STRONG)
        self.sums.append(words)
        table.addWidget(words, row, 5)

    def _recount(self) -> None:
        weights = {key: spin.value() for key, spin in self.weights.items()}
        self.total.setText(_("合计 {n}", n=sum(weights.values())))
        for place, one in enumerate(self.found.suppliers):
            points = {Criterion.PRICE: self.price[place]}
            for key in EXPERT:
                points[key] = self.points[one.supplier_id, key].value() * 10
            if place < len(self.sums):
                self.sums[place].setText(f"{score(points, weights) * _TENTH}")

    @property
    def chosen_weights(self) -> tuple[tuple[Criterion, int], ...]:
        """The weights as they stand."""
        return tuple((key, spin.value()) for key, spin in self.weights.items())

    @property
    def chosen_points(self) -> tuple[tuple[int, Criterion, int], ...]:
        """This person's points."""
        return tuple((one, key, spin.value()) for (one, key), spin in self.points.items())

    @override
    def submit(self) -> None:
        """Accept once the weights make the whole."""
        n = sum(spin.value() for spin in self.weights.values())
        if n != 100:  # noqa: PLR2004 - per cent
            self.problem.setText(_("权重合计是 {n}，应为 100。请调整各项权重。", n=n))
            return
        self.accept()


def _spin(value: int, name: str) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(0, 100)
    spin.setValue(value)
    spin.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
    spin.setAccessibleName(name)
    return spin


def _check(words: str, *, on: bool) -> Check:
    check = Check(words)
    check.setChecked(on)
    return check


def _day(value: date) -> QDateEdit:
    edit = QDateEdit(QDate(value.year, value.month, value.day))
    edit.setDisplayFormat("yyyy-MM-dd")
    edit.setCalendarPopup(True)
    return edit


def _python(edit: QDateEdit) -> date:
    day = edit.date()
    return date(day.year(), day.month(), day.day())


def _beside(*fields: Field) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    for field in fields:
        row.addWidget(field, 1)
    return row
