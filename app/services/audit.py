"""The audit trail: who did what to which document, chained per organisation."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, insert, select, text
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.ledger import GENESIS
from app.models.base import microseconds
from app.models.platform import Audit
from app.models.stock import ChainHead
from app.services.db import at_end, database_of, now
from app.services.operations import plain

_RECORD: Final = text("SELECT api.audit(:org, :actor, :action, :kind, :doc, :detail)")
_BEGIN_CHAIN: Final = (
    sqlite_insert(cast("Table", ChainHead.__table__)).values(seq=0).on_conflict_do_nothing()
)
_HEAD: Final = select(ChainHead.seq, ChainHead.hash).where(
    ChainHead.org_id == bindparam("org"), ChainHead.chain == "audit"
)
_INSERT: Final = insert(cast("Table", Audit.__table__))


def record(
    session: Session,
    actor: Actor,
    org_id: int,
    action: str,
    doc: tuple[str, int],
    detail: dict[str, Any] | None = None,
) -> None:
    """Add one entry to the organisation's trail, in the caller's unit of work.

    Args:
        session: The unit of work.
        actor: Who acted.
        org_id: Whose trail.
        action: A stable verb such as ``order.sign``.
        doc: Kind and id of the document.
        detail: Plain values that explain the step.
    """
    body = json.dumps(
        plain(detail or {}), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    if database_of(session).is_sqlite:
        _record_sqlite(session, actor, (org_id, action, *doc), body)
        return
    at_end(
        session,
        _RECORD,
        {
            "org": org_id,
            "actor": actor.person_id,
            "action": action,
            "kind": doc[0],
            "doc": doc[1],
            "detail": body,
        },
    )


def _record_sqlite(
    session: Session, actor: Actor, what: tuple[int, str, str, int], body: str
) -> None:
    org_id, action, kind, doc_id = what
    session.flush()
    connection = session.connection()
    connection.execute(_BEGIN_CHAIN, {"org_id": org_id, "chain": "audit", "hash": GENESIS})
    head = connection.execute(_HEAD, {"org": org_id}).one()
    at = now(session)
    parts = (org_id, head.seq + 1, microseconds(at), actor.person_id, action, kind, doc_id, body)
    line = "|".join(str(part) for part in parts)
    connection.execute(
        _INSERT,
        {
            "org_id": org_id,
            "seq": head.seq + 1,
            "at": at,
            "person_id": actor.person_id,
            "action": action,
            "doc_kind": kind,
            "doc_id": doc_id,
            "detail": json.loads(body),
            "prev_hash": head.hash,
            "hash": hashlib.sha256(head.hash + line.encode()).digest(),
        },
    )
