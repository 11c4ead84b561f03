"""目录吻合度 of the members in the database: from lists or snapshots, stored, with its trend."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.alignment.compare import Comparison, Lists, Question, compare
from app.domain.alignment.entries import Entry
from app.domain.alignment.keys import Key
from app.domain.alignment.measure import VERSION, Formula, measure
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import _
from app.models.formulary import AlignmentFigure, FormularySnapshot
from app.models.item import Item
from app.models.party import Organisation
from app.services.access import group_orgs, lead_org
from app.services.db import Database, database_of, now, today
from app.services.formulary.items import entries_of, facts_of
from app.services.formulary.listing import yearly_use
from app.services.formulary.named import named_entries
from app.services.formulary.rights import require_keeper
from app.services.formulary.snapshots import latest, snapshot_entries
from app.services.operations import claim, finish


@dataclass(frozen=True, slots=True)
class AlignQuery:
    """What is asked.

    Attributes:
        orgs: Members; empty: all members of the group today.
        on: A day in the past is answered from the last snapshots up to it; None: lists of today.
        list_id: A named list that both sides are cut down to; 0: all drugs.
        by_use: Weigh by the lead's and members' demand of the last twelve months.
        kept: Whether a past day is answered from snapshots; else from the entries' own days.
    """

    orgs: tuple[int, ...] = ()
    key: Key = Key.FORM
    list_id: int = 0
    on: date | None = None
    by_use: bool = False
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Aligned:
    """The comparison, with the organisations behind its pairs and the days of the lists."""

    comparison: Comparison
    orgs: tuple[int, ...]
    lead_id: int
    day: date


@dataclass(frozen=True, slots=True)
class StoreFigures:
    """Keep today's (or a past day's) figures of the members, for the trend."""

    op_id: UUID
    query: AlignQuery


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A stored figure of one member."""

    org_id: int
    org: str
    day: date
    numerator: int
    denominator: int
    lead_items: int
    formula_version: str

    @property
    def share(self) -> Decimal:
        """In percent, one hundredth exact."""
        if not self.denominator:
            return Decimal(0)
        return (Decimal(100 * self.numerator) / self.denominator).quantize(Decimal("0.01"))


def align_members(db: Database, actor: Actor, query: AlignQuery) -> Aligned:
    """Compare members with the lead.

    Raises:
        DomainError: There is no list, or no snapshot up to the day.
    """
    with db.read() as session:
        return aligned(session, actor, query)


def aligned(session: Session, actor: Actor, query: AlignQuery) -> Aligned:
    """As `align_members`, in the caller's unit of work."""
    day = query.on or today(session)
    lead = lead_org(session, day)
    orgs = query.orgs or tuple(org for org in group_orgs(session, day) if org != lead)
    names = dict(
        session.execute(
            select(Organisation.id, Organisation.short_name).where(
                Organisation.id.in_((*orgs, lead))
            )
        ).all()
    )
    lead_entries = _entries(session, lead, query)
    if not lead_entries:
        raise DomainError(
            "align.no_lead", _("牵头医院还没有供应目录。请先在「处方集」里建立或导入。")
        )
    lists = [Lists(names[lead], names[org], lead_entries, _entries(session, org, query))
             for org in orgs]  # fmt: skip
    only = named_entries(session, query.list_id) if query.list_id else None
    use = _use(session, actor, (*orgs, lead), day) if query.by_use else None
    return Aligned(compare(lists, Question(query.key, only, use)), orgs, lead, day)


def store_figures(db: Database, actor: Actor, command: StoreFigures) -> int:
    """Keep the figures of all formulas; how many were written. A second run of a day replaces."""
    with db.write() as session:
        lead = lead_org(session, today(session))
        book = require_keeper(session, actor, 0)
        earlier = claim(session, actor, book, command.op_id, "alignment.store", command)
        if earlier is not None:
            return int(earlier["figures"])
        query = replace(command.query, by_use=False)
        written = write_figures(session, actor, aligned(session, actor, query), query)
        finish(session, lead, command.op_id, {"figures": written})
        return written


