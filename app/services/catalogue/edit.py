"""Adding and changing items: checked, kept with its search text, and remembered in its history."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.domain import catalogue, codes
from app.domain.catalogue import CodeDraft, ItemDraft
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, refuse_if
from app.domain.ids import new_id
from app.i18n import _
from app.models.item import Item, ItemChange, ItemCode, ItemUnit, Product
from app.models.party import Maker, Person
from app.services import audit
from app.services.access import lead_org, require
from app.services.catalogue.index import reindex
from app.services.catalogue.strictness import is_strict
from app.services.db import Database, local_time, now, today
from app.services.operations import claim, finish, plain

Step = Callable[[int], None]
"""Told how many are done; may raise to stop."""
_RUNNING: Final = 6
_COMPANY: Final = re.compile(r"(有限责任公司|股份有限公司|有限公司|公司)$")


@dataclass(frozen=True, slots=True)
class SaveItem:
    """Add an item (`item_id` 0) or change one.

    Attributes:
        op_id: Made once per intention.
        version: The version that was shown to the person; 0 for a new item.
        code: A group code for a new item; empty takes the next free one.
    """

    op_id: UUID
    draft: ItemDraft
    item_id: int = 0
    version: int = 0
    code: str = ""


@dataclass(frozen=True, slots=True)
class SavedItem:
    """What was kept: the item, and which fields changed."""

    item_id: int
    code: str
    changed: tuple[str, ...]


def save_item(db: Database, actor: Actor, command: SaveItem) -> SavedItem:
    """Keep an item.

    Raises:
        DomainError: The draft has errors (all of them, by field), or the code is taken.
        ConflictError: Somebody else changed the item since it was shown.
    """
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.CATALOGUE, lead)
        earlier = claim(session, actor, lead, command.op_id, "item.save", command)
        if earlier is not None:
            return SavedItem(earlier["item_id"], earlier["code"], tuple(earlier["changed"]))
        problems = catalogue.check(command.draft, today(session), strict=is_strict(session))
        refuse_if(problems, "item.invalid", _("品规没有保存。"))
        saved = (
            change(session, actor, command.item_id, command.draft, command.version)
            if command.item_id
            else add(session, actor, command.draft, command.code)
        )
        reindex(session, (saved.item_id,))
        verb = "item.change" if command.item_id else "item.create"
        audit.record(
            session, actor, lead, verb, ("item", saved.item_id), {"changed": saved.changed}
        )
        finish(session, lead, command.op_id, plain(saved))
        return saved


def add(session: Session, actor: Actor, draft: ItemDraft, code: str = "") -> SavedItem:
    """Write a new item without its search text; the caller has checked the draft."""
    item_id = new_id()
    own_code = _own_code(session, draft, code)
    session.add(
        Item(
            id=item_id,
            code=own_code,
            product_id=_product(session, draft),
            maker_id=_maker(session, draft),
            version=1,
            updated_at=now(session),
            usage_rank=0,
            lot_tracked=True,
            **columns_of(draft),
        )
    )
    session.flush()
    _write_units(session, item_id, draft)
    _write_codes(session, item_id, draft)
    remember(session, actor, item_id, {"": [None, own_code]})
    return SavedItem(item_id, own_code, ())


def change(
    session: Session, actor: Actor, item_id: int, draft: ItemDraft, version: int
) -> SavedItem:
    """Write a changed item without its search text; version 0 takes whatever is there."""
    item = session.get(Item, item_id)
    if item is None:
        raise DomainError("item.unknown", _("没有这个品规，可能已并入别的品规。请重新搜索。"))
    if version and item.version != version:
        raise _was_first(session, item)
    _keep_units(item, draft)
    former = item.approval_no or ""
    before = _snapshot(session, item)
    values = columns_of(draft) | {
        "product_id": _product(session, draft),
        "maker_id": _maker(session, draft),
        "version": item.version + 1,
        "updated_at": now(session),
    }
    done = session.execute(
        update(Item)
        .where(Item.id == item_id, Item.version == item.version)
        .values(**values)
        .returning(Item.id)
    ).first()
    if done is None:
        raise _was_first(session, item)
    session.expire(item)
    _write_units(session, item_id, draft)
    _write_codes(session, item_id, draft)
    if former != draft.approval_no.strip():
        _end_licence(session, item_id, former)
    after = _snapshot(session, item)
    what = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    if what:
        remember(session, actor, item_id, what)
    return SavedItem(item_id, item.code, tuple(what))


def columns_of(draft: ItemDraft) -> dict[str, Any]:
    """The draft as columns of `Item`, without ids and version."""
    return {
        "item_class": draft.item_class.value,
        "name": draft.name.strip(),
        "trade_name": draft.trade_name.strip() or None,
        "strength": draft.strength.strip(),
        "spec": draft.spec,
        "approval_no": draft.approval_no.strip() or None,
        "approval_valid_to": draft.approval_valid_to,
        "base_unit": draft.base_unit.strip(),
        "pack_unit": draft.pack_unit.strip(),
        "pack_factor": draft.pack_factor,
        "storage": draft.storage.value,
        "storage_text": draft.storage_text.strip() or draft.storage.label,
        "shelf_life_days": draft.shelf_life_days or None,
        "status": draft.status.value,
        "insurance": draft.insurance or None,
        "controlled": draft.controlled,
        "antibiotic": draft.antibiotic,
        **{name: name in draft.flags for name in catalogue.FLAGS},
    }


def _keep_units(item: Item, draft: ItemDraft) -> None:
    """Stock, prices and orders count in the smallest unit: it cannot become another one."""
    if (item.base_unit, item.pack_factor) != (draft.base_unit.strip(), draft.pack_factor):
        raise DomainError(
            "item.units_fixed",
            _(
                "最小单位和包装数量不能改：库存和价格都按它记账。"
                "包装变了请新增一个品规，再停用旧的。"
            ),
        )


def _own_code(session: Session, draft: ItemDraft, code: str) -> str:
    prefix = draft.item_class.prefix
    if not code.strip():
        known = session.scalars(select(Item.code).where(Item.code.like(f"{prefix}%"))).all()
        return Numbering(known)(prefix)
    wanted = codes.validate(codes.CodeSystem.GROUP, code)
    if session.scalar(select(Item.id).where(Item.code == wanted)) is not None:
        raise DomainError(
            "item.code_taken",
            _("统一编码 {code} 已有品规在用。请换一个，或留空由系统编号。", code=wanted),
        )
    return wanted


class Numbering:
    """Hands out the next free group codes, in the way that the catalogue writes them.

    YP-010233, or YP010233 where the class already has codes without the hyphen.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = tuple(taken)
        self._last: dict[str, tuple[str, int]] = {}

    def __call__(self, prefix: str) -> str:
        """The next code of the class with that prefix."""
        hyphen, number = self._last.get(prefix) or self._start(prefix)
        self._last[prefix] = (hyphen, number + 1)
        return f"{prefix}{hyphen}{number + 1:0{_RUNNING}d}"

    def _start(self, prefix: str) -> tuple[str, int]:
        form = re.compile(rf"{prefix}(-?)([0-9]{{{_RUNNING}}})")
        found = [match for code in self._taken if (match := form.fullmatch(code))]
        hyphen = "" if any(not match[1] for match in found) else "-"
        return hyphen, max((int(match[2]) for match in found), default=0)


