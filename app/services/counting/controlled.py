"""专用账册: every move of narcotic and psychotropic drugs, drug by drug, with what is left.

What a line tells (day, paper, drug, maker, lot, expiry, what came, went and is left, who did it and
who checked it) follows 医疗机构麻醉药品、第一类精神药品管理规定 (卫医发〔2005〕438号).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session, aliased

from app.domain.duties import Actor, Duty
from app.i18n import _
from app.models.counting import Disposal, StockCount
from app.models.item import Item
from app.models.party import Maker, Organisation, Person
from app.models.receiving import Acceptance
from app.models.stock import Ledger, Lot, Place, SecondPerson
from app.models.transfer import Transfer
from app.services.access import require
from app.services.db import Database
from app.services.queries.portions import key_portions, portions
from app.services.stock.paper_numbers import paper_numbers


@dataclass(frozen=True, slots=True)
class ControlledRow:
    """A line of the ledger: what came, went, is left of one drug.

    Attributes:
        item: Name and specification; each has an account of its own.
        doc_kind: What the paper is.
        doc_no: Its number, empty where it has none.
        other_end: Where it came from or went: of a transfer the other house, else the place; how
            much was lost on the way, which had gone out of the balance when it was sent.
        balance: Smallest units of the drug in the house after this line.
        second: Who checked: second person at the door or at dispatch, approver of a count or a
            write-off, empty where one person did it.
    """

    seq: int
    day: date
    item: str
    maker: str
    lot_no: str
    expiry: date | None
    came: int
    went: int
    balance: int
    unit: str
    other_end: str
    person: str
    second: str
    doc_kind: str
    doc_no: str


def controlled_ledger(db: Database, actor: Actor, org_id: int) -> tuple[ControlledRow, ...]:
    """All lines of a house, oldest first, with the drug's balance after each."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        rows = _moves(session, org_id)
        papers = {row.doc_id for row in rows}
        numbers, seconds = paper_numbers(session, papers), _seconds(session, org_id, papers)
        proved = _proved(session, org_id, {row.op_id for row in rows})
        partners = _partners(session, org_id, papers)
    balance: dict[int, int] = {}
    found = []
    for row in rows:
        came = row.qty if row.end_holds else 0
        went = row.qty if row.start_holds else 0
        balance[row.item_id] = balance.get(row.item_id, 0) + came - went
        second = proved.get(row.op_id) or seconds.get(row.doc_id, "")
        found.append(
            ControlledRow(
                seq=row.seq, day=row.occurred_on, item=f"{row.name} {row.spec}",
                maker=row.maker or "", lot_no=row.lot_no or "", expiry=row.expiry,
                came=came, went=went, balance=balance[row.item_id], unit=row.base_unit,
                other_end=_other_end(row, partners),
                person=row.person or "—",
                second="" if second == row.person else second, doc_kind=row.doc_kind,
                doc_no=numbers.get((org_id, row.doc_id), ""),
            )
        )  # fmt: skip
    return tuple(found)


def _other_end(row: Row[*tuple[Any, ...]], partners: dict[int, str]) -> str:
    """Where it came from or went to; what was lost had left the house before."""
    if row.lost:
        return _("在途丢失 {n} {unit}", n=row.qty, unit=row.base_unit)
    return partners.get(row.doc_id) or str(row.start if row.end_holds else row.end)


def _moves(session: Session, org_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Every move of controlled drugs into the house or out of it, oldest first; lost on the way."""
    source, target = aliased(Place), aliased(Place)
    lost = and_(source.kind == "transit", target.kind == "lost")
    return session.execute(
        select(
            Ledger.seq, Ledger.occurred_on, Ledger.item_id, Ledger.qty, Ledger.doc_id,
            Ledger.doc_kind, Ledger.op_id, Item.name, Item.spec, Item.base_unit,
            Maker.name.label("maker"),
            Lot.lot_no, Lot.expiry, Person.name.label("person"),
            source.name.label("start"), source.holds_stock.label("start_holds"),
            target.name.label("end"), target.holds_stock.label("end_holds"), lost.label("lost"),
        )
        .join(Item, Item.id == Ledger.item_id)
        .outerjoin(Maker, Maker.id == Item.maker_id)
        .outerjoin(Lot, Lot.id == Ledger.lot_id)
        .join(source, and_(source.org_id == Ledger.org_id, source.id == Ledger.from_place))
        .join(target, and_(target.org_id == Ledger.org_id, target.id == Ledger.to_place))
        .outerjoin(Person, Person.id == Ledger.actor_id)
        .where(Ledger.org_id == org_id, Item.controlled != "",
               or_(source.holds_stock != target.holds_stock, lost))
        .order_by(Ledger.seq)
    ).all()  # fmt: skip


def _partners(session: Session, org_id: int, papers: Collection[int]) -> dict[int, str]:
    """Transfer → the other house."""
    found: dict[int, str] = {}
    for part in key_portions(papers):
        rows = session.execute(
            select(Transfer.id, Organisation.short_name)
            .join(
                Organisation,
                or_(
                    and_(Transfer.org_id == org_id, Organisation.id == Transfer.donor_id),
                    and_(Transfer.donor_id == org_id, Organisation.id == Transfer.org_id),
                ),
            )
            .where(Transfer.id.in_(part))
        )
        found |= {row.id: row.short_name for row in rows}
    return found


def _proved(session: Session, org_id: int, ops: Collection[UUID]) -> dict[UUID, str]:
    """Operation → who checked the goods and proved it by the own password."""
    found: dict[UUID, str] = {}
    for part in portions(sorted(ops)):
        rows = session.execute(
            select(SecondPerson.op_id, Person.name)
            .join(Person, Person.id == SecondPerson.person_id)
            .where(SecondPerson.org_id == org_id, SecondPerson.op_id.in_(part))
        )
        found |= {row.op_id: row.name for row in rows}
    return found


def _seconds(session: Session, org_id: int, papers: Collection[int]) -> dict[int, str]:
    """Document → who looked at it besides who booked it; of a transfer, at the own side."""
    asked = (
        (Acceptance, Acceptance.second_person_id, Acceptance.org_id),
        (StockCount, StockCount.submitted_by, StockCount.org_id),
        (Disposal, Disposal.approved_by, Disposal.org_id),
        (Transfer, Transfer.approved_by, Transfer.org_id),
        (Transfer, Transfer.confirmed_by, Transfer.donor_id),
    )
    found: dict[int, str] = {}
    for part in key_portions(papers):
        for table, column, house in asked:
            rows = session.execute(
                select(table.id, Person.name)
                .join(Person, Person.id == column)
                .where(house == org_id, table.id.in_(part))
            )
            found |= {row.id: row.name for row in rows}
    return found
