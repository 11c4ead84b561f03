"""调价申请: a supplier asks because the platform's price moved; two persons decide.

The head of the lead agrees first, then the buyer checks the evidence and puts the price in force;
neither may be the one who asked, and they may not be the same. A rise must not go beyond what the
platform's price moved, in share as in amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain import money
from app.domain.documents import DocKind, State, check_step, state_title
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_id
from app.domain.pricing import plain as price_text
from app.i18n import _
from app.models.awards import PriceRequest
from app.models.item import Item
from app.models.party import Organisation, Person
from app.models.price import Price
from app.services import audit
from app.services.access import lead_org, require
from app.services.db import Database, now, today
from app.services.numbering import document_no
from app.services.operations import claim, finish
from app.services.prices.putting import NewPrice, put

SUBMITTED = State.SUBMITTED.value
APPROVED = State.APPROVED.value
IN_FORCE = State.IN_FORCE.value
REFUSED = State.REFUSED.value
_MIN_WORDS = 4


@dataclass(frozen=True, slots=True)
class AskPrice:
    """A supplier's wish for another price.

    Attributes:
        price_id: The price in force that shall be followed.
        platform_before, platform_after: The platform's price then and now, same pack.
        evidence: Notice or listing number that proves it.
    """

    op_id: UUID
    price_id: int
    new_price: Decimal
    platform_before: Decimal
    platform_after: Decimal
    evidence: str
    valid_from: date
    reason: str


@dataclass(frozen=True, slots=True)
class DecidePrice:
    """A decision on a request: agree, or refuse with the reason."""

    op_id: UUID
    request_id: int
    agree: bool
    answer: str = ""


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request."""

    request_id: int
    no: str
    supplier: str
    code: str
    name: str
    spec: str
    unit: str
    old_price: Decimal
    new_price: Decimal
    platform_before: Decimal
    platform_after: Decimal
    evidence: str
    reason: str
    valid_from: date
    status: str
    asked_by: str
    first_by: str
    second_by: str
    answer: str


def ask_price(db: Database, actor: Actor, command: AskPrice) -> str:
    """Ask for another price; the number of the request.

    Raises:
        DomainError: The platform's price did not move, or the wish goes beyond its move.
    """
    with db.write() as session:
        price = session.get(Price, command.price_id)
        if price is None or not actor.can(Duty.SUPPLY, price.supplier_id):
            raise NotAllowedError("price.not_yours", _("只能对自己的价格申请调价。请重新选择。"))
        earlier = claim(session, actor, price.supplier_id, command.op_id, "price.ask", command)
        if earlier is not None:
            return str(earlier["no"])
        check_wish(price.unit_price, command)
        day = today(session)
        if command.valid_from < day or (price.valid_to and command.valid_from >= price.valid_to):
            raise DomainError("price.ask_day", _("生效日期应在今天以后、原价截止以前。请改日期。"))
        supplier = session.get_one(Organisation, price.supplier_id)
        no = document_no(session, price.supplier_id, "TJ", day).replace("TJ", f"TJ{supplier.code}-")
        made = PriceRequest(
            org_id=lead_org(session, day),
            id=new_id(),
            no=no,
            supplier_id=price.supplier_id,
            price_id=price.id,
            item_id=price.item_id,
            old_price=price.unit_price,
            new_price=command.new_price,
            platform_before=command.platform_before,
            platform_after=command.platform_after,
            evidence=command.evidence.strip(),
            valid_from=command.valid_from,
            reason=command.reason.strip(),
            status=SUBMITTED,
            asked_at=now(session),
            asked_by=actor.person_id,
        )
        session.add(made)
        session.flush()
        doc = ("price_request", made.id)
        audit.record(session, actor, price.supplier_id, "price.ask", doc, {"no": no})
        finish(session, price.supplier_id, command.op_id, {"no": no})
        return no


