"""Check a PDF that somebody sends: are its seals good, and is it the file we keep?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select

from app.domain.duties import Actor
from app.domain.sealing import SealCheck
from app.models.order import MemberOrder
from app.models.sealing import SealedPaper
from app.services.db import Database
from app.services.orders.queries import visible
from app.services.sealing.roots import trusted


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What is known about a file.

    Attributes:
        seals: In the order of sealing; empty when it carries none.
        order_no: The order whose kept paper it is, byte for byte; empty when it is none of ours.
        newest: Whether it is the order's present version with all seals given so far.
    """

    seals: tuple[SealCheck, ...]
    order_no: str
    newest: bool

    @property
    def good(self) -> bool:
        """Whether every seal can be relied on, and there is one."""
        return bool(self.seals) and all(one.good for one in self.seals)


def check_file(db: Database, actor: Actor, data: bytes) -> CheckedFile:
    """Check the seals of a PDF and look whether it is one of the papers that the person may see.

    Raises:
        DomainError: Not a PDF, or too damaged to read.
    """
    from app.adapters.pades.check import check

    with db.read() as session:
        seals = check(data, trusted(session))
        kept = session.scalars(
            select(SealedPaper)
            .join(
                MemberOrder,
                (MemberOrder.org_id == SealedPaper.org_id)
                & (MemberOrder.id == SealedPaper.order_id),
            )
            .where(SealedPaper.sha256 == hashlib.sha256(data).digest(), visible(actor))
        ).first()
        if kept is None:
            return CheckedFile(seals, "", newest=False)
        order = session.get_one(MemberOrder, (kept.org_id, kept.order_id))
        seq = session.scalar(
            select(SealedPaper.seq)
            .where(
                SealedPaper.org_id == kept.org_id,
                SealedPaper.order_id == kept.order_id,
                SealedPaper.version == kept.version,
                SealedPaper.kind == kept.kind,
            )
            .order_by(SealedPaper.seq.desc())
            .limit(1)
        )
        return CheckedFile(seals, order.no, kept.version == order.version and kept.seq == seq)
