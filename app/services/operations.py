"""Idempotency: one operation id per intention of a person, answered once and for all.

A service begins with `claim`. The insert is the lock: a second copy of the same command waits
for the first to commit, finds its row and gets its answer. Usage::

    with db.write() as s:
        earlier = claim(s, actor, org_id, command.op_id, "receive", content)
        if earlier is not None:
            return Received(**earlier)
        ...
        finish(s, org_id, command.op_id, result)
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.errors import ConflictError
from app.domain.signs import unkept
from app.i18n import _
from app.models.base import Moment
from app.models.platform import Operation
from app.services.access import refuse_outdated
from app.services.clock_order import CONFIRM, refuse_behind
from app.services.db import SERVER_NOW, at_end, database_of, local_time
from app.services.db_errors import unkept_sign
from app.services.operation_words import operation_words
from app.services.ready import Ready

_AS_THEY_ARE: Final = frozenset({int, str, bool, float, type(None)})
_NAMES: Final[dict[type, tuple[str, ...] | None]] = {}
_TABLE: Final = cast("Table", Operation.__table__)
_FIELDS: Final = ("org_id", "op_id", "kind", "digest", "actor_id", "result")
_PARAMETERS: Final = {name: bindparam(name, type_=_TABLE.c[name].type) for name in _FIELDS}
_AT: Final = bindparam("at", type_=Moment)
_CLAIM: Final = Ready(
    sqlite_insert(_TABLE)
    .values(**_PARAMETERS, at=_AT)
    .on_conflict_do_nothing()
    .returning(_TABLE.c.at),
    pg_insert(_TABLE)
    .values(**_PARAMETERS, at=func.coalesce(_AT, SERVER_NOW))
    .on_conflict_do_nothing()
    .returning(_TABLE.c.at),
)
"""A server tells its time with the answer."""


@dataclasses.dataclass(slots=True)
class Wording:
    """The words that a run of the command line was given with its number.

    They, and not what the run made of them, are what a repeat must agree with: a command that
    says "confirm it" is sent again in the same words, while the paper that they are about has a
    next version by then.

    Attributes:
        digest: Of the words.
        kinds: The verbs that were claimed or entered in a trail under them, in their order.
    """

    digest: bytes
    kinds: list[str] = dataclasses.field(default_factory=list)


_wording: Final[ContextVar[Wording | None]] = ContextVar("wording", default=None)
_SUSPECT: Final = re.compile(r"u0000|[\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""In JSON a NUL is written out; what was typed like that is told from it afterwards."""
_FINISH: Final = Ready(
    update(_TABLE)
    .where(_TABLE.c.org_id == bindparam("org"), _TABLE.c.op_id == bindparam("op"))
    .values(result=bindparam("answer", type_=_TABLE.c.result.type))
)


def claim(
    session: Session, actor: Actor, org_id: int, op_id: UUID, kind: str, content: object
) -> dict[str, Any] | None:
    """Claim the operation id; the stored answer if it was carried out before, else None.

    Args:
        session: The unit of work.
        actor: Who acts.
        org_id: The organisation whose books the operation touches.
        op_id: Made by the client once per intention.
        kind: The verb, such as ``receive``.
        content: The command (a dataclass or plain values); its digest must agree on a repeat,
            and within `worded` that of the words does.

    Raises:
        ConflictError: The id was used for other content or by another person, or the clock of a
            local file stands before what was written last.
        NotAllowedError: Over a file: the person was shut out, or lost a duty, meanwhile.
    """
    digest = _digest_to_keep(kind, content)
    refuse_outdated(session, actor)
    database_of(session).sending(session, org_id, op_id, kind)
    if write(session, actor, (org_id, op_id), kind, digest, {}):
        if kind != CONFIRM:
            refuse_behind(session, org_id)
        return None
    row = session.execute(
        select(Operation).where(Operation.org_id == org_id, Operation.op_id == op_id)
    ).scalar_one_or_none()
    if row is None or row.actor_id != actor.person_id or row.kind != kind:
        raise ConflictError(
            "operation.reused",
            _("这次操作的编号已用于另一件事，没有重复记账。请重新打开页面再做。"),
        )
    if row.digest != digest:
        raise used_for_other(row.at, kind)
    return dict(row.result)


