"""分签: the member signs or refuses first, then the supplier; each version once per side.

The state changes by one conditional UPDATE (same state, version and digest as the person saw), so
of two people who sign, refuse or amend at the same moment one wins and the other is told who was
first. On PostgreSQL that statement runs in `api.sign`, which checks the signer by login role.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State, check_step, state_title
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.orders.content import digest, short
from app.domain.orders.progress import group_state, progress
from app.domain.orders.signing import Decision, Party, check_reason, state_after, turn
from app.i18n import _
from app.models.order import GroupOrder, MemberOrder, MemberOrderVersion, Signature
from app.models.party import Organisation
from app.services.audit import record
from app.services.db import Database, database_of, local_time, now
from app.services.operations import claim, finish, plain
from app.services.orders.contents import proved_content
from app.services.orders.totals import lock_group


@dataclass(frozen=True, slots=True)
class Sign:
    """Sign a version of an order, or refuse it.

    Attributes:
        op_id: Made once per intention.
        org_id: The member whose order it is.
        order_id: The order.
        version: The version the person has read.
        decision: Signed or refused.
        reason: Why it is refused; the other side and the group's buyer read it.
    """

    op_id: UUID
    org_id: int
    order_id: int
    version: int
    decision: Decision = Decision.SIGNED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """What the signature did."""

    order_id: int
    no: str
    state: State
    party: Party
    at: datetime
    fingerprint: str


def sign(db: Database, actor: Actor, command: Sign) -> Signed:
    """Sign or refuse as the side whose turn it is.

    Raises:
        NotAllowedError: The person may not sign for that side, or it is the other side's turn.
        ConflictError: Already signed or refused, or amended since; says by whom and when.
        DomainError: A refusal without a reason, or rows that do not match the stored version.
    """
    with db.write() as session:
        order = find(session, command.org_id, command.order_id)
        party = _party(actor, order)
        earlier = claim(session, actor, actor.org_id, command.op_id, "sign", command)
        if earlier is not None:
            return _from_answer(earlier)
        _check_turn(session, order, command, party)
        reason = check_reason(command.reason) if command.decision is Decision.REFUSED else ""
        check_step(DocKind.MEMBER_ORDER, State(order.status), state_after(party, command.decision))
        stated = digest_read(session, order)
        _decide(session, actor, order, command, (party, reason, stated))
        record(
            session,
            actor,
            order.org_id,
            f"order.{'sign' if command.decision is Decision.SIGNED else 'refuse'}",
            (DocKind.MEMBER_ORDER, order.id),
            {"no": order.no, "version": order.version, "party": party, "digest": stated.hex()}
            | ({"reason": reason} if reason else {}),
        )
        answer = Signed(
            order_id=order.id,
            no=order.no,
            state=state_after(party, command.decision),
            party=party,
            at=now(session),
            fingerprint=short(stated),
        )
        finish(session, actor.org_id, command.op_id, plain(answer))
        return answer


def find(session: Session, org_id: int, order_id: int) -> MemberOrder:
    """A member's order that the person may see; raises `DomainError` when there is none."""
    order = session.get(MemberOrder, (org_id, order_id), populate_existing=True)
    if order is None:
        raise DomainError("order.missing", _("没有找到这张订单，或不归你的机构。请刷新后再看。"))
    return order


def digest_read(session: Session, order: MemberOrder) -> bytes:
    """The digest of the order's content as it is read now; it must be the stored one."""
    proved_content(session, order)
    row = session.get_one(MemberOrderVersion, (order.org_id, order.id, order.version))
    return digest(row.content)


def was_first(session: Session, order: MemberOrder, version: int) -> ConflictError:
    """The conflict in words: who signed, refused or amended the order, and when."""
    if order.version != version:
        row = session.get(MemberOrderVersion, (order.org_id, order.id, order.version))
        return ConflictError(
            "order.amended",
            _(
                "{name} {at} 改过 {no}，现在是第 {version} 版。请看过新的内容再签。",
                name=row.person_name if row else _("有人"),
                at=_at(row.at) if row else "",
                no=order.no,
                version=order.version,
            ),
        )
    if order.status == State.ANSWERED:
        return ConflictError(
            "order.answered",
            _(
                "供应商已经部分确认 {no}：{reason}。等集团采购处理余量后，再签新的一版。",
                no=order.no,
                reason=order.refusal or "",
            ),
        )
    last = session.scalars(
        select(Signature)
        .where(
            Signature.org_id == order.org_id,
            Signature.doc_kind == DocKind.MEMBER_ORDER,
            Signature.doc_id == order.id,
            Signature.version == order.version,
        )
        .order_by(Signature.at.desc(), Signature.party.desc())
    ).first()
    if last is None:
        return ConflictError(
            "order.state",
            _("{no} 现在是「{state}」，不能签署。", no=order.no, state=state_title(order.status)),
        )
    verb = _("签过") if last.decision == Decision.SIGNED else _("拒签过")
    return ConflictError(
        "order.signed_already",
        _(
            "{name} {at} 已经{verb} {no}，没有重复签署。",
            name=last.person_name,
            at=_at(last.at),
            verb=verb,
            no=order.no,
        ),
    )


