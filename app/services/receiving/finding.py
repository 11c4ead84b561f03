"""Which goods a row of a supplier's sheet means: by code, bar code, approval number, or name.

A row that fits several items is decided by what is on order at the supplier; where that does not
decide either, the person is asked. Nothing is taken on resemblance alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.domain.codes import CodeSystem, gtin
from app.i18n import _
from app.models.item import Item, ItemCode
from app.services.importing.rows import SheetRow
from app.services.queries.portions import key_portions
from app.services.receiving.matching import open_lines

_BLANKS: Final = re.compile(r"[\s×xX*]+")
_BAR_CODES: Final = (CodeSystem.GTIN.value, CodeSystem.UDI_DI.value)


@dataclass(frozen=True, slots=True)
class FoundGoods:
    """An item as a sheet's row means it."""

    item_id: int
    code: str
    name: str
    spec: str
    approval_no: str
    base_unit: str
    pack_unit: str
    pack_factor: int


class GoodsFinder:
    """All items that the sheet may mean, by each way to name them."""

    def __init__(
        self, session: Session, org_id: int, goods: Sequence[FoundGoods], bars: dict[str, int]
    ) -> None:
        self._session = session
        self._org_id = org_id
        self._by_id = {one.item_id: one for one in goods}
        self._bars = bars
        self._on_order: dict[int, frozenset[int]] = {}

    @property
    def items(self) -> frozenset[int]:
        """Ids of all that may be meant."""
        return frozenset(self._by_id)

    def find(self, row: SheetRow, supplier_id: int) -> FoundGoods | None:
        """The goods of a row; None with a problem in the row."""
        for key, match in (
            ("code", self._by_code),
            ("gtin", self._by_bar),
            ("approval", self._by_approval),
            ("name", self._by_name),
        ):
            text = row.text(key)
            if text:
                return self._decide(row, key, match(text, row), supplier_id)
        row.wrong(
            "code",
            "item.missing",
            _("这一行没有写是什么。请填品规编码、69 码、批准文号或品名。"),
        )
        return None

    def _by_code(self, text: str, row: SheetRow) -> list[FoundGoods]:
        del row
        return [one for one in self._by_id.values() if one.code.upper() == text.upper()]

    def _by_bar(self, text: str, row: SheetRow) -> list[FoundGoods]:
        del row
        found = self._bars.get(gtin.validate(text) if gtin.is_valid(text) else text)
        return [self._by_id[found]] if found in self._by_id else []

    def _by_approval(self, text: str, row: SheetRow) -> list[FoundGoods]:
        return self._with_spec(
            [one for one in self._by_id.values() if one.approval_no == text], row
        )

    def _by_name(self, text: str, row: SheetRow) -> list[FoundGoods]:
        return self._with_spec([one for one in self._by_id.values() if one.name == text], row)

    def _with_spec(self, found: list[FoundGoods], row: SheetRow) -> list[FoundGoods]:
        spec = _bare(row.text("spec"))
        same = [one for one in found if spec and _bare(one.spec) == spec]
        return same or found

    def _decide(
        self, row: SheetRow, key: str, found: list[FoundGoods], supplier_id: int
    ) -> FoundGoods | None:
        if len(found) > 1:
            ordered = [one for one in found if one.item_id in self._ordered(supplier_id)]
            found = ordered or found
        if len(found) == 1:
            return found[0]
        text = row.text(key)[:40]
        if found:
            specs = "、".join(one.code for one in found[:5])
            row.wrong(
                key,
                "item.several",
                _("「{text}」有几个品规：{codes}。请在这一行填品规编码。", text=text, codes=specs),
            )
        else:
            row.wrong(
                key,
                "item.unknown",
                _("目录里没有「{text}」。请核对，或先在统一目录里新增。", text=text),
            )
        return None

    def _ordered(self, supplier_id: int) -> frozenset[int]:
        if supplier_id not in self._on_order:
            lines = open_lines(self._session, self._org_id, supplier_id)
            self._on_order[supplier_id] = frozenset(line.item_id for line in lines)
        return self._on_order[supplier_id]


def make_finder(session: Session, org_id: int, rows: Sequence[SheetRow]) -> GoodsFinder:
    """Read what the rows name, in a few queries."""
    bars = _bars(session, org_id, {row.text("gtin") for row in rows})
    columns = (
        (Item.code, {row.text("code").upper() for row in rows}),
        (Item.approval_no, {row.text("approval") for row in rows}),
        (Item.name, {row.text("name") for row in rows}),
    )
    asked = [column.in_(part) for column, names in columns for part in key_portions(names - {""})]
    asked += [Item.id.in_(part) for part in key_portions(bars.values())]
    goods: dict[int, FoundGoods] = {}
    for condition in asked:
        for item in session.scalars(select(Item).where(condition)):
            goods[item.id] = _found(item)
    return GoodsFinder(session, org_id, tuple(goods.values()), bars)


def _bars(session: Session, org_id: int, texts: Iterable[str]) -> dict[str, int]:
    wanted = [gtin.validate(text) if gtin.is_valid(text) else text for text in texts if text]
    found: dict[str, int] = {}
    for chunk in key_portions(wanted):
        rows = session.execute(
            select(ItemCode.code, ItemCode.item_id).where(
                ItemCode.code.in_(chunk),
                or_(ItemCode.org_id == 0, ItemCode.org_id == org_id),
                ItemCode.system.in_(_BAR_CODES),
            )
        )
        found.update({code: item for code, item in rows})  # noqa: C416 - rows are no pairs to mypy
    return found


def _found(item: Item) -> FoundGoods:
    return FoundGoods(
        item_id=item.id,
        code=item.code,
        name=item.name,
        spec=item.spec,
        approval_no=item.approval_no or "",
        base_unit=item.base_unit,
        pack_unit=item.pack_unit,
        pack_factor=item.pack_factor,
    )


def _bare(text: str) -> str:
    return _BLANKS.sub("", text).lower()
