"""报量: each member is asked for its need, edits it and stands for it (约定量)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Table, Text, Update, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from app.domain.bidding.need import USE_DAYS, check_pledge, propose
from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError, refuse_if
from app.i18n import _
from app.models.base import BigInt
from app.models.demand import Demand
from app.models.item import Item
from app.models.negotiation import (
    Negotiation,
    NegotiationItem,
    NegotiationMember,
    NegotiationNeed,
)
from app.services.access import group_orgs
from app.services.audit import record
from app.services.bulk import insert_all
from app.services.db import Database, now, today
from app.services.many import ForEach
from app.services.negotiation.common import (
    find,
    find_own,
    move,
    need_state,
    record_step,
    rows_of,
)
from app.services.operations import claim, finish

_EDITORS = (Duty.BUY, Duty.STORE, Duty.SIGN)
_NEED: Final = cast("Table", NegotiationNeed.__table__)


def _pledge(line: Any, pledge: Any, reason: Any) -> Update:
    return (
        update(_NEED)
        .where(
            _NEED.c.org_id == bindparam("b_org"),
            _NEED.c.negotiation_id == bindparam("b_project"),
            _NEED.c.line == line,
        )
        .values(pledge=pledge, reason=reason)
    )


_PLEDGE: Final = ForEach(_pledge, line=BigInt, pledge=BigInt, reason=Text)


@dataclass(frozen=True, slots=True)
class AskNeeds:
    """Ask all members; `due_on` is the day their answer is wanted by."""

    op_id: UUID
    negotiation_id: int
    due_on: date


@dataclass(frozen=True, slots=True)
class Pledge:
    """What a member stands for of one line, smallest units in whole packs."""

    line: int
    qty: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EditNeeds:
    """Other pledges of one member, before it has confirmed."""

    op_id: UUID
    negotiation_id: int
    org_id: int
    pledges: tuple[Pledge, ...]


@dataclass(frozen=True, slots=True)
class ConfirmNeeds:
    """A member's head stands for the pledges as they are."""

    op_id: UUID
    negotiation_id: int
    org_id: int


@dataclass(frozen=True, slots=True)
class SendBack:
    """The buyer gives a confirmed need back to the member to correct."""

    op_id: UUID
    negotiation_id: int
    org_id: int
    reason: str


def ask_needs(db: Database, actor: Actor, command: AskNeeds) -> int:
    """Ask every member of the group; how many were asked.

    The proposal is the last twelve months' demand with the project's growth, for the length of the
    supply period, in whole packs.

    Raises:
        DomainError: The project has no lines, or the day has passed.
    """
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        earlier = claim(session, actor, project.org_id, command.op_id, "negotiation.ask", command)
        if earlier is not None:
            return int(earlier["members"])
        need_state(project, State.DRAFT)
        day = today(session)
        lines = _lines(session, project)
        if not lines:
            raise DomainError("negotiation.empty", _("项目里还没有品规。请先添加品规再征集。"))
        if command.due_on < day:
            raise DomainError("negotiation.due", _("报量截止日不能早于今天。请改正日期。"))
        members = group_orgs(session, day)
        used = _used(session, members, [item for _line, item, _pack in lines], day)
        _write(session, project, (members, command.due_on), lines, used)
        move(session, actor, project, State.NEEDING)
        finish(session, project.org_id, command.op_id, {"members": len(members)})
        return len(members)


def _lines(session: Session, project: Negotiation) -> list[tuple[int, int, int]]:
    rows = session.execute(
        select(NegotiationItem.line, NegotiationItem.item_id, Item.pack_factor)
        .join(Item, Item.id == NegotiationItem.item_id)
        .where(
            NegotiationItem.org_id == project.org_id, NegotiationItem.negotiation_id == project.id
        )
        .order_by(NegotiationItem.line)
    )
    return [(int(line), int(item), int(pack)) for line, item, pack in rows]


def _used(
    session: Session, members: Sequence[int], items: Sequence[int], day: date
) -> dict[tuple[int, int], int]:
    """What was asked for in the last twelve months, by member and item."""
    rows = session.execute(
        select(Demand.org_id, Demand.item_id, func.sum(Demand.asked))
        .where(Demand.org_id.in_(members), Demand.day >= day - timedelta(days=USE_DAYS))
        .group_by(Demand.org_id, Demand.item_id)
    )
    wanted = set(items)
    return {(int(org), int(item)): int(n) for org, item, n in rows if item in wanted}


