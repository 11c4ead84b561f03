"""The audit trail: who did what to which document, chained per organisation."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final, cast

from sqlalchemy import LargeBinary, Table, bindparam, insert, select, text
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.ledger import GENESIS
from app.models.base import CanonicalJson, microseconds
from app.models.platform import Audit
from app.models.stock import ChainHead
from app.services.db import ACTING, at_end, database_of, now
from app.services.operations import plain, under_words
from app.services.ready import Ready

_RECORD: Final = Ready(text("SELECT api.audit(:org, :actor, :action, :kind, :doc, :detail)"))
_BEGIN_CHAIN: Final = Ready(
    sqlite_insert(cast("Table", ChainHead.__table__))
    .values(
        org_id=bindparam("org"),
        chain="audit",
        seq=0,
        hash=bindparam("genesis", type_=LargeBinary),
    )
    .on_conflict_do_nothing()
)
_HEAD: Final = Ready(
    select(ChainHead.seq, ChainHead.hash).where(
        ChainHead.org_id == bindparam("org"), ChainHead.chain == "audit"
    )
)
_INSERT: Final = Ready(insert(cast("Table", Audit.__table__)))


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
    under_words(action)
    body = json.dumps(
        plain(detail or {}), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    session.info[ACTING] = actor.person_id
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
    _BEGIN_CHAIN.do(session, {"org": org_id, "genesis": GENESIS})
    ((seq, previous),) = _HEAD.rows(session, {"org": org_id})
    at = now(session)
    parts = (org_id, seq + 1, microseconds(at), actor.person_id, action, kind, doc_id, body)
    line = "|".join(str(part) for part in parts)
    _INSERT.do(
        session,
        {
            "org_id": org_id,
            "seq": seq + 1,
            "at": at,
            "person_id": actor.person_id,
            "action": action,
            "doc_kind": kind,
            "doc_id": doc_id,
            "detail": CanonicalJson(body),
            "prev_hash": previous,
            "hash": hashlib.sha256(previous + line.encode()).digest(),
        },
    )
