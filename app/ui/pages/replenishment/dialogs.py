"""The questions of the page: other targets, and sending a requisition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from app.domain.errors import DomainError
from app.domain.replenish.calendar import review_days
from app.domain.replenish.settings import Settings
from app.i18n import N_, _
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
        self.classes = {
            name: self._number(_(title), settings.by_class.get(name), _("空 = 同上"))
            for name, title in CLASSES.items()
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(10)
        fields = (self.target, self.lead, self.service, self.critical, *self.classes.values())
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
            for field in (self.target, self.lead, self.service, self.critical)
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
    """Sending a requisition: the effect spelled out, or a draft first.

    Signals:
        decided: (send at once, note).
    """

    decided = Signal(bool, str)

    def __init__(self, lines: Suggestions, place: str, parent: QWidget) -> None:
        super().__init__(_("提交采购申请"), _("提交申请"), parent, cancel=_("再看看"), wide=460)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Shape(Status.INFO, 28), 0, Qt.AlignmentFlag.AlignTop)
        effect = _(
            "把 {n} 行、{suppliers} 家供应商、{total} 的采购申请交给集团汇总，货到「{place}」。"
            "集团汇总之前可以撤回。",
            n=len(lines.picked),
            suppliers=lines.suppliers,
            total=formats.yuan(lines.total),
            place=place,
        )
        row.addWidget(Text(effect, Role.BODY, wrap=True), 1)
        self.body.addLayout(row)
        self.note = QLineEdit()
        self.note.setMaxLength(100)
        self.body.addWidget(Field(_("备注（可不写）"), self.note))
        self.draft = Button(_("先存草稿"))
        self.draft.clicked.connect(lambda: self._decide(send=False))
        self.buttons.insertWidget(self.buttons.count() - 1, self.draft)
        self.verb.setFocus()

    @override
    def submit(self) -> None:
        """Send it."""
        self._decide(send=True)

    def _decide(self, *, send: bool) -> None:
        self.decided.emit(send, " ".join(self.note.text().split()))
        self.accept()
