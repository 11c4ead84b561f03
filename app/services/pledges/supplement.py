"""补充约定: more than a pledge's cap, asked by the buyer, approved by the head of the group.

政府采购法 §49: all supplements together are at most a tenth of what was agreed. The pledge's row is
locked while it is decided, so that two approvals at once cannot both take the last of the tenth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_id
from app.domain.orders.signing import check_reason
from app.domain.pledge import legal_supplement
from app.i18n import N_, _
from app.models.awards import Pledge
from app.models.item import Item
from app.models.order_depth import PledgeSupplement
from app.models.party import Organisation, Person
from app.services.access import require
from app.services.audit import record
from app.services.db import Database, local_time, now, today
from app.services.numbering import document_no
from app.services.operations import claim, finish, plain
from app.services.pledges.draw import approved_qty
from app.services.turns import take_turn

STATES = {"submitted": N_("待审批"), "approved": N_("已同意"), "refused": N_("已退回")}


@dataclass(frozen=True, slots=True)
class AskSupplement:
    """Ask for more of a pledge (smallest units), with the reason."""

    op_id: UUID
    org_id: int
    award_id: int
    item_id: int
    qty: int
    reason: str


@dataclass(frozen=True, slots=True)
class DecideSupplement:
    """Approve a supplement, or refuse it with an answer."""

    op_id: UUID
    org_id: int
    id: int
    approve: bool
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Supplemented:
    """A supplement after a step; `cap` is the pledge's."""

    org_id: int
    id: int
    no: str
    status: str
    qty: int
    cap: int


@dataclass(frozen=True, slots=True)
class SupplementRow:
    """One supplement; times in the members' zone, quantities in smallest units."""

    org_id: int
    id: int
    no: str
    award_id: int
    item_id: int
    org: str
    name: str
    spec: str
    unit: str
    factor: int
    pledged: int
    cap: int
    ordered: int
    qty: int
    reason: str
    status: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    answer: str
    mine: bool
    """Whether it waits for this person."""


def ask_supplement(db: Database, actor: Actor, command: AskSupplement) -> Supplemented:
    """Ask for more; nothing may be ordered beyond the cap until it is approved.

    Raises:
        DomainError: No cap, not whole packs, more than the law leaves, or no reason.
    """
    reason = check_reason(command.reason)
    with db.write() as session:
        pledge = _pledge(session, (command.org_id, command.award_id, command.item_id))
        require(actor, Duty.BUY, pledge.lead_id)
        earlier = claim(session, actor, pledge.lead_id, command.op_id, "supplement.ask", command)
        if earlier is not None:
            return Supplemented(**earlier)
        take_turn(session, pledge.lead_id, "supplement")
        _check(session, pledge, command.qty, _open(session, pledge))
        row = PledgeSupplement(
            org_id=pledge.org_id,
            id=new_id(),
            no=document_no(session, pledge.lead_id, "BC", today(session)),
            award_id=pledge.award_id,
            item_id=pledge.item_id,
            lead_id=pledge.lead_id,
            qty=command.qty,
            reason=reason,
            status="submitted",
            asked_at=now(session),
            asked_by=actor.person_id,
            applied=False,
        )
        session.add(row)
        session.flush()
        return _done(session, actor, (row, pledge), command.op_id, "supplement.ask")


def decide_supplement(db: Database, actor: Actor, command: DecideSupplement) -> Supplemented:
    """Approve or refuse, as the head of the group; an approval raises the pledge's cap at once.

    Raises:
        NotAllowedError: The person is not the head of the group, or asked for it.
        ConflictError: It was decided already.
        DomainError: Together with earlier ones it is more than the law leaves.
    """
    answer = " ".join(command.answer.split()) if command.approve else check_reason(command.answer)
    with db.write() as session:
        row = session.get(PledgeSupplement, (command.org_id, command.id), populate_existing=True)
        if row is None:
            raise DomainError("supplement.gone", _("没有找到这张补充约定。请刷新后再看。"))
        require(actor, Duty.SIGN, row.lead_id)
        earlier = claim(session, actor, row.lead_id, command.op_id, "supplement.decide", command)
        if earlier is not None:
            return Supplemented(**earlier)
        if row.asked_by == actor.person_id:
            raise NotAllowedError(
                "supplement.own",
                _("{no} 是你自己申请的，不能自己批。请另一位负责人批。", no=row.no),
            )
        pledge = _pledge(session, (row.org_id, row.award_id, row.item_id), lock=True)
        session.refresh(row)
        if row.status != "submitted":
            raise _decided(row)
        if command.approve:
            _check(session, pledge, row.qty)
        _decide(session, actor, row, command.approve, answer)
        if command.approve:
            session.execute(
                update(Pledge)
                .where(
                    Pledge.org_id == pledge.org_id,
                    Pledge.award_id == pledge.award_id,
                    Pledge.item_id == pledge.item_id,
                )
                .values(cap=Pledge.cap + row.qty)
                .execution_options(synchronize_session=False)
            )
            row.applied = True
            session.flush()
        session.refresh(pledge)
        return _done(session, actor, (row, pledge), command.op_id, "supplement.decide")


