"""Documents and their states: one table of transitions, read by services, window and tests.

Every step of a document is a pair (from, to) in `TRANSITIONS`; a service changes a state only by
`advance`, inside a conditional UPDATE, so that two people cannot both make the same step.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from app.domain.errors import ConflictError
from app.i18n import N_, _


class DocKind(StrEnum):
    """Kinds of documents; also the `doc_kind` of ledger rows and signatures."""

    REQUISITION = "requisition"
    GROUP_ORDER = "group_order"
    MEMBER_ORDER = "member_order"
    CONTRACT = "contract"
    DELIVERY = "delivery"
    ACCEPTANCE = "acceptance"
    CONSUMPTION = "consumption"
    STATEMENT = "statement"
    OPENING = "opening"
    PUTAWAY = "putaway"
    RETURN = "return"
    WRITE_OFF = "write_off"
    TRANSFER = "transfer"
    COUNT = "count"
    PACK = "pack"
    REVERSAL = "reversal"
    TITLE = "title"
    NEGOTIATION = "negotiation"
    AWARD = "award"
    PRICE_REQUEST = "price_request"
    INVOICE = "invoice"
    PAYMENT = "payment"
    MONTH = "month"
    ITEM_REQUEST = "item_request"
    SHORTAGE = "shortage"


class State(StrEnum):
    """States of documents."""

    DRAFT = "draft"
    TO_APPROVE = "to_approve"
    TO_APPROVE_GROUP = "to_approve_group"
    SUBMITTED = "submitted"
    CONSOLIDATED = "consolidated"
    CANCELLED = "cancelled"
    COLLECTING = "collecting"
    SIGNING = "signing"
    ACTIVE = "active"
    DONE = "done"
    TO_SIGN = "to_sign"
    MEMBER_SIGNED = "member_signed"
    ANSWERED = "answered"
    SIGNED = "signed"
    REFUSED = "refused"
    PARTLY_RECEIVED = "partly_received"
    RECEIVED = "received"
    ANNOUNCED = "announced"
    ACCEPTING = "accepting"
    ACCEPTED = "accepted"
    POSTED = "posted"
    REVERSED = "reversed"
    TO_MAKE = "to_make"
    SENT = "sent"
    DISPUTED = "disputed"
    CONFIRMED = "confirmed"
    INVOICED = "invoiced"
    AUDITED = "audited"
    PAID = "paid"
    IN_STOCK = "in_stock"
    CONSUMED = "consumed"
    BROKEN = "broken"
    LOST = "lost"
    RETURNED = "returned"
    NEEDING = "needing"
    APPROVED = "approved"
    QUOTING = "quoting"
    BARGAINING = "bargaining"
    REVIEWING = "reviewing"
    PUBLICITY = "publicity"
    IN_FORCE = "in_force"
    FAILED = "failed"
    STOPPED = "stopped"
    ENDED_SHORT = "ended_short"


_S = State
TRANSITIONS: Final[Mapping[DocKind, frozenset[tuple[State, State]]]] = {
    DocKind.REQUISITION: frozenset(
        {
            (_S.DRAFT, _S.TO_APPROVE),
            (_S.DRAFT, _S.TO_APPROVE_GROUP),
            (_S.DRAFT, _S.SUBMITTED),
            (_S.DRAFT, _S.CANCELLED),
            (_S.TO_APPROVE, _S.TO_APPROVE_GROUP),
            (_S.TO_APPROVE, _S.SUBMITTED),
            (_S.TO_APPROVE, _S.DRAFT),
            (_S.TO_APPROVE, _S.CANCELLED),
            (_S.TO_APPROVE_GROUP, _S.SUBMITTED),
            (_S.TO_APPROVE_GROUP, _S.DRAFT),
            (_S.TO_APPROVE_GROUP, _S.CANCELLED),
            (_S.SUBMITTED, _S.DRAFT),
            (_S.SUBMITTED, _S.CONSOLIDATED),
            (_S.SUBMITTED, _S.CANCELLED),
        }
    ),
    DocKind.GROUP_ORDER: frozenset(
        {
            (_S.COLLECTING, _S.SIGNING),
            (_S.COLLECTING, _S.CANCELLED),
            (_S.SIGNING, _S.ACTIVE),
            (_S.SIGNING, _S.CANCELLED),
            (_S.ACTIVE, _S.DONE),
        }
    ),
    DocKind.MEMBER_ORDER: frozenset(
        {
            (_S.TO_SIGN, _S.MEMBER_SIGNED),
            (_S.TO_SIGN, _S.REFUSED),
            (_S.TO_SIGN, _S.CANCELLED),
            (_S.MEMBER_SIGNED, _S.SIGNED),
            (_S.MEMBER_SIGNED, _S.REFUSED),
            (_S.MEMBER_SIGNED, _S.ANSWERED),
            (_S.ANSWERED, _S.TO_SIGN),
            (_S.ANSWERED, _S.CANCELLED),
            (_S.MEMBER_SIGNED, _S.TO_SIGN),
            (_S.MEMBER_SIGNED, _S.CANCELLED),
            (_S.REFUSED, _S.TO_SIGN),
            (_S.REFUSED, _S.CANCELLED),
            (_S.SIGNED, _S.PARTLY_RECEIVED),
            (_S.SIGNED, _S.RECEIVED),
            (_S.SIGNED, _S.TO_SIGN),
            (_S.PARTLY_RECEIVED, _S.RECEIVED),
            (_S.PARTLY_RECEIVED, _S.DONE),
            (_S.RECEIVED, _S.DONE),
            (_S.RECEIVED, _S.PARTLY_RECEIVED),
            (_S.RECEIVED, _S.SIGNED),
            (_S.PARTLY_RECEIVED, _S.SIGNED),
            (_S.SIGNED, _S.CANCELLED),
        }
    ),
    DocKind.DELIVERY: frozenset(
        {
            (_S.ANNOUNCED, _S.ACCEPTING),
            (_S.ANNOUNCED, _S.ACCEPTED),
            (_S.ANNOUNCED, _S.REFUSED),
            (_S.ANNOUNCED, _S.CANCELLED),
            (_S.ACCEPTING, _S.ACCEPTED),
            (_S.ACCEPTING, _S.REFUSED),
            (_S.ACCEPTED, _S.ANNOUNCED),
            (_S.REFUSED, _S.ANNOUNCED),
        }
    ),
    DocKind.ACCEPTANCE: frozenset({(_S.POSTED, _S.REVERSED)}),
    DocKind.CONSUMPTION: frozenset({(_S.POSTED, _S.REVERSED)}),
    DocKind.STATEMENT: frozenset(
        {
            (_S.TO_MAKE, _S.DRAFT),
            (_S.DRAFT, _S.SENT),
            (_S.DRAFT, _S.CANCELLED),
            (_S.SENT, _S.CONFIRMED),
            (_S.SENT, _S.DISPUTED),
            (_S.DISPUTED, _S.SENT),
            (_S.DISPUTED, _S.CONFIRMED),
            (_S.DISPUTED, _S.CANCELLED),
            (_S.CONFIRMED, _S.INVOICED),
            (_S.CONFIRMED, _S.REVERSED),
            (_S.INVOICED, _S.CONFIRMED),
            (_S.INVOICED, _S.AUDITED),
            (_S.AUDITED, _S.INVOICED),
            (_S.AUDITED, _S.PAID),
            (_S.PAID, _S.AUDITED),
        }
    ),
    DocKind.PAYMENT: frozenset(
        {
            (_S.DRAFT, _S.SENT),
            (_S.DRAFT, _S.CANCELLED),
            (_S.SENT, _S.CANCELLED),
            (_S.SENT, _S.DONE),
        }
    ),
    DocKind.NEGOTIATION: frozenset(
        {
            (_S.DRAFT, _S.NEEDING),
            (_S.NEEDING, _S.DRAFT),
            (_S.NEEDING, _S.QUOTING),
            (_S.QUOTING, _S.BARGAINING),
            (_S.BARGAINING, _S.REVIEWING),
            (_S.REVIEWING, _S.BARGAINING),
            (_S.REVIEWING, _S.PUBLICITY),
            (_S.PUBLICITY, _S.REVIEWING),
            (_S.PUBLICITY, _S.IN_FORCE),
            (_S.QUOTING, _S.FAILED),
            (_S.BARGAINING, _S.FAILED),
            (_S.REVIEWING, _S.FAILED),
            (_S.DRAFT, _S.STOPPED),
            (_S.NEEDING, _S.STOPPED),
            (_S.QUOTING, _S.STOPPED),
            (_S.BARGAINING, _S.STOPPED),
            (_S.REVIEWING, _S.STOPPED),
            (_S.PUBLICITY, _S.STOPPED),
        }
    ),
    DocKind.AWARD: frozenset(
        {
            (_S.DRAFT, _S.SUBMITTED),
            (_S.SUBMITTED, _S.PUBLICITY),
            (_S.SUBMITTED, _S.DRAFT),
            (_S.PUBLICITY, _S.DRAFT),
            (_S.PUBLICITY, _S.IN_FORCE),
        }
    ),
    DocKind.PRICE_REQUEST: frozenset(
        {
            (_S.SUBMITTED, _S.APPROVED),
            (_S.SUBMITTED, _S.REFUSED),
            (_S.SUBMITTED, _S.CANCELLED),
            (_S.APPROVED, _S.IN_FORCE),
            (_S.APPROVED, _S.REFUSED),
            (_S.APPROVED, _S.CANCELLED),
        }
    ),
    DocKind.SHORTAGE: frozenset(
        {
            (_S.SUBMITTED, _S.APPROVED),
            (_S.SUBMITTED, _S.REFUSED),
            (_S.SUBMITTED, _S.CANCELLED),
            (_S.APPROVED, _S.ENDED_SHORT),
            (_S.APPROVED, _S.CANCELLED),
        }
    ),
    DocKind.ITEM_REQUEST: frozenset(
        {
            (_S.SUBMITTED, _S.APPROVED),
            (_S.SUBMITTED, _S.REFUSED),
            (_S.SUBMITTED, _S.CANCELLED),
        }
    ),
}

_TITLES: Final[Mapping[State, str]] = {
    _S.DRAFT: N_("草稿"),
    _S.TO_APPROVE: N_("待本院审批"),
    _S.TO_APPROVE_GROUP: N_("待集团审批"),
    _S.SUBMITTED: N_("已提交"),
    _S.CONSOLIDATED: N_("已汇总"),
    _S.CANCELLED: N_("已作废"),
    _S.COLLECTING: N_("收集需求"),
    _S.SIGNING: N_("分签中"),
    _S.ACTIVE: N_("履约中"),
    _S.DONE: N_("已完成"),
    _S.TO_SIGN: N_("待成员签署"),
    _S.MEMBER_SIGNED: N_("待供应商签署"),
    _S.SIGNED: N_("已签"),
    _S.ANSWERED: N_("供应商部分确认"),
    _S.REFUSED: N_("拒签"),
    _S.PARTLY_RECEIVED: N_("部分到货"),
    _S.RECEIVED: N_("已到齐"),
    _S.ANNOUNCED: N_("待验收"),
    _S.ACCEPTING: N_("验收中"),
    _S.ACCEPTED: N_("已验收"),
    _S.POSTED: N_("已入账"),
    _S.REVERSED: N_("已冲销"),
    _S.TO_MAKE: N_("待生成"),
    _S.SENT: N_("待确认"),
    _S.DISPUTED: N_("有异议"),
    _S.CONFIRMED: N_("已确认"),
    _S.INVOICED: N_("已开票"),
    _S.AUDITED: N_("已审核"),
    _S.PAID: N_("已付款"),
    _S.IN_STOCK: N_("在库"),
    _S.CONSUMED: N_("已用"),
    _S.BROKEN: N_("已拆包"),
    _S.LOST: N_("丢失"),
    _S.RETURNED: N_("已退回"),
    _S.NEEDING: N_("征集中"),
    _S.APPROVED: N_("已同意"),
    _S.QUOTING: N_("报价中"),
    _S.BARGAINING: N_("谈判中"),
    _S.REVIEWING: N_("评审中"),
    _S.PUBLICITY: N_("公示中"),
    _S.IN_FORCE: N_("已生效"),
    _S.FAILED: N_("流标"),
    _S.STOPPED: N_("终止"),
    _S.ENDED_SHORT: N_("已缺货终止"),
}


def state_title(state: State | str) -> str:
    """The state in the person's language."""
    return _(_TITLES[State(state)])


def allowed(kind: DocKind, old: State, new: State) -> bool:
    """Whether a document of `kind` may go from `old` to `new`."""
    return (old, new) in TRANSITIONS.get(kind, frozenset())


def check_step(kind: DocKind, old: State, new: State) -> None:
    """Raise `ConflictError` unless the step is allowed."""
    if not allowed(kind, old, new):
        raise ConflictError(
            "document.state",
            _(
                "这张单现在是「{old}」，不能改为「{new}」。请刷新后再看。",
                old=state_title(old),
                new=state_title(new),
            ),
        )
