"""盘点 and what leaves for good: states, when a second count is wanted, who may approve.

A count is blind: whoever counts does not see the book. The difference of a line is taken against
the book at the moment the line was counted, so goods that move during a count are never lost.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.errors import ConflictError, DomainError
from app.i18n import N_, _


class CountState(StrEnum):
    """States of a count."""

    COUNTING = "counting"
    TO_APPROVE = "to_approve"
    APPROVED = "approved"
    POSTED = "posted"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """The state in the person's language."""
        return _(_TITLES[self])


class DisposalState(StrEnum):
    """States of a write-off or a return to the supplier."""

    TO_APPROVE = "to_approve"
    APPROVED = "approved"
    DONE = "done"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """The state in the person's language."""
        return _(_DISPOSALS[self])


_TITLES: Final = {
    CountState.COUNTING: N_("盘点中"),
    CountState.TO_APPROVE: N_("待审批"),
    CountState.APPROVED: N_("待入账"),
    CountState.POSTED: N_("已入账"),
    CountState.CANCELLED: N_("已取消"),
}
_DISPOSALS: Final = {
    DisposalState.TO_APPROVE: N_("待审批"),
    DisposalState.APPROVED: N_("待处理"),
    DisposalState.DONE: N_("已完成"),
    DisposalState.REFUSED: N_("已退回"),
}
_C, _D = CountState, DisposalState
COUNT_STEPS: Final[Mapping[CountState, frozenset[CountState]]] = {
    _C.COUNTING: frozenset({_C.TO_APPROVE, _C.CANCELLED}),
    _C.TO_APPROVE: frozenset({_C.APPROVED, _C.POSTED, _C.COUNTING, _C.CANCELLED}),
    _C.APPROVED: frozenset({_C.POSTED, _C.CANCELLED}),
    _C.POSTED: frozenset(),
    _C.CANCELLED: frozenset(),
}
DISPOSAL_STEPS: Final[Mapping[DisposalState, frozenset[DisposalState]]] = {
    _D.TO_APPROVE: frozenset({_D.APPROVED, _D.REFUSED}),
    _D.APPROVED: frozenset({_D.DONE, _D.REFUSED}),
    _D.DONE: frozenset(),
    _D.REFUSED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A line as far as it was counted.

    Attributes:
        book: What the book said when the line was counted (units).
        counted: What was found, None while nobody looked.
        first: The first count, where a second was wanted.
        factor: Units in a pack.
    """

    book: int
    counted: int | None
    first: int | None = None
    factor: int = 1

    @property
    def difference(self) -> int:
        """More (positive) or fewer units than the book; 0 while not counted."""
        return 0 if self.counted is None else self.counted - self.book


def wants_recount(line: Counted, tolerance: int) -> bool:
    """Whether the line must be counted again: off by more packs than the tolerance, only once."""
    if line.counted is None or line.first is not None:
        return False
    return abs(line.difference) > tolerance * line.factor


def other_counter(first_by: int | None, counter: int, keepers: int) -> None:
    """A line that is off is counted again by another pair of eyes.

    Args:
        first_by: Who made the first count, None while it is the first.
        counter: Who counts now.
        keepers: Store keepers of the house; one alone has nobody to ask, the approval by the head
            is the second pair of eyes then.

    Raises:
        DomainError: The same person would count the line again.
    """
    if first_by == counter and keepers > 1:
        raise DomainError(
            "count.same_person",
            _("这一行第一次是你盘的，复盘要换个人数。请另一位库管登录后盘这一行。"),
        )


def other_person(maker: int | None, approver: int) -> None:
    """Who counted or asked does not approve."""
    if maker == approver:
        raise DomainError("approve.own", _("自己提交的要由另一个人审批。请同事登录后处理。"))


def step_count(old: CountState, new: CountState) -> None:
    """Raise `ConflictError` unless the count may go there."""
    if new not in COUNT_STEPS[old]:
        raise ConflictError(
            "count.state", _("这次盘点现在是「{state}」。请刷新后再看。", state=old.label)
        )


def step_disposal(old: DisposalState, new: DisposalState) -> None:
    """Raise `ConflictError` unless the paper may go there."""
    if new not in DISPOSAL_STEPS[old]:
        raise ConflictError(
            "disposal.state", _("这张单现在是「{state}」。请刷新后再看。", state=old.label)
        )


def check_booker(booker: int, witnesses: Collection[int], others: int) -> None:
    """Who books the destruction of controlled drugs does not witness it, where others could.

    Args:
        booker: Who books it.
        witnesses: Who saw it.
        others: People of the house besides the booker.
    """
    if booker in witnesses and others >= len(witnesses):
        raise DomainError(
            "destroy.booker",
            _("登记销毁麻精药品的人不能自己当见证人。请另选两名本机构的人。"),
        )


def check_witnesses(one: int, two: int, method: str, *, controlled: bool, authority: str) -> None:
    """Two different witnesses and a method; controlled drugs under an authority's eyes (§3.11)."""
    if not one or not two or one == two:
        raise DomainError("destroy.witness", _("销毁要有两名不同的见证人。请选两个人。"))
    if len(method.strip()) < 2:  # noqa: PLR2004 - two characters say a method
        raise DomainError("destroy.method", _("请写销毁方式，如 交医废公司焚烧。"))
    if controlled and len(authority.strip()) < 2:  # noqa: PLR2004 - a name has two characters
        raise DomainError(
            "destroy.authority", _("麻精药品要在监管人员现场监督下销毁。请写监督人和单位。")
        )
