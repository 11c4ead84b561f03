"""A request on its way to the committee: written, checked, agreed by the member's own group."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.formulary.precheck import Check
from app.domain.formulary.requests import (
    Kind,
    Result,
    Status,
    check_request,
    check_step,
)
from app.domain.ids import new_id
from app.i18n import _
from app.models.formulary import PtRequest
from app.models.item import Item
from app.services import audit
from app.services.access import require
from app.services.committee.facts import Wish, checks_for, price_of, read_checks, stored
from app.services.db import Database, now, today
from app.services.formulary.rights import require_keeper
from app.services.numbering import document_no
from app.services.operations import claim, finish


class Verb(StrEnum):
    """What somebody does with a request before it is on an agenda."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    AGREE = "agree"
    RETURN = "return"


_TARGET: Final = {
    Verb.SUBMIT: Status.SUBMITTED,
    Verb.WITHDRAW: Status.WITHDRAWN,
    Verb.AGREE: Status.AGREED,
    Verb.RETURN: Status.RETURNED,
}
_NOTE_LENGTH: Final = 4


@dataclass(frozen=True, slots=True)
class MakeRequest:
    """Ask the committee to take up, replace or stop an item.

    Attributes:
        yearly_qty: Estimated use a year, smallest units.
        unit_price: Per pack; None: the price in force.
        submit: Send it to the member's own group at once.
    """

    op_id: UUID
    org_id: int
    kind: Kind
    item_id: int
    reason: str
    evidence: str = ""
    department: str = ""
    replaces_item_id: int = 0
    yearly_qty: int = 0
    unit_price: Decimal | None = None
    submit: bool = True


@dataclass(frozen=True, slots=True)
class StepRequest:
    """One step of one request; `note` says why it is returned."""

    op_id: UUID
    org_id: int
    request_id: int
    verb: Verb
    version: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class RequestMade:
    """The request, with what the pre-check found."""

    request_id: int
    no: str
    status: str
    checks: tuple[Check, ...]


def make_request(db: Database, actor: Actor, command: MakeRequest) -> RequestMade:
    """Write a request and run its pre-check.

    Raises:
        DomainError: Reason, quantity or the replaced item is missing.
    """
    check_request(
        command.kind, command.reason, has_replaced=bool(command.replaces_item_id),
        qty=command.yearly_qty,
    )  # fmt: skip
    with db.write() as session:
        require_keeper(session, actor, command.org_id)
        earlier = claim(session, actor, command.org_id, command.op_id, "pt.request", command)
        if earlier is not None:
            return RequestMade(**(earlier | {"checks": read_checks(earlier["checks"])}))
        made = write_request(session, actor, command)
        finish(session, command.org_id, command.op_id, {
            "request_id": made.request_id, "no": made.no, "status": made.status,
            "checks": stored(made.checks),
        })  # fmt: skip
        return made


def write_request(session: Session, actor: Actor, command: MakeRequest) -> RequestMade:
    """As `make_request`, in the caller's unit of work."""
    if session.get(Item, command.item_id) is None:
        raise DomainError("item.unknown", _("没有找到这个品规。请刷新后再选。"))
    day = today(session)
    price = command.unit_price
    if price is None:
        price = price_of(session, command.org_id, command.item_id, day)
    wish = Wish(command.org_id, command.kind, command.item_id, command.replaces_item_id,
                command.yearly_qty, price)  # fmt: skip
    checks = checks_for(session, wish)
    status = Status.SUBMITTED if command.submit else Status.DRAFT
    made = RequestMade(
        new_id(), document_no(session, command.org_id, "XY", day), status.value, checks
    )
    session.add(
        PtRequest(
            org_id=command.org_id, id=made.request_id, no=made.no, kind=command.kind.value,
            item_id=command.item_id, replaces_item_id=command.replaces_item_id or None,
            department=command.department.strip() or _("药学部"), applicant=actor.name,
            reason=command.reason.strip(), evidence=command.evidence.strip(),
            yearly_qty=command.yearly_qty, unit_price=price, checks=stored(checks),
            status=status.value, created_at=now(session), created_by=actor.person_id,
        )
    )  # fmt: skip
    session.flush()
    audit.record(
        session, actor, command.org_id, "pt.request", ("pt_request", made.request_id),
        {"no": made.no, "kind": command.kind.value, "item": command.item_id},
    )  # fmt: skip
    return made


def step_request(db: Database, actor: Actor, command: StepRequest) -> Status:
    """Submit or withdraw (who wrote it), agree or return (the head of the organisation).

    Raises:
        NotAllowedError: The head may not agree to a request of their own.
        ConflictError: Somebody was first.
    """
    with db.write() as session:
        request = load(session, command.org_id, command.request_id)
        _check_party(session, actor, request, command.verb)
        earlier = claim(session, actor, command.org_id, command.op_id, "pt.step", command)
        if earlier is not None:
            return Status(earlier["status"])
        new = _TARGET[command.verb]
        check_step(Status(request.status), new)
        if command.verb is Verb.RETURN and len(command.note.strip()) < _NOTE_LENGTH:
            raise DomainError("pt.note", _("请写明退回的理由（至少 {n} 个字）。", n=_NOTE_LENGTH))
        values: dict[str, Any] = {"result_note": command.note.strip() or request.result_note}
        if command.verb in {Verb.AGREE, Verb.RETURN}:
            values["reviewed_by"] = actor.person_id
        advance(session, request, new, command.version, values)
        audit.record(
            session, actor, command.org_id, f"pt.{command.verb}", ("pt_request", request.id),
            {"no": request.no, "note": command.note},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"status": new.value})
        return new


def load(session: Session, org_id: int, request_id: int) -> PtRequest:
    """The request; raises `DomainError` when it is not there or not to be seen."""
    found = session.get(PtRequest, (org_id, request_id))
    if found is None:
        raise DomainError("pt.unknown", _("没有找到这份申请。请刷新后再看。"))
    return found


def advance(
    session: Session, request: PtRequest, new: Status, version: int, values: dict[str, Any]
) -> None:
    """Move a request on, unless somebody else did so meanwhile."""
    done = session.scalars(
        update(PtRequest)
        .where(
            PtRequest.org_id == request.org_id,
            PtRequest.id == request.id,
            PtRequest.status == request.status,
            PtRequest.version == version,
        )
        .values(status=new.value, version=version + 1, **values)
        .returning(PtRequest.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not done:
        raise ConflictError(
            "pt.changed",
            _("申请 {no} 刚被改过，现在是「{now}」。请刷新后再看。", no=request.no,
              now=Status(request.status).label),
        )  # fmt: skip


def _check_party(session: Session, actor: Actor, request: PtRequest, verb: Verb) -> None:
    if verb in {Verb.SUBMIT, Verb.WITHDRAW}:
        require_keeper(session, actor, request.org_id)
        return
    require(actor, Duty.SIGN, request.org_id)
    if verb is Verb.AGREE and request.created_by == actor.person_id:
        raise NotAllowedError("pt.own", _("自己写的申请要由别人审核。请另一位负责人审核后上会。"))


def result_of(request: PtRequest) -> Result | None:
    """What the committee decided, None before."""
    return Result(request.result) if request.result else None
