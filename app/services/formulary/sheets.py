"""A list as a sheet: out for people, in from people, by 统一编码 or by name, strength and maker."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters.sheets import read_tables
from app.adapters.sheets_out import Sheet, write
from app.domain.alignment.entries import Entry
from app.domain.alignment.keys import Key, assign
from app.domain.duties import Actor
from app.domain.errors import DomainError, Problem
from app.domain.matching.text import plain
from app.i18n import N_, _
from app.models.item import Item, Product
from app.models.party import Maker
from app.services.db import Database
from app.services.formulary.entries import AddItems, ListChanged, add_items
from app.services.formulary.listing import FormularyRow, formulary
from app.services.importing.choosing import the_sheet
from app.services.importing.columns import Field
from app.services.importing.rows import SheetRow, data_rows

BASES: Final = {
    "group": N_("集团目录"),
    "committee": N_("药事会"),
    "import": N_("导入"),
    "manual": N_("手工加入"),
}
_FIELDS: Final = (
    Field("code", N_("统一编码"), ("集团编码", "编码", "code")),
    Field("name", N_("通用名"), ("品名", "药品名称", "名称", "药品通用名", "通用名称", "name")),
    Field("form", N_("剂型"), ("药品剂型", "form")),
    Field("spec", N_("规格"), ("药品规格", "规格型号", "spec")),
    Field("maker", N_("生产企业"), ("生产厂家", "厂家", "maker")),
    Field("on", N_("生效日期"), ("开始日期", "启用日期")),
)


@dataclass(frozen=True, slots=True)
class ListPlan:
    """What an import would do.

    Attributes:
        items: Found items with the day from which they count (None: today).
        same: How many stand on the list already.
        problems: Rows that name no item, or several.
    """

    org_id: int
    items: tuple[tuple[int, str], ...]
    same: int
    problems: tuple[Problem, ...]


def export_list(db: Database, actor: Actor, org_id: int, path: Path, on: date | None = None) -> int:
    """Write a list as .xlsx or .csv; how many rows."""
    rows = formulary(db, actor, org_id, on)
    titles = (
        _("统一编码"), _("通用名"), _("剂型"), _("规格"), _("生产企业"), _("生效日期"), _("来源"),
        _("基药"), _("集采中选"), _("医保"), _("年用量"), _("单位"), _("一品两规例外"),
    )  # fmt: skip
    return write(path, Sheet(_("供应目录"), titles, (_cells(row) for row in rows)))


def preview_import(db: Database, actor: Actor, org_id: int, path: Path) -> ListPlan:
    """Read a sheet and find its items; writes nothing.

    Raises:
        DomainError: The file is not a table, or has neither codes nor names.
    """
    table, located = the_sheet(read_tables(path), _FIELDS)
    if not {"code", "name"} & located.columns.keys():
        raise DomainError("import.titles", _("没找到「统一编码」或「通用名」列。请核对标题行。"))
    rows = list(data_rows(table, located))
    there = {row.item_id for row in formulary(db, actor, org_id)}
    with db.read() as session:
        found, problems = _find(session, rows)
    fresh = tuple((item, day) for item, day in found.items() if item not in there)
    return ListPlan(org_id, fresh, len(found) - len(fresh), tuple(problems))


def apply_import(db: Database, actor: Actor, op_id: UUID, plan: ListPlan) -> ListChanged:
    """Take up what the plan found, from today."""
    if not plan.items:
        return ListChanged(0, 0, plan.same)
    items = tuple(item for item, _day in plan.items)
    done = add_items(db, actor, AddItems(op_id, plan.org_id, items, basis="import"))
    return ListChanged(done.added, 0, plan.same + done.same)


def _cells(row: FormularyRow) -> tuple[str | int | date | bool, ...]:
    return (
        row.code, row.name, row.form, row.spec, row.maker, row.valid_from,
        _(BASES.get(row.basis, row.basis)), row.essential, row.vbp, row.insurance, row.yearly,
        row.base_unit, row.exception,
    )  # fmt: skip


def _find(session: Session, rows: list[SheetRow]) -> tuple[dict[int, str], list[Problem]]:
    """Item → stated day, and the problems of rows without exactly one item."""
    catalogue = catalogue_entries(session)
    codes = {plain(entry.code): entry.item_id for entry in catalogue}
    stated = [
        Entry(row.text("name"), row.text("form"), row.text("spec"), row.text("maker"))
        for row in rows
    ]
    own, theirs = assign((catalogue, stated), Key.PRODUCT)
    by_product: dict[str, set[int]] = defaultdict(set)
    for key, entry in zip(own, catalogue, strict=True):
        by_product[key].add(entry.item_id)
    found: dict[int, str] = {}
    for row, key in zip(rows, theirs, strict=True):
        code = plain(row.text("code"))
        items = {codes[code]} if code in codes else by_product.get(key, set())
        if len(items) == 1:
            found[items.pop()] = row.text("on")
        else:
            row.wrong("code" if code else "name", "formulary.row", _trouble(len(items)))
    return found, [problem for row in rows for problem in row.problems]


def _trouble(count: int) -> str:
    if count:
        return _("对应 {n} 个品规。请填统一编码。", n=count)
    return _("统一目录里没有这个品规。请先在统一目录登记，或填统一编码。")


def catalogue_entries(session: Session) -> tuple[Entry, ...]:
    """The catalogue that is in use, as lists are compared with it."""
    rows = session.execute(
        select(Item.id, Item.code, Item.name, Product.form, Item.spec, Maker.name)
        .join(Product, Product.id == Item.product_id)
        .join(Maker, Maker.id == Item.maker_id)
        .where(Item.status != "stopped")
    )
    return tuple(
        Entry(name, form, spec, maker, code=code, item_id=item)
        for item, code, name, form, spec, maker in rows
    )
