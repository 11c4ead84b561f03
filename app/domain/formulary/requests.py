"""A request to the 药事会: its kinds, its steps, and what each result does."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.errors import ConflictError, DomainError
from app.i18n import N_, _

REASON_LENGTH: Final = 10
EVALUATE_AFTER_MONTHS: Final = 6
EVALUATE_UNTIL_MONTHS: Final = 12
_MONTHS: Final = 12


class Kind(StrEnum):
    """What is asked for."""

    INTRODUCE = "introduce"
    REPLACE = "replace"
    STOP = "stop"
    CONFIRM = "confirm"

    @property
    def label(self) -> str:
        """In the person's language."""
        return _(_KINDS[self])


class Status(StrEnum):
    """How far a request is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    AGREED = "agreed"
    SCHEDULED = "scheduled"
    DECIDED = "decided"
    EFFECTIVE = "effective"
    EVALUATED = "evaluated"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """In the person's language."""
        return _(_STATUSES[self])


class Result(StrEnum):
    """What the committee decided."""

    INTRODUCED = "introduced"
    STOPPED = "stopped"
    DEFERRED = "deferred"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        """In the person's language."""
        return _(_RESULTS[self])

    @property
    def changes_list(self) -> bool:
        """Whether a list changes on the effective day."""
        return self in {Result.INTRODUCED, Result.STOPPED}


class Verdict(StrEnum):
    """What came of the evaluation after 6 to 12 months."""

    KEEP = "keep"
    LIMIT = "limit"
    STOP = "stop"

    @property
    def label(self) -> str:
        """In the person's language."""
        return _(_VERDICTS[self])


_KINDS: Final = {
    Kind.INTRODUCE: N_("引进"),
    Kind.REPLACE: N_("替换"),
    Kind.STOP: N_("停用"),
    Kind.CONFIRM: N_("临采追认"),
}
_STATUSES: Final = {
    Status.DRAFT: N_("草稿"),
    Status.SUBMITTED: N_("待药事组审核"),
    Status.RETURNED: N_("已退回"),
    Status.AGREED: N_("待上会"),
    Status.SCHEDULED: N_("已列入议程"),
    Status.DECIDED: N_("已表决"),
    Status.EFFECTIVE: N_("已生效"),
    Status.EVALUATED: N_("已评价"),
    Status.WITHDRAWN: N_("已撤回"),
}
_RESULTS: Final = {
    Result.INTRODUCED: N_("引进"),
    Result.STOPPED: N_("停用"),
    Result.DEFERRED: N_("暂缓"),
    Result.REJECTED: N_("否决"),
}
_VERDICTS: Final = {
    Verdict.KEEP: N_("继续使用"),
    Verdict.LIMIT: N_("限制使用"),
    Verdict.STOP: N_("建议停用"),
}
_S = Status
STEPS: Final = frozenset({
    (_S.DRAFT, _S.SUBMITTED), (_S.DRAFT, _S.WITHDRAWN), (_S.RETURNED, _S.SUBMITTED),
    (_S.RETURNED, _S.WITHDRAWN), (_S.SUBMITTED, _S.RETURNED), (_S.SUBMITTED, _S.AGREED),
    (_S.SUBMITTED, _S.WITHDRAWN), (_S.AGREED, _S.SCHEDULED), (_S.AGREED, _S.WITHDRAWN),
    (_S.SCHEDULED, _S.AGREED), (_S.SCHEDULED, _S.DECIDED), (_S.DECIDED, _S.EFFECTIVE),
    (_S.EFFECTIVE, _S.EVALUATED),
})  # fmt: skip
"""Every step that a request may take; a deferred one goes back to 待上会."""


def check_step(now: Status, new: Status) -> None:
    """Raise `ConflictError` unless a request may go from one status to the other."""
    if (now, new) not in STEPS:
        raise ConflictError(
            "pt.step",
            _("这份申请现在是「{now}」，不能改为「{new}」。请刷新后再看。",
              now=now.label, new=new.label),
        )  # fmt: skip


def check_request(kind: Kind, reason: str, *, has_replaced: bool, qty: int) -> None:
    """Raise `DomainError` unless a request says what the committee must know."""
    if len(reason.strip()) < REASON_LENGTH:
        raise DomainError(
            "pt.reason", _("请写明理由（至少 {n} 个字）：为什么需要，现有品种为什么不够。",
                           n=REASON_LENGTH),
        )  # fmt: skip
    if kind is Kind.REPLACE and not has_replaced:
        raise DomainError("pt.replaces", _("替换申请要写明替换掉哪一个品规。"))
    if kind is not Kind.STOP and qty <= 0:
        raise DomainError("pt.qty", _("请填估计年用量，大于 0。"))


def passed_result(kind: Kind) -> Result:
    """What a passed ballot means for a request."""
    return Result.STOPPED if kind is Kind.STOP else Result.INTRODUCED


def evaluate_between(effective: date) -> tuple[date, date]:
    """From when until when the evaluation is due: 6 to 12 months after the effective day.

    >>> evaluate_between(date(2026, 10, 31))
    (datetime.date(2027, 4, 30), datetime.date(2027, 10, 31))
    """
    return (
        _months_later(effective, EVALUATE_AFTER_MONTHS),
        _months_later(effective, EVALUATE_UNTIL_MONTHS),
    )


def _months_later(day: date, months: int) -> date:
    from calendar import monthrange

    total = day.month - 1 + months
    year, month = day.year + total // _MONTHS, total % _MONTHS + 1
    if year > date.max.year:
        return date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))