def supplements(db: Database, actor: Actor, *, waiting: bool = False) -> tuple[SupplementRow, ...]:
    """The supplements that the person may read, newest first; `waiting`: those to decide."""
    asker, decider = aliased(Person), aliased(Person)
    table = PledgeSupplement
    statement = (
        select(table, Pledge, Item, Organisation.short_name, asker.name, decider.name)
        .join(
            Pledge,
            (Pledge.org_id == table.org_id)
            & (Pledge.award_id == table.award_id)
            & (Pledge.item_id == table.item_id),
        )
        .join(Item, Item.id == table.item_id)
        .join(Organisation, Organisation.id == table.org_id)
        .outerjoin(asker, asker.id == table.asked_by)
        .outerjoin(decider, decider.id == table.decided_by)
        .where(table.org_id.in_(actor.orgs()) | table.lead_id.in_(actor.orgs()))
        .order_by(table.asked_at.desc(), table.no.desc())
    )
    with db.read() as session:
        found = tuple(
            _row(actor, row, goods, (asked or "", decided or ""))
            for row, *goods, asked, decided in session.execute(statement)
        )
    return tuple(one for one in found if one.mine or not waiting)


def _pledge(session: Session, key: tuple[int, int, int], *, lock: bool = False) -> Pledge:
    statement = select(Pledge).where(
        Pledge.org_id == key[0], Pledge.award_id == key[1], Pledge.item_id == key[2]
    )
    if lock:
        statement = statement.with_for_update()
    found = session.scalars(statement.execution_options(populate_existing=True)).first()
    if found is None:
        raise DomainError("pledge.gone", _("没有找到这项约定量。请刷新后再选。"))
    return found


def _open(session: Session, pledge: Pledge) -> int:
    """What open requests for the pledge come to."""
    asked = session.scalars(
        select(PledgeSupplement.qty).where(
            PledgeSupplement.org_id == pledge.org_id,
            PledgeSupplement.award_id == pledge.award_id,
            PledgeSupplement.item_id == pledge.item_id,
            PledgeSupplement.status == "submitted",
        )
    )
    return sum(asked)


def _check(session: Session, pledge: Pledge, qty: int, asked: int = 0) -> None:
    item = session.get_one(Item, pledge.item_id)
    unit, factor = item.pack_unit, item.pack_factor
    if pledge.cap is None:
        raise DomainError(
            "supplement.no_cap",
            _("「{name}」的约定量没有上限，直接下单就行，不用补充约定。", name=item.name),
        )
    if qty <= 0 or qty % factor:
        raise DomainError("supplement.qty", _("补充的数量要填整{unit}，至少 1 {unit}。", unit=unit))
    if pledge.valid_to <= today(session):
        raise DomainError(
            "supplement.over", _("这项约定 {day} 已到期，不能再补充。", day=pledge.valid_to)
        )
    left = legal_supplement(pledge.qty, approved_qty(session, pledge) + asked, factor)
    if qty > left:
        raise DomainError(
            "supplement.law",
            _(
                "「{name}」最多还能补充 {left} {unit}：补充合计不能超过约定量 {n} {unit}的 10%"
                "（政府采购法第四十九条）。再多要另行采购。",
                name=item.name,
                left=left // factor,
                n=pledge.qty // factor,
                unit=unit,
            ),
        )


def _decide(
    session: Session, actor: Actor, row: PledgeSupplement, approve: bool, answer: str
) -> None:
    done: Any = session.execute(
        update(PledgeSupplement)
        .where(
            PledgeSupplement.org_id == row.org_id,
            PledgeSupplement.id == row.id,
            PledgeSupplement.status == "submitted",
        )
        .values(
            status="approved" if approve else "refused",
            decided_at=now(session),
            decided_by=actor.person_id,
            answer=answer or None,
        )
        .execution_options(synchronize_session=False)
    )
    session.refresh(row)
    if done.rowcount != 1:
        raise _decided(row)


def _decided(row: PledgeSupplement) -> ConflictError:
    return ConflictError(
        "supplement.decided",
        _("{no} 现在是「{state}」，不能再批。", no=row.no, state=_(STATES[row.status])),
    )


def _done(
    session: Session,
    actor: Actor,
    what: tuple[PledgeSupplement, Pledge],
    op_id: UUID,
    action: str,
) -> Supplemented:
    row, pledge = what
    done = Supplemented(row.org_id, row.id, row.no, row.status, row.qty, pledge.cap or 0)
    detail = {"no": row.no, "qty": row.qty, "status": row.status, "reason": row.reason}
    record(session, actor, row.lead_id, action, ("pledge_supplement", row.id), detail)
    finish(session, row.lead_id, op_id, plain(done))
    return done


def _row(
    actor: Actor,
    row: PledgeSupplement,
    goods: Sequence[Any],
    people: tuple[str, str],
) -> SupplementRow:
    pledge, item, org = goods
    waits = row.status == "submitted" and row.asked_by != actor.person_id
    return SupplementRow(
        org_id=row.org_id,
        id=row.id,
        no=row.no,
        award_id=row.award_id,
        item_id=row.item_id,
        org=org,
        name=item.name,
        spec=item.spec,
        unit=item.pack_unit,
        factor=item.pack_factor,
        pledged=pledge.qty,
        cap=pledge.cap or 0,
        ordered=pledge.ordered,
        qty=row.qty,
        reason=row.reason,
        status=row.status,
        asked_by=people[0],
        asked_at=local_time(row.asked_at),
        decided_by=people[1],
        answer=row.answer or "",
        mine=waits and actor.can(Duty.SIGN, row.lead_id),
    )
