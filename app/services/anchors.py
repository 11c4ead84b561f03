"""Anchors: the daily root, its proof, fingerprints on papers, and what this computer saw last.

A chain that was rewritten as a whole fits again, and nothing inside the database shows it. So its
heads are kept outside: a root each day over all of them, printed with the row of the trail on
signed papers, and the heads that each computer saw last. `verify` holds the books against these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, insert, or_, select, text, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from app.domain import anchors as law
from app.domain.errors import DomainError
from app.domain.imprints import CHAIN
from app.domain.ledger import GENESIS
from app.i18n import N_, _
from app.models.anchor import Anchor, AnchorHead
from app.models.imprint import Imprint
from app.models.party import Organisation
from app.models.platform import Audit
from app.models.stock import ChainHead, Ledger
from app.services.db import Database, now, today

GROUP = 0
BOOKS: Final[dict[str, type[Ledger | Audit | Imprint]]] = {
    "ledger": Ledger,
    "audit": Audit,
    CHAIN: Imprint,
}
"""What is chained, by the name of the chain."""
CHAINS: Final = {
    "ledger": N_("台账"),
    "audit": N_("操作记录"),
    CHAIN: N_("内容留存"),
}
"""What people call the chains."""


@dataclass(frozen=True, slots=True)
class AnchorProof:
    """A day's root held against the books as they are now.

    Attributes:
        day: The day.
        root: Its root in hex, for comparing with papers.
        good: Whether root and heads fit the books.
        words: What does not fit, empty when all does.
    """

    day: date
    root: str
    good: bool
    words: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """A chain's head as somebody saw it."""

    org_id: int
    chain: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A head that this computer saw and that the books no longer have.

    Attributes:
        org_id: The organisation.
        chain: ``ledger``, ``audit`` or ``imprint``.
        seq: The row that was the head.
        shorter: The row is gone (cut off, or an old backup was restored); else it is another one.
        now_seq: Where the chain ends now.
    """

    org_id: int
    chain: str
    seq: int
    shorter: bool
    now_seq: int


def make(db: Database) -> None:
    """Make the root of today unless it is there; costs one look on the other days."""
    with db.read() as session:
        if session.get(Anchor, (GROUP, today(session))) is not None:
            return
    with db.write() as session:
        if db.is_sqlite:
            _make_here(session)
        else:
            session.execute(text("SELECT api.anchor()"))


def _make_here(session: Session) -> None:
    day = today(session)
    if session.get(Anchor, (GROUP, day)) is not None:
        return
    if session.scalar(select(AnchorHead.seq).where(AnchorHead.day == day).limit(1)) is not None:
        return  # another program took the root away: `check` tells
    heads = session.execute(
        select(ChainHead.org_id, ChainHead.chain, ChainHead.seq, ChainHead.hash).order_by(
            ChainHead.org_id, ChainHead.chain
        )
    ).all()
    before = session.scalar(select(Anchor.root).order_by(Anchor.day.desc()).limit(1))
    previous = GENESIS if before is None else bytes(before)
    leaves = [law.leaf(one.org_id, one.chain, one.seq, bytes(one.hash)) for one in heads]
    if heads:
        session.execute(
            insert(AnchorHead),
            [
                {"org_id": one.org_id, "day": day, "chain": one.chain, "seq": one.seq,
                 "hash": one.hash}
                for one in heads
            ],
        )  # fmt: skip
    session.execute(
        insert(Anchor).values(
            org_id=GROUP,
            day=day,
            at=now(session),
            previous=previous,
            root=law.root(previous, day, leaves),
            leaves=b"".join(leaves),
        )
    )


def check(db: Database) -> tuple[AnchorProof, ...]:
    """Every root against the one before it, its leaves, and the heads that the person may see."""
    with db.read() as session:
        query = select(_stored(Anchor.day), Anchor.previous, Anchor.root, Anchor.leaves)
        roots = [
            _Root(str(day), *rest) for day, *rest in session.execute(query.order_by(Anchor.day))
        ]
        heads = _heads_by_day(session)
        names = dict(session.execute(select(Organisation.id, Organisation.short_name)).all())
        names[GROUP] = _("集团")
        previous, day, found = GENESIS, date.min, []
        for one in roots:
            own = heads.get(one.day, [])
            words = _wrong(one, previous, own, names)
            if not words and db.is_sqlite and len(own) < len(law.split(one.leaves)):
                words = _("日根本身被改过")  # of a file everybody sees all heads
            with suppress(ValueError):  # else another program wrote it: the root after this one
                day = date.fromisoformat(one.day)
            found.append(AnchorProof(day, one.root.hex(), not words, words))
            previous = one.root
        if db.is_sqlite and heads.keys() - {one.day for one in roots}:
            found.append(AnchorProof(day, previous.hex(), good=False, words=_("日根本身被改过")))
        return tuple(found)


class _Root(NamedTuple):
    """A root as it is kept; another program may have written anything for its day."""

    day: str
    previous: bytes
    root: bytes
    leaves: bytes


class _Kept(NamedTuple):
    """A head that was kept, and the hash that its row has in the books now."""

    org_id: int
    chain: str
    seq: int
    hash: bytes
    hash_now: bytes | None


def _stored(column: Any) -> ColumnElement[Any]:
    """The value as it is kept: a day that is none is no reason to stop."""
    return type_coerce(column, NullType())


def _heads_by_day(session: Session) -> dict[str, list[_Kept]]:
    """Every head in sight, by the day of its root."""
    found: dict[str, list[_Kept]] = {}
    for chain, books in BOOKS.items():
        kept = (AnchorHead.org_id, AnchorHead.chain, AnchorHead.seq, AnchorHead.hash)
        rows = session.execute(
            select(_stored(AnchorHead.day), *kept, books.hash)
            .outerjoin(books, and_(books.org_id == AnchorHead.org_id, books.seq == AnchorHead.seq))
            .where(AnchorHead.chain == chain)
        )
        for day, *head in rows:
            found.setdefault(str(day), []).append(_Kept(*head))
    return found


def _wrong(
    one: _Root,
    previous: bytes,
    heads: Iterable[_Kept],
    names: Mapping[int, str],
) -> str:
    leaves = law.split(one.leaves)
    try:
        right = law.root(previous, date.fromisoformat(one.day), leaves)
    except ValueError:  # a day that is none
        right = GENESIS
    if one.previous != previous or right != one.root:
        return _("日根本身被改过")
    for head in heads:
        org = names.get(head.org_id, str(head.org_id))
        if law.leaf(head.org_id, head.chain, head.seq, head.hash) not in leaves:
            return _("{org}的链头不在日根里", org=org)
        if head.seq and head.hash_now != head.hash:
            return _(
                "{org}的{chain}在第 {seq} 行或以前被改写过",
                org=org, chain=_(CHAINS[head.chain]), seq=head.seq,
            )  # fmt: skip
    return ""


def _hashes(
    session: Session, places: Iterable[tuple[int, str, int]]
) -> dict[tuple[int, str, int], bytes]:
    """What the books have now at (organisation, chain, row); one question for each chain."""
    wanted = tuple(places)
    found: dict[tuple[int, str, int], bytes] = {}
    for chain, books in BOOKS.items():
        rows = [
            and_(books.org_id == org, books.seq == seq)
            for org, name, seq in wanted
            if name == chain
        ]
        if rows:
            there = session.execute(select(books.org_id, books.seq, books.hash).where(or_(*rows)))
            found |= {(org, chain, seq): bytes(value) for org, seq, value in there}
    return found


def check_printed(db: Database, words: str) -> bool:
    """Whether the books still have what a paper shows.

    Raises:
        DomainError: It is no fingerprint, or of an organisation that is not in sight.
    """
    printed = law.parse(words)
    if printed is None:
        raise DomainError(
            "anchor.form",
            _(
                "「{words}」不是指纹。请照纸上页脚抄写，如 A0002-523-9f3a2c110b7d55e0aa41。",
                words=words,
            ),
        )
    with db.read() as session:
        if printed.day is not None:
            root = session.scalar(select(Anchor.root).where(Anchor.day == printed.day))
            return root is not None and bytes(root).hex().startswith(printed.digits)
        org = session.scalar(select(Organisation.id).where(Organisation.code == printed.org_code))
        seen = select(ChainHead.seq).where(
            ChainHead.org_id == org, ChainHead.chain == printed.chain
        )
        if org is None or session.scalar(seen) is None:
            raise DomainError(
                "anchor.unseen",
                _("看不到机构 {code} 的记录。请用这家机构或牵头医院审计的账号核对。",
                  code=printed.org_code),
            )  # fmt: skip
        place = (org, printed.chain, printed.seq)
        found = _hashes(session, [place]).get(place, b"")
        return found.hex().startswith(printed.digits)


def printed_on(
    session: Session, org_id: int, doc: tuple[str, int], actions: Sequence[str], signed: datetime
) -> str:
    """What a signed paper shows: the trail's row of the signature, and the root of its day.

    The same paper always shows the same: both are of the last signature.

    Args:
        session: The unit of work.
        org_id: In whose trail the signature stands; who may not read it sees the root only.
        doc: Kind and id of the document in the trail.
        actions: The trail's words for signing; the last such row counts.
        signed: When it was signed.
    """
    parts = []
    row = session.execute(
        select(Audit.seq, Audit.hash, Organisation.code)
        .join(Organisation, Organisation.id == Audit.org_id)
        .where(
            Audit.org_id == org_id,
            Audit.doc_kind == doc[0],
            Audit.doc_id == doc[1],
            Audit.action.in_(actions),
        )
        .order_by(Audit.seq.desc())
        .limit(1)
    ).one_or_none()
    if row is not None:
        parts.append(law.print_row(row.code, "audit", row.seq, bytes(row.hash)))
    root = session.execute(
        select(Anchor.day, Anchor.root)
        .where(Anchor.at <= signed)
        .order_by(Anchor.day.desc())
        .limit(1)
    ).one_or_none()
    if root is not None:
        parts.append(law.print_root(root.day, bytes(root.root)))
    return " · ".join(parts)


def heads(db: Database) -> tuple[Head, ...]:
    """The heads in sight, for keeping on this computer."""
    with db.read() as session:
        rows = session.execute(
            select(ChainHead.org_id, ChainHead.chain, ChainHead.seq, ChainHead.hash)
        )
        return tuple(Head(row[0], row[1], row[2], bytes(row[3]).hex()) for row in rows)


def compare(db: Database, seen: Iterable[Head]) -> tuple[Rewritten, ...]:
    """What this computer saw and the books no longer have.

    On a server heads may be out of sight, and are left out; of a file everybody sees all.
    """
    with db.read() as session:
        ends = {
            (row.org_id, row.chain): row.seq
            for row in session.execute(select(ChainHead.org_id, ChainHead.chain, ChainHead.seq))
        }
        known = [
            one for one in seen if one.seq and (db.is_sqlite or (one.org_id, one.chain) in ends)
        ]
        now_there = _hashes(session, ((one.org_id, one.chain, one.seq) for one in known))
    found = []
    for head in known:
        hash_now = now_there.get((head.org_id, head.chain, head.seq))
        if hash_now is None or hash_now.hex() != head.hash:
            end = ends.get((head.org_id, head.chain), 0)
            found.append(Rewritten(head.org_id, head.chain, head.seq, hash_now is None, end))
    return tuple(found)
