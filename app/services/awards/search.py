"""The search behind the optimiser: sets of suppliers first, the general solver for what is left.

Without limits on amounts the best set of suppliers is the whole answer, exactly and at once. With
them it is where the solver begins: first within that set, which is small, then among all, never
dearer than what is known. The cheapest set also bounds what any award can cost.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Final

from app.adapters.highs import Solved, Stop, solve
from app.domain.awarding.case import Allocation, Case, Part, total
from app.domain.awarding.limits import Field, Limits, fields, limits_money
from app.domain.awarding.subsets import NEVER, Table, cheapest_within, narrowed, table_of
from app.domain.awarding.verify import breaches

_FIRST: Final = 3
"""The share of the time that the search within one set gets: a third."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search, and from which award that is known to keep the limits.

    Attributes:
        large: From so many offers on the solver is led; smaller cases it proves by itself.
    """

    seconds: float
    start: Allocation = ()
    stopped: Stop | None = None
    large: int = 4000


Shape = tuple[Table, tuple[Field, ...], tuple[Field, ...]]
"""The table of all sets, the fields of the case, and those of the cheapest set."""


def search(case: Case, limits: Limits, effort: Effort) -> Solved:
    """The cheapest award under the limits, with what is known about any other."""
    wanted = fields(case, limits)
    if not wanted:
        return Solved((), 0, finished=True)
    table = table_of(limits, wanted)
    if table is None:
        return _solve(case, limits, wanted, effort)
    values = table.values()
    place = int(values.argmin())
    least = int(values[place])
    if least >= NEVER:
        return Solved(None, 0, finished=True, infeasible=True)
    inner = narrowed(table, wanted, table.allowed(table.sets[place]))
    parts = _parts(inner)
    if parts is not None and not (limits_money(limits) and breaches(case, limits, parts)):
        return Solved(parts, least, finished=True)
    lead = _led if len(case.offers) >= effort.large else _plain
    found = lead(case, limits, (table, wanted, inner), effort)
    return replace(found, bound=max(found.bound, least)) if found.parts is not None else found


def _plain(case: Case, limits: Limits, shape: Shape, effort: Effort) -> Solved:
    """All at once: a small case is proved before one looks."""
    return _solve(case, limits, shape[1], effort)


def _led(case: Case, limits: Limits, shape: Shape, effort: Effort) -> Solved:
    """Within the cheapest set first, then among all, as far as the time goes."""
    _table, wanted, inner = shape
    until = time.monotonic() + effort.seconds
    first = replace(effort, seconds=effort.seconds // _FIRST, start=())
    found = _solve(case, limits, inner, first)
    known = effort.start
    if found.parts is not None and not breaches(case, limits, found.parts):
        if not known or total(case, found.parts) < total(case, known):
            known = found.parts
        if inner == wanted:
            return found
    left = max(until - time.monotonic(), 1)
    best = _solve(case, limits, wanted, Effort(left, known, effort.stopped))
    if known and (best.parts is None or total(case, best.parts) >= total(case, known)):
        done = best.finished and not best.infeasible
        return Solved(known, best.bound, finished=done)
    return best


def _solve(
    case: Case, limits: Limits, wanted: tuple[Field, ...], effort: Effort
) -> Solved:  # fmt: skip
    return solve(
        case, limits, wanted, start=effort.start, seconds=effort.seconds, stopped=effort.stopped
    )


def _parts(inner: tuple[Field, ...]) -> Allocation | None:
    """Every line with its cheapest suppliers; None where a part has nobody."""
    within = cheapest_within(inner)
    if within is None:
        return None
    return tuple(
        Part(one.line.key, who, share)
        for one in inner
        for who, share in zip(within[one.line.key], one.parts, strict=True)
    )
