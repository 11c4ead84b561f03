"""Quotes come in: typed by the supplier, from its Excel sheet, or entered by the buyer from paper.

The rules are checked here so that every refusal has its words. On PostgreSQL `api.bid` checks them
again with the server's clock and the login role and is the only writer; on SQLite this module is.
A buyer enters for a supplier only with the paper attached, in a sealed round only after the
opening, and never over a bid that the supplier made itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.domain.attachment import shown_name
from app.domain.bidding.commitment import (
    BidLine,
    BidSource,
    SheetContent,
    SheetKind,
)
from app.domain.bidding.rules import (
    BidRules,
    Cap,
    CapRule,
    Limits,
    above_ceiling,
    check_price,
    rules_of,
)
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError, Problem, refuse_if
from app.domain.ids import new_id
from app.i18n import _
from app.models.item import Item
from app.models.negotiation import (
    BidSheet,
    Negotiation,
    NegotiationFile,
    NegotiationItem,
    NegotiationRound,
)
from app.services.db import Database, now
from app.services.negotiation.bid_store import (
    Submitted,
    late,
    not_invited,
    own_bid,
    sealed_paper,
    write_sheet,
)
from app.services.negotiation.common import find, invitation, need_state, round_now
from app.services.negotiation.project import IN_ROUNDS, checked_reason
from app.services.negotiation.standing import standing_of
from app.services.operations import claim, finish

MAX_FILE: Final = 10 * 1024 * 1024
_MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class BidFile:
    """A paper or sheet that comes with a quote."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class SubmitBid:
    """A quote for the round in hand; it takes the place of an earlier one of the same round.

    Attributes:
        lines: Prices; a line that is left out keeps the price of the round before.
        source: ``paper`` when the buyer enters it, which needs `file`.
    """

    op_id: UUID
    negotiation_id: int
    supplier_id: int
    lines: tuple[BidLine, ...]
    source: BidSource = BidSource.TYPED
    file: BidFile | None = None


@dataclass(frozen=True, slots=True)
class WithdrawBid:
    """All prices of the supplier are taken back, before the deadline of the round in hand."""

    op_id: UUID
    negotiation_id: int
    supplier_id: int
    reason: str


def submit_bid(db: Database, actor: Actor, command: SubmitBid) -> Submitted:
    """Take a quote in.

    Raises:
        NotAllowedError: Neither the supplier's own person, nor the buyer with a paper.
        DomainError: Late, not invited, or prices against the rules: all lines with their limits.
    """
    with db.write() as session:
        project = find(session, command.negotiation_id)
        _require_bidder(actor, project, command.supplier_id, command.source)
        earlier = claim(session, actor, actor.org_id, command.op_id, "negotiation.bid", command)
        if earlier is not None:
            return _again(earlier)
        found = _open_round(session, project, command.supplier_id, command.source)
        if command.source is BidSource.PAPER and command.file is None:
            raise DomainError(
                "bid.paper", _("代录报价要附上供应商的书面报价（扫描件或文件）。请选择文件。")
            )
        problems = check_lines(session, project, command.supplier_id, command.lines)
        refuse_if(problems, "bid.refused", _("报价没有提交。"))
        file_id = _keep_file(session, actor, project, command) if command.file else None
        content = SheetContent(
            org_id=project.org_id,
            negotiation_id=project.id,
            round=found.round,
            supplier_id=command.supplier_id,
            kind=SheetKind.BID,
            lines=command.lines,
        )
        made = write_sheet(session, actor, content, (command.source, file_id, None))
        made = replace(made, over=_over(session, project, command.lines))
        finish(session, actor.org_id, command.op_id, _plain(made))
        return made


def withdraw_bid(db: Database, actor: Actor, command: WithdrawBid) -> Submitted:
    """Take all prices back; before the deadline only, with the reason."""
    with db.write() as session:
        project = find(session, command.negotiation_id)
        _require_bidder(actor, project, command.supplier_id, BidSource.TYPED)
        reason = checked_reason(command.reason)
        earlier = claim(session, actor, actor.org_id, command.op_id, "negotiation.leave", command)
        if earlier is not None:
            return _again(earlier)
        found = _open_round(session, project, command.supplier_id, BidSource.TYPED)
        content = SheetContent(
            org_id=project.org_id,
            negotiation_id=project.id,
            round=found.round,
            supplier_id=command.supplier_id,
            kind=SheetKind.WITHDRAWAL,
            lines=(),
        )
        made = write_sheet(session, actor, content, (BidSource.TYPED, None, reason))
        finish(session, actor.org_id, command.op_id, _plain(made))
        return made


def _plain(made: Submitted) -> dict[str, object]:
    return {
        "round": made.round,
        "version": made.version,
        "lines": made.lines,
        "fingerprint": made.fingerprint,
        "over": list(made.over),
    }


def _again(earlier: Mapping[str, Any]) -> Submitted:
    return Submitted(**{**earlier, "over": tuple(earlier.get("over", ()))})


