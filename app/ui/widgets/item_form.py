"""The form in which an item is added or changed; what is wrong stands under its field."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QScrollArea, QWidget
from typing_extensions import override

from app.domain import expiry
from app.domain.catalogue import (
    CONTROLLED,
    FLAGS,
    INSURANCE,
    CodeDraft,
    ItemClass,
    ItemDraft,
    ItemStatus,
    Storage,
)
from app.domain.codes import CodeSystem, gtin
from app.domain.errors import DomainError
from app.i18n import _
from app.ui import theme
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Check, Field, Select, StatusEdit
from app.ui.widgets.item_words import field_words
from app.ui.widgets.text import Role, Text

_COLUMNS: Final = 3
_CODES: Final = (
    CodeSystem.GTIN,
    CodeSystem.NHSA,
    CodeSystem.NATIONAL,
    CodeSystem.TRACE_PREFIX,
)
_BY_PACK: Final = frozenset({CodeSystem.GTIN, CodeSystem.TRACE_PREFIX})
_NUMBERS: Final = frozenset({"pack_factor", "case_factor"})
_ASCII: Final = frozenset({"approval_valid_to", *_NUMBERS})
_REQUIRED: Final = ("name", "strength", "maker", "base_unit", "pack_unit", "pack_factor")
_TEXTS: Final = (
    "name", "trade_name", "form", "strength", "maker", "pack_factor", "base_unit", "pack_unit",
    "case_factor", "approval_no", "approval_valid_to", "storage_text", "atc",
)  # fmt: skip

Save = Callable[[ItemDraft], None]
E = TypeVar("E", bound=StrEnum)


class ItemForm(Form):
    """Adds an item (`draft` None, or `new` with what is known of it) or changes one.

    The page keeps the answer: `save` is called with the draft, and either `accept` closes the
    form or `show_error` puts what is wrong under the fields.
    """

    def __init__(
        self, parent: QWidget, save: Save, draft: ItemDraft | None = None, *, new: bool = False
    ) -> None:
        title = _("新增品规") if new or draft is None else _("修改品规")
        super().__init__(title, _("保存"), parent, wide=880)
        self._save = save
        self._before = draft
        self._new = new or draft is None
        self.fields: dict[str, Field] = {}
        self.codes: dict[CodeSystem, Field] = {}
        self.problem = Text("", Role.SECOND, wrap=True)
        self._lay_out()
        self._fill(draft)

    def _lay_out(self) -> None:
        words = field_words()
        self.item_class = Select([(one, one.label) for one in ItemClass])
        self.insurance = Select([(one, one or _("无")) for one in INSURANCE])
        self.storage = Select([(one, one.label) for one in Storage])
        self.status = Select([(one, one.label) for one in ItemStatus])
        self.controlled = Select([(key, _(word)) for key, word in CONTROLLED.items()])
        widgets: list[Field] = [self._put("item_class", _("类别"), self.item_class)]
        for key in _TEXTS:
            editor = StatusEdit() if key in _ASCII else QLineEdit()
            widgets.append(self._put(key, words[key], editor))
        widgets += [
            self._put("storage", words["storage"], self.storage),
            self._put("insurance", words["insurance"], self.insurance),
            self._put("controlled", words["controlled"], self.controlled),
            self._put("status", words["status"], self.status),
        ]
        for system in _CODES:
            self.codes[system] = Field(system.label, StatusEdit())
            widgets.append(self.codes[system])
        self.fields["pack_factor"].set_hint(_("一盒有几片"))
        self.fields["approval_valid_to"].set_hint(_("如 2030-12-31"))
        self.codes[CodeSystem.GTIN].set_hint(_("多个用、分开"))
        inside = QWidget()
        inside.setObjectName("scrolled")
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        for place, widget in enumerate(widgets):
            grid.addWidget(widget, place // _COLUMNS, place % _COLUMNS)
        self.flags = {name: Check(_(word)) for name, word in FLAGS.items()}
        row = QHBoxLayout()
        for check in self.flags.values():
            row.addWidget(check)
        row.addStretch(1)
        grid.addLayout(row, len(widgets) // _COLUMNS + 1, 0, 1, _COLUMNS)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.setMinimumHeight(theme.px(440))
        self.body.addWidget(area, 1)
        self.body.addWidget(self.problem)
        self.problem.hide()

    def _put(self, key: str, title: str, editor: QWidget) -> Field:
        self.fields[key] = Field(title, editor, required=key in _REQUIRED)
        return self.fields[key]

    def _fill(self, draft: ItemDraft | None) -> None:
        if draft is None:
            return
        for key in _TEXTS:
            value = getattr(draft, key)
            self._edit(key).setText("" if value in (None, 0) else str(value))
        self.item_class.choose(draft.item_class)
        self.insurance.choose(draft.insurance)
        self.storage.choose(draft.storage)
        self.status.choose(draft.status)
        self.controlled.choose(draft.controlled)
        for name, check in self.flags.items():
            check.setChecked(name in draft.flags)
        for system, field in self.codes.items():
            known = [entry.code for entry in draft.codes if entry.system is system]
            shown = [gtin.printed(code) if system is CodeSystem.GTIN else code for code in known]
            _line(field).setText("、".join(shown))
        for key in ("base_unit", "pack_factor"):
            self.fields[key].editor.setEnabled(self._new)
        self.item_class.setEnabled(self._new)

    @override
    def submit(self) -> None:
        """Check what can be checked here, then hand the draft to the page."""
        for field in (*self.fields.values(), *self.codes.values()):
            field.say("")
        self.problem.hide()
        try:
            draft = self.draft()
        except DomainError as error:
            self.show_error(error)
            return
        self._save(draft)

    def draft(self) -> ItemDraft:
        """What the form says; raises `DomainError` with the fields that are wrong."""
        pack = self._number("pack_factor") or 1
        start = self._before or ItemDraft(ItemClass.DRUG, "", "", "", "", "", 1)
        texts: dict[str, Any] = {key: self.fields[key].text for key in _TEXTS if key not in _ASCII}
        known: tuple[CodeDraft, ...] = start.codes
        others = tuple(entry for entry in known if entry.system not in self.codes)
        listed = [one for system in self.codes for one in self._listed(system, known, pack)]
        return replace(
            start,
            **texts,
            item_class=_of(self.item_class, ItemClass),
            pack_factor=pack,
            case_factor=self._number("case_factor"),
            approval_valid_to=self._day("approval_valid_to"),
            insurance=str(self.insurance.value or ""),
            storage=_of(self.storage, Storage),
            status=_of(self.status, ItemStatus),
            controlled=str(self.controlled.value or ""),
            flags=frozenset(name for name, check in self.flags.items() if check.isChecked()),
            codes=(*others, *listed),
        )

    def show_error(self, error: DomainError) -> None:
        """Put each problem under its field; what has no field stands at the foot."""
        rest = []
        first: Field | None = None
        for problem in error.problems:
            field = self.fields.get(problem.column)
            if field is None or not problem.blocks:
                if problem.blocks:
                    rest.append(problem.text)
                continue
            field.say(problem.text)
            first = first or field
        if not error.problems:
            rest.append(error.text)
        self.problem.setText("\n".join(rest))
        self.problem.setVisible(bool(rest))
        if first is not None:
            first.editor.setFocus()

    def _edit(self, key: str) -> QLineEdit:
        return _line(self.fields[key])

    def _number(self, key: str) -> int:
        text = self.fields[key].text.replace(",", "")
        if not text:
            return 0
        if not (text.isascii() and text.isdigit()):
            self.fields[key].say(_("请填整数，如 24。"))
            raise DomainError("item.number", _("有的项填得不对，请看标出的地方。"))
        return int(text)

    def _day(self, key: str) -> date | None:
        text = self.fields[key].text
        try:
            return expiry.parse(text) if text else None
        except DomainError as error:
            self.fields[key].say(error.text)
            raise

    def _listed(
        self, system: CodeSystem, known: tuple[CodeDraft, ...], pack: int
    ) -> list[CodeDraft]:
        """The codes typed for a system; those that were there keep their pack and validity."""
        typed = [part for part in re.split(r"[、,，;；\s]+", self.codes[system].text) if part]
        before = {entry.code: entry for entry in known if entry.system is system}
        if system is CodeSystem.GTIN:
            before |= {gtin.printed(code): entry for code, entry in before.items()}
        factor = pack if system in _BY_PACK else 1
        return [before.get(code, CodeDraft(system, code, factor)) for code in typed]


def _line(field: Field) -> QLineEdit:
    editor = field.editor
    assert isinstance(editor, QLineEdit)  # noqa: S101 - only text fields are asked for
    return editor


def _of(select: Select, kind: type[E]) -> E:
    return kind(str(select.value))  # Qt gives texts back