def _product(session: Session, draft: ItemDraft) -> int:
    key = (draft.item_class.value, draft.name.strip(), draft.form.strip())
    found = session.scalar(
        select(Product).where(
            Product.item_class == key[0], Product.generic_name == key[1], Product.form == key[2]
        )
    )
    if found is None:
        found = Product(id=new_id(), item_class=key[0], generic_name=key[1], form=key[2])
        session.add(found)
    found.category = draft.category.strip() or found.category
    found.atc = draft.atc.strip() or found.atc
    session.flush()
    return found.id


def _maker(session: Session, draft: ItemDraft) -> int:
    name = draft.maker.strip()
    number = company_of(draft)
    found = session.execute(
        select(Maker.id, Maker.company_code).where(Maker.name == name)
    ).one_or_none()
    if found is None:
        key = new_id()
        session.execute(insert(Maker), [maker_row(key, name, number)])
        return key
    if number and not found.company_code:
        session.execute(update(Maker).where(Maker.id == found.id).values(company_code=number))
    return int(found.id)


def company_of(draft: ItemDraft) -> str:
    """The maker's number in the item's 本位码 and 医保编码; empty where they name none or two."""
    known = codes.company_codes((entry.system, entry.code) for entry in draft.codes)
    return known[0] if len(known) == 1 else ""


def maker_row(key: int, name: str, number: str = "") -> dict[str, Any]:
    """A new maker; its short name is the name without the legal form."""
    short = _COMPANY.sub("", name) or name
    return {
        "id": key, "name": name, "short_name": short, "company_code": number or None, "aliases": [],
    }  # fmt: skip


def add_names(session: Session, maker: str, names: Sequence[str]) -> None:
    """Remember other names of a maker, so that a sheet that uses them means the same one."""
    if not names:
        return
    row = session.scalar(select(Maker).where(Maker.name == maker.strip()))
    new = [name for name in names if row is not None and name not in (row.aliases or ())]
    if row is not None and new:
        row.aliases = [*(row.aliases or ()), *new]


