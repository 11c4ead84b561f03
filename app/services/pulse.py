"""Whether anybody changed anything: the heads of the hash chains, which every document moves.

Works alike on both databases and for other windows, other computers and the command line. A
person sees the heads of the own organisations only, which is what the own screens show.
"""

from __future__ import annotations

from sqlalchemy import select

from app.models.stock import ChainHead
from app.services.db import Database

Pulse = tuple[tuple[int, str, int], ...]


def pulse(db: Database) -> Pulse:
    """The chain heads in sight as (organisation, chain, sequence); equal means nothing happened."""
    with db.read() as session:
        rows = session.execute(
            select(ChainHead.org_id, ChainHead.chain, ChainHead.seq).order_by(
                ChainHead.org_id, ChainHead.chain
            )
        )
        return tuple((row[0], row[1], row[2]) for row in rows)
