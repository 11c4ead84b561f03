"""A supplier's bill read from its sheet: goods by our code or by name, quantities in any unit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters.sheets import read_tables
from app.domain.duties import Actor
from app.domain.errors import DomainError, Problem
from app.domain.money import amount
from app.domain.settlement.bill import TOLERANCE, BillLine
from app.domain.settlement.invoice import cent_amount
from app.i18n import N_, _
from app.models.item import Item
from app.models.settlement import Statement, StatementLine
from app.services.db import Database
from app.services.importing.choosing import the_sheet
from app.services.importing.columns import Field
from app.services.importing.rows import SheetRow, data_rows
from app.services.settlement.changes import load

_FIELDS: Final = (
    Field("code", N_("编码"), ("统一编码", "品规编码", "商品编码", "货号", "院内编码")),
    Field("name", N_("品名"), ("通用名", "药品名称", "商品名称", "产品名称", "名称")),
    Field("spec", N_("规格"), ("规格型号", "型号规格", "包装规格")),
    Field("lot", N_("批号"), ("生产批号", "批次")),
    Field("qty", N_("数量"), ("结算数量", "消耗数量", "开票数量", "销售数量"), needed=True),
    Field("unit", N_("单位"), ("计量单位", "包装单位")),
    Field("price", N_("单价"), ("含税单价", "结算单价", "供货价")),
    Field("amount", N_("金额"), ("含税金额", "结算金额", "价税合计", "合计金额")),
)
_TOTALS: Final = re.compile(r"(合\s*计|总\s*计|小\s*计|total)", re.IGNORECASE)
_COUNT: Final = re.compile(r"[-−－]?\d{1,3}(?:,\d{3})+|[-−－]?\d{1,12}(?:\.0+)?")
_BLANKS: Final = re.compile(r"[\s×xX*]+")
_PRICE: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class BillPlan:
    """A bill as its sheet says it; nothing is written.

    Attributes:
        total: The sheet's own total, else the sum of its lines.
        lines: What could be read.
        problems: Rows that could not, with row and column.
        unknown: How many lines name goods that are not on the statement nor in the catalogue.
    """

    total: Decimal
    lines: tuple[BillLine, ...]
    problems: tuple[Problem, ...]
    unknown: int


@dataclass(slots=True)
class _Goods:
    """The goods that a row may mean: those of the statement by name, all by code."""

    codes: dict[str, Item] = field(default_factory=dict)
    names: dict[tuple[str, str], Item | None] = field(default_factory=dict)

    def find(self, row: SheetRow) -> Item | None:
        code = row.text("code").upper()
        if code in self.codes:
            return self.codes[code]
        name = _bare(row.text("name"))
        return self.names.get((name, _bare(row.text("spec")))) or self.names.get((name, ""))


def read_bill(db: Database, actor: Actor, org_id: int, statement_id: int, path: Path) -> BillPlan:
    """Read a sheet with the supplier's lines; writes nothing.

    Raises:
        DomainError: Not a table, or without a column of quantities and one of goods.
    """
    del actor  # who may see the statement may try a sheet on it
    table, located = the_sheet(read_tables(path), _FIELDS)
    if not {"code", "name"} & located.columns.keys():
        raise DomainError("import.titles", _("没找到「编码」或「品名」列。请核对标题行。"))
    if not {"price", "amount"} & located.columns.keys():
        raise DomainError("import.titles", _("没找到「单价」或「金额」列。请核对标题行。"))
    rows = list(data_rows(table, located))
    with db.read() as session:
        return _plan(rows, _goods(session, load(session, org_id, statement_id), rows))


def _plan(rows: Sequence[SheetRow], goods: _Goods) -> BillPlan:
    lines: list[BillLine] = []
    stated: Decimal | None = None
    problems: list[Problem] = []
    for row in rows:
        if _is_total(row):
            stated = _amount(row) or stated
            continue
        line = _line(row, goods.find(row))
        if line is not None:
            lines.append(line)
        problems += row.problems
    total = sum((line.amount for line in lines), Decimal("0.00"))
    unknown = sum(1 for line in lines if not line.item_id)
    return BillPlan(total if stated is None else stated, tuple(lines), tuple(problems), unknown)


def _is_total(row: SheetRow) -> bool:
    words = row.text("name") or row.text("code")
    first = next((cell for cell in row.cells if cell), "")
    return bool(_TOTALS.match(words or first)) and not (row.text("name") and row.text("code"))


def _line(row: SheetRow, item: Item | None) -> BillLine | None:
    label = " ".join(filter(None, (row.text("name") or row.text("code"), row.text("spec"))))
    if not label:
        row.wrong("name", "item.missing", _("这一行没有写是什么。请填编码或品名。"))
        return None
    count, factor, stated = _count(row), _factor(row, item), _amount(row)
    price = row.price("price")
    if factor is None or row.problems:
        return None
    if price is None and stated is None:
        row.wrong("amount", "bill.amount", _("这一行没有单价也没有金额。请补上一个。"))
        return None
    if price is None:
        price = ((stated or Decimal(0)) / count).quantize(_PRICE)
    worth = _checked(row, amount(price, count), stated, abs(count) * _PRICE)
    if worth is None:
        return None
    return BillLine(
        item.id if item else 0, count * factor, price, factor, worth, label, row.text("lot")
    )


def _count(row: SheetRow) -> int:
    found = _COUNT.fullmatch(row.text("qty"))
    text = found[0] if found else "0"
    count = int(text.partition(".")[0].replace(",", "").replace("−", "-").replace("－", "-"))
    if not count:
        words = _("数量「{text}」不是整数。请填整数，退货填负数。", text=row.text("qty")[:20])
        row.wrong("qty", "bill.qty", words)
    return count


def _checked(
    row: SheetRow, made: Decimal, stated: Decimal | None, slack: Decimal
) -> Decimal | None:
    """The line's amount, which must be quantity × price as far as four places tell it."""
    if stated is None:
        return made
    if abs(made - stated) <= max(TOLERANCE, slack):
        return stated
    text = _("数量 × 单价 = {made}，与金额 {stated} 不符。请核对这一行。", made=made, stated=stated)
    row.wrong("amount", "bill.sum", text)
    return None


