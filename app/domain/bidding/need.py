"""What a member will need (报量): a year's use, with growth, for as long as the prices hold."""

from __future__ import annotations

from datetime import date
from typing import Final

from app.domain.errors import Problem
from app.domain.quantity import MAX_QUANTITY, round_up
from app.i18n import _

USE_DAYS: Final = 365
"""A need starts from what was asked for in so many days before."""
_WHOLE: Final = 1000
_FAR: Final = 300
MIN_REASON: Final = 4


def propose(used: int, growth: int, span: tuple[date, date], pack_factor: int) -> int:
    """The need to propose, in smallest units and whole packs, rounded up.

    Args:
        used: Smallest units asked for in the last `USE_DAYS`.
        growth: Expected growth in tenths of a percent; may be negative.
        span: First day of the supply period, and the day after its last.
        pack_factor: Smallest units of one pack.

    >>> propose(1000, 50, (date(2027, 1, 1), date(2028, 1, 1)), 24)
    1056
    """
    days = (span[1] - span[0]).days
    parts = used * max(0, _WHOLE + growth) * days
    units = -(-parts // (_WHOLE * USE_DAYS))
    return round_up(units, pack_factor)


def check_pledge(
    pledge: int, proposed: int, pack_factor: int, reason: str, *, row: int = 0
) -> Problem | None:
    """Why a pledge cannot stand; None when it can. Far from the proposal needs a reason."""
    if not 0 <= pledge <= MAX_QUANTITY:
        return Problem("need.range", _("约定量应是 0 或正数。请改正数量。"), row=row)
    if pledge % pack_factor:
        return Problem(
            "need.packs",
            _(
                "约定量 {n} 不是整包装（每包装 {factor}）。请改为整包装。",
                n=pledge,
                factor=pack_factor,
            ),
            row=row,
        )
    if is_far(pledge, proposed) and len(reason.strip()) < MIN_REASON:
        return Problem(
            "need.reason",
            _("约定量与建议相差三成以上。请写明原因（至少 {n} 个字）。", n=MIN_REASON),
            row=row,
        )
    return None


def is_far(pledge: int, proposed: int) -> bool:
    """Whether a pledge is more than three tenths away from the proposal."""
    return abs(pledge - proposed) * _WHOLE > proposed * _FAR