def used_for_other(at: datetime, kind: str) -> ConflictError:
    """What to say where a number comes with other content than it was used for."""
    other = _("这次的内容和那次不同，没有再登记。请核对；要另外登记，请换一个编号。")
    return ConflictError("operation.reused", done_words(at, kind) + other)


def done_words(at: datetime, kind: str) -> str:
    """That a number was carried out, and when."""
    moment, name = f"{local_time(at):%m-%d %H:%M}", operation_words(kind) or kind
    return _("这个编号的「{name}」{at} 已经登记，那一次有效。", at=moment, name=name)


@contextmanager
def worded(digest: bytes) -> Iterator[Wording]:
    """All that is claimed within was told in the words of this digest, under their number.

    Only where each number is made of the run's own and of what the words say: under a number by
    place, words that mean "all that is open" would take one paper for another the second time.
    """
    told = Wording(digest)
    before = _wording.set(told)
    try:
        yield told
    finally:
        _wording.reset(before)


def under_words(kind: str) -> Wording | None:
    """Note that a verb is carried out under the words of a run; None where there are none."""
    told = _wording.get()
    if told is not None:
        told.kinds.append(kind)
    return told


def _digest_to_keep(kind: str, content: object) -> bytes:
    told, digest = under_words(kind), digest_of(content)
    return digest if told is None else told.digest


def write(
    session: Session,
    actor: Actor,
    key: tuple[int, UUID],
    kind: str,
    digest: bytes,
    result: dict[str, Any],
) -> bool:
    """Write the row of an operation (organisation, id); False where there is one already."""
    org_id, op_id = key
    inserted = _CLAIM.row(
        session,
        {
            "org_id": org_id,
            "op_id": op_id,
            "kind": kind,
            "digest": digest,
            "actor_id": actor.person_id,
            "at": database_of(session).known_now(session),
            "result": result,
        },
    )
    if inserted is not None:
        session.info.setdefault("now", inserted[0])
    return inserted is not None


def answered(
    session: Session, actor: Actor, org_id: int, op_id: UUID, kind: str
) -> dict[str, Any] | None:
    """The answer of an operation of this person that was carried out, else None.

    For what is worked out before the unit of work that writes begins: a repeat need not find the
    world as it was. Where `claim` follows, it compares the content.
    """
    row = session.get(Operation, (org_id, op_id))
    if row is None or row.actor_id != actor.person_id or row.kind != kind:
        return None
    return dict(row.result)


def finish(session: Session, org_id: int, op_id: UUID, result: dict[str, Any]) -> None:
    """Store the answer, so that a repeat of the operation gets the same."""
    at_end(session, _FINISH, {"org": org_id, "op": op_id, "answer": result})


def digest_of(content: object) -> bytes:
    """A digest of a command's content that does not depend on the order of fields.

    Raises:
        DomainError: A text in it holds a sign that cannot be kept.
    """
    values = plain(content)
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if _SUSPECT.search(text):
        _refuse_unkept(values)
    return hashlib.sha256(text.encode()).digest()


def _refuse_unkept(value: Any) -> None:
    if isinstance(value, str):
        if part := unkept(value):
            raise unkept_sign(part)
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_unkept(key)
            _refuse_unkept(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_unkept(item)


def plain(value: object) -> Any:
    """`value` as JSON-able plain values; rows with names become dicts, Decimals and dates text."""
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    names = _names_of(kind)
    if names is not None:
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()  # a row with names is an object like any other
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=repr)
    return _plain_scalar(value)


def _names_of(kind: type) -> tuple[str, ...] | None:
    """The fields of a dataclass; asked a thousand times for the entries of one acceptance."""
    if kind not in _NAMES:
        fields = dataclasses.fields(kind) if dataclasses.is_dataclass(kind) else None
        _NAMES[kind] = None if fields is None else tuple(field.name for field in fields)
    return _NAMES[kind]


def _plain_scalar(value: object) -> Any:
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value
