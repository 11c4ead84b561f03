"""Records of orders: 采购单, 撤销, 确认, 合同."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from app.domain.documents import DocKind, State
from app.domain.orders.content import ContentLine, from_plain
from app.domain.orders.signing import SETTLED, Decision, Party
from app.domain.reporting.kinds import SOURCES
from app.models.order import (
    Contract,
    MemberOrder,
    MemberOrderLine,
    MemberOrderVersion,
    Signature,
)
from app.models.order_depth import OrderAnswer, OrderAnswerLine
from app.models.price import Price, PriceList
from app.models.stock import Place
from app.services.db import local_time
from app.services.orders.contracts import usual_triggers
from app.services.reporting.asking import Asked, Goods, Parties, Values, money

_TRIGGERS = {"receipt": "1", "issue": "2", "consumption": "3"}


def purchases(asked: Asked) -> Iterator[Values]:
    """YY111: lines of the orders that became signed by both sides on the days."""
    session, parties = asked.session, Parties(asked.session)
    rows = session.execute(
        select(
            MemberOrder, MemberOrderLine, Signature.at, Contract.no, Place.code, PriceList.source
        )
        .join(
            MemberOrderLine,
            (MemberOrderLine.org_id == MemberOrder.org_id)
            & (MemberOrderLine.order_id == MemberOrder.id),
        )
        .join(Signature, _signature(Party.SUPPLIER))
        .outerjoin(
            Contract,
            (Contract.org_id == MemberOrder.org_id) & (Contract.id == MemberOrder.contract_id),
        )
        .outerjoin(Place, (Place.org_id == MemberOrder.org_id) & (Place.id == MemberOrder.place_id))
        .outerjoin(Price, Price.id == MemberOrderLine.price_id)
        .outerjoin(PriceList, PriceList.id == Price.list_id)
        .where(
            asked.mine(MemberOrder.org_id, MemberOrder.supplier_id),
            asked.moments(Signature.at),
            MemberOrder.status.in_(SETTLED),
        )
        .order_by(MemberOrder.no, MemberOrderLine.line)
    ).all()
    goods = Goods(session, (line.item_id for _order, line, *_rest in rows))
    for order, line, at, contract, place, source in rows:
        yield {
            "JLBH": f"{parties.code(order.org_id)}-{order.no}-{line.line}",
            **parties.pair(order.org_id, order.supplier_id),
            "CGDBH": order.no,
            "CGDMX": line.line,
            "CGRQ": local_time(at).date(),
            "CGLX": SOURCES.get(source or "", "9"),
            "HTBH": contract,
            "PSDBM": place or str(order.place_id),
            **goods.named(line.item_id, line.qty),
            **money(line.unit_price, line.price_factor, line.amount),
            "YQDHRQ": line.due_on or order.due_on,
        }


def cancellations(asked: Asked) -> Iterator[Values]:
    """YY112: orders cancelled on the days."""
    parties = Parties(asked.session)
    rows = asked.session.scalars(
        select(MemberOrder)
        .where(
            asked.mine(MemberOrder.org_id, MemberOrder.supplier_id),
            MemberOrder.status == State.CANCELLED,
            asked.moments(MemberOrder.cancelled_at),
        )
        .order_by(MemberOrder.no)
    )
    for order in rows:
        yield {
            "JLBH": f"{parties.code(order.org_id)}-{order.no}",
            **parties.pair(order.org_id, order.supplier_id),
            "CGDBH": order.no,
            "CXRQ": local_time(order.cancelled_at).date() if order.cancelled_at else None,
            "CXYY": order.refusal,
            "JE": order.amount,
        }


def confirmations(asked: Asked) -> Iterator[Values]:
    """YY113: what suppliers answered on the days: all of it, a part, or nothing."""
    session, parties = asked.session, Parties(asked.session)
    for order, version, at, reason, decision in _decisions(asked):
        refused = decision == Decision.REFUSED
        for line in _lines(version):
            qty = 0 if refused else line.qty
            due = None if refused else line.due_on or order.due_on
            result = "3" if refused else "1"
            yield _confirmation(
                parties, (order, version.version, at), line, (qty, due, result, reason)
            )
    for order, version, answer in _answers(asked):
        offers = {
            one.line: one
            for one in session.scalars(
                select(OrderAnswerLine).where(
                    OrderAnswerLine.org_id == order.org_id,
                    OrderAnswerLine.order_id == order.id,
                    OrderAnswerLine.version == answer.version,
                )
            )
        }
        for line in _lines(version):
            offer = offers[line.line]
            result = "1" if offer.qty == line.qty else "2" if offer.qty else "3"
            due = (offer.due_on or order.due_on) if offer.qty else None
            yield _confirmation(
                parties,
                (order, answer.version, answer.at),
                line,
                (offer.qty, due, result, answer.reason),
            )


def contracts(asked: Asked) -> Iterator[Values]:
    """YY114: contracts that begin on the days."""
    parties = Parties(asked.session)
    rows = asked.session.scalars(
        select(Contract)
        .where(
            asked.mine(Contract.org_id, Contract.supplier_id),
            asked.days(Contract.valid_from),
        )
        .order_by(Contract.no)
    )
    for one in rows:
        day = one.valid_from
        pair = (one.org_id, one.supplier_id)
        usual = usual_triggers(asked.session, (pair,), day)[pair]
        yield {
            "JLBH": one.no,
            **parties.pair(one.org_id, one.supplier_id),
            "HTBH": one.no,
            "QSRQ": day,
            "ZZRQ": one.valid_to,
            "JSFS": _TRIGGERS[usual],
        }


def _signature(party: Party) -> Any:
    """The signature of a side under the order's present version."""
    return (
        (Signature.org_id == MemberOrder.org_id)
        & (Signature.doc_kind == DocKind.MEMBER_ORDER)
        & (Signature.doc_id == MemberOrder.id)
        & (Signature.version == MemberOrder.version)
        & (Signature.party == party)
        & (Signature.decision == Decision.SIGNED)
    )


