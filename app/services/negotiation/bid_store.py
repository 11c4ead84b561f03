"""Sheets on record: by `api.bid` on PostgreSQL, here on SQLite; and the refusals in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from app.domain.bidding.commitment import (
    BidSource,
    SheetContent,
    canonical,
    commitment,
    new_nonce,
)
from app.domain.duties import Actor
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.orders.content import short
from app.i18n import _
from app.models.negotiation import Bid, BidSeal, BidSheet, NegotiationRound
from app.services.audit import record
from app.services.db import database_of, local_time, now


@dataclass(frozen=True, slots=True)
class Submitted:
    """A sheet that is in.

    Attributes:
        fingerprint: The beginning of its commitment.
        over: Lines above their ceiling: taken down, but they cannot win.
    """

    round: int
    version: int
    lines: int
    fingerprint: str
    over: tuple[int, ...] = ()


def late(deadline: datetime) -> ConflictError:
    """The deadline has passed."""
    return ConflictError(
        "bid.late",
        _("本轮报价 {at} 已截止，没有提交。", at=f"{local_time(deadline):%m-%d %H:%M:%S}"),
    )


def not_invited() -> NotAllowedError:
    """The supplier takes no part."""
    return NotAllowedError("bid.not_invited", _("这家供应商没有受邀，或已退出。请联系集团采购。"))


def own_bid() -> ConflictError:
    """The supplier has bid itself: nobody enters over it."""
    return ConflictError("bid.own", _("供应商本轮已经自己报过价，不能代录。请供应商自己修改。"))


def sealed_paper() -> DomainError:
    """Before the opening even the buyer enters nothing."""
    return DomainError("bid.sealed", _("密封报价开标以后才能代录书面报价。请先开标。"))


def store_sheet(
    session: Session,
    actor: Actor,
    content: SheetContent,
    how: tuple[BidSource, int | None, str | None],
) -> int:
    """Put a sheet on record as the owner of the database, without asking for the deadline.

    For history that is made up (the demonstration); people's quotes go through `write_sheet`.
    """
    nonce = new_nonce()
    return _insert(session, actor, content, how, (commitment(canonical(content), nonce), nonce))


def write_sheet(
    session: Session,
    actor: Actor,
    content: SheetContent,
    how: tuple[BidSource, int | None, str | None],
) -> Submitted:
    """Put a sheet on record with its commitment, and into the bidder's own chained trail."""
    text_, nonce = canonical(content), new_nonce()
    digest = commitment(text_, nonce)
    if database_of(session).is_sqlite:
        version = _insert(session, actor, content, how, (digest, nonce))
    else:
        version = _call(session, actor, content, how, (text_, digest, nonce))
    detail = {"round": content.round, "version": version, "commitment": digest.hex()}
    detail |= {"kind": content.kind.value, "lines": len(content.lines), "source": how[0].value}
    detail["supplier"] = content.supplier_id
    doc = ("negotiation", content.negotiation_id)
    record(session, actor, actor.org_id, "negotiation.bid", doc, detail)
    return Submitted(content.round, version, len(content.lines), short(digest))


def _call(
    session: Session,
    actor: Actor,
    content: SheetContent,
    how: tuple[BidSource, int | None, str | None],
    proof: tuple[str, bytes, bytes],
) -> int:
    """`api.bid` on PostgreSQL, its answer in words where it refuses."""
    answer = str(
        session.execute(
            text("SELECT api.bid(:content, :nonce, :digest, :source, :file, :reason, :actor)"),
            {
                "content": proof[0],
                "digest": proof[1],
                "nonce": proof[2],
                "source": how[0].value,
                "file": how[1],
                "reason": how[2],
                "actor": actor.person_id,
            },
        ).scalar_one()
    )
    if answer.isdigit():
        return int(answer)
    found = session.get_one(
        NegotiationRound, (content.org_id, content.negotiation_id, content.round)
    )
    raise _refusal(answer, found)


def _refusal(answer: str, found: NegotiationRound) -> DomainError:
    known: dict[str, Callable[[], DomainError]] = {
        "late": lambda: late(found.deadline),
        "not_invited": not_invited,
        "own_bid": own_bid,
        "early": sealed_paper,
        "not_allowed": lambda: NotAllowedError("bid.denied", _("你的账号不能提交这份报价。")),
    }
    if answer in known:
        return known[answer]()
    if answer.startswith("price "):
        line = answer.removeprefix("price ")
        return DomainError(
            "bid.refused", _("第 {line} 行的报价不合项目规则，没有提交。请刷新后再报。", line=line)
        )
    return ConflictError("bid.not_open", _("项目刚被别人改过，没有提交。请刷新后再报。"))


def _insert(
    session: Session,
    actor: Actor,
    content: SheetContent,
    how: tuple[BidSource, int | None, str | None],
    proof: tuple[bytes, bytes],
) -> int:
    keys = {
        "org_id": content.org_id,
        "negotiation_id": content.negotiation_id,
        "round": content.round,
        "supplier_id": content.supplier_id,
    }
    last = session.scalar(select(func.max(BidSheet.version)).filter_by(**keys))
    keys["version"] = version = int(last or 0) + 1
    session.execute(
        insert(BidSheet).values(
            **keys,
            kind=content.kind.value,
            source=how[0].value,
            lines=len(content.lines),
            commitment=proof[0],
            file_id=how[1],
            reason=how[2],
            at=now(session),
            person_id=actor.person_id,
            person_name=actor.name,
        )
    )
    session.execute(insert(BidSeal).values(**keys, nonce=proof[1]))
    if content.lines:
        session.execute(
            insert(Bid),
            [
                keys
                | {"line": one.line, "unit_price": one.unit_price, "capacity": one.capacity}
                | {"note": one.note or None}
                for one in content.lines
            ],
        )
    return version
