"""处方流转 from a file: each prescribed line, which item it is, and who could hand it out now.

A prescription file names drugs and quantities; columns about the patient are passed over and kept
nowhere. A line without a code means every item of the same generic name, form and strength.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import codes
from app.domain.alignment.entries import Entry
from app.domain.alignment.keys import Key, assign
from app.domain.codes import CodeSystem
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, Problem
from app.i18n import N_, _
from app.models.item import Item, ItemCode
from app.models.party import Organisation
from app.services.access import group_orgs, require
from app.services.db import Database, today
from app.services.formulary.readiness import ready_stock
from app.services.formulary.sheets import catalogue_entries
from app.services.importing.columns import Field
from app.services.importing.finder import load_finder
from app.services.importing.plan import open_sheet
from app.services.importing.rows import SheetRow, data_rows

FIELDS: Final = (
    Field("code", N_("药品编码"), (
        "统一编码", "本院编码", "医保编码", "商品条码", "编码", "项目编码",
    )),
    Field("name", N_("药品名称"), (
        "通用名", "品名", "名称", "药名", "项目名称", "药品",
    ), needed=True),
    Field("form", N_("剂型"), ("药品剂型",)),
    Field("spec", N_("规格"), ("药品规格", "规格型号")),
    Field("maker", N_("生产企业"), ("生产厂家", "厂家")),
    Field("qty", N_("数量"), ("总量", "发药数量", "处方数量", "开药数量")),
    Field("unit", N_("单位"), ("发药单位", "数量单位", "总量单位")),
)  # fmt: skip
MOST_LINES: Final = 500
_SYSTEMS: Final = (CodeSystem.NHSA, CodeSystem.GTIN, CodeSystem.PLATFORM)


@dataclass(frozen=True, slots=True)
class Offer:
    """What one organisation could hand out of one item.

    Attributes:
        own: Whether it is the organisation that asks.
        qty: Smallest units that may be used now.
        enough: Whether that is as much as was prescribed.
    """

    org_id: int
    org: str
    own: bool
    item_id: int
    code: str
    name: str
    spec: str
    qty: int
    enough: bool


@dataclass(frozen=True, slots=True)
class PrescribedLine:
    """A line of the prescription.

    Attributes:
        asked: Smallest units; 0 where the file states none.
        offers: Who has it: the own stock first, then whoever has most.
    """

    row: int
    text: str
    asked: int
    base_unit: str
    pack_unit: str
    pack_factor: int
    offers: tuple[Offer, ...]

    @property
    def own_enough(self) -> bool:
        """Whether the own stock is enough."""
        return any(one.own and one.enough for one in self.offers)

    @property
    def anywhere(self) -> bool:
        """Whether somebody has enough."""
        return any(one.enough for one in self.offers)


@dataclass(frozen=True, slots=True)
class Prescription:
    """A prescription against the group's stock; lines that name no drug are problems."""

    file_name: str
    lines: tuple[PrescribedLine, ...]
    problems: tuple[Problem, ...]


def read_prescription(db: Database, actor: Actor, path: Path, org_id: int) -> Prescription:
    """Read a prescription and look who has what it names; nothing is written.

    Raises:
        DomainError: Not a table, no drug names, or too many lines for prescriptions.
    """
    require(actor, Duty.READ, org_id)
    opened = open_sheet(path, FIELDS, None)
    rows = list(data_rows(opened.table, opened.located))
    if len(rows) > MOST_LINES:
        raise DomainError(
            "prescription.large",
            _(
                "一次最多读 {n} 行处方，这个文件有 {all} 行。请分开读。",
                n=MOST_LINES,
                all=len(rows),
            ),
        )
    with db.read() as session:
        meant = _meant(session, rows, org_id)
        wanted = {item for items in meant for item in items}
        goods = {item.id: item for item in session.scalars(select(Item).where(Item.id.in_(wanted)))}
        stock = ready_stock(session, wanted)
        orgs = dict(
            session.execute(
                select(Organisation.id, Organisation.short_name)
                .where(Organisation.id.in_(group_orgs(session, today(session))))
                .order_by(Organisation.code)
            ).all()
        )
        lines = [
            _line(row, [goods[item] for item in items], (stock, orgs, org_id))
            for row, items in zip(rows, meant, strict=True)
            if items
        ]
    problems = tuple(problem for row in rows for problem in row.problems)
    return Prescription(opened.file_name, tuple(lines), problems)


