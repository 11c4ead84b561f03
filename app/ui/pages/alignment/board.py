"""What the page knows: one comparison, its figures, the trend, and the choices on offer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from app.domain.alignment.answer import Answer, GapAnswer, answer
from app.domain.alignment.best import Change, what_if
from app.domain.alignment.gap import Side
from app.domain.alignment.keys import Key
from app.domain.alignment.measure import Formula, Group, measure, together
from app.domain.duties import Actor
from app.i18n import N_, _
from app.services.alignment.members import (
    Aligned,
    AlignQuery,
    TrendPoint,
    align_members,
    snapshot_days,
    trend,
)
from app.services.db import Database
from app.services.formulary.named import NamedRow, named_lists

BEST = 30
_FORMULAS = {
    Formula.F1: N_("共有 ÷ 成员目录"),
    Formula.F2: N_("共有 ÷ 牵头目录"),
    Formula.F3: N_("共有 ÷ 两家合计"),
    Formula.F4: N_("共有 ÷ 两家平均"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is chosen above the table."""

    query: AlignQuery = field(default_factory=AlignQuery)
    formula: Formula = Formula.F1


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that the page shows."""

    asked: Asked
    found: Aligned
    answer: Answer
    points: tuple[TrendPoint, ...]
    lists: tuple[NamedRow, ...]
    days: tuple[date, ...]

    @property
    def share(self) -> float | None:
        """The group's figure in percent: the mean of the pairs."""
        value = self.answer.figure(self.asked.formula).macro
        return None if value is None else float(value)

    def line(self) -> tuple[tuple[date, float], ...]:
        """The mean of the members by stored day."""
        by_day: dict[date, list[float]] = defaultdict(list)
        for point in self.points:
            if point.org_id in self.found.orgs and point.denominator:
                by_day[point.day].append(100 * point.numerator / point.denominator)
        return tuple((day, sum(all_) / len(all_)) for day, all_ in sorted(by_day.items()))

    def ahead(self, picked: Iterable[GapAnswer]) -> float | None:
        """The group's figure if the picked gaps were mended: taken up, or given up."""
        names = {pair.name: place for place, pair in enumerate(self.found.comparison.pairs)}
        changes = [
            Change(names[gap.member], drop=frozenset({gap.key}))
            if gap.side == Side.EXTRA.value
            else Change(names[gap.member], add=frozenset({gap.key}))
            for gap in picked
        ]
        if not changes:
            return None
        pairs = what_if(self.found.comparison.pairs, changes)
        value = together([measure(pair, self.asked.formula) for pair in pairs], Group.MACRO).value
        return None if value is None else float(100 * value)


def load(db: Database, actor: Actor, asked: Asked) -> Board:
    """Ask for everything; raises `DomainError` when the lead has no list."""
    found = align_members(db, actor, asked.query)
    return Board(
        asked=asked,
        found=found,
        answer=answer(found.comparison, formula=asked.formula, best=BEST),
        points=trend(db, actor, replace(asked.query, orgs=()), asked.formula),
        lists=named_lists(db, actor),
        days=snapshot_days(db, actor),
    )


def keys() -> tuple[tuple[object, str], ...]:
    """The keys to compare by."""
    return tuple((key, key.label) for key in Key)


def formulas() -> tuple[tuple[object, str], ...]:
    """The formulas, in words."""
    return tuple((one, f"{one.value}  {_(words)}") for one, words in _FORMULAS.items())