def _over(session: Session, project: Negotiation, lines: Sequence[BidLine]) -> tuple[int, ...]:
    rows = session.execute(
        select(NegotiationItem.line, NegotiationItem.ceiling).where(
            NegotiationItem.org_id == project.org_id,
            NegotiationItem.negotiation_id == project.id,
        )
    )
    ceilings = {row.line: row.ceiling for row in rows}
    prices = {one.line: one.unit_price for one in lines}
    return above_ceiling(prices, ceilings)


def _require_bidder(
    actor: Actor, project: Negotiation, supplier_id: int, source: BidSource
) -> None:
    if source is BidSource.PAPER and actor.can(Duty.BUY, project.org_id):
        return
    if source is not BidSource.PAPER and actor.can(Duty.SUPPLY, supplier_id):
        return
    raise NotAllowedError(
        "bid.denied",
        _("报价由供应商自己提交；采购人员只能凭书面报价代录。你的账号不能提交这份报价。"),
    )


def _open_round(
    session: Session, project: Negotiation, supplier_id: int, source: BidSource
) -> NegotiationRound:
    """The round in hand, if this bid can go into it."""
    guest = invitation(session, project, supplier_id)
    if guest is None or guest.quitted is not None:
        raise not_invited()
    need_state(project, *IN_ROUNDS)
    found = round_now(session, project)
    if found is None:
        raise ConflictError("bid.not_open", _("报价还没开始。请等采购通知。"))
    if source is BidSource.PAPER:
        _check_paper(session, project, found, supplier_id)
    elif found.opened_at is not None or now(session) > found.deadline:
        raise late(found.deadline)
    return found


def _check_paper(
    session: Session, project: Negotiation, found: NegotiationRound, supplier_id: int
) -> None:
    own = session.scalar(
        select(func.count()).where(
            BidSheet.org_id == project.org_id,
            BidSheet.negotiation_id == project.id,
            BidSheet.round == found.round,
            BidSheet.supplier_id == supplier_id,
            BidSheet.source != BidSource.PAPER,
        )
    )
    if own:
        raise own_bid()
    if found.sealed and found.opened_at is None:
        raise sealed_paper()
    if not found.sealed and (found.opened_at is not None or now(session) > found.deadline):
        raise late(found.deadline)


def check_lines(
    session: Session, project: Negotiation, supplier_id: int, lines: Sequence[BidLine]
) -> list[Problem]:
    """What is wrong with the prices, each with its line as row; empty when all is well."""
    if not lines:
        return [Problem("bid.empty", _("还没有填报价。请至少填一个品规的价格。"))]
    rows = {
        item.line: (item, f"{name} {spec}")
        for item, name, spec in session.execute(
            select(NegotiationItem, Item.name, Item.spec)
            .join(Item, Item.id == NegotiationItem.item_id)
            .where(
                NegotiationItem.org_id == project.org_id,
                NegotiationItem.negotiation_id == project.id,
            )
        )
    }
    before = standing_of(session, project, supplier_id, before=project.round)
    rules, seen, problems = rules_of(project.rules), set[int](), []
    for one in lines:
        found = rows.get(one.line)
        if found is None or found[0].failed is not None:
            text_ = _("项目里没有第 {line} 行，或它已流标。请刷新后再报。", line=one.line)
            problems.append(Problem("bid.line", text_, row=one.line))
        elif one.line in seen:
            text_ = _("{name}：报了两次。请只留一个价格。", name=found[1])
            problems.append(Problem("bid.twice", text_, row=one.line))
        else:
            problems += _check_line(one, found, before, rules, project.round)
        seen.add(one.line)
    return problems


def _check_line(
    one: BidLine,
    found: tuple[NegotiationItem, str],
    before: Mapping[int, Decimal],
    rules: BidRules,
    number: int,
) -> list[Problem]:
    item, name = found
    problems = []
    if one.unit_price is not None:
        limits = Limits(
            previous=before.get(one.line),
            cap=Cap(item.cap, CapRule(item.cap_rule)) if item.cap and item.cap_rule else None,
            ceiling=item.ceiling,
        )
        wrong = check_price(one.unit_price, limits, rules, number, row=one.line, name=name)
        problems += [wrong] if wrong else []
    if one.capacity is not None and one.capacity <= 0:
        text_ = _("{name}：最大供应量应大于 0；不限就留空。", name=name)
        problems.append(Problem("bid.capacity", text_, row=one.line))
    return problems


def _keep_file(
    session: Session, actor: Actor, project: Negotiation, command: SubmitBid
) -> int | None:
    if command.file is None:
        return None
    content = command.file.content
    if not content or len(content) > MAX_FILE:
        raise DomainError(
            "bid.file",
            _("附件是空的，或超过 {n} MB。请换一个文件。", n=MAX_FILE // _MEGABYTE),
        )
    kept = new_id()
    session.execute(
        insert(NegotiationFile).values(
            org_id=project.org_id,
            id=kept,
            negotiation_id=project.id,
            round=project.round,
            supplier_id=command.supplier_id,
            name=shown_name(command.file.name)[:200] or "quote",
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            content=content,
            at=now(session),
            person_id=actor.person_id,
        )
    )
    return kept
