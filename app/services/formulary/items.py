"""Items of a list with the facts that rules and alignment look at."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from app.domain.alignment.entries import Entry
from app.domain.codes import CodeSystem
from app.domain.formulary.listed import Listed
from app.models.formulary import FormularyEntry
from app.models.item import Item, ItemCode, Product
from app.models.party import Maker
from app.services.queries.portions import key_portions

GROUP = 0
"""The organisation of rows that belong to the whole group."""


def standing(org_id: int, day: date) -> Select[int]:
    """The items that stand on an organisation's list on a day."""
    return select(FormularyEntry.item_id).where(FormularyEntry.org_id == org_id, in_force(day))


def in_force(day: date) -> Any:
    """The condition that an entry holds on a day."""
    return and_(
        FormularyEntry.valid_from <= day,
        or_(FormularyEntry.valid_to.is_(None), FormularyEntry.valid_to > day),
    )


def listed(session: Session, org_id: int, day: date) -> tuple[Listed, ...]:
    """The list of an organisation as the rules see it."""
    group = frozenset(session.scalars(standing(GROUP, day)))
    exceptions = dict(
        session.execute(
            select(FormularyEntry.item_id, FormularyEntry.exception).where(
                FormularyEntry.org_id == org_id, in_force(day)
            )
        ).all()
    )
    rows = session.execute(_facts().where(Item.id.in_(standing(org_id, day)))).all()
    found = (_listed(row, exceptions.get(row.id) or "", group) for row in rows)
    return tuple(sorted(found, key=lambda item: (item.generic, item.form, item.spec)))


def facts_of(session: Session, items: Collection[int]) -> dict[int, Listed]:
    """Some items as the rules see them."""
    found: dict[int, Listed] = {}
    for chunk in key_portions(items):
        rows = session.execute(_facts().where(Item.id.in_(chunk))).all()
        found |= {row.id: _listed(row, "", frozenset({row.id})) for row in rows}
    return found


def winners(session: Session) -> tuple[Listed, ...]:
    """Everything in the catalogue that won in 集采 and may be bought."""
    rows = session.execute(_facts().where(Item.vbp.is_(True), Item.status == "active")).all()
    return tuple(_listed(row, "", frozenset({row.id})) for row in rows)


def entries_of(session: Session, org_id: int, day: date) -> tuple[Entry, ...]:
    """The drugs of a list as alignment compares them."""
    codes = _national(session)
    rows = session.execute(
        _facts().where(Item.id.in_(standing(org_id, day)), Item.item_class == "drug")
    ).all()
    return tuple(
        Entry(
            name=row.name, form=row.form, spec=row.spec, maker=row.maker,
            national=codes.get(row.id, ""), approval=row.approval_no or "", code=row.code,
            item_id=row.id,
        )
        for row in rows
    )  # fmt: skip


def _national(session: Session) -> dict[int, str]:
    rows = session.execute(
        select(ItemCode.item_id, ItemCode.code).where(
            ItemCode.system == CodeSystem.NATIONAL.value, ItemCode.org_id == GROUP
        )
    )
    return dict(rows.all())


def _facts() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Item.id, Item.code, Item.item_class, Item.name, Product.form, Item.strength, Item.spec,
            Maker.short_name.label("maker"), Item.approval_no, Item.approval_valid_to, Item.status,
            Item.essential, Item.vbp, Item.controlled, Item.antibiotic,
        )
        .join(Product, Product.id == Item.product_id)
        .join(Maker, Maker.id == Item.maker_id)
    )  # fmt: skip


def _listed(row: Any, exception: str, group: frozenset[int]) -> Listed:
    return Listed(
        item_id=row.id,
        item_class=row.item_class,
        name=row.name,
        form=row.form,
        strength=row.strength,
        spec=row.spec,
        maker=row.maker,
        approval_no=row.approval_no or "",
        approval_valid_to=row.approval_valid_to,
        status=row.status,
        essential=row.essential,
        vbp=row.vbp,
        controlled=row.controlled,
        antibiotic=row.antibiotic,
        exception=exception,
        in_group=row.id in group,
    )
