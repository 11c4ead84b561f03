"""How far a recall has come: what each member that ever had the lots holds, used and answered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.models.item import Item
from app.models.recall import RecallReply
from app.models.stock import Lot
from app.services.db import Database
from app.services.recalls.sums import lot_sums


@dataclass(frozen=True, slots=True)
class MemberAnswer:
    """One member in a recall, in smallest units by the books of now.

    Attributes:
        here: What lies at the member.
        secured: How much of that is set apart.
        used: What was used before.
        answered: Whether the member answered.
        note: What it wrote.
        coming: What is on the way to the member.
        sent: What of it another member sent.
        units: Base unit, pack unit and factor, where all the lots are of one item.
    """

    org_id: int
    org: str
    here: int
    secured: int
    used: int
    answered: bool
    note: str
    coming: int = 0
    sent: int = 0
    units: tuple[str, str, int] | None = None

    @property
    def open(self) -> bool:
        """Whether the recall still waits for this member."""
        return not self.answered or self.here > self.secured or self.sent > 0


def answers(
    db: Database, actor: Actor, recall_id: int, lots: tuple[int, ...]
) -> tuple[MemberAnswer, ...]:
    """Every member that ever had one of the lots and that the person may read."""
    with db.read() as session:
        return answers_now(session, actor, recall_id, lots)


def answers_now(
    session: Session, actor: Actor, recall_id: int, lots: tuple[int, ...]
) -> tuple[MemberAnswer, ...]:
    """The same within a unit of work, so that what is decided on it is what was read."""
    rows = session.scalars(select(RecallReply).where(RecallReply.recall_id == recall_id)).all()
    notes = {row.org_id: row.note or "" for row in rows}
    orgs = sorted(actor.orgs())
    units = _units(session, lots)
    found: dict[int, MemberAnswer] = {}
    sums = lot_sums(session, lots, orgs)
    for one in (one for lot in lots for one in sums[lot]):
        was = found.get(one.org_id)
        found[one.org_id] = MemberAnswer(
            one.org_id, one.org,
            one.here + (was.here if was else 0),
            one.secured + (was.secured if was else 0),
            one.used + (was.used if was else 0),
            one.org_id in notes, notes.get(one.org_id, ""),
            one.coming + (was.coming if was else 0),
            one.sent + (was.sent if was else 0),
            units,
        )  # fmt: skip
    return tuple(found.values())


def _units(session: Session, lots: tuple[int, ...]) -> tuple[str, str, int] | None:
    """How the goods are counted; None where units of several items would be added up."""
    of_lots = select(Lot.item_id).where(Lot.id.in_(lots))
    rows = session.scalars(select(Item).where(Item.id.in_(of_lots))).all()
    return (rows[0].base_unit, rows[0].pack_unit, rows[0].pack_factor) if len(rows) == 1 else None
