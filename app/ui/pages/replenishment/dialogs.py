"""The questions of the page: other targets, and sending a requisition."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.domain.replenish.calendar import review_days
from app.domain.replenish.settings import Settings
from app.i18n import N_, _
from app.services.replenishment.suggestions import SuggestionRow
from app.ui import formats
from app.ui.pages.replenishment.view_model import Suggestions
from app.ui.status import Status
from app.ui.widgets.badge import Shape
from app.ui.widgets.buttons import Button, Chip
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import CodeEdit, Field, check_all
from app.ui.widgets.text import Role, Text

WEEKDAYS: Final = (
    N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"),
)  # fmt: skip
_SHOWN: Final = 5
CLASSES: Final = {"consumable": N_("耗材目标天数"), "reagent": N_("试剂目标天数")}


class SettingsForm(Form):
    """Targets and review days; the plan is made again with them.

    Signals:
        chosen: The `Settings`.
    """

    chosen = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(_("调整参数"), _("按新参数重新计算"), parent, wide=440)
        self._settings = settings
        self.target = self._number(_("目标天数"), settings.target_days, _("0 = 近零库存"))
        self.lead = self._number(_("到货天数"), settings.lead_days, _("供应商没约定时用"))
        self.service = self._number(_("服务水平 %"), settings.service, "")
        self.critical = self._number(_("急救、短缺品种 %"), settings.critical_service, "")
        self.above = self._number(_("超过多少元要看"), settings.look_above, _("0 = 不限"))
        self.classes = {
            name: self._number(_(title), settings.by_class.get(name), _("空 = 同上"))
            for name, title in CLASSES.items()
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(10)
        fields = (
            self.target, self.lead, self.service, self.critical, *self.classes.values(), self.above,
        )  # fmt: skip
        for place, field in enumerate(fields):
            grid.addWidget(field, place // 2, place % 2)
        self.body.addLayout(grid)
        self.body.addWidget(Text(_("补货日"), Role.LABEL))
        self.days = [Chip(_(name)) for name in WEEKDAYS]
        row = QHBoxLayout()
        row.setSpacing(4)
        for number, chip in enumerate(self.days):
            chip.setChecked(number in settings.review.weekdays)
            row.addWidget(chip)
        row.addStretch(1)
        self.body.addLayout(row)
        self.problem = Text("", Role.SECOND, wrap=True, tone=Status.BAD)
        self.problem.hide()
        self.body.addWidget(self.problem)
        words = _("服务水平：到下次到货前，100 回里有多少回当天就能给足。你改过的数不会丢。")
        self.body.addWidget(Text(words, Role.HELP, wrap=True))

    @staticmethod
    def _number(label: str, value: int | None, hint: str) -> Field:
        edit = CodeEdit("" if value is None else str(value))
        edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        return Field(label, edit, hint=hint)

    @override
    def submit(self) -> None:
        """Check every field, then hand the settings over."""
        checks: list[tuple[Field, Callable[[], object]]] = [
            (field, lambda field=field: _whole(field))  # type: ignore[misc]  # bound per field
            for field in (self.target, self.lead, self.service, self.critical, self.above)
        ]
        checks += [
            (field, lambda field=field: _optional(field))  # type: ignore[misc]  # bound per field
            for field in self.classes.values()
        ]
        if not check_all(checks):
            return
        try:
            wanted = self._wanted().checked()
        except DomainError as error:
            self.problem.setText(error.text)
            self.problem.show()
            return
        self.chosen.emit(wanted)
        self.accept()

    def _wanted(self) -> Settings:
        by_class = {name: _optional(field) for name, field in self.classes.items()}
        return replace(
            self._settings,
            target_days=_whole(self.target),
            lead_days=_whole(self.lead),
            service=_whole(self.service),
            critical_service=_whole(self.critical),
            look_above=_whole(self.above),
            review=review_days(n for n, chip in enumerate(self.days) if chip.isChecked()),
            by_class={name: days for name, days in by_class.items() if days is not None},
        )


def _whole(field: Field) -> int:
    number = _optional(field)
    if number is None:
        raise DomainError("field.empty", _("还没填。请填整数。"))
    return number


def _optional(field: Field) -> int | None:
    edit = field.editor
    text = edit.folded() if isinstance(edit, CodeEdit) else ""
    if not text:
        return None
    if not text.isdecimal():
        raise DomainError("field.number", _("「{text}」不是整数。请填如 21 的数。", text=text))
    return int(text)


class RequestForm(Form):
    """Sending a requisition: safe lines at once, the others listed with why.

    Signals:
        decided: (send at once, note, the items).
        looking: The person wants to look at the lines first.
    """

    decided = Signal(bool, str, object)
    looking = Signal()

    def __init__(self, lines: Suggestions, place: str, parent: QWidget) -> None:
        self._safe = frozenset(row.item_id for row in lines.safe)
        self._open = frozenset(r.item_id for r in lines.picked if not lines.barred(r.item_id))
        looked = [row for row in lines.picked if row.item_id not in self._safe]
        verb = _("先提交没疑问的 {n} 行", n=len(self._safe)) if looked else _("提交申请")
        cancel = _("逐行看") if looked else _("再看看")
        super().__init__(_("提交采购申请"), verb, parent, cancel=cancel, wide=500)
        self.verb.setEnabled(bool(self._safe))
        self._effect(lines, place, looked)
        if looked:
            self.body.addWidget(Text(_("要先看的 {n} 行", n=len(looked)), Role.LABEL))
            for row in looked[:_SHOWN]:
                words = f"{row.name}：{lines.look(row.item_id)}"
                self.body.addWidget(Text(words, Role.SECOND, wrap=True, tone=Status.NEAR))
            if len(looked) > _SHOWN:
                rest = _("还有 {n} 行", n=len(looked) - _SHOWN)
                self.body.addWidget(Text(rest, Role.HELP))
            self.cancel.clicked.connect(self.looking)
        self.note = QLineEdit()
        self.note.setMaxLength(100)
        self.body.addWidget(Field(_("备注（可不写）"), self.note))
        self.draft = Button(_("先存草稿"))
        self.draft.clicked.connect(lambda: self._hand_over(self._open, send=False))
        self.draft.setEnabled(bool(self._open))
        self.buttons.insertWidget(self.buttons.count() - 1, self.draft)
        self.everything = Button(_("全部提交"))
        self.everything.setVisible(bool(looked) and len(self._open) == len(lines.picked))
        self.everything.clicked.connect(lambda: self._hand_over(self._open, send=True))
        self.buttons.insertWidget(self.buttons.count() - 1, self.everything)
        (self.verb if self._safe else self.cancel).setFocus()

    def _effect(self, lines: Suggestions, place: str, looked: Sequence[SuggestionRow]) -> None:
        rows = lines.safe if looked else lines.picked
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Shape(Status.INFO, 28), 0, Qt.AlignmentFlag.AlignTop)
        effect = _(
            "把 {n} 行、{suppliers} 家供应商、{total} 的采购申请交给集团汇总，货到「{place}」。"
            "集团汇总之前可以撤回。",
            n=len(rows),
            suppliers=len({one.supplier_id for one in rows}),
            total=formats.yuan(sum((one.amount or Decimal(0) for one in rows), Decimal(0))),
            place=place,
        )
        if not rows:
            effect = _("选中的行都要先看。逐行核对，写一句原因再提交。")
        row.addWidget(Text(effect, Role.BODY, wrap=True), 1)
        self.body.addLayout(row)

    @override
    def submit(self) -> None:
        """Send the safe lines."""
        if self._safe:
            self._decide(self._safe, send=True)

    def _hand_over(self, items: frozenset[int], *, send: bool) -> None:
        self.hand_over(lambda: self._decide(items, send=send))

    def _decide(self, items: frozenset[int], *, send: bool) -> None:
        self.decided.emit(send, " ".join(self.note.text().split()), items)
        self.accept()