def _write(
    session: Session,
    project: Negotiation,
    asked: tuple[Sequence[int], date],
    lines: Sequence[tuple[int, int, int]],
    used: dict[tuple[int, int], int],
) -> None:
    members, due_on = asked
    session.execute(
        insert(NegotiationMember),
        [
            {
                "org_id": org,
                "negotiation_id": project.id,
                "lead_id": project.org_id,
                "asked_at": now(session),
                "due_on": due_on,
                "version": 1,
            }
            for org in members
        ],
    )
    span = (project.supply_from, project.supply_to)
    rows: list[dict[str, Any]] = []
    for org in members:
        for line, item, pack in lines:
            was = used.get((org, item), 0)
            want = propose(was, project.growth, span, pack)
            rows.append(
                {"org_id": org, "negotiation_id": project.id, "line": line}
                | {"used": was, "proposed": want, "pledge": want}
            )
    insert_all(session, NegotiationNeed, rows)


def edit_needs(db: Database, actor: Actor, command: EditNeeds) -> int:
    """Change pledges of a member that has not confirmed yet; how many lines.

    Raises:
        NotAllowedError: The person neither buys, keeps store nor signs for the member.
        ConflictError: The member has confirmed.
        DomainError: Not whole packs, or far from the proposal without a reason.
    """
    with db.write() as session:
        project = find(session, command.negotiation_id)
        _require_editor(actor, command.org_id)
        org = command.org_id
        earlier = claim(session, actor, org, command.op_id, "negotiation.need", command)
        if earlier is not None:
            return int(earlier["lines"])
        need_state(project, State.NEEDING)
        if _member(session, project, org).confirmed_at is not None:
            raise ConflictError(
                "need.confirmed", _("这家成员已确认报量。要改，请集团采购先退回重填。")
            )
        _check(session, project, command)
        last = {
            one.line: (one.line, one.qty, one.reason.strip() or None) for one in command.pledges
        }
        rows = [last[line] for line in sorted(last)]
        if _PLEDGE.do(session, rows, b_org=org, b_project=project.id) != len(rows):
            raise NotAllowedError("need.denied", _("你的账号不能改这家成员的报量。"))
        finish(session, org, command.op_id, {"lines": len(command.pledges)})
        return len(command.pledges)


def _check(session: Session, project: Negotiation, command: EditNeeds) -> None:
    packs = {line: pack for line, _item, pack in _lines(session, project)}
    rows = session.execute(
        select(NegotiationNeed.line, NegotiationNeed.proposed).where(
            NegotiationNeed.org_id == command.org_id,
            NegotiationNeed.negotiation_id == project.id,
        )
    )
    proposed = {int(line): int(want) for line, want in rows}
    unknown = [one.line for one in command.pledges if one.line not in proposed]
    if unknown:
        raise DomainError("need.line", _("项目里没有第 {line} 行。请刷新后再填。", line=unknown[0]))
    found = (
        check_pledge(one.qty, proposed[one.line], packs[one.line], one.reason, row=one.line)
        for one in command.pledges
    )
    refuse_if([one for one in found if one], "need.wrong", _("报量还不能保存。"))


def confirm_needs(db: Database, actor: Actor, command: ConfirmNeeds) -> None:
    """The member's head confirms; the pledges are fixed from then on.

    Raises:
        NotAllowedError: Only who signs for the member can stand for its pledge.
    """
    with db.write() as session:
        project = find(session, command.negotiation_id)
        if not actor.can(Duty.SIGN, command.org_id):
            raise NotAllowedError(
                "need.signer", _("约定量要由成员单位的负责人确认。请负责人登录后确认。")
            )
        org = command.org_id
        if claim(session, actor, org, command.op_id, "negotiation.confirm", command):
            return
        need_state(project, State.NEEDING)
        _set_confirmed(session, project, org, (now(session), actor.person_id))
        total = session.scalar(
            select(func.count()).where(
                NegotiationNeed.org_id == org,
                NegotiationNeed.negotiation_id == project.id,
                NegotiationNeed.pledge > 0,
            )
        )
        doc = ("negotiation", project.id)
        record(session, actor, org, "negotiation.confirm", doc, {"no": project.no, "lines": total})
        finish(session, org, command.op_id, {"done": True})


