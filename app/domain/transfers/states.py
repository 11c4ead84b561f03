"""Transfers and loans between members: kinds, states (spec §3.10), and the steps between them.

`TRANSITIONS` is the one table: services change a state only by a step of it, inside a conditional
UPDATE, and on PostgreSQL a trigger says whose step it is. 已逾期 is never stored: a loan becomes
overdue by the calendar, so `shown` works it out from the day.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.errors import ConflictError
from app.i18n import N_, _


class Kind(StrEnum):
    """What a transfer is for."""

    TRANSFER = "transfer"
    LOAN = "loan"
    RETURN = "return"
    PATIENT = "patient"

    @property
    def label(self) -> str:
        """The kind in the person's language."""
        return _(_KINDS[self])


class Urgency(StrEnum):
    """How soon the goods are needed."""

    NORMAL = "normal"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    @property
    def label(self) -> str:
        """The urgency in the person's language."""
        return _(_URGENCIES[self])


class Settle(StrEnum):
    """What the receiver owes for the goods."""

    NONE = "none"
    KIND = "kind"
    PRICE = "price"

    @property
    def label(self) -> str:
        """The settlement in the person's language."""
        return _(_SETTLES[self])


class TransferState(StrEnum):
    """States of a transfer."""

    DRAFT = "draft"
    DONOR = "donor"
    REVIEW = "review"
    APPROVED = "approved"
    IN_TRANSIT = "in_transit"
    ACCEPTED = "accepted"
    PART_RETURNED = "part_returned"
    RETURNED = "returned"
    SETTLED = "settled"
    OVERDUE = "overdue"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The state in the person's language."""
        return _(_STATES[self])


_KINDS: Final = {
    Kind.TRANSFER: N_("调拨"),
    Kind.LOAN: N_("借用"),
    Kind.RETURN: N_("归还"),
    Kind.PATIENT: N_("药品调配"),
}
_URGENCIES: Final = {
    Urgency.NORMAL: N_("一般"),
    Urgency.URGENT: N_("紧急"),
    Urgency.EMERGENCY: N_("急救"),
}
_SETTLES: Final = {
    Settle.NONE: N_("不结算"),
    Settle.KIND: N_("归还同品规"),
    Settle.PRICE: N_("按价结算"),
}
_STATES: Final = {
    TransferState.DRAFT: N_("草稿"),
    TransferState.DONOR: N_("待出借方确认"),
    TransferState.REVIEW: N_("待审核"),
    TransferState.APPROVED: N_("待发出"),
    TransferState.IN_TRANSIT: N_("运输中"),
    TransferState.ACCEPTED: N_("已验收"),
    TransferState.PART_RETURNED: N_("部分归还"),
    TransferState.RETURNED: N_("已归还"),
    TransferState.SETTLED: N_("已结算"),
    TransferState.OVERDUE: N_("已逾期"),
    TransferState.CANCELLED: N_("已取消"),
}
_T = TransferState
TRANSITIONS: Final[Mapping[TransferState, frozenset[TransferState]]] = {
    _T.DRAFT: frozenset({_T.DONOR, _T.CANCELLED}),
    _T.DONOR: frozenset({_T.REVIEW, _T.APPROVED, _T.CANCELLED}),
    _T.REVIEW: frozenset({_T.APPROVED, _T.CANCELLED}),
    _T.APPROVED: frozenset({_T.IN_TRANSIT, _T.CANCELLED}),
    _T.IN_TRANSIT: frozenset({_T.ACCEPTED}),
    _T.ACCEPTED: frozenset({_T.PART_RETURNED, _T.RETURNED, _T.SETTLED, _T.OVERDUE}),
    _T.PART_RETURNED: frozenset({_T.PART_RETURNED, _T.RETURNED, _T.SETTLED, _T.OVERDUE}),
    _T.OVERDUE: frozenset({_T.PART_RETURNED, _T.RETURNED, _T.SETTLED}),
    _T.RETURNED: frozenset(),
    _T.SETTLED: frozenset(),
    _T.CANCELLED: frozenset(),
}
OPEN_LOAN: Final = frozenset({_T.ACCEPTED, _T.PART_RETURNED})
"""Stored states of a loan of which something is still out."""


def allowed(old: TransferState, new: TransferState) -> bool:
    """Whether a transfer may go from `old` to `new`."""
    return new in TRANSITIONS[old]


def check(old: TransferState, new: TransferState) -> None:
    """Raise `ConflictError` unless the step is in the table."""
    if old is new and not allowed(old, new):
        raise ConflictError(
            "transfer.state",
            _("这张单已经是「{old}」，刚有人办过。请刷新后再看。", old=old.label),
        )
    if not allowed(old, new):
        raise ConflictError(
            "transfer.state",
            _(
                "这张单现在是「{old}」，不能改为「{new}」。请刷新后再看。",
                old=old.label,
                new=new.label,
            ),
        )


def after_confirm(urgency: Urgency, *, same_person: bool) -> TransferState:
    """Where a transfer goes when the donor has promised the goods.

    Between legal persons the group's centre approves; inside one legal person nobody has to, and
    an emergency goes at once (its papers follow).
    """
    free = same_person or urgency is Urgency.EMERGENCY
    return TransferState.APPROVED if free else TransferState.REVIEW


def shown(state: TransferState, settle: Settle, return_by: date | None, today: date) -> _T:
    """The state as people see it: a loan whose day has passed is 已逾期."""
    late = return_by is not None and return_by < today
    return _T.OVERDUE if late and settle is not Settle.NONE and state in OPEN_LOAN else state


def after_return(accepted: int, returned: int, *, by_price: bool) -> TransferState:
    """The state of a loan of which `returned` of `accepted` units are settled."""
    if returned < accepted:
        return TransferState.PART_RETURNED
    return TransferState.SETTLED if by_price else TransferState.RETURNED
