"""What the columns of a sheet mean: said once here, remembered for sheets with the same titles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from app.i18n import _
from app.services.importing.columns import Field
from app.services.importing.said_columns import Look
from app.ui import theme
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Select
from app.ui.widgets.text import Role, Text

_TITLE, _SAMPLES, _MEANS = range(3)
_TALLEST: Final = 380


class ColumnsForm(Form):
    """One line for each column of the sheet: its title, its first values, what it is."""

    def __init__(self, parent: QWidget, look: Look, fields: Sequence[Field]) -> None:
        super().__init__(_("列对应"), _("按这样读取"), parent, wide=760)
        self._fields = tuple(fields)
        self._look = look
        words = _(
            "「{sheet}」第 {row} 行是标题。说一次，标题相同的表以后都这样读。",
            sheet=look.sheet,
            row=look.row,
        )
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        self.choices: dict[str, Select] = {}
        self.problem = Text("", Role.SECOND, wrap=True)
        self.problem.hide()
        self.body.addWidget(self._table(), 1)
        self.body.addWidget(self.problem)
        self._check()

    def said(self) -> dict[str, str]:
        """Field key → title; what a person has taken a field away from is said as empty."""
        found = {str(choice.value): title for title, choice in self.choices.items() if choice.value}
        guessed = {one.field for one in self._look.columns if one.field}
        return found | {key: "" for key in guessed if key not in found}

    def _table(self) -> QScrollArea:
        inside = QWidget()
        inside.setObjectName("scrolled")
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        for place, title in enumerate((_("表里的标题"), _("内容举例"), _("是什么"))):
            grid.addWidget(Text(title, Role.LABEL), 0, place)
        entries: list[tuple[object, str]] = [("", _("不导入"))]
        entries += [
            (field.key, _("{label}（必填）", label=_(field.title)) if field.needed
             else _(field.title))
            for field in self._fields
        ]  # fmt: skip
        for row, column in enumerate(self._look.columns, 1):
            choice = Select(entries)
            choice.setAccessibleName(column.title)
            choice.choose(column.field)
            choice.currentIndexChanged.connect(self._check)
            self.choices[column.title] = choice
            samples = "、".join(column.samples)
            grid.addWidget(Text(column.title, Role.BODY), row, _TITLE)
            grid.addWidget(Text(samples[:40] or "—", Role.SECOND), row, _SAMPLES)
            grid.addWidget(choice, row, _MEANS)
        grid.setColumnStretch(_SAMPLES, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.setMinimumHeight(theme.px(_TALLEST))
        return area

    def _check(self) -> None:
        """Say what is still missing or said twice; only a whole answer can be given."""
        chosen = [str(choice.value) for choice in self.choices.values() if choice.value]
        missing = [_(one.title) for one in self._fields if one.needed and one.key not in chosen]
        twice = [_(one.title) for one in self._fields if chosen.count(one.key) > 1]
        texts = []
        if missing:
            texts.append(_("还没指定：{names}。", names="、".join(missing)))
        if twice:
            texts.append(_("指定了两次：{names}。请只留一列。", names="、".join(twice)))
        self.problem.setText(" ".join(texts))
        self.problem.setVisible(bool(texts))
        self.verb.setEnabled(not texts)
