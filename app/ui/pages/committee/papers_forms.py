"""用后评价: what came of an item six to twelve months after it came in."""

from __future__ import annotations

from PySide6.QtWidgets import QPlainTextEdit, QWidget
from typing_extensions import override

from app.domain.formulary.requests import REASON_LENGTH, Verdict
from app.i18n import _
from app.services.committee.views import RequestRow
from app.ui import theme
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field, Select
from app.ui.widgets.text import Role, Text


class EvaluateForm(Form):
    """The verdict and its grounds."""

    def __init__(self, row: RequestRow, parent: QWidget) -> None:
        super().__init__(_("用后评价 {no}", no=row.no), _("保存评价"), parent, wide=520)
        words = _(
            "{name} {spec}，{day} 起列入目录。引进满 6 个月可评价，12 个月内应评完。",
            name=row.name,
            spec=row.spec,
            day=row.effective_on or "—",
        )
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        self.choice = Select([(one, one.label) for one in Verdict])
        self.words = QPlainTextEdit()
        self.words.setFixedHeight(theme.px(110))
        self.words.setPlaceholderText(_("用量和预计比、疗效、不良反应、费用、断货情况"))
        self.words_field = Field(_("评价"), self.words, required=True)
        self.body.addWidget(Field(_("结论"), self.choice))
        self.body.addWidget(self.words_field)
        self.words.setFocus()

    @property
    def verdict(self) -> str:
        """What was chosen."""
        return str(self.choice.value)

    @property
    def text(self) -> str:
        """The grounds."""
        return self.words.toPlainText().strip()

    @override
    def submit(self) -> None:
        """Accept with grounds."""
        if len(self.text) < REASON_LENGTH:
            self.words_field.say(
                _("请写明评价（至少 {n} 个字）：用量、疗效、不良反应、费用。", n=REASON_LENGTH)
            )
            return
        self.accept()
