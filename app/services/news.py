"""What others have done since this window last looked: read from the audit trail.

Every document step writes one audit row with a gapless number per organisation, so "new since"
is a comparison of numbers, on SQLite and PostgreSQL alike, and misses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from app.domain.duties import Actor
from app.models.platform import Audit
from app.models.stock import ChainHead
from app.services.db import Database

_MOST = 500
"""More steps than this at once say nothing more: everything is asked again."""


@dataclass(frozen=True, slots=True)
class News:
    """Answers of `news_since`.

    Attributes:
        heads: Last number seen, by organisation; hand it in at the next call.
        kinds: Kinds of documents that other people touched.
    """

    heads: Mapping[int, int]
    kinds: frozenset[str]


def news_since(db: Database, actor: Actor, seen: Mapping[int, int] | None) -> News:
    """Kinds of documents touched by others in the organisations that the actor may read.

    Args:
        db: The database.
        actor: Whose own steps are left out: their window knows of them.
        seen: `News.heads` of the last call; None to learn the heads only.
    """
    orgs = tuple(sorted(actor.orgs()))
    with db.read() as session:
        rows = session.execute(
            select(ChainHead.org_id, ChainHead.seq).where(
                ChainHead.org_id.in_(orgs), ChainHead.chain == "audit"
            )
        ).all()
        heads = {int(row.org_id): int(row.seq) for row in rows}
        moved = {
            org: (seen or {}).get(org, 0)
            for org, seq in heads.items()
            if seen is not None and seq > seen.get(org, 0)
        }
        if not moved:
            return News(heads, frozenset())
        newer = [and_(Audit.org_id == org, Audit.seq > seq) for org, seq in moved.items()]
        kinds = session.scalars(
            select(Audit.doc_kind)
            .where(or_(*newer), Audit.person_id != actor.person_id)
            .distinct()
            .limit(_MOST)
        )
        return News(heads, frozenset(kinds))
