"""Delivery notes from a sheet: every row finds its goods, or says why not; looked at, then kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters.sheets import read_tables
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, Problem, refuse_if
from app.domain.receiving.editing import clean_lot
from app.i18n import N_, _
from app.models.item import ItemUnit
from app.models.order import MemberOrder
from app.models.party import Organisation
from app.services.access import require
from app.services.db import Database
from app.services.importing.above import said_above
from app.services.importing.choosing import the_sheet
from app.services.importing.columns import Field
from app.services.importing.rows import SheetRow, data_rows
from app.services.operations import claim, finish, plain
from app.services.receiving.commands import DeliverLine, MadeDelivery, MakeDelivery
from app.services.receiving.deliveries import keep_note
from app.services.receiving.finding import FoundGoods, GoodsFinder, make_finder

FIELDS: Final = (
    Field("no", N_("送货单号"), ("随货同行单号", "出库单号", "配送单号", "单号")),
    Field("order", N_("采购单号"), ("订单号", "采购订单号", "订单编号")),
    Field("supplier", N_("供应商"), ("供货单位", "配送企业", "供应商名称")),
    Field("code", N_("品规编码"), ("统一编码", "院内统一编码", "集团编码", "编码", "物料编码")),
    Field("gtin", N_("69 码"), ("GTIN", "商品条码", "条形码", "条码", "UDI-DI")),
    Field("approval", N_("批准文号"), ("注册证号", "批准文号/注册证号")),
    Field("name", N_("品名"), ("通用名", "通用名称", "药品名称", "产品名称", "名称")),
    Field("spec", N_("规格"), ("药品规格", "规格型号", "包装规格")),
    Field("lot", N_("批号"), ("生产批号", "产品批号")),
    Field("expiry", N_("有效期至"), ("有效期", "失效日期", "效期")),
    Field("produced", N_("生产日期"), ()),
    Field("qty", N_("数量"), ("发货数量", "送货数量", "实发数量", "出库数量"), needed=True),
    Field("unit", N_("单位"), ("计量单位", "包装单位")),
    Field("price", N_("单价"), ("含税单价", "供货价", "价格")),
    Field("shipped", N_("发货日期"), ("出库日期", "送货日期")),
)
_MOST_LINES: Final = 2_000


@dataclass(frozen=True, slots=True)
class NoteFile:
    """Which file, and what its rows do not say themselves.

    Attributes:
        org_id: The receiving member.
        path: The sheet.
        no: Number of the note, for sheets without such a column.
        supplier_id: Supplier, for sheets without such a column; 0 to look for it.
    """

    org_id: int
    path: Path
    no: str = ""
    supplier_id: int = 0


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One row as it would be kept."""

    row: int
    code: str
    name: str
    spec: str
    lot_no: str
    expiry: date | None
    qty: int
    unit: str
    line: DeliverLine