def _write_units(session: Session, item_id: int, draft: ItemDraft) -> None:
    session.execute(delete(ItemUnit).where(ItemUnit.item_id == item_id))
    session.execute(
        insert(ItemUnit),
        [
            {"item_id": item_id, "factor": factor, "name": name, "level": level}
            for factor, name, level in catalogue.steps(draft)
        ],
    )


def _write_codes(session: Session, item_id: int, draft: ItemDraft) -> None:
    """Make the group's codes those of the draft; what stays keeps its row, the rest goes."""
    wanted = {
        (entry.system.value, codes.validate(entry.system, entry.code)): entry
        for entry in with_approval(draft)
    }
    known = session.scalars(
        select(ItemCode).where(ItemCode.item_id == item_id, ItemCode.org_id == 0)
    ).all()
    for row in known:
        entry = wanted.pop((row.system, row.code), None)
        if entry is None and row.system in _HISTORIC:
            # A number that was replaced stays findable on old papers: it ends today.
            row.valid_to = row.valid_to or _after_start(row.valid_from, today(session))
        elif entry is None:
            session.delete(row)
        else:
            row.unit_factor, row.valid_from = entry.unit_factor, entry.valid_from
            row.valid_to = entry.valid_to
    rows = [_code_row(item_id, entry) for entry in wanted.values()]
    if rows:
        session.execute(insert(ItemCode), rows)
    session.flush()


def _end_licence(session: Session, item_id: int, number: str) -> None:
    """The number that was replaced stays findable on old papers, but ends today."""
    day = today(session)
    for row in session.scalars(
        select(ItemCode).where(
            ItemCode.item_id == item_id,
            ItemCode.org_id == 0,
            ItemCode.system.in_(_HISTORIC),
            ItemCode.valid_to.is_(None),
        )
    ):
        system = codes.CodeSystem(row.system)
        if codes.is_valid(system, number) and row.code == codes.validate(system, number):
            row.valid_to = _after_start(row.valid_from, day)
    session.flush()


def _code_row(item_id: int, entry: CodeDraft) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "id": new_id(),
        "system": entry.system.value,
        "code": codes.validate(entry.system, entry.code),
        "org_id": 0,
        "unit_factor": entry.unit_factor,
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
    }


_HISTORIC: Final = frozenset({codes.CodeSystem.APPROVAL.value, codes.CodeSystem.CERTIFICATE.value})


def _after_start(valid_from: date | None, day: date) -> date | None:
    return day if valid_from is None or valid_from < day else None


def with_approval(draft: ItemDraft) -> tuple[CodeDraft, ...]:
    """The draft's codes and its current approval number, where that has a known form."""
    system = catalogue.approval_system(draft.item_class)
    if not draft.approval_no:
        return draft.codes
    try:
        number = codes.validate(system, draft.approval_no)
    except DomainError:
        return draft.codes
    if any(entry.system is system and entry.code == number for entry in draft.codes):
        return draft.codes
    return (*draft.codes, CodeDraft(system, number, valid_to=None))


def _snapshot(session: Session, item: Item) -> dict[str, Any]:
    """The item's facts as plain values, to be compared."""
    names = (
        "name", "trade_name", "strength", "spec", "approval_no", "approval_valid_to", "pack_unit",
        "storage", "storage_text", "shelf_life_days", "status", "insurance", "controlled",
        "antibiotic", *catalogue.FLAGS,
    )  # fmt: skip
    product = session.get_one(Product, item.product_id)
    facts = {name: plain(getattr(item, name)) for name in names}
    facts["form"] = product.form
    facts["maker"] = session.get_one(Maker, item.maker_id).name
    facts["codes"] = sorted(
        f"{system}:{code}"
        for system, code in session.execute(
            select(ItemCode.system, ItemCode.code).where(
                ItemCode.item_id == item.id, ItemCode.org_id == 0
            )
        )
    )
    return facts


def remember(session: Session, actor: Actor, item_id: int, what: dict[str, Any]) -> None:
    """Write into the item's history: field → [old, new]; "" for the item as a whole."""
    session.add(
        ItemChange(
            item_id=item_id, id=new_id(), at=now(session), person_id=actor.person_id, what=what
        )
    )
    session.flush()


def _was_first(session: Session, item: Item) -> ConflictError:
    """Somebody saved the item in between: who and when."""
    row = session.execute(
        select(ItemChange.at, Person.name)
        .outerjoin(Person, Person.id == ItemChange.person_id)
        .where(ItemChange.item_id == item.id)
        .order_by(ItemChange.at.desc(), ItemChange.id.desc())
        .limit(1)
    ).first()
    who = row.name if row and row.name else _("有人")
    when = f"{local_time(row.at):%H:%M}" if row else ""
    return ConflictError(
        "item.changed", _("{who} {when} 改过这个品规。请重新打开再改。", who=who, when=when)
    )