def write_figures(session: Session, actor: Actor, found: Aligned, query: AlignQuery) -> int:
    """Write the figures of a comparison, in the caller's unit of work."""
    rows = []
    for org, pair in zip(found.orgs, found.comparison.pairs, strict=True):
        for formula in Formula:
            ratio = measure(pair, formula)
            rows.append(
                {"org_id": org, "id": new_id(), "day": found.day, "lead_id": found.lead_id,
                 "list_id": query.list_id, "key": found.comparison.key.value,
                 "formula": formula.value, "formula_version": VERSION,
                 "numerator": int(ratio.numerator), "denominator": int(ratio.denominator),
                 "lead_items": len(pair.lead), "created_at": now(session),
                 "created_by": actor.person_id}
            )  # fmt: skip
    if not rows:
        return 0
    make = sqlite_insert if database_of(session).is_sqlite else pg_insert
    statement = make(AlignmentFigure)
    new = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["org_id", "day", "lead_id", "list_id", "key", "formula"],
            set_={name: new[name] for name in
                  ("formula_version", "numerator", "denominator", "lead_items", "created_at",
                   "created_by")},
        ),
        rows,
    )  # fmt: skip
    return len(rows)


def trend(
    db: Database, actor: Actor, query: AlignQuery, formula: Formula = Formula.F1
) -> tuple[TrendPoint, ...]:
    """The stored figures, the oldest first."""
    del actor
    with db.read() as session:
        statement = (
            select(AlignmentFigure, Organisation.short_name)
            .join(Organisation, Organisation.id == AlignmentFigure.org_id)
            .where(
                AlignmentFigure.list_id == query.list_id,
                AlignmentFigure.key == query.key.value,
                AlignmentFigure.formula == formula.value,
            )
            .order_by(AlignmentFigure.day, Organisation.code)
        )
        if query.orgs:
            statement = statement.where(AlignmentFigure.org_id.in_(query.orgs))
        return tuple(
            TrendPoint(
                row.org_id, name, row.day, row.numerator, row.denominator, row.lead_items,
                row.formula_version,
            )
            for row, name in session.execute(statement)
        )  # fmt: skip


def snapshot_days(db: Database, actor: Actor) -> tuple[date, ...]:
    """The days on which lists were kept, the newest first."""
    del actor
    with db.read() as session:
        days = session.scalars(
            select(FormularySnapshot.day).distinct().order_by(FormularySnapshot.day.desc())
        )
        return tuple(days)


def _entries(session: Session, org_id: int, query: AlignQuery) -> tuple[Entry, ...]:
    if query.on is None:
        return entries_of(session, org_id, today(session))
    kept = latest(session, org_id, query.on) if query.kept else None
    if kept is None:
        return entries_of(session, org_id, query.on)
    return snapshot_entries(session, org_id, kept.id)


def _use(session: Session, actor: Actor, orgs: Collection[int], day: date) -> tuple[Entry, ...]:
    """The demand of the last twelve months in packs, of all that the actor may see."""
    use: dict[int, int] = {}
    for org in orgs:
        for item, qty in yearly_use(session, actor, org, day).items():
            use[item] = use.get(item, 0) + qty
    factors = session.execute(select(Item.id, Item.pack_factor)).all()
    packs = {item: Decimal(use[item]) / factor for item, factor in factors if item in use}
    return tuple(
        replace(entry, use=packs[entry.item_id].quantize(Decimal("0.1")))
        for entry in _drugs(session, packs.keys())
    )


def _drugs(session: Session, items: Collection[int]) -> tuple[Entry, ...]:
    return tuple(
        Entry(fact.name, fact.form, fact.spec, fact.maker, item_id=fact.item_id)
        for fact in facts_of(session, items).values()
        if fact.is_drug
    )
