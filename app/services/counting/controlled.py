"""专用账册: every move of narcotic and psychotropic drugs, drug by drug, with what is left.

What a line tells (day, paper, drug, maker, lot, expiry, what came, went and is left, who did it and
who checked it) follows 医疗机构麻醉药品、第一类精神药品管理规定 (卫医发〔2005〕438号).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from app.domain.duties import Actor, Duty
from app.models.counting import Disposal, StockCount
from app.models.item import Item
from app.models.party import Maker, Person
from app.models.receiving import Acceptance
from app.models.stock import Ledger, Lot, Place
from app.models.transfer import Transfer
from app.services.access import require
from app.services.db import Database
from app.services.stock.paper_numbers import paper_numbers


@dataclass(frozen=True, slots=True)
class ControlledRow:
    """A line of the ledger: what came, went, is left of one drug.

    Attributes:
        item: Name and specification; each has an account of its own.
        doc_kind: What the paper is.
        doc_no: Its number, empty where it has none.
        balance: Smallest units of the drug in the house after this line.
        second: Who checked: second person at the door, approver of a count or a write-off, empty
            where one person did it.
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
    source, target = aliased(Place), aliased(Place)
    with db.read() as session:
        rows = session.execute(
            select(Ledger, Item, Maker.name, Lot, source, target, Person.name)
            .join(Item, Item.id == Ledger.item_id)
            .outerjoin(Maker, Maker.id == Item.maker_id)
            .outerjoin(Lot, Lot.id == Ledger.lot_id)
            .join(source, and_(source.org_id == Ledger.org_id, source.id == Ledger.from_place))
            .join(target, and_(target.org_id == Ledger.org_id, target.id == Ledger.to_place))
            .outerjoin(Person, Person.id == Ledger.actor_id)
            .where(Ledger.org_id == org_id, Item.controlled != "")
            .order_by(Ledger.seq)
        ).all()
        papers = {row[0].doc_id for row in rows}
        numbers, seconds = paper_numbers(session, papers), _seconds(session, org_id, papers)
        balance: dict[int, int] = {}
        found = []
        for move, item, maker, lot, start, end, person in rows:
            came = move.qty if end.holds_stock and not start.holds_stock else 0
            went = move.qty if start.holds_stock and not end.holds_stock else 0
            if not came and not went:
                continue
            balance[item.id] = balance.get(item.id, 0) + came - went
            second = seconds.get(move.doc_id, "")
            found.append(
                ControlledRow(
                    seq=move.seq, day=move.occurred_on, item=f"{item.name} {item.spec}",
                    maker=maker or "", lot_no=lot.lot_no if lot else "",
                    expiry=lot.expiry if lot else None, came=came, went=went,
                    balance=balance[item.id], unit=item.base_unit,
                    other_end=start.name if came else end.name, person=person or "—",
                    second="" if second == person else second, doc_kind=move.doc_kind,
                    doc_no=numbers.get((org_id, move.doc_id), ""),
                )
            )  # fmt: skip
        return tuple(found)


def _seconds(session: Session, org_id: int, papers: Collection[int]) -> dict[int, str]:
    """Document → who looked at it besides who booked it."""
    asked = (
        (Acceptance, Acceptance.second_person_id),
        (StockCount, StockCount.submitted_by),
        (Disposal, Disposal.approved_by),
        (Transfer, Transfer.approved_by),
    )
    found: dict[int, str] = {}
    for table, column in asked:
        rows = session.execute(
            select(table.id, Person.name)
            .join(Person, Person.id == column)
            .where(table.org_id == org_id, table.id.in_(papers))
        )
        found |= {row.id: row.name for row in rows}
    return found
