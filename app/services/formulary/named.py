"""Named lists: 慢性病常见病 that figures are cut by, 联合病房常备 that a ward keeps ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.alignment.entries import Entry
from app.domain.duties import Actor
from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_id
from app.i18n import N_, _
from app.models.formulary import NamedList, NamedListItem
from app.models.item import Item, Product
from app.models.party import Maker
from app.services import audit
from app.services.db import Database, database_of, now, today
from app.services.formulary.items import GROUP, standing
from app.services.formulary.rights import require_keeper
from app.services.operations import claim, finish
from app.services.queries.portions import key_portions, portions

KINDS: Final = {"chronic": N_("慢性病常见病"), "ward": N_("病房常备"), "other": N_("其他")}


@dataclass(frozen=True, slots=True)
class CreateNamed:
    """Begin a list; `org_id` 0 for the group's."""

    op_id: UUID
    org_id: int
    code: str
    name: str
    kind: str = "chronic"


@dataclass(frozen=True, slots=True)
class PutNamed:
    """Put items on a list (item, smallest units to keep ready), or take items off it."""

    op_id: UUID
    org_id: int
    list_id: int
    put: tuple[tuple[int, int], ...] = ()
    drop: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedRow:
    """A list and how much is on it."""

    list_id: int
    org_id: int
    code: str
    name: str
    kind: str
    items: int


@dataclass(frozen=True, slots=True)
class NamedItemRow:
    """An item of a list."""

    item_id: int
    code: str
    name: str
    form: str
    spec: str
    maker: str
    keep_qty: int
    base_unit: str
    pack_unit: str
    pack_factor: int


def create_named(db: Database, actor: Actor, command: CreateNamed) -> NamedRow:
    """Begin a named list.

    Raises:
        DomainError: Code or name is missing, or the kind is unknown.
        ConflictError: The code is taken.
    """
    code, name = command.code.strip(), command.name.strip()
    if not code or not name or command.kind not in KINDS:
        raise DomainError("named.empty", _("请填清单编号和名称，如 MB01、慢性病常见病清单。"))
    with db.write() as session:
        book = require_keeper(session, actor, command.org_id)
        earlier = claim(session, actor, book, command.op_id, "named.create", command)
        if earlier is not None:
            return NamedRow(**earlier)
        taken = select(NamedList.id).where(
            NamedList.org_id == command.org_id, NamedList.code == code
        )
        if session.scalar(taken) is not None:
            raise ConflictError("named.code", _("编号 {code} 已经有清单了。请换一个。", code=code))
        row = NamedRow(new_id(), command.org_id, code, name, command.kind, 0)
        session.add(
            NamedList(
                org_id=row.org_id, id=row.list_id, code=code, name=name, kind=row.kind,
                active=True, created_at=now(session), created_by=actor.person_id,
            )
        )  # fmt: skip
        session.flush()
        finish(session, book, command.op_id, _plain(row))
        return row


def put_named(db: Database, actor: Actor, command: PutNamed) -> NamedRow:
    """Change what is on a list. A ward keeps only what the group's list holds.

    Raises:
        DomainError: The list is unknown, or an item is not on the group's list.
    """
    with db.write() as session:
        book = require_keeper(session, actor, command.org_id)
        earlier = claim(session, actor, book, command.op_id, "named.put", command)
        if earlier is not None:
            return NamedRow(**earlier)
        kept = session.get(NamedList, (command.org_id, command.list_id))
        if kept is None:
            raise DomainError("named.unknown", _("没有找到这份清单。请刷新后再看。"))
        if kept.kind == "ward":
            _check_group(session, [item for item, _qty in command.put])
        _put(session, command)
        for part in key_portions(command.drop):
            session.execute(
                delete(NamedListItem).where(
                    NamedListItem.org_id == command.org_id,
                    NamedListItem.list_id == command.list_id,
                    NamedListItem.item_id.in_(part),
                )
            )
        audit.record(
            session, actor, book, "named.put", ("named_list", kept.id),
            {"put": len(command.put), "drop": len(command.drop)},
        )  # fmt: skip
        row = _row(session, kept)
        finish(session, book, command.op_id, _plain(row))
        return row