def send_back(db: Database, actor: Actor, command: SendBack) -> None:
    """Give a member's need back to it."""
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        if claim(session, actor, project.org_id, command.op_id, "negotiation.back", command):
            return
        need_state(project, State.NEEDING)
        _set_confirmed(session, project, command.org_id, None)
        detail = {"org": command.org_id, "reason": command.reason}
        record_step(session, actor, project, "send_back", detail)
        finish(session, project.org_id, command.op_id, {"done": True})


def _set_confirmed(
    session: Session, project: Negotiation, org: int, by: tuple[Any, int] | None
) -> None:
    before = NegotiationMember.confirmed_at
    done = session.execute(
        update(NegotiationMember)
        .where(
            NegotiationMember.org_id == org,
            NegotiationMember.negotiation_id == project.id,
            before.is_(None) if by else before.is_not(None),
        )
        .values(
            confirmed_at=by[0] if by else None,
            confirmed_by=by[1] if by else None,
            version=NegotiationMember.version + 1,
        )
    )
    if not rows_of(done):
        raise ConflictError("need.state", _("这家成员的报量刚被别人处理过。请刷新后再看。"))


def _member(session: Session, project: Negotiation, org: int) -> NegotiationMember:
    found = session.get(NegotiationMember, (org, project.id), populate_existing=True)
    if found is None:
        raise DomainError("need.member", _("这家机构不在这个项目的报量名单里。"))
    return found


def _require_editor(actor: Actor, org: int) -> None:
    if not any(actor.can(duty, org) for duty in _EDITORS):
        raise NotAllowedError(
            "need.editor", _("报量由成员单位的采购、库管或负责人填。你的账号没有这项权限。")
        )


def freeze_volumes(session: Session, project: Negotiation, *, leave_out: bool) -> None:
    """Sum the confirmed pledges into the lines, when the first round begins.

    Raises:
        DomainError: Members have not confirmed, and they are not to be left out.
    """
    waiting = session.scalar(
        select(func.count()).where(
            NegotiationMember.lead_id == project.org_id,
            NegotiationMember.negotiation_id == project.id,
            NegotiationMember.confirmed_at.is_(None),
        )
    )
    if waiting and not leave_out:
        raise DomainError(
            "need.waiting",
            _("还有 {n} 家成员没确认报量。请催办，或选择不计未确认的成员。", n=waiting),
        )
    rows = session.execute(
        select(NegotiationNeed.line, func.sum(NegotiationNeed.pledge))
        .join(
            NegotiationMember,
            (NegotiationMember.org_id == NegotiationNeed.org_id)
            & (NegotiationMember.negotiation_id == NegotiationNeed.negotiation_id),
        )
        .where(
            NegotiationNeed.negotiation_id == project.id,
            NegotiationMember.lead_id == project.org_id,
            NegotiationMember.confirmed_at.is_not(None),
        )
        .group_by(NegotiationNeed.line)
    )
    volumes = {int(line): int(total) for line, total in rows}
    for line in session.scalars(
        select(NegotiationItem).where(
            NegotiationItem.org_id == project.org_id, NegotiationItem.negotiation_id == project.id
        )
    ):
        line.volume = volumes.get(line.line, 0)
        if not line.volume:
            line.failed = _("没有成员报量")
    session.flush()


def take_back(db: Database, actor: Actor, op_id: UUID, negotiation_id: int) -> None:
    """Back to a draft, to change its lines; what members filled in is asked for again."""
    with db.write() as session:
        project = find_own(session, actor, negotiation_id)
        if claim(session, actor, project.org_id, op_id, "negotiation.draft", negotiation_id):
            return
        need_state(project, State.NEEDING)
        for table in (NegotiationNeed, NegotiationMember):
            session.execute(delete(table).where(table.negotiation_id == project.id))
        move(session, actor, project, State.DRAFT)
        finish(session, project.org_id, op_id, {"done": True})
