"""The optimiser on a project: its comparison as a case, and the proposal kept as an award."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import money
from app.domain.awarding.case import Allocation, Case, CaseLine, CaseSupplier, Offer, Part
from app.domain.awarding.limits import Limits
from app.domain.bidding.award import BACKUP, WINNER
from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.ids import new_id
from app.i18n import _
from app.models.negotiation import Award, AwardLine, Bid, Negotiation, NegotiationReference
from app.services.awards.engine import How, Proposal, optimise
from app.services.awards.files import FileAnswer, answer_of
from app.services.bulk import insert_all
from app.services.db import Database, now
from app.services.negotiation.common import find_own, need_state, readable, record_step, rounds_of
from app.services.negotiation.comparison import Comparison, read_comparison
from app.services.negotiation.standing import counted_sheets, of_sheet
from app.services.operations import answered, claim, finish, plain

OPTIMISED: Final = "optimised"


@dataclass(frozen=True, slots=True)
class Propose:
    """Look for the cheapest award of a project under limits.

    Attributes:
        keep: Whether to keep the proposal as an award that can be submitted.
        backups: Whether the next cheapest supplier of each line becomes its backup (备选).
    """

    op_id: UUID
    negotiation_id: int
    limits: Limits = field(default_factory=Limits)
    keep: bool = True
    backups: bool = True


@dataclass(frozen=True, slots=True)
class Proposed:
    """What was found; `award_id` is 0 when nothing was kept."""

    award_id: int
    answer: FileAnswer


def propose(db: Database, actor: Actor, command: Propose, how: How | None = None) -> Proposed:
    """Search outside of any transaction, then keep the proposal beside the award made by hand.

    Raises:
        NotAllowedError: The person does not buy for the lead.
        ConflictError: The project is not between its first opening and its decision.
    """
    with db.read() as session:
        project = find_own(session, actor, command.negotiation_id)
        if not answered(session, actor, project.org_id, command.op_id, "award.propose"):
            need_state(project, State.BARGAINING, State.REVIEWING)
        found = read_comparison(session, project)
        case = case_of(session, project, found)
    proposal = optimise(case, command.limits, hand_of(found, case), how)
    answer = answer_of(case, proposal)
    if not proposal.parts or not command.keep:
        return Proposed(0, answer)
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        earlier = claim(session, actor, project.org_id, command.op_id, "award.propose", command)
        if earlier is not None:
            return Proposed(int(earlier["award_id"]), answer)
        need_state(project, State.BARGAINING, State.REVIEWING)
        award = _store(session, actor, project, command, answer)
        rows = _winners(case, proposal)
        if command.backups:
            rows += _backups(case, proposal.parts)
        keys = {"org_id": award.org_id, "award_id": award.id}
        insert_all(session, AwardLine, [keys | row for row in rows])
        detail = {"award": award.id, "cost": answer.cost, "proved": answer.proved}
        record_step(session, actor, project, "propose", detail)
        finish(session, project.org_id, command.op_id, {"award_id": award.id})
        return Proposed(award.id, answer)


def case_of(session: Session, project: Negotiation, found: Comparison) -> Case:
    """The standing prices of a project as a case; lines that failed are left out."""
    grid = found.grid
    incumbents = dict(
        session.execute(
            select(NegotiationReference.line, NegotiationReference.incumbent_id).where(
                NegotiationReference.org_id == project.org_id,
                NegotiationReference.negotiation_id == project.id,
            )
        ).all()
    )
    able = _capacities(session, project)
    lines, offers = [], []
    for at, info in enumerate(found.lines):
        if info.failed:
            continue
        lines.append(
            CaseLine(
                info.line,
                f"{info.name} {info.spec}",
                info.lot,
                int(grid.volume[at]),
                info.price_factor,
                limit=int(grid.limit[at]),
                base=int(grid.base[at]),
                cold=info.cold,
                incumbent=incumbents.get(info.line),
            )
        )
        for place, one in enumerate(found.suppliers):
            price = int(grid.standing[place, at])
            if price:
                capacity = able.get((info.line, one.supplier_id))
                offers.append(Offer(info.line, one.supplier_id, price, capacity))
    suppliers = tuple(
        CaseSupplier(one.supplier_id, one.name, small=one.small, cold_chain=one.cold_chain)
        for one in found.suppliers
    )
    return Case(tuple(lines), suppliers, tuple(offers))


def hand_of(found: Comparison, case: Case) -> Allocation:
    """The winners of the award made by hand, as far as their bids still stand."""
    return tuple(
        Part(line, one.supplier_id, one.share)
        for line, rows in sorted(found.draft.items())
        for one in rows
        if one.rank == WINNER and (line, one.supplier_id) in case.offer_of
    )


def _capacities(session: Session, project: Negotiation) -> dict[tuple[int, int], int | None]:
    """The capacity each supplier stated last, by line and supplier."""
    rounds = readable(rounds_of(session, project))
    sheets = counted_sheets(project.org_id, project.id, rounds).subquery()
    rows = session.execute(
        select(Bid.line, Bid.supplier_id, Bid.capacity)
        .join(sheets, of_sheet(sheets.c))
        .where(Bid.unit_price.is_not(None))
        .order_by(Bid.round)
    )
    return {(line, supplier): capacity for line, supplier, capacity in rows}


def _store(
    session: Session, actor: Actor, project: Negotiation, command: Propose, answer: FileAnswer
) -> Award:
    award = Award(
        org_id=project.org_id,
        id=new_id(),
        negotiation_id=project.id,
        kind=OPTIMISED,
        status=State.DRAFT.value,
        settings={"limits": plain(command.limits), "answer": plain(answer)},
        created_at=now(session),
        created_by=actor.person_id,
        version=1,
    )
    session.add(award)
    session.flush()
    return award


def _winners(case: Case, proposal: Proposal) -> list[dict[str, Any]]:
    words = _("满足定标限制下总价最低，由优化方案选出")
    rows = []
    for part in proposal.parts:
        price = case.offer_of[part.line, part.supplier].price
        dearer = price > case.able[part.line][0].price
        rows.append(
            _row(case, part.line, part.supplier)
            | {"rank": WINNER, "share": part.share, "reason": words if dearer else None}
        )
    return rows


def _backups(case: Case, parts: Iterable[Part]) -> list[dict[str, Any]]:
    """The cheapest supplier of each line that does not win there already."""
    taken: dict[int, set[int]] = {}
    for part in parts:
        taken.setdefault(part.line, set()).add(part.supplier)
    rows = []
    for line, winners in taken.items():
        cold = case.line_of[line].cold
        for offer in case.able[line]:
            fit = case.supplier_of[offer.supplier].cold_chain or not cold
            if offer.supplier not in winners and fit:
                rows.append(
                    _row(case, line, offer.supplier) | {"rank": BACKUP, "share": 0, "reason": None}
                )
                break
    return rows


def _row(case: Case, line: int, supplier: int) -> dict[str, Any]:
    price: Decimal = money.from_scaled(case.offer_of[line, supplier].price)
    factor = case.line_of[line].factor
    return {"line": line, "supplier_id": supplier, "unit_price": price, "price_factor": factor}