def named_lists(db: Database, actor: Actor, kind: str = "") -> tuple[NamedRow, ...]:
    """The group's lists and those of the organisations that the actor may see."""
    with db.read() as session:
        statement = select(NamedList).where(
            NamedList.org_id.in_({GROUP, *actor.orgs()}), NamedList.active.is_(True)
        )
        if kind:
            statement = statement.where(NamedList.kind == kind)
        rows = session.scalars(statement.order_by(NamedList.kind, NamedList.code)).all()
        return tuple(_row(session, row) for row in rows)


def find_named(db: Database, actor: Actor, code: str) -> NamedRow:
    """The list with a code or name; raises `DomainError` when there is none."""
    for row in named_lists(db, actor):
        if code in {row.code, row.name}:
            return row
    raise DomainError("named.unknown", _("没有清单 {code}。请核对编号。", code=code))


def named_items(db: Database, actor: Actor, org_id: int, list_id: int) -> tuple[NamedItemRow, ...]:
    """What is on a list, by name."""
    del actor
    with db.read() as session:
        rows = session.execute(
            select(Item, Product.form, Maker.short_name, NamedListItem.keep_qty)
            .join(NamedListItem, NamedListItem.item_id == Item.id)
            .join(Product, Product.id == Item.product_id)
            .join(Maker, Maker.id == Item.maker_id)
            .where(NamedListItem.org_id == org_id, NamedListItem.list_id == list_id)
            .order_by(Item.name, Item.spec)
        )
        return tuple(
            NamedItemRow(
                item.id, item.code, item.name, form, item.spec, maker, keep, item.base_unit,
                item.pack_unit, item.pack_factor,
            )
            for item, form, maker, keep in rows
        )  # fmt: skip


def named_entries(session: Session, list_id: int) -> tuple[Entry, ...]:
    """A list as alignment cuts by it: names and forms."""
    rows = session.execute(
        select(Item.id, Item.name, Product.form)
        .join(NamedListItem, NamedListItem.item_id == Item.id)
        .join(Product, Product.id == Item.product_id)
        .where(NamedListItem.list_id == list_id)
    )
    return tuple(Entry(name, form, item_id=item) for item, name, form in rows)


def _check_group(session: Session, items: Sequence[int]) -> None:
    group = frozenset(session.scalars(standing(GROUP, today(session))))
    outside = [item for item in items if item not in group]
    if group and outside:
        name = session.scalar(select(Item.name).where(Item.id == outside[0])) or ""
        raise DomainError(
            "named.outside",
            _("{name} 不在集团供应目录里，不能作病房常备。请先提交药事会申请。", name=name),
        )


def _put(session: Session, command: PutNamed) -> None:
    if not command.put:
        return
    rows = [
        {"org_id": command.org_id, "list_id": command.list_id, "item_id": item,
         "keep_qty": max(0, qty), "added_on": today(session)}
        for item, qty in sorted(dict(command.put).items())  # nobody waits in a ring
    ]  # fmt: skip
    make = sqlite_insert if database_of(session).is_sqlite else pg_insert
    for part in portions(rows):
        statement = make(NamedListItem).values(part)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["org_id", "list_id", "item_id"],
                set_={"keep_qty": statement.excluded.keep_qty},
            )
        )


def _row(session: Session, kept: NamedList) -> NamedRow:
    count = session.scalar(
        select(func.count())
        .select_from(NamedListItem)
        .where(NamedListItem.org_id == kept.org_id, NamedListItem.list_id == kept.id)
    )
    return NamedRow(kept.id, kept.org_id, kept.code, kept.name, kept.kind, int(count or 0))


def _plain(row: NamedRow) -> dict[str, Any]:
    return {"list_id": row.list_id, "org_id": row.org_id, "code": row.code, "name": row.name,
            "kind": row.kind, "items": row.items}  # fmt: skip