def check_wish(old: Decimal, command: AskPrice) -> None:
    """Raise `DomainError` unless the platform's price bears the wish out."""
    before, after = money.price(command.platform_before), money.price(command.platform_after)
    new = money.price(command.new_price)
    if before == after or new == old:
        raise DomainError(
            "price.platform_same", _("平台价没有变，或新价和原价一样，不能申请调价。请核对平台价。")
        )
    if new > old and after < before:
        raise DomainError("price.platform_fell", _("平台价降了，不能申请涨价。请核对平台价。"))
    if new > after:
        raise DomainError(
            "price.over_platform",
            _("新价 {new} 高于平台现价 {limit}。请改为不高于平台价。",
              new=price_text(new), limit=price_text(after)),
        )  # fmt: skip
    if new > old and new * before > old * after:
        raise DomainError(
            "price.beyond_platform",
            _("涨幅超过平台价的涨幅。按平台涨幅最多 {limit}，请改价格。",
              limit=price_text((old * after // before) if before else old)),
        )  # fmt: skip
    if len(command.evidence.strip()) < _MIN_WORDS or len(command.reason.strip()) < _MIN_WORDS:
        raise DomainError(
            "price.evidence", _("请写明平台调价的依据（公告号或链接）和理由，至少 4 个字。")
        )


def decide_price(db: Database, actor: Actor, command: DecidePrice) -> str:
    """The next decision on a request; its state afterwards.

    Raises:
        NotAllowedError: Asked by the same person, or both decisions would be one person's.
    """
    with db.write() as session:
        found = session.scalar(select(PriceRequest).where(PriceRequest.id == command.request_id))
        if found is None:
            raise DomainError("price.no_request", _("没有这个调价申请。请刷新后再看。"))
        first = found.status == SUBMITTED
        earlier = claim(session, actor, found.org_id, command.op_id, "price.decide", command)
        if earlier is not None:
            return str(earlier["status"])
        _may_decide(actor, found)
        require(actor, Duty.SIGN if first else Duty.BUY, found.org_id)
        status = _decide(session, actor, found, command, first=first)
        detail = {"no": found.no, "answer": command.answer}
        doc = ("price_request", found.id)
        audit.record(session, actor, found.org_id, f"price.request_{status}", doc, detail)
        finish(session, found.org_id, command.op_id, {"status": status})
        return status


def _may_decide(actor: Actor, found: PriceRequest) -> None:
    if found.status not in {SUBMITTED, APPROVED}:
        raise ConflictError(
            "price.request_done",
            _(
                "申请 {no} 已是「{state}」。请刷新后再看。",
                no=found.no,
                state=status_text(found.status),
            ),
        )
    if actor.person_id in {found.asked_by, found.first_by}:
        raise NotAllowedError(
            "price.two_persons", _("申请人和两位审批人不能是同一人。请换人审批。")
        )


def _decide(
    session: Session, actor: Actor, found: PriceRequest, command: DecidePrice, *, first: bool
) -> str:
    if not command.agree and len(command.answer.strip()) < _MIN_WORDS:
        raise DomainError("price.refusal", _("请写明不同意的理由（至少 4 个字）。"))
    if command.agree:
        _refuse_replaced(session, found)
    mark = "first" if first else "second"
    values: dict[str, Any] = {f"{mark}_by": actor.person_id, f"{mark}_at": now(session)}
    values["status"] = REFUSED if not command.agree else APPROVED if first else IN_FORCE
    values["answer"] = command.answer.strip() or found.answer
    if values["status"] == IN_FORCE:
        values["new_price_id"] = new_id()
    check_step(DocKind.PRICE_REQUEST, State(found.status), State(values["status"]))
    _set(session, found, values)
    if values["status"] == IN_FORCE:
        _follow(session, actor, found, int(values["new_price_id"]))
    return str(values["status"])


def _first_day(session: Session, found: PriceRequest) -> date:
    return max(found.valid_from, today(session))


def _refuse_replaced(session: Session, found: PriceRequest) -> None:
    """A price that ended while it was asked about has nothing that could follow it."""
    ended = session.get_one(Price, found.price_id).valid_to
    if ended is not None and ended <= _first_day(session, found):
        raise DomainError(
            "price.request_replaced",
            _(
                "申请的原价 {price} 已在 {day} 截止，这个申请不能再生效。"
                "请选不同意，由供应商按现行价格重新申请。",
                price=price_text(found.old_price), day=ended,
            ),
        )  # fmt: skip


def _set(session: Session, found: PriceRequest, values: dict[str, Any]) -> None:
    """Take the request to its next state, if nobody was first."""
    done: Any = session.execute(
        update(PriceRequest)
        .where(
            PriceRequest.org_id == found.org_id,
            PriceRequest.id == found.id,
            PriceRequest.status == found.status,
            PriceRequest.version == found.version,
        )
        .values(version=found.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if not done.rowcount:
        raise ConflictError("price.request_changed", _("申请刚被别人处理。请刷新后再看。"))


def _follow(session: Session, actor: Actor, found: PriceRequest, price_id: int) -> None:
    """The new price in the list of the old one, which is closed."""
    old = session.get_one(Price, found.price_id)
    start = _first_day(session, found)
    price = NewPrice(
        item_id=old.item_id,
        supplier_id=old.supplier_id,
        unit_price=found.new_price,
        valid_from=start,
        valid_to=old.valid_to,
        org_id=old.org_id,
        ceiling=found.platform_after,
        rank=old.rank,
        tax_rate=old.tax_rate,
        base_price=old.base_price,
    )
    put(session, actor, old.list_id, price, decided=price_id)


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """A supplier takes its request back while it is not decided."""

    op_id: UUID
    request_id: int


def cancel_request(db: Database, actor: Actor, command: CancelRequest) -> None:
    """Take a request back.

    Raises:
        NotAllowedError: The request of another supplier.
        ConflictError: It is decided already.
    """
    with db.write() as session:
        found = session.scalar(select(PriceRequest).where(PriceRequest.id == command.request_id))
        if found is None or not actor.can(Duty.SUPPLY, found.supplier_id):
            raise NotAllowedError("price.not_yours", _("只能撤回自己的调价申请。请重新选择。"))
        supplier = found.supplier_id
        earlier = claim(session, actor, supplier, command.op_id, "price.cancel", command)
        if earlier is not None:
            return
        check_step(DocKind.PRICE_REQUEST, State(found.status), State.CANCELLED)
        _set(session, found, {"status": State.CANCELLED.value})
        doc = ("price_request", found.id)
        audit.record(session, actor, supplier, "price.request_cancelled", doc, {"no": found.no})
        finish(session, supplier, command.op_id, {"done": True})


def requests(db: Database, actor: Actor) -> tuple[RequestRow, ...]:
    """The requests that the person may see, newest first."""
    with db.read() as session:
        orgs = sorted(actor.orgs())
        rows = session.execute(
            select(PriceRequest, Item, Organisation.short_name)
            .join(Item, Item.id == PriceRequest.item_id)
            .join(Organisation, Organisation.id == PriceRequest.supplier_id)
            .where(PriceRequest.org_id.in_(orgs) | PriceRequest.supplier_id.in_(orgs))
            .order_by(PriceRequest.asked_at.desc())
        ).all()
        people = dict(session.execute(select(Person.id, Person.name)).all())
        return tuple(_row(one, item, supplier, people) for one, item, supplier in rows)


def _row(one: PriceRequest, item: Item, supplier: str, people: dict[int, str]) -> RequestRow:
    return RequestRow(
        request_id=one.id,
        no=one.no,
        supplier=supplier,
        code=item.code,
        name=item.name,
        spec=item.spec,
        unit=item.pack_unit,
        old_price=one.old_price,
        new_price=one.new_price,
        platform_before=one.platform_before,
        platform_after=one.platform_after,
        evidence=one.evidence,
        reason=one.reason,
        valid_from=one.valid_from,
        status=one.status,
        asked_by=people.get(one.asked_by, ""),
        first_by=people.get(one.first_by or 0, ""),
        second_by=people.get(one.second_by or 0, ""),
        answer=one.answer or "",
    )


def status_text(status: str) -> str:
    """The state of a request in words."""
    return (
        _("待采购核对")
        if status == APPROVED
        else _("待负责人审批")
        if status == SUBMITTED
        else state_title(status)
    )
