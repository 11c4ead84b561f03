"""Reading lists: what stands on them, what changed, and what the rules say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.formulary.listed import Listed
from app.domain.formulary.rules import Case, Finding, Limits, check_list
from app.models.demand import Demand
from app.models.formulary import FormularyEntry
from app.models.item import Item, Product
from app.models.party import Maker, Organisation
from app.services.db import Database, today
from app.services.formulary.items import GROUP, in_force, listed, standing, winners
from app.services.formulary.limits import limits_in

_YEAR = 365


@dataclass(frozen=True, slots=True)
class FormularyRow:
    """One item of a list.

    Attributes:
        yearly: Smallest units asked for in the last twelve months by the organisation (by all
            that the actor may see, for the group's list).
        in_group: Whether the group's list holds it.
    """

    item_id: int
    code: str
    name: str
    form: str
    spec: str
    maker: str
    item_class: str
    valid_from: date
    valid_to: date | None
    basis: str
    exception: str
    note: str
    essential: bool
    vbp: bool
    controlled: str
    insurance: str
    in_group: bool
    yearly: int
    base_unit: str
    pack_unit: str
    pack_factor: int


def formulary(
    db: Database, actor: Actor, org_id: int, on: date | None = None, text: str = ""
) -> tuple[FormularyRow, ...]:
    """What stands on a list on a day, by name."""
    with db.read() as session:
        day = on or today(session)
        use = yearly_use(session, actor, org_id, day)
        group = frozenset(session.scalars(standing(GROUP, day)))
        rows = session.execute(
            select(FormularyEntry, Item, Product.form, Maker.short_name)
            .join(Item, Item.id == FormularyEntry.item_id)
            .join(Product, Product.id == Item.product_id)
            .join(Maker, Maker.id == Item.maker_id)
            .where(FormularyEntry.org_id == org_id, in_force(day))
            .where(*([or_(Item.name.contains(text), Item.code.contains(text))] if text else []))
            .order_by(Item.name, Item.spec, Item.id)
        ).all()
        return tuple(
            _row(entry, item, form, maker, (use.get(item.id, 0), item.id in group))
            for entry, item, form, maker in rows
        )


def check_formulary(
    db: Database, actor: Actor, org_id: int, on: date | None = None
) -> tuple[Finding, ...]:
    """What the rules say about a list."""
    del actor
    with db.read() as session:
        day = on or today(session)
        case = Case(
            listed(session, org_id, day), day, limits_for(session, org_id), winners(session)
        )
        return check_list(case)


def limits_for(session: Session, org_id: int) -> Limits:
    """The limits that hold for a list: the group's settings, and whether it is a clinic's."""
    kind = session.scalar(select(Organisation.kind).where(Organisation.id == org_id))
    return replace(limits_in(session), primary=kind in {"clinic", "station"})


def yearly_use(session: Session, actor: Actor, org_id: int, day: date) -> dict[int, int]:
    """Smallest units asked for in the twelve months before a day, by item."""
    orgs = actor.orgs() if org_id == GROUP else {org_id} & set(actor.orgs())
    rows = session.execute(
        select(Demand.item_id, func.sum(Demand.asked))
        .where(Demand.org_id.in_(orgs), Demand.day > day - timedelta(days=_YEAR), Demand.day <= day)
        .group_by(Demand.item_id)
    )
    return {item: int(total) for item, total in rows}


def same_generic(session: Session, org_id: int, item: Listed, day: date) -> tuple[Listed, ...]:
    """What a list holds under the same generic name."""
    return tuple(one for one in listed(session, org_id, day) if one.generic == item.generic)


def _row(
    entry: FormularyEntry, item: Item, form: str, maker: str, more: tuple[int, bool]
) -> FormularyRow:
    yearly, in_group = more
    return FormularyRow(
        item_id=item.id,
        code=item.code,
        name=item.name,
        form=form,
        spec=item.spec,
        maker=maker,
        item_class=item.item_class,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
        basis=entry.basis,
        exception=entry.exception or "",
        note=entry.note or "",
        essential=item.essential,
        vbp=item.vbp,
        controlled=item.controlled,
        insurance=item.insurance or "",
        in_group=in_group,
        yearly=yearly,
        base_unit=item.base_unit,
        pack_unit=item.pack_unit,
        pack_factor=item.pack_factor,
    )