@dataclass(frozen=True, slots=True)
class PlannedNote:
    """One note of the sheet."""

    no: str
    supplier_id: int
    supplier: str
    shipped_on: date | None
    lines: tuple[PlannedLine, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What the sheet holds and what is wrong with it; nothing is kept yet."""

    org_id: int
    file: str
    notes: tuple[PlannedNote, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class SaveNotes:
    """Keep all notes of a preview without problems."""

    op_id: UUID
    preview: Preview


def preview_notes(db: Database, actor: Actor, wanted: NoteFile) -> Preview:
    """Read the sheet and find goods, order and supplier of every row.

    Raises:
        DomainError: No table, or no column with quantities.
    """
    require(actor, Duty.STORE, wanted.org_id)
    table, located = the_sheet(read_tables(wanted.path), FIELDS)
    rows = list(data_rows(table, located))
    _from_above(rows, said_above(table, located, FIELDS, _keys_above(wanted)))
    if len(rows) > _MOST_LINES:
        raise DomainError(
            "delivery.lines",
            _(
                "这个表有 {n} 行，送货单最多 {most} 行。请分成几个文件。",
                n=len(rows),
                most=_MOST_LINES,
            ),
        )
    with db.read() as session:
        reader = _Reader(session, wanted, make_finder(session, wanted.org_id, rows))
        planned = [reader.read(row) for row in rows]
        notes = _grouped([one for one in planned if one is not None])
    problems = (
        *reader.missing.values(),
        *(problem for row in rows for problem in row.problems),
    )
    if not rows:
        problems = (Problem("import.empty", _("标题下面没有内容。请核对文件。")),)
    return Preview(wanted.org_id, wanted.path.name, notes, problems)


def save_notes(db: Database, actor: Actor, command: SaveNotes) -> tuple[MadeDelivery, ...]:
    """Keep every note of the sheet, or none.

    Raises:
        DomainError: The sheet has problems, or a note was kept before.
    """
    preview = command.preview
    require(actor, Duty.STORE, preview.org_id)
    refuse_if(preview.problems, "delivery.import", _("没有导入，什么都没有写入。"))
    with db.write() as session:
        content = (preview.file, [_command(command.op_id, preview, one) for one in preview.notes])
        earlier = claim(session, actor, preview.org_id, command.op_id, "delivery.import", content)
        if earlier is not None:
            return tuple(MadeDelivery(**one) for one in earlier["notes"])
        made = tuple(
            keep_note(session, actor, _command(command.op_id, preview, one))
            for one in preview.notes
        )
        finish(session, preview.org_id, command.op_id, {"notes": plain(made)})
        return made


def _keys_above(wanted: NoteFile) -> list[str]:
    """What the sheet may say once for all rows; what the person said counts more."""
    said = {"no": bool(wanted.no), "supplier": wanted.supplier_id != 0}
    return [key for key in ("no", "order", "supplier", "shipped") if not said.get(key)]


def _from_above(rows: Iterable[SheetRow], said: Mapping[str, str]) -> None:
    for row in rows:
        row.texts.update({key: text for key, text in said.items() if not row.text(key)})


def _command(op_id: UUID, preview: Preview, planned: PlannedNote) -> MakeDelivery:
    return MakeDelivery(
        op_id,
        preview.org_id,
        planned.supplier_id,
        tuple(line.line for line in planned.lines),
        planned.no,
        planned.shipped_on,
        "file",
    )


def _grouped(lines: Sequence[tuple[PlannedNote, PlannedLine]]) -> tuple[PlannedNote, ...]:
    """Rows with the same number and supplier are one note, in the order of the sheet."""
    heads: dict[tuple[str, int], PlannedNote] = {}
    bodies: dict[tuple[str, int], list[PlannedLine]] = {}
    for head, line in lines:
        key = (head.no, head.supplier_id)
        heads.setdefault(key, head)
        bodies.setdefault(key, []).append(line)
    return tuple(
        PlannedNote(one.no, one.supplier_id, one.supplier, one.shipped_on, tuple(bodies[key]))
        for key, one in heads.items()
    )


class _Reader:
    """Reads rows; what is wrong stands in the row's problems."""

    def __init__(self, session: Session, wanted: NoteFile, finder: GoodsFinder) -> None:
        self._wanted = wanted
        self._finder = finder
        self._session = session
        self._orders: dict[str, tuple[int, int]] = {}
        self.missing: dict[str, Problem] = {}
        self._suppliers = _suppliers(session)
        self._units = _units(session, finder.items)

    def read(self, row: SheetRow) -> tuple[PlannedNote, PlannedLine] | None:
        """The row with its note, or None when something of it is wrong."""
        no = row.text("no") or self._wanted.no
        if not no:
            self._missing(row, "no", _("没有送货单号。请补上，或在导入时填一个。"))
        order_id, order_supplier = self._order(row)
        supplier_id = self._supplier(row, order_supplier)
        goods = self._finder.find(row, supplier_id)
        line: PlannedLine | None = None
        if goods is None:
            self._rest(row)
        else:
            line = self._line(row, goods, order_id)
        if row.problems or line is None:
            return None
        name = self._suppliers.get(supplier_id, ("", ""))[1]
        return PlannedNote(no, supplier_id, name, row.day("shipped"), ()), line

    def _order(self, row: SheetRow) -> tuple[int, int]:
        number = row.text("order")
        if not number:
            return 0, 0
        if number not in self._orders:
            found = self._session.execute(
                select(MemberOrder.id, MemberOrder.supplier_id).where(
                    MemberOrder.org_id == self._wanted.org_id, MemberOrder.no == number
                )
            ).first()
            self._orders[number] = (found.id, found.supplier_id) if found else (0, 0)
        if not self._orders[number][0]:
            row.wrong("order", "order.unknown", _("没有采购单 {no}。请核对单号或留空。", no=number))
        return self._orders[number]

    def _supplier(self, row: SheetRow, of_order: int) -> int:
        name = row.text("supplier")
        named = [org for org, names in self._suppliers.items() if name in names] if name else []
        found = next(iter(named), 0) or of_order or self._wanted.supplier_id
        if name and not named:
            row.wrong(
                "supplier",
                "delivery.supplier",
                _("没有供应商「{name}」。请按集团登记的名称填写。", name=name[:40]),
            )
        elif not found:
            self._missing(
                row,
                "supplier",
                _("不知道是哪家供应商。请加「供应商」或「采购单号」一列，或在导入时选。"),
            )
        return found

    def _missing(self, row: SheetRow, key: str, text: str) -> None:
        """A fact of the whole sheet is missing: told once where no row can have it."""
        if key in row.located.columns:
            row.wrong(key, f"delivery.{key}", text)
        elif key not in self.missing:
            self.missing[key] = Problem(f"delivery.{key}", text)

    def _line(self, row: SheetRow, goods: FoundGoods, order_id: int) -> PlannedLine:
        count, written = self._count(row)
        unit, factor = self._unit(row, goods, written)
        lot = self._lot(row)
        expiry, price = row.day("expiry"), row.price("price")
        return PlannedLine(
            row=row.number,
            code=goods.code,
            name=goods.name,
            spec=goods.spec,
            lot_no=lot,
            expiry=expiry,
            qty=count * factor,
            unit=unit,
            line=DeliverLine(
                item_id=goods.item_id,
                qty=count * factor,
                lot_no=lot,
                expiry=expiry,
                produced=row.day("produced"),
                unit_price=price,
                price_factor=factor,
                order_id=order_id,
            ),
        )

    def _rest(self, row: SheetRow) -> None:
        """Look at the other cells of a row whose goods are unknown: all problems at once."""
        self._count(row)
        self._lot(row)
        for key in ("expiry", "produced"):
            row.day(key)
        row.price("price")

    def _unit(self, row: SheetRow, goods: FoundGoods, written: str) -> tuple[str, int]:
        """The unit that the row counts in: of its own column, or written behind the number."""
        text = row.text("unit") or written
        known = self._units.get(goods.item_id, {}) | {
            goods.pack_unit: goods.pack_factor,
            goods.base_unit: known_base(goods),
        }
        if not text:
            return goods.pack_unit, goods.pack_factor
        if written and written != text:
            row.wrong(
                "qty",
                "unit.two",
                _(
                    "数量写的是「{one}」，单位列是「{two}」。请改成一样。",
                    one=written,
                    two=text[:10],
                ),
            )
        if text not in known:
            row.wrong(
                "unit" if row.text("unit") else "qty",
                "unit.unknown",
                _(
                    "单位 {unit} 不在换算里。可用：{names}。",
                    unit=text[:10],
                    names="、".join(known),
                ),
            )
            return goods.pack_unit, goods.pack_factor
        return text, known[text]

    def _count(self, row: SheetRow) -> tuple[int, str]:
        count, written = row.measure("qty")
        if not count and not any(problem.code == "import.count" for problem in row.problems):
            row.wrong("qty", "quantity.positive", _("数量应大于 0。请改正数量。"))
        return count, written

    def _lot(self, row: SheetRow) -> str:
        try:
            return clean_lot(row.text("lot"))
        except DomainError as error:
            row.wrong("lot", error.code, error.text)
            return ""


def known_base(goods: FoundGoods) -> int:
    """Smallest units of the base unit's name: 1, unless the pack is called the same."""
    return goods.pack_factor if goods.base_unit == goods.pack_unit else 1


def _suppliers(session: Session) -> dict[int, tuple[str, str]]:
    rows = session.execute(
        select(Organisation.id, Organisation.name, Organisation.short_name).where(
            Organisation.kind == "supplier", Organisation.active.is_(True)
        )
    )
    return {row.id: (row.name, row.short_name) for row in rows}


def _units(session: Session, items: Iterable[int]) -> dict[int, dict[str, int]]:
    rows = session.execute(
        select(ItemUnit.item_id, ItemUnit.name, ItemUnit.factor).where(
            ItemUnit.item_id.in_(sorted(items))
        )
    )
    found: dict[int, dict[str, int]] = {}
    for item_id, name, factor in rows:
        found.setdefault(item_id, {})[name] = factor
    return found
