"""Agreeing a price, and ending one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget
from typing_extensions import override

from app.domain import money
from app.domain.errors import DomainError
from app.i18n import _
from app.services.prices.listing import ListRow, SupplierRow
from app.services.prices.putting import NewPrice
from app.ui import formats
from app.ui.context import PageContext
from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field, Select, StatusEdit, check_all
from app.ui.widgets.item_field import ItemField
from app.ui.widgets.text import Role, Text

Save = Callable[[int, NewPrice], None]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form offers, and what it starts with.

    Attributes:
        item_id: The item to price; 0 when it is still to be chosen.
        item_name: Its name and spec.
        supplier_id: The supplier to start with; 0 for none.
        ceiling: The cap to start with.
    """

    lists: Sequence[ListRow]
    suppliers: Sequence[SupplierRow]
    context: PageContext
    tomorrow: date
    item_id: int = 0
    item_name: str = ""
    supplier_id: int = 0
    ceiling: Decimal | None = None


class PriceForm(Form):
    """A new price; the one before it ends on its first day."""

    def __init__(self, parent: QWidget, choices: Choices, save: Save) -> None:
        super().__init__(_("登记价格"), _("登记"), parent, wide=620)
        self._save = save
        self.item = ItemField(choices.context, required=True)
        if choices.item_id:
            self.item.fix(choices.item_id, choices.item_name)
        self.lists = Select([(row.id, f"{row.title}（{row.code}）") for row in choices.lists])
        self.suppliers = Select([(row.id, row.name) for row in choices.suppliers])
        self.suppliers.choose(choices.supplier_id)
        self.rank = Select([(1, _("中选")), (2, _("备选"))])
        self.price = Field(_("价格（每包装，含税）"), StatusEdit(), required=True)
        self.ceiling = Field(_("限价"), StatusEdit(), hint=_("没有就不填"))
        self.start = Field(_("生效日期"), StatusEdit(), required=True, hint=_("如 2026-11-01"))
        self.end = Field(_("截止日期"), StatusEdit(), hint=_("不填就一直有效"))
        _edit(self.start).setText(choices.tomorrow.isoformat())
        if choices.ceiling is not None:
            _edit(self.ceiling).setText(formats.price(choices.ceiling))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.addWidget(self.item, 0, 0, 1, 2)
        fields = (
            Field(_("供应商"), self.suppliers), Field(_("价格表"), self.lists), self.price,
            self.ceiling, self.start, self.end, Field(_("顺位"), self.rank),
        )  # fmt: skip
        for place, field in enumerate(fields):
            grid.addWidget(field, 1 + place // 2, place % 2)
        self.body.addLayout(grid)
        self.body.addWidget(
            Text(
                _("同一供应商的旧价格会在新价格生效那天截止，已下的订单不变。"),
                Role.LABEL,
                wrap=True,
            )
        )
        self.problem = Text("", Role.SECOND, wrap=True)
        self.problem.hide()
        self.body.addWidget(self.problem)

    @override
    def submit(self) -> None:
        """Check the fields, then hand the price to the page."""
        self.problem.hide()
        checks = [
            (self.item, self.item.checked),
            (self.price, self._price),
            (self.ceiling, self._ceiling),
            (self.start, lambda: read_day(self.start.text)),
            (self.end, self._end),
        ]
        if not check_all(checks):
            return
        supplier, list_id, rank = self.suppliers.value, self.lists.value, self.rank.value
        if not (isinstance(supplier, int) and isinstance(list_id, int) and isinstance(rank, int)):
            self.show_error(
                DomainError("price.choose", _("还没选供应商或价格表。没有价格表时请先新建。"))
            )
            return
        new = NewPrice(
            item_id=self.item.item_id,
            supplier_id=supplier,
            unit_price=self._price(),
            valid_from=read_day(self.start.text),
            valid_to=self._end(),
            ceiling=self._ceiling(),
            rank=rank,
        )
        self._save(list_id, new)

    def show_error(self, error: DomainError) -> None:
        """Say why the price was not taken."""
        self.problem.setText(error.text)
        self.problem.show()

    def _price(self) -> Decimal:
        return money.price(self.price.text.replace(",", ""))

    def _ceiling(self) -> Decimal | None:
        text = self.ceiling.text.replace(",", "")
        return money.price(text) if text else None

    def _end(self) -> date | None:
        return read_day(self.end.text) if self.end.text else None


class CloseForm(Form):
    """Ends a price on a day, with a reason."""

    def __init__(self, parent: QWidget, words: str, tomorrow: date) -> None:
        super().__init__(_("截止价格"), _("截止"), parent)
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        self.day = Field(_("从哪天起不再有效"), StatusEdit(), required=True)
        self.reason = Field(_("原因"), QLineEdit(), required=True)
        _edit(self.day).setText(tomorrow.isoformat())
        self.body.addWidget(self.day)
        self.body.addWidget(self.reason)

    @override
    def submit(self) -> None:
        """Both are needed."""
        checks = [(self.day, lambda: read_day(self.day.text)), (self.reason, self._need_reason)]
        if check_all(checks):
            self.accept()

    def _need_reason(self) -> str:
        if not self.reason.text:
            raise DomainError("price.reason", _("请写明原因，如 厂家停产。"))
        return self.reason.text


def read_day(text: str) -> date:
    """A full day as typed: 2026-11-01, 2026/11/1 or 20261101."""
    plain = text.strip().replace("/", "-").replace(".", "-")
    parts = plain.split("-") if "-" in plain else [plain[:4], plain[4:6], plain[6:]]
    try:
        year, month, day = (int(part) for part in parts)
        return date(year, month, day)
    except ValueError:
        raise DomainError(
            "day.form", _("「{text}」不是日期。请写成 2026-11-01 的样子。", text=text[:20])
        ) from None


def _edit(field: Field) -> QLineEdit:
    editor = field.editor
    assert isinstance(editor, QLineEdit)  # noqa: S101 - only text fields are asked for
    return editor
