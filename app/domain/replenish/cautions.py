"""Which suggestions a person should look at before they are asked for, and why.

Everything else is safe: it is asked for at once. A reason that a person wrote answers every
caution except the ones that make a request impossible.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.domain.replenish.explain import Phrase
from app.domain.replenish.rates import Basis
from app.domain.replenish.review import needs_reason
from app.domain.replenish.suggestion import Verdict
from app.i18n import N_

LONG_DAYS: Final = 90
_JUMP: Final = 0.5
_SHARE: Final = 3
"""A third of the order would lie in stock until it expires: worth a look."""


class Caution(StrEnum):
    """What is unusual about a line."""

    PRICE = "price"
    REASON = "reason"
    SHORT = "short"
    LONG = "long"
    JUMP = "jump"
    NEW = "new"
    EXPIRY = "expiry"
    CONTROLLED = "controlled"
    DEAR = "dear"
    MINIMUM = "minimum"


@dataclass(frozen=True, slots=True)
class Line:
    """A suggestion as it stands; quantities in smallest units.

    Attributes:
        picked: It shall be asked for.
        reason: What a person wrote.
        priced: A price is in force.
        amount: What it costs.
        there: In the house and coming.
        expiring: Part of the stock that will not be used in time.
        lead_days: Days from order to arrival.
        growth: Last four weeks against the eight before.
        controlled: Narcotics and the like.
        short_of: What the supplier's whole order lacks to its minimum; 0 if nothing.
        look_above: Amounts above this are looked at; 0 = never.
    """

    suggested: int
    chosen: int
    picked: bool
    edited: bool
    reason: str
    verdict: str
    priced: bool
    amount: Decimal
    there: int
    expiring: int
    per_day: float
    lead_days: int
    growth: float | None
    basis: str
    controlled: bool
    short_of: Decimal = Decimal(0)
    look_above: int = 0

    @property
    def due(self) -> bool:
        """Whether anybody has to decide anything about it."""
        return self.picked or self.suggested > 0 or self.edited or self.out_soon

    @property
    def out_soon(self) -> bool:
        """Nothing is ordered and it ends before an order could be there."""
        runs_out = self.per_day > 0 and self.there < self.per_day * self.lead_days
        return runs_out and self.chosen == 0 and self.verdict != Verdict.RARE

    @property
    def lasts(self) -> float:
        """Days that stock and order last."""
        there = self.there + self.chosen
        return there / self.per_day if self.per_day > 0 else float("inf")


def cautions(line: Line) -> tuple[tuple[Caution, Phrase], ...]:
    """What is unusual, most important first; empty for a safe line and for one nobody needs."""
    if not line.due:
        return ()
    hard = tuple((kind, words) for kind, rule in _HARD if (words := rule(line)) is not None)
    if line.reason:
        return hard
    soft = tuple((kind, words) for kind, rule in _SOFT if (words := rule(line)) is not None)
    return hard + soft


def _price(line: Line) -> Phrase | None:
    return None if line.priced else Phrase(N_("没有有效价格，请集团采购补价"))


def _reason(line: Line) -> Phrase | None:
    if not needs_reason(line.suggested, line.chosen):
        return None
    return Phrase(N_("比建议多很多，请写原因"))


def _short(line: Line) -> Phrase | None:
    if line.out_soon:
        return Phrase(N_("这次不补，到货前会断"))
    if line.edited and 0 < line.chosen < line.suggested and line.lasts < line.lead_days:
        return Phrase(N_("改少了，到货前会断"))
    return None


def _long(line: Line) -> Phrase | None:
    if line.chosen <= 0 or line.per_day <= 0 or line.lasts <= LONG_DAYS:
        return None
    return Phrase(N_("补了约可用 {n} 天"), {"n": int(line.lasts)})


def _jump(line: Line) -> Phrase | None:
    if line.chosen <= 0 or line.growth is None or line.growth < _JUMP:
        return None
    return Phrase(N_("用量升 {n}%，先看是不是一次性的"), {"n": round(line.growth * 100)})


def _new(line: Line) -> Phrase | None:
    return Phrase(N_("新品，记录不多")) if line.chosen > 0 and line.basis == Basis.NEW else None


def _expiry(line: Line) -> Phrase | None:
    if line.chosen <= 0 or line.expiring * _SHARE < line.chosen:
        return None
    return Phrase(N_("库里有近效期的，先看能不能用掉或调出"))


def _controlled(line: Line) -> Phrase | None:
    return Phrase(N_("特殊管理药品，请核对数量")) if line.controlled and line.chosen > 0 else None


def _dear(line: Line) -> Phrase | None:
    if not line.look_above or line.amount <= line.look_above:
        return None
    return Phrase(N_("金额超过 {n} 元"), {"n": f"{line.look_above:,}"})


def _minimum(line: Line) -> Phrase | None:
    if not line.picked or line.short_of <= 0:
        return None
    return Phrase(N_("这家供应商还差 {n} 元才到起订额"), {"n": f"{line.short_of:,.2f}"})


HARD: Final = frozenset({Caution.PRICE, Caution.REASON})
"""A line with one of these cannot be asked for as it stands."""
Rule = Callable[[Line], Phrase | None]
_HARD: Final[tuple[tuple[Caution, Rule], ...]] = (
    (Caution.PRICE, _price),
    (Caution.REASON, lambda line: None if line.reason else _reason(line)),
)
_SOFT: Final[tuple[tuple[Caution, Rule], ...]] = (
    (Caution.SHORT, _short),
    (Caution.CONTROLLED, _controlled),
    (Caution.JUMP, _jump),
    (Caution.DEAR, _dear),
    (Caution.LONG, _long),
    (Caution.EXPIRY, _expiry),
    (Caution.MINIMUM, _minimum),
    (Caution.NEW, _new),
)