def _party(actor: Actor, order: MemberOrder) -> Party:
    """The side that the person can sign for; the member's where the person has both."""
    expected = turn(State(order.status))
    member = actor.can(Duty.SIGN, order.org_id)
    supplier = actor.can(Duty.SIGN, order.supplier_id)
    if not member and not supplier:
        raise NotAllowedError(
            "order.not_signer",
            _(
                "你的账号不能签 {no}。签署人是这家成员单位和供应商的负责人，可请他们处理。",
                no=order.no,
            ),
        )
    if member and supplier:
        return expected or Party.MEMBER
    return Party.MEMBER if member else Party.SUPPLIER


def _check_turn(session: Session, order: MemberOrder, command: Sign, party: Party) -> None:
    expected = turn(State(order.status))
    if order.version != command.version or expected is None:
        raise was_first(session, order, command.version)
    if expected is party:
        return
    if party is Party.MEMBER:
        raise was_first(session, order, command.version)
    raise NotAllowedError(
        "order.member_first",
        _(
            "{member}还没签 {no}。成员签完后，供应商再签。",
            member=_short_name(session, order.org_id),
            no=order.no,
        ),
    )


def _decide(
    session: Session,
    actor: Actor,
    order: MemberOrder,
    command: Sign,
    what: tuple[Party, str, bytes],
) -> None:
    decide = _decide_sqlite if database_of(session).is_sqlite else _decide_postgresql
    answer = decide(session, actor, order, command, what)
    if answer == "ok":
        return
    if answer == "changed":
        raise was_first(session, find(session, order.org_id, order.id), command.version)
    raise NotAllowedError(
        "order.not_signer", _("你的账号没有签署这张单的权限。可请负责人处理，或请管理员添加。")
    )


def _decide_postgresql(
    session: Session,
    actor: Actor,
    order: MemberOrder,
    command: Sign,
    what: tuple[Party, str, bytes],
) -> str:
    party, reason, stated = what
    answer = session.execute(
        text(
            "SELECT api.sign(:org, :order, :version, :digest, :party, :decision, :reason, :actor)"
        ),
        {
            "org": order.org_id,
            "order": order.id,
            "version": command.version,
            "digest": stated,
            "party": party.value,
            "decision": command.decision.value,
            "reason": reason,
            "actor": actor.person_id,
        },
    ).scalar_one()
    return str(answer)


def _decide_sqlite(
    session: Session,
    actor: Actor,
    order: MemberOrder,
    command: Sign,
    what: tuple[Party, str, bytes],
) -> str:
    party, reason, stated = what
    lock_group(session, order.lead_id, order.group_order_id)
    done: Any = session.execute(
        update(MemberOrder)
        .where(
            MemberOrder.org_id == order.org_id,
            MemberOrder.id == order.id,
            MemberOrder.version == command.version,
            MemberOrder.digest == stated,
            MemberOrder.status == order.status,
        )
        .values(status=state_after(party, command.decision), refusal=reason or None)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        return "changed"
    session.execute(
        insert(Signature).values(
            org_id=order.org_id,
            doc_kind=DocKind.MEMBER_ORDER,
            doc_id=order.id,
            version=command.version,
            party=party,
            decision=command.decision,
            person_id=actor.person_id,
            person_name=actor.name,
            party_org_id=order.org_id if party is Party.MEMBER else order.supplier_id,
            at=now(session),
            digest=stated,
            reason=reason or None,
        )
    )
    _open_when_all_signed(session, order)
    return "ok"


def _open_when_all_signed(session: Session, order: MemberOrder) -> None:
    states = session.scalars(
        select(MemberOrder.status).where(
            MemberOrder.lead_id == order.lead_id,
            MemberOrder.group_order_id == order.group_order_id,
        )
    )
    counted = progress(State(state) for state in states)
    if group_state(State.SIGNING, counted) is State.ACTIVE:
        session.execute(
            update(GroupOrder)
            .where(
                GroupOrder.org_id == order.lead_id,
                GroupOrder.id == order.group_order_id,
                GroupOrder.status == State.SIGNING,
            )
            .values(status=State.ACTIVE)
        )


def _short_name(session: Session, org_id: int) -> str:
    return session.get_one(Organisation, org_id).short_name


def _at(value: datetime) -> str:
    return local_time(value).strftime("%m-%d %H:%M")


def _from_answer(answer: Mapping[str, Any]) -> Signed:
    return Signed(
        order_id=int(answer["order_id"]),
        no=str(answer["no"]),
        state=State(answer["state"]),
        party=Party(answer["party"]),
        at=datetime.fromisoformat(answer["at"]),
        fingerprint=str(answer["fingerprint"]),
    )