def _factor(row: SheetRow, item: Item | None) -> int | None:
    """Smallest units in one unit of the row; None with a problem."""
    unit = row.text("unit")
    if item is None:
        return 1
    if not unit or unit == item.pack_unit:
        return item.pack_factor
    if unit == item.base_unit:
        return 1
    row.wrong(
        "unit",
        "unit.unknown",
        _("单位 {unit} 不在换算里。可用：{names}。", unit=unit[:10],
          names=f"{item.pack_unit}、{item.base_unit}"),
    )  # fmt: skip
    return None


def _amount(row: SheetRow) -> Decimal | None:
    text = row.text("amount")
    if not text:
        return None
    try:
        return cent_amount(text)
    except DomainError as error:
        row.wrong("amount", error.code, error.text)
        return None


def _goods(session: Session, statement: Statement, rows: Sequence[SheetRow]) -> _Goods:
    used = select(StatementLine.item_id).where(
        StatementLine.org_id == statement.org_id, StatementLine.statement_id == statement.id
    )
    own = session.scalars(select(Item).where(Item.id.in_(used))).all()
    codes = sorted({row.text("code").upper() for row in rows} - {""})
    listed = session.scalars(select(Item).where(Item.code.in_(codes))).all()
    named: dict[tuple[str, str], Item | None] = {}
    for item in own:
        for key in ((_bare(item.name), _bare(item.spec)), (_bare(item.name), "")):
            named[key] = None if key in named else item  # two of a name: only the code decides
    return _Goods(_by_code((*listed, *own)), named)


def _by_code(items: Sequence[Item]) -> dict[str, Item]:
    found: Mapping[str, Item] = {item.code.upper(): item for item in items}
    return dict(found)


def _bare(text: str) -> str:
    return _BLANKS.sub("", text).lower()
