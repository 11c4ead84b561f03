"""The trail of every bid, and the proof that what was opened is what was handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.bidding.commitment import (
    BidLine,
    BidSource,
    SheetContent,
    SheetKind,
    canonical,
    commitment,
    opening_digest,
)
from app.domain.duties import Actor, Duty
from app.domain.orders.content import short
from app.models.negotiation import Bid, BidSeal, BidSheet, NegotiationFile, NegotiationRound
from app.models.party import Organisation
from app.services.db import Database
from app.services.negotiation.common import find, readable, require_reader, rounds_of
from app.services.negotiation.standing import of_sheet


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One submission, whether it counts or a later one took its place.

    Attributes:
        proved: Whether content and nonce give the commitment again; None while it is sealed or
            nobody asked.
    """

    round: int
    supplier_id: int
    supplier: str
    version: int
    kind: str
    source: str
    lines: int
    fingerprint: str
    at: datetime
    person: str
    file: str
    reason: str
    proved: bool | None


@dataclass(frozen=True, slots=True)
class RoundProof:
    """Whether the digest of an opening is the one of the sheets on record."""

    round: int
    holds: bool


def trail(
    db: Database, actor: Actor, negotiation_id: int, *, proofs: bool = False
) -> tuple[SheetRow, ...]:
    """Every submission in order of time: for the lead's readers, or a supplier's own.

    With `proofs` each readable sheet is computed again, which reads all its prices.
    """
    with db.read() as session:
        project = find(session, negotiation_id)
        statement = select(BidSheet, Organisation.short_name, NegotiationFile.name)
        if actor.has(Duty.SUPPLY):
            statement = statement.where(BidSheet.supplier_id.in_(actor.orgs(Duty.SUPPLY)))
        else:
            require_reader(actor, project.org_id)
        open_ = set(readable(rounds_of(session, project)))
        rows = session.execute(
            statement.join(Organisation, Organisation.id == BidSheet.supplier_id)
            .outerjoin(
                NegotiationFile,
                (NegotiationFile.org_id == BidSheet.org_id)
                & (NegotiationFile.id == BidSheet.file_id),
            )
            .where(BidSheet.org_id == project.org_id, BidSheet.negotiation_id == project.id)
            .order_by(BidSheet.at, BidSheet.round, BidSheet.supplier_id, BidSheet.version)
        ).all()
        own = actor.has(Duty.SUPPLY)
        return tuple(
            SheetRow(
                round=sheet.round,
                supplier_id=sheet.supplier_id,
                supplier=name,
                version=sheet.version,
                kind=sheet.kind,
                source=sheet.source,
                lines=sheet.lines,
                fingerprint=short(sheet.commitment),
                at=sheet.at,
                person=sheet.person_name,
                file=(file or "") if own or sheet.round in open_ else "",
                reason=sheet.reason or "",
                proved=proves(session, sheet) if proofs and (own or sheet.round in open_) else None,
            )
            for sheet, name, file in rows
        )


def proves(session: Session, sheet: BidSheet) -> bool:
    """Whether a sheet's stored prices and nonce give its commitment again."""
    seal = session.get(
        BidSeal,
        (sheet.org_id, sheet.negotiation_id, sheet.round, sheet.supplier_id, sheet.version),
    )
    if seal is None:
        return False
    lines = session.scalars(select(Bid).where(of_sheet(sheet)).order_by(Bid.line))
    content = SheetContent(
        org_id=sheet.org_id,
        negotiation_id=sheet.negotiation_id,
        round=sheet.round,
        supplier_id=sheet.supplier_id,
        kind=SheetKind(sheet.kind),
        lines=tuple(
            BidLine(one.line, one.unit_price, one.capacity, one.note or "") for one in lines
        ),
    )
    return commitment(canonical(content), seal.nonce) == sheet.commitment


def prove(db: Database, actor: Actor, negotiation_id: int) -> tuple[RoundProof, ...]:
    """Every opened round: all its sheets proved, and the digest of its opening.

    A sheet entered from paper after the opening is proved by itself and is no part of the digest.
    """
    with db.read() as session:
        project = find(session, negotiation_id)
        require_reader(actor, project.org_id)
        return tuple(
            RoundProof(one.round, _round_holds(session, one))
            for one in rounds_of(session, project)
            if one.opened_at is not None
        )


def _round_holds(session: Session, found: NegotiationRound) -> bool:
    sheets = session.scalars(
        select(BidSheet)
        .where(
            BidSheet.org_id == found.org_id,
            BidSheet.negotiation_id == found.negotiation_id,
            BidSheet.round == found.round,
        )
        .order_by(BidSheet.supplier_id, BidSheet.version)
    ).all()
    # papers come into a sealed round only after its opening
    late = BidSource.PAPER if found.sealed else None
    same = opening_digest(one.commitment for one in sheets if one.source != late) == found.digest
    return same and all(proves(session, one) for one in sheets)
