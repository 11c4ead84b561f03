"""A person's number beside the computed one: levels, a floor or an expected use, until a day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np

from app.domain.errors import DomainError
from app.domain.replenish.explain import Phrase
from app.domain.replenish.rates import daily_rate
from app.domain.replenish.review import LEAST_REASON, MOST_PACKS
from app.domain.replenish.series import Series
from app.i18n import N_, _

MONTH: Final = 30
_SPAN: Final = 180
_SHOWN: Final = 14
"""Characters of a reason that fit into a step of the explanation."""


class Kind(StrEnum):
    """What the number says."""

    LEVELS = "levels"
    """Order at `low`, up to `high`."""
    MONTHLY = "monthly"
    """So much will be used in 30 days; levels are reckoned from it."""
    FLOOR = "floor"
    """The computed levels, but never below `low`."""


KINDS: Final = {
    Kind.LEVELS: N_("上下限"),
    Kind.MONTHLY: N_("预计月用量"),
    Kind.FLOOR: N_("最低存量"),
}


@dataclass(frozen=True, slots=True)
class ByHand:
    """A planner's number in smallest units, why, and the last day on which it holds."""

    kind: Kind
    reason: str
    low: int = 0
    high: int = 0
    monthly: int = 0
    until: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it counts on `day`."""
        return self.until is None or day <= self.until

    @property
    def per_day(self) -> float:
        """Expected use a day, smallest units."""
        return self.monthly / MONTH

    def checked(self, today: date, pack: int) -> ByHand:
        """The number, or `DomainError` saying what is wrong and what is right.

        Args:
            today: The day on which it is set.
            pack: Smallest units of a pack: nobody means millions of them.
        """
        reason = " ".join(self.reason.split())
        if len(reason) < LEAST_REASON:
            raise DomainError("by_hand.reason", _("还没写原因。请写一句，如「流感季前多备」。"))
        if self.until is not None and self.until < today:
            raise DomainError(
                "by_hand.until",
                _("截止日 {day} 已过。请填今天或以后的日子，长期有效就不填。", day=str(self.until)),
            )
        if max(self.low, self.high, self.monthly) > MOST_PACKS * pack:
            raise DomainError(
                "by_hand.limit", _("数太大，可能把条码扫进了数量。最多 {n} 盒，请重填。",
                                   n=f"{MOST_PACKS:,}")
            )  # fmt: skip
        self._check_kind()
        return replace(self, reason=reason)

    def _check_kind(self) -> None:
        if self.kind is Kind.LEVELS and not 0 <= self.low < self.high:
            raise DomainError("by_hand.levels", _("上限要大于下限，如下限 10、上限 30。请改正。"))
        if self.kind is Kind.MONTHLY and self.monthly <= 0:
            raise DomainError(
                "by_hand.monthly", _("预计月用量要大于 0。以后不用了，就把上下限定成 0 和 1。")
            )
        if self.kind is Kind.FLOOR and self.low <= 0:
            raise DomainError("by_hand.floor", _("最低存量要大于 0。请填数，或取消这个定数。"))

    @property
    def words(self) -> Phrase:
        """The number's reason and end, as a step of an explanation tells it."""
        reason = self.reason[:_SHOWN]
        if self.until is None:
            return Phrase(N_("人工：{reason}"), {"reason": reason})
        return Phrase(
            N_("人工：{reason}，到 {day}"), {"reason": reason, "day": f"{self.until:%m-%d}"}
        )


def expected(series: Series, per_day: float, request: int) -> Series:
    """A history whose daily use is what a person expects.

    A known history is scaled, so that it keeps its unsteadiness; one that shows nothing becomes
    regular requests of `request` smallest units.
    """
    known = daily_rate(series).per_day
    if known > 0:
        return replace(series, asked=series.asked * (per_day / known))
    total = np.cumsum(np.full(_SPAN, per_day / max(1, request)))
    asked = np.diff(np.floor(total), prepend=0.0)
    return Series(
        series.end, asked * max(1, request), asked.astype(np.int64), np.ones(_SPAN, np.bool_)
    )