def _meant(session: Session, rows: Sequence[SheetRow], org_id: int) -> list[tuple[int, ...]]:
    """The items that each row may be filled with; a row without any is a problem."""
    finder = load_finder(session)
    own = _own_codes(session, [row.text("code") for row in rows], org_id)
    catalogue = catalogue_entries(session)
    stated = [
        Entry(row.text("name"), row.text("form"), row.text("spec"), row.text("maker"))
        for row in rows
    ]
    theirs, mine = assign((catalogue, stated), Key.STRENGTH)
    by_key: dict[str, list[int]] = defaultdict(list)
    for key, entry in zip(theirs, catalogue, strict=True):
        by_key[key].append(entry.item_id)
    found = []
    for row, key in zip(rows, mine, strict=True):
        code = row.text("code")
        item = own.get(code.upper()) or finder.by_group_code(code) if code else None
        for system in _SYSTEMS:
            if item is None and code and codes.is_valid(system, code):
                item = finder.by_code(system, codes.validate(system, code))
        items = (item,) if item is not None else tuple(by_key.get(key, ()))
        if not items:
            row.wrong(
                "code" if code else "name",
                "prescription.unknown",
                _(
                    "目录里没有「{name} {spec}」。请核对名称和规格，或写统一编码。",
                    name=row.text("name")[:40],
                    spec=row.text("spec")[:40],
                ),
            )
        found.append(items)
    return found


def _own_codes(session: Session, texts: Sequence[str], org_id: int) -> dict[str, int]:
    wanted = {text.upper() for text in texts if text}
    rows = session.execute(
        select(ItemCode.code, ItemCode.item_id).where(
            ItemCode.org_id == org_id,
            ItemCode.system == CodeSystem.LOCAL.value,
            ItemCode.code.in_(wanted),
            ItemCode.valid_to.is_(None),
        )
    )
    return {row.code.upper(): row.item_id for row in rows}


def _line(
    row: SheetRow,
    items: Sequence[Item],
    world: tuple[Mapping[tuple[int, int], int], Mapping[int, str], int],
) -> PrescribedLine:
    stock, orgs, own = world
    first = items[0]
    asked = _asked(row, first)
    offers = [
        Offer(org, name, org == own, item.id, item.code, item.name, item.spec, qty,
              enough=qty >= max(asked, 1))
        for item in items
        for org, name in orgs.items()
        if (qty := stock.get((org, item.id), 0))
    ]  # fmt: skip
    offers.sort(key=lambda one: (not one.own, not one.enough, -one.qty, one.org))
    words = (row.text("name"), row.text("spec"))
    text = " ".join(word for word in words if word) or first.name
    return PrescribedLine(
        row.number, text, asked, first.base_unit, first.pack_unit, first.pack_factor,
        tuple(offers),
    )  # fmt: skip


def _asked(row: SheetRow, item: Item) -> int:
    """Smallest units prescribed: in packs unless the row names the smallest unit."""
    count = row.count("qty")
    unit = row.text("unit")
    if not unit or unit == item.pack_unit:
        return count * item.pack_factor
    if unit == item.base_unit:
        return count
    row.wrong(
        "unit",
        "unit.unknown",
        _("单位 {unit} 不在换算里。可用：{names}。", unit=unit[:10],
          names=f"{item.base_unit}、{item.pack_unit}"),
    )  # fmt: skip
    return count * item.pack_factor
