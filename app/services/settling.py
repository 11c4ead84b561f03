"""Was it saved? Operations whose end this computer does not know, asked about by their id.

An id in the table `operation` was carried out, once and wholly. An id that is not there was not,
provided that no session of the dead line still holds it: such a session is ended first, so that a
COMMIT that lies somewhere in the network can no longer arrive.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.adapters.outbox_file import Note
from app.domain.duties import Actor
from app.domain.errors import EnvironmentProblem
from app.i18n import _
from app.models.base import moment
from app.models.platform import Operation
from app.services.db import Database, local_time, now
from app.services.db_errors import translate
from app.services.operation_words import operation_words

_BLOCKED: Final = "55P03"
_WAIT_MS: Final = 5_000
_ASK_TIMES: Final = 3


@dataclass(frozen=True, slots=True)
class Settled:
    """An operation whose end was not known.

    Attributes:
        op_id: Its id.
        org_id: The organisation.
        kind: The verb, such as ``receive``.
        at: When it was sent, by this computer's clock.
        saved: Whether it was carried out.
    """

    op_id: UUID
    org_id: int
    kind: str
    at: datetime
    saved: bool

    @property
    def words(self) -> str:
        """What the person is told, with what to do."""
        at = f"{local_time(self.at):%H:%M}"
        name = operation_words(self.kind) or self.kind
        if self.saved:
            return _("{at} 做的「{name}」当时没等到结果：已经保存，不用再做。", at=at, name=name)
        return _("{at} 做的「{name}」当时没等到结果：没有保存，请重新做一次。", at=at, name=name)


def settle_all(db: Database, actor: Actor) -> tuple[Settled, ...]:
    """Ask about everything left open by dead processes and cut lines; tells what was found.

    Raises:
        EnvironmentProblem: The server is gone again; what is not asked yet stays in the outbox.
    """
    if db.outbox is None:
        return ()
    found = []
    with closing(db.outbox.left_behind()) as files:
        for notes in files:
            found += settle(db, actor, notes)
    found += settle(db, actor, db.outbox.open_notes())
    return tuple(found)


def settle(db: Database, actor: Actor, notes: Iterable[Note]) -> list[Settled]:
    """Find out about these notes and strike them out."""
    found = []
    for note in notes:
        saved = was_saved(db, actor, note)
        found.append(Settled(note.op_id, note.org, note.kind, moment(note.at), saved))
        if db.outbox is not None:
            db.outbox.settle(note.op_id)
    return found


def was_saved(db: Database, actor: Actor, note: Note) -> bool:
    """Whether the operation was carried out; final, whatever the network still holds."""
    for _turn in range(_ASK_TIMES):
        with db.read() as session:
            if _is_there(session, note):
                return True
        if db.is_sqlite or not _is_held(db, actor, note):
            with db.read() as session:
                return _is_there(session, note)
        _end_session(db, note)
    raise EnvironmentProblem(
        "db.unsure", _("服务器还在处理断线前的那一步，暂时问不到结果。稍后会自动再问。")
    )


def _is_there(session: Session, note: Note) -> bool:
    found = session.scalar(
        select(Operation.kind).where(Operation.org_id == note.org, Operation.op_id == note.op_id)
    )
    return found is not None


def _is_held(db: Database, actor: Actor, note: Note) -> bool:
    """Whether a session that is still open has written the id and not ended yet."""
    try:
        with translate(), Session(db.engine) as session:  # rolled back at its end
            session.info["db"] = db
            session.execute(text("SET LOCAL lock_timeout = '1s'"))
            session.execute(
                insert(Operation)
                .values(
                    org_id=note.org,
                    op_id=note.op_id,
                    kind="asked",
                    digest=b"",
                    actor_id=actor.person_id,
                    at=now(session),
                    result={},
                )
                .on_conflict_do_nothing()
            )
    except EnvironmentProblem as problem:
        cause = problem.__cause__
        if isinstance(cause, DBAPIError) and getattr(cause.orig, "sqlstate", "") == _BLOCKED:
            return True
        raise
    return False


def _end_session(db: Database, note: Note) -> None:
    """End the person's own session that hangs on the dead line; others cannot be ended."""
    with db.read() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid, :wait) FROM pg_stat_activity"
                " WHERE pid = :pid AND usename = session_user AND pid <> pg_backend_pid()"
                " AND xact_start IS NOT NULL"
            ),
            {"pid": note.backend, "wait": _WAIT_MS},
        )
