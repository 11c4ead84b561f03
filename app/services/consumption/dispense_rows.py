"""A sheet of the hospital's dispensing (HIS 发药), row by row, in our codes and smallest units."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.domain import codes, expiry
from app.domain.codes import CodeSystem
from app.domain.consumption.dispensing import DispenseRow
from app.domain.errors import DomainError, Problem, Severity
from app.domain.quantity import UnitChain, two_units
from app.i18n import N_, _
from app.models.item import Item, ItemUnit
from app.models.mapping import LocalItem, Mapping as MappingRow
from app.services.db import today
from app.services.importing.columns import Field
from app.services.importing.finder import Finder, load_finder
from app.services.importing.rows import SheetRow
from app.services.stock.closed import closed_text, closed_through

KIND: Final = "dispense"
FIELDS: Final = (
    Field("day", N_("发药日期"), (
        "发药时间", "日期", "时间", "消耗日期", "发退药日期", "发退药时间", "执行时间", "记账时间",
    ), needed=True),
    Field("number", N_("发药单号"), (
        "处方号", "处方单号", "单据号", "单号", "发药流水号", "流水号", "发退药单号",
    ), needed=True),
    Field("code", N_("药品编码"), (
        "院内编码", "本院编码", "药品代码", "物资编码", "材料编码", "项目编码", "编码", "统一编码",
        "品规编码",
    ), needed=True),
    Field("qty", N_("数量"), ("发药数量", "实发数量", "发退药数量", "消耗数量"), needed=True),
    Field("line", N_("行号"), ("明细号", "序号", "明细序号")),
    Field("name", N_("药品名称"), ("通用名", "品名", "名称", "物资名称")),
    Field("lot", N_("批号"), ("生产批号", "药品批号")),
    Field("unit", N_("单位"), ("发药单位", "计量单位")),
    Field("origin", N_("原发药单号"), ("原处方号", "原单号", "原单据号", "退药原单号")),
    Field("kind", N_("类型"), ("业务类型", "发退标志", "发退类型")),
)  # fmt: skip
_QTY: Final = re.compile(r"(-?)([0-9]{1,9})(?:\.0+)?")
_RETURN_WORDS: Final = ("退药", "退", "退货", "反消耗")
_CODES: Final = (CodeSystem.NHSA, CodeSystem.GTIN, CodeSystem.PLATFORM)
_MOST_NUMBER: Final = 40
_TWINS: Final = ("number", "day", "code", "qty", "unit", "lot", "origin", "kind")
"""What two lines without a line number are told apart by."""


@dataclass(frozen=True, slots=True)
class Wares:
    """How an item is counted."""

    code: str
    title: str
    name: str
    base: str
    unit: str
    pack: int
    units: Mapping[str, int]

    @property
    def chain(self) -> UnitChain:
        """The units that messages speak in."""
        return two_units(self.base, self.unit, self.pack)


@dataclass(frozen=True, slots=True)
class LocalCode:
    """A member's own code: what it is mapped to.

    Attributes:
        item_id: 0 while the mapping is not confirmed.
        factor: Smallest units in one of the member's units.
    """

    name: str
    item_id: int
    factor: int
    unit: str


@dataclass(frozen=True, slots=True)
class Codes:
    """What codes of a sheet are held against, read once."""

    local: Mapping[str, LocalCode]
    finder: Finder
    items: Mapping[int, Wares]
    today: date
    closed: date | None


def load_codes(session: Session, org_id: int) -> Codes:
    """The member's own codes by the mapping table, then the group's."""
    units: dict[int, dict[str, int]] = {}
    for unit in session.execute(select(ItemUnit.item_id, ItemUnit.name, ItemUnit.factor)):
        units.setdefault(unit.item_id, {})[unit.name] = unit.factor
    rows = session.execute(
        select(Item.id, Item.code, Item.name, Item.spec, Item.base_unit, Item.pack_unit,
               Item.pack_factor)
    )  # fmt: skip
    items = {
        row.id: Wares(
            row.code, f"{row.name} {row.spec}", row.name, row.base_unit, row.pack_unit,
            row.pack_factor,
            {row.base_unit: 1, row.pack_unit: row.pack_factor} | units.get(row.id, {}),
        )
        for row in rows
    }  # fmt: skip
    return Codes(
        _local(session, org_id), load_finder(session), items, today(session),
        closed_through(session, org_id),
    )  # fmt: skip


def _local(session: Session, org_id: int) -> dict[str, LocalCode]:
    rows = session.execute(
        select(LocalItem.code, LocalItem.name, LocalItem.unit, MappingRow.item_id,
               MappingRow.unit_factor)
        .outerjoin(
            MappingRow,
            and_(
                MappingRow.org_id == LocalItem.org_id,
                MappingRow.local_id == LocalItem.id,
                MappingRow.ended_at.is_(None),
            ),
        )
        .where(LocalItem.org_id == org_id)
    )  # fmt: skip
    return {
        row.code: LocalCode(row.name, row.item_id or 0, row.unit_factor or 1, row.unit)
        for row in rows
    }


class Reader:
    """Reads the rows of one sheet; a line without a number gets its place under its number."""

    def __init__(self, known: Codes) -> None:
        self._known = known
        self._seen: dict[tuple[str, str], int] = {}
        self._keys: dict[tuple[str, str], int] = {}
        self._alike: dict[tuple[str, ...], int] = {}

    def read(self, row: SheetRow) -> DispenseRow | None:
        """The row understood; None when it lacks something, which is noted in it."""
        number = self._number(row)
        code = row.text("code")
        line = self._line(row, number, code)
        item, factor = self._goods(row, code)
        qty = _quantity(row)
        day = self._day(row)
        if item is None or day is None or not qty or any(p.blocks for p in row.problems):
            return None
        return DispenseRow(
            row=row.number,
            number=number,
            line=line,
            item_id=item,
            qty=qty * factor,
            day=day,
            lot_no=row.text("lot"),
            origin=row.text("origin"),
            name=self._known.items[item].name,
            units=self._known.items[item].chain,
        )

    def _number(self, row: SheetRow) -> str:
        number = row.text("number")
        if not number:
            row.wrong("number", "dispense.number", _("还没填发药单号。没有单号不能防止重复导入。"))
        elif len(number) > _MOST_NUMBER:
            row.wrong("number", "dispense.number", _("发药单号超过 40 个字。请核对这一列。"))
        return number

    def _line(self, row: SheetRow, number: str, code: str) -> str:
        line = row.text("line")
        if not line:
            self._warn_of_twin(row, number)
            place = self._seen[number, code] = self._seen.get((number, code), 0) + 1
            line = f"{code}#{place}"
        earlier = self._keys.setdefault((number, line), row.number)
        if number and earlier != row.number:
            row.wrong(
                "line",
                "dispense.twice",
                _("发药单 {number} 的第 {line} 行和表里第 {row} 行重复。请删去一行。",
                  number=number, line=line, row=earlier),
            )  # fmt: skip
        return line

    def _warn_of_twin(self, row: SheetRow, number: str) -> None:
        """Two lines alike may be one exported twice, or a medicine that was given twice."""
        told = tuple(row.text(key) for key in _TWINS)
        earlier = self._alike.setdefault(told, row.number)
        if number and earlier != row.number:
            text = _(
                "和表里第 {row} 行完全一样，两行都会记账。如果是同一行导出了两次，请删去一行；"
                "表里有行号的，请对上「行号」列。",
                row=earlier,
            )  # fmt: skip
            title = row.located.titles.get("number", "")
            warning = Problem("dispense.alike", text, row.number, title, Severity.WARNING)
            row.problems.append(warning)

    def _goods(self, row: SheetRow, code: str) -> tuple[int | None, int]:
        """The item and smallest units in one of the row's units."""
        if not code:
            row.wrong("code", "item.missing", _("还没填药品编码。请填院内编码或统一编码。"))
            return None, 1
        local = self._known.local.get(code)
        if local is not None and not local.item_id:
            row.wrong(
                "code",
                "dispense.unmapped",
                _("院内编码 {code}（{name}）还没有对照到统一目录。请先在编码对照里确认。",
                  code=code, name=local.name),
            )  # fmt: skip
            return None, 1
        item = local.item_id if local is not None else self._found(row, code)
        wares = self._known.items.get(item or 0)
        if item is None or wares is None:
            return None, 1
        return item, self._factor(row, wares, local)

    def _found(self, row: SheetRow, code: str) -> int | None:
        found = self._known.finder.by_group_code(code)
        for system in _CODES:
            if found is not None:
                return found
            try:
                found = self._known.finder.by_code(system, codes.validate(system, code))
            except DomainError:
                continue
        if found is None:
            row.wrong(
                "code",
                "item.unknown",
                _("院内编码和目录里都没有 {code}。请核对编码，或先导入本院药品字典做对照。",
                  code=code[:30]),
            )  # fmt: skip
        return found

    def _factor(self, row: SheetRow, wares: Wares, local: LocalCode | None) -> int:
        unit = row.text("unit")
        if local is not None and unit in {"", local.unit}:
            return local.factor
        if not unit:
            return wares.pack
        if unit not in wares.units:
            row.wrong(
                "unit",
                "unit.unknown",
                _("单位 {unit} 不在换算里。可用：{names}。",
                  unit=unit[:10], names="、".join(wares.units)),
            )  # fmt: skip
            return 1
        return wares.units[unit]

    def _day(self, row: SheetRow) -> date | None:
        """The day of a date or of a point in time (2026-10-13 09:32)."""
        text = re.split(r"[ T]", row.text("day"), maxsplit=1)[0]
        if not text:
            row.wrong("day", "dispense.no_day", _("还没填发药日期。请写成 2026-10-14 的样子。"))
            return None
        day = plain_day(text)
        if day is None:
            words = _("「{text}」不是日期。请写成 2026-10-14 的样子。", text=text[:20])
            row.wrong("day", "import.day", words)
        elif day > self._known.today:
            row.wrong("day", "dispense.future", _("日期 {day} 在将来。请核对日期。", day=day))
        elif self._known.closed is not None and day <= self._known.closed:
            row.wrong("day", "month.closed", closed_text(day, self._known.closed))
        return day


def plain_day(text: str) -> date | None:
    """The day written as text or as Excel counts days; None when it is none."""
    serial = re.fullmatch(r"([2-9][0-9]{4})(?:\.[0-9]+)?", text)
    if serial:
        return date.fromordinal(date(1899, 12, 30).toordinal() + int(serial[1]))
    try:
        return expiry.parse(text)
    except DomainError:
        return None


def _quantity(row: SheetRow) -> int:
    text = row.text("qty").replace(",", "").replace("−", "-")
    found = _QTY.fullmatch(text)
    if found is None or not int(found[2]):
        row.wrong(
            "qty", "dispense.quantity",
            _("「{text}」不能作为数量。请填不为 0 的整数，退药填负数。", text=text[:20]),
        )  # fmt: skip
        return 0
    back = bool(found[1]) or row.text("kind") in _RETURN_WORDS
    return -int(found[2]) if back else int(found[2])
