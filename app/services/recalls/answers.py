"""How far a recall has come: what each member that ever had the lots holds, used and answered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.models.recall import RecallReply
from app.services.db import Database
from app.services.recalls.trace import lot_sums


@dataclass(frozen=True, slots=True)
class MemberAnswer:
    """One member in a recall, in smallest units by the books of now.

    Attributes:
        here: What lies at the member.
        secured: How much of that is set apart.
        used: What was used before.
        answered: Whether the member answered.
        note: What it wrote.
    """

    org_id: int
    org: str
    here: int
    secured: int
    used: int
    answered: bool
    note: str

    @property
    def open(self) -> bool:
        """Whether the recall still waits for this member."""
        return not self.answered or self.here > self.secured


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
    found: dict[int, MemberAnswer] = {}
    for one in (one for lot in lots for one in lot_sums(session, lot, orgs)):
        was = found.get(one.org_id)
        found[one.org_id] = MemberAnswer(
            one.org_id, one.org,
            one.here + (was.here if was else 0),
            one.secured + (was.secured if was else 0),
            one.used + (was.used if was else 0),
            one.org_id in notes, notes.get(one.org_id, ""),
        )  # fmt: skip
    return tuple(found.values())