def _version(order: Any, number: Any) -> Any:
    return (
        (MemberOrderVersion.org_id == order.org_id)
        & (MemberOrderVersion.order_id == order.id)
        & (MemberOrderVersion.version == number)
    )


def _decisions(asked: Asked) -> Sequence[Any]:
    return asked.session.execute(
        select(MemberOrder, MemberOrderVersion, Signature.at, Signature.reason, Signature.decision)
        .join(
            Signature,
            (Signature.org_id == MemberOrder.org_id)
            & (Signature.doc_kind == DocKind.MEMBER_ORDER)
            & (Signature.doc_id == MemberOrder.id)
            & (Signature.party == Party.SUPPLIER),
        )
        .join(MemberOrderVersion, _version(MemberOrder, Signature.version))
        .where(asked.mine(MemberOrder.org_id, MemberOrder.supplier_id), asked.moments(Signature.at))
        .order_by(MemberOrder.no, Signature.version)
    ).all()


def _answers(asked: Asked) -> Sequence[Any]:
    return asked.session.execute(
        select(MemberOrder, MemberOrderVersion, OrderAnswer)
        .join(
            OrderAnswer,
            (OrderAnswer.org_id == MemberOrder.org_id) & (OrderAnswer.order_id == MemberOrder.id),
        )
        .join(MemberOrderVersion, _version(MemberOrder, OrderAnswer.version))
        .where(
            asked.mine(MemberOrder.org_id, MemberOrder.supplier_id), asked.moments(OrderAnswer.at)
        )
        .order_by(MemberOrder.no, OrderAnswer.version)
    ).all()


def _lines(version: MemberOrderVersion) -> tuple[ContentLine, ...]:
    return from_plain(version.content).lines


def _confirmation(
    parties: Parties,
    which: tuple[MemberOrder, int, Any],
    line: ContentLine,
    said: tuple[int, Any, str, str | None],
) -> Values:
    order, version, at = which
    qty, due, result, reason = said
    return {
        "JLBH": f"{parties.code(order.org_id)}-{order.no}-V{version}-{line.line}",
        **parties.pair(order.org_id, order.supplier_id),
        "CGDBH": order.no,
        "BB": version,
        "CGDMX": line.line,
        "QRJG": result,
        "QRSL": qty,
        "QRDHRQ": due,
        "QRSJ": local_time(at),
        "YY": reason,
    }
