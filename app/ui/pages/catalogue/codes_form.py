"""All codes and licence numbers of an item with their validity, to be added, ended, corrected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget
from typing_extensions import override

from app.domain import codes, expiry
from app.domain.catalogue import CodeDraft
from app.domain.codes import CodeSystem
from app.domain.days import day_or_none
from app.domain.errors import DomainError
from app.i18n import _
from app.services.catalogue.detail import ItemDetail
from app.ui import theme
from app.ui.icons import Icon
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Select, StatusEdit
from app.ui.widgets.text import Role, Text

Save = Callable[[tuple[CodeDraft, ...]], None]
_OFFERED: Final = tuple(one for one in CodeSystem if one is not CodeSystem.GROUP)


@dataclass(slots=True)
class _Line:
    """The editors of one code."""

    system: Select
    code: StatusEdit
    unit: StatusEdit
    start: StatusEdit
    end: StatusEdit


class CodesForm(Form):
    """One line for each code of the group; an emptied code is taken away.

    The page keeps the answer: `save` is called with the codes, and either `accept` closes the
    form or `show_error` says what is wrong.
    """

    def __init__(self, parent: QWidget, item: ItemDetail, save: Save) -> None:
        super().__init__(_("编码与证照"), _("保存"), parent, wide=860)
        self._save = save
        self.lines: list[_Line] = []
        words = _(
            "{name}。一个品规可以有多个编码，换证后旧号写上截止日期，不要删掉。清空编码即移除。",
            name=f"{item.draft.name} {item.spec}",
        )
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        if item.company_codes:
            maker = "、".join(item.company_codes)
            text = _("编码里的企业代码：{codes}（{maker}）", codes=maker, maker=item.maker_short)
            self.body.addWidget(Text(text, Role.LABEL, wrap=True))
        self.body.addWidget(self._area(item.draft.codes), 1)
        others = [f"{row.org} {row.code}" for row in item.codes if row.org]
        if others:
            text = _("成员机构的编码：{codes}", codes="、".join(others[:8]))
            self.body.addWidget(Text(text, Role.LABEL, wrap=True))
        self.problem = Text("", Role.SECOND, wrap=True)
        self.problem.hide()
        self.body.addWidget(self.problem)
        more = Button(_("加一个编码"), icon=Icon.PLUS)
        more.clicked.connect(self._add)
        self.buttons.insertWidget(0, more)

    def _area(self, known: Sequence[CodeDraft]) -> QScrollArea:
        inside = QWidget()
        inside.setObjectName("scrolled")
        self._grid = QGridLayout(inside)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(8)
        titles = (_("编码种类"), _("编码"), _("含最小单位"), _("从哪天起"), _("到哪天止"))
        for place, title in enumerate(titles):
            self._grid.addWidget(Text(title, Role.LABEL), 0, place)
        for entry in known:
            self.add_line(entry)
        if not known:
            self.add_line()
        self._grid.setColumnStretch(1, 1)
        self._grid.setRowStretch(len(codes.CodeSystem) * 8, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.setMinimumHeight(theme.px(300))
        return area

    def add_line(self, entry: CodeDraft | None = None) -> _Line:
        """One more line; empty without an entry."""
        line = _Line(
            Select([(one, one.label) for one in _OFFERED]),
            StatusEdit(entry.code if entry else ""),
            StatusEdit(str(entry.unit_factor if entry else 1)),
            StatusEdit(_day(entry.valid_from) if entry else ""),
            StatusEdit(_day(entry.valid_to) if entry else ""),
        )
        line.system.choose(entry.system if entry else CodeSystem.NHSA)
        for field in (line.start, line.end):
            field.setPlaceholderText("2026-12-31")
        row = len(self.lines) + 1
        editors: tuple[QWidget, ...] = (line.system, line.code, line.unit, line.start, line.end)
        names = (_("编码种类"), _("编码"), _("含最小单位"), _("从哪天起"), _("到哪天止"))
        for place, (editor, name) in enumerate(zip(editors, names, strict=True)):
            editor.setAccessibleName(name)
            self._grid.addWidget(editor, row, place)
        self.lines.append(line)
        return line

    def _add(self) -> None:
        self.add_line().code.setFocus()

    @override
    def submit(self) -> None:
        """Check each line, then hand the codes to the page."""
        self.problem.hide()
        try:
            found = tuple(_read(line) for line in self.lines if line.code.text().strip())
        except DomainError as error:
            self.show_error(error)
            return
        self._save(found)

    def show_error(self, error: DomainError) -> None:
        """Say what is wrong."""
        texts = [one.text for one in error.problems if one.blocks] or [error.text]
        self.problem.setText("\n".join(texts))
        self.problem.show()


def _read(line: _Line) -> CodeDraft:
    system = CodeSystem(str(line.system.value))
    unit = line.unit.folded()
    if not (unit.isascii() and unit.isdigit() and int(unit)):
        raise DomainError("item.number", _("「含最小单位」请填整数，如 24。"))
    start, end = line.start.text().strip(), line.end.text().strip()
    return CodeDraft(
        system,
        codes.validate(system, line.code.text()),
        int(unit),
        0,
        day_or_none(start),
        expiry.parse(end) if end else None,
    )


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
