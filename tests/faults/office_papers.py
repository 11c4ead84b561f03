"""What offices' papers say against one another: invoices, payments, bids, votes, seals, awards.

As in `tests.faults.papers` each query finds what does not agree; none is the proof. What no query
can tell, digests and counts of operations, is worked out here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.bidding.commitment import opening_digest
from app.models.awards import AwardDecision
from app.models.formulary import PtTurnout
from app.models.negotiation import BidSheet, NegotiationRound
from app.models.platform import Operation
from app.models.price import Price
from app.models.sealing import SealedPaper
from app.models.settlement import Invoice, Payment

_OWED: Final = "(b.consumed_amount + coalesce(b.adjust_amount, 0))"
_MATCHED: Final = """(SELECT coalesce(sum(m.amount), 0) FROM {app}invoice_match m
           WHERE m.org_id = b.org_id AND m.statement_id = b.id)"""
CHECKS: Final = {
    "an invoice matched beyond its sum, or a void one": """
        SELECT i.number FROM {app}invoice i WHERE
          abs((SELECT coalesce(sum(m.amount), 0) FROM {app}invoice_match m
               WHERE m.invoice_id = i.id))
          > CASE i.status WHEN 'open' THEN abs(i.amount) ELSE 0 END""",
    "a statement's invoices": f"""
        SELECT b.no FROM {{app}}statement b WHERE b.kind <> 'reversal'
          AND (coalesce(b.invoiced_amount, 0) <> {_MATCHED} OR abs({_MATCHED}) > abs({_OWED}))""",
    "invoiced, audited or paid without invoices": f"""
        SELECT b.no FROM {{app}}statement b WHERE b.kind <> 'reversal'
          AND b.status IN ('invoiced', 'audited', 'paid')
          AND abs({_OWED} - {_MATCHED}) > 100""",
    "audited by who made it": """
        SELECT b.no FROM {app}statement b
        WHERE b.status IN ('audited', 'paid') AND b.audited_by = b.created_by""",
    "a sum paid twice or otherwise than owed": f"""
        SELECT b.no FROM {{app}}statement b
        JOIN {{app}}payment_line l ON l.org_id = b.org_id AND l.statement_id = b.id
        WHERE l.state <> 'returned'
        GROUP BY b.org_id, b.id, b.no, b.consumed_amount, b.adjust_amount
        HAVING count(*) > 1 OR sum(l.amount) <> {_OWED}""",
    "a batch and its lines": """
        SELECT p.no FROM {app}payment p WHERE
          p.amount <> (SELECT sum(l.amount) FROM {app}payment_line l
                       WHERE l.org_id = p.org_id AND l.payment_id = p.id)
          OR (p.status IN ('done', 'cancelled')) <>
             NOT EXISTS (SELECT 1 FROM {app}payment_line l WHERE l.org_id = p.org_id
                         AND l.payment_id = p.id AND l.state = 'open')""",
    "paid, and no bank said so": """
        SELECT b.no FROM {app}statement b WHERE (b.status = 'paid') <>
          EXISTS (SELECT 1 FROM {app}payment_line l WHERE l.org_id = b.org_id
                  AND l.statement_id = b.id AND l.state = 'paid')""",
    "a sealed round opened before its time": """
        SELECT r.round FROM {app}negotiation_round r
        WHERE r.sealed = 1 AND r.opened_at < r.deadline""",
    "a bid after the opening or the deadline": """
        SELECT s.version FROM {app}bid_sheet s
        JOIN {app}negotiation_round r ON r.org_id = s.org_id
          AND r.negotiation_id = s.negotiation_id AND r.round = s.round
        WHERE r.sealed = 1 AND s.source <> 'paper'
          AND (s.at > r.opened_at OR s.at >= r.deadline)""",
    "a bid's lines": """
        SELECT s.version FROM {app}bid_sheet s WHERE s.lines <>
          (SELECT count(*) FROM {app}bid b WHERE b.org_id = s.org_id
           AND b.negotiation_id = s.negotiation_id AND b.round = s.round
           AND b.supplier_id = s.supplier_id AND b.version = s.version)""",
    "a gap among a supplier's bids": """
        SELECT max(s.version) FROM {app}bid_sheet s
        GROUP BY s.org_id, s.negotiation_id, s.round, s.supplier_id
        HAVING max(s.version) <> count(*)""",
    "more than one award in force": """
        SELECT a.negotiation_id FROM {app}award a WHERE a.status = 'in_force'
        GROUP BY a.negotiation_id HAVING count(*) > 1""",
    "a vote without its voter, or a voter without a vote": """
        SELECT i.seq FROM {app}pt_agenda i WHERE
          (SELECT count(*) FROM {app}pt_vote v WHERE v.org_id = i.org_id
           AND v.meeting_id = i.meeting_id AND v.seq = i.seq) <>
          (SELECT count(*) FROM {app}pt_turnout t WHERE t.org_id = i.org_id
           AND t.meeting_id = i.meeting_id AND t.seq = i.seq)""",
    "a vote of who has an interest": """
        SELECT t.seq FROM {app}pt_turnout t JOIN {app}pt_conflict c ON c.org_id = t.org_id
          AND c.meeting_id = t.meeting_id AND c.seq = t.seq AND c.member_id = t.member_id""",
    "more votes than seats": """
        SELECT i.seq FROM {app}pt_agenda i
        JOIN {app}pt_meeting m ON m.org_id = i.org_id AND m.id = i.meeting_id
        WHERE i.paper_yes + i.paper_no + i.paper_abstain +
          (SELECT count(*) FROM {app}pt_turnout t WHERE t.org_id = i.org_id
           AND t.meeting_id = i.meeting_id AND t.seq = i.seq) > m.seats""",
    "passed without the votes": """
        SELECT i.seq FROM {app}pt_agenda i
        JOIN {app}pt_meeting m ON m.org_id = i.org_id AND m.id = i.meeting_id
        WHERE i.result IN ('introduced', 'stopped') AND m.majority_den * (i.paper_yes +
          (SELECT count(*) FROM {app}pt_vote v WHERE v.org_id = i.org_id
           AND v.meeting_id = i.meeting_id AND v.seq = i.seq AND v.choice = 'yes'))
          < m.majority_num * (i.paper_yes + i.paper_no + i.paper_abstain +
          (SELECT count(*) FROM {app}pt_vote v WHERE v.org_id = i.org_id
           AND v.meeting_id = i.meeting_id AND v.seq = i.seq))""",
    "decided on the agenda and open at home, or the other way": """
        SELECT i.seq FROM {app}pt_agenda i
        JOIN {app}pt_request r ON r.org_id = i.request_org_id AND r.id = i.request_id
        WHERE i.status = 'done' AND i.result <> 'deferred' AND r.status = 'scheduled'""",
    "sealed on one paper only": """
        SELECT s.order_id FROM {app}sealed_paper s
        GROUP BY s.org_id, s.order_id, s.version, s.party HAVING count(*) <> 2""",
    "a seal without a signature": """
        SELECT s.order_id FROM {app}sealed_paper s WHERE NOT EXISTS
          (SELECT 1 FROM {app}signature g WHERE g.org_id = s.org_id AND g.doc_id = s.order_id
           AND g.version = s.version AND g.party = s.party)""",
}
_ONE_EACH: Final[dict[str, tuple[tuple[str, ...], Any]]] = {
    "bids": (("negotiation.bid", "negotiation.leave"), select(func.count()).select_from(BidSheet)),
    "openings": (
        ("negotiation.open",),
        select(func.count()).where(NegotiationRound.opened_at.is_not(None)),
    ),
    "votes": (("pt.vote",), select(func.count()).select_from(PtTurnout)),
    "seals": (("seal",), select(func.count() / 2).select_from(SealedPaper)),
    "batches": (("payment.make",), select(func.count()).select_from(Payment)),
    "invoices": (("invoices",), select(func.count()).select_from(Invoice)),
}
"""Papers of which one operation makes exactly one (the storm registers one invoice at a time)."""


def broken(session: Session) -> Iterator[str]:
    """What queries alone do not find, in words."""
    for words, (kinds, papers) in _ONE_EACH.items():
        done = session.scalar(select(func.count()).where(Operation.kind.in_(kinds)))
        there = session.scalar(papers)
        if done != there:
            yield f"{words}: {there} by {done} operations"
    for one in session.scalars(
        select(NegotiationRound).where(NegotiationRound.opened_at.is_not(None))
    ):
        if one.digest != opening_digest(_commitments(session, one)):
            yield f"round {one.round} was opened on other sheets than are there"
    for paper in session.scalars(select(SealedPaper)):
        if hashlib.sha256(paper.content).digest() != paper.sha256:
            yield f"order {paper.order_id} is not the paper that was sealed"
    lists = select(AwardDecision.list_id).where(AwardDecision.list_id.is_not(None))
    for number in session.scalars(lists):
        if not session.scalar(select(func.count()).where(Price.list_id == number)):
            yield f"an award in force without prices: {number}"


def _commitments(session: Session, one: NegotiationRound) -> list[bytes]:
    return list(
        session.scalars(
            select(BidSheet.commitment)
            .where(
                BidSheet.org_id == one.org_id,
                BidSheet.negotiation_id == one.negotiation_id,
                BidSheet.round == one.round,
            )
            .order_by(BidSheet.supplier_id, BidSheet.version)
        )
    )
