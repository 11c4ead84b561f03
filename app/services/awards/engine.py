"""The optimiser's whole answer: the award, what each limit costs, or which limits conflict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.adapters.highs import Solved, Stop
from app.domain.awarding.case import Allocation, Case, base_total, total
from app.domain.awarding.limits import Limits, Rule, check_limits, fields
from app.domain.awarding.verify import Breach, breaches
from app.i18n import _
from app.services.awards.search import Effort, search

Report = Callable[[int, int], object]
_SECONDS = 20
SHAPING = frozenset({Rule.SPLIT, Rule.COLD_CHAIN, Rule.CAPACITY})
"""Without them a line may have other parts or another kept supplier: that can cost more."""
_MOST_LINES = 20
"""How many lines an explanation names."""


@dataclass(frozen=True, slots=True)
class LimitCost:
    """What a limit costs: the award without it, and how much cheaper that is, in cents.

    Attributes:
        proved: Whether both awards are proved optimal, so that the difference is exact.
    """

    rule: Rule
    without: int
    costs: int
    proved: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """Limits that no award can keep together; without any one of them there is one.

    Attributes:
        lines: Names of lines for which a single limit leaves nobody.
    """

    rules: tuple[Rule, ...]
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HandMade:
    """The award made by hand beside it, over the lines that both award; cents."""

    cost: int
    proposed: int
    lines: int
    breaches: tuple[Breach, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the optimiser answers.

    Attributes:
        parts: Winners with their shares; empty when there is none.
        cost: Of the award, in cents.
        gap: How much cheaper an award could still be, in cents; 0 = optimum proved.
        base, award: The lines with a base price: at the base, and as awarded (cents).
        left_out: (line, why) of lines that nobody can win.
        limits: What each limit costs, dearest first.
        conflict: Why there is no award.
        stopped: The person stopped it, or time ran out, before the optimum was proved.
    """

    parts: Allocation
    cost: int
    gap: int
    base: int
    award: int
    left_out: tuple[tuple[int, str], ...]
    limits: tuple[LimitCost, ...] = ()
    conflict: Conflict | None = None
    hand: HandMade | None = None
    stopped: bool = False

    @property
    def proved(self) -> bool:
        """Whether no award under the limits is cheaper."""
        return bool(self.parts) and self.gap == 0


@dataclass(frozen=True, slots=True)
class How:
    """How to search.

    Attributes:
        seconds: For the award; each limit's price gets half of it.
        explain: Whether to price each limit.
        stopped: Asked again and again; True ends the search.
        report: Told (done, of) as the searches end.
    """

    seconds: int = _SECONDS
    explain: bool = True
    stopped: Stop | None = None
    report: Report | None = None


def optimise(case: Case, limits: Limits, hand: Allocation = (), how: How | None = None) -> Proposal:
    """The cheapest award under the limits; never dearer than `hand` when that keeps them.

    Raises:
        DomainError: The limits make no sense.
    """
    check_limits(limits)
    how = how or How()
    rules = limits.active(case)
    steps = 1 + (len(rules) if how.explain else 0)
    _tell(how, 0, steps)
    solved = _search(case, limits, hand, how, how.seconds)
    left_out = _left_out(case)
    if solved.infeasible:
        return Proposal((), 0, 0, 0, 0, left_out, conflict=explain(case, limits, how))
    if solved.parts is None:
        return Proposal((), 0, 0, 0, 0, left_out, stopped=True)
    cost = total(case, solved.parts)
    base, award = base_total(case, solved.parts)
    _tell(how, 1, steps)
    prices = _price_limits(case, limits, solved, how) if how.explain else ()
    return Proposal(
        parts=solved.parts,
        cost=cost,
        gap=0 if solved.finished else max(cost - solved.bound, 0),
        base=base,
        award=award,
        left_out=left_out,
        limits=prices,
        hand=compare(case, limits, hand, solved.parts) if hand else None,
        stopped=not solved.finished,
    )


def compare(case: Case, limits: Limits, hand: Allocation, parts: Allocation) -> HandMade:
    """The award made by hand beside another, over the lines that both award."""
    both = {part.line for part in hand} & {part.line for part in parts}
    return HandMade(
        cost=total(case, (part for part in hand if part.line in both)),
        proposed=total(case, (part for part in parts if part.line in both)),
        lines=len(both),
        breaches=breaches(case, limits, hand),
    )


def explain(case: Case, limits: Limits, how: How) -> Conflict:
    """A smallest set of limits that cannot be kept together.

    What changes the shape of lines is tried first: the limits after it can only make room.
    """
    lines = tuple(one.line.name for one in fields(case, limits) if one.lacking)
    kept, tried = limits, sorted(limits.active(case), key=lambda rule: rule not in SHAPING)
    needed: list[Rule] = []
    for rule in tried:
        if _stopped(how):
            break
        fewer = kept.without(rule)
        found = search(case, fewer, Effort(how.seconds, stopped=how.stopped))
        if found.infeasible:
            kept = fewer
        else:
            needed.append(rule)
    return Conflict(tuple(rule for rule in Rule if rule in needed), lines[:_MOST_LINES])


def _search(case: Case, limits: Limits, start: Allocation, how: How, seconds: int) -> Solved:
    """The search; an award that is known to keep the limits is never beaten by a dearer one."""
    lines = {one.line.key for one in fields(case, limits)}
    known = tuple(part for part in start if part.line in lines)
    if {part.line for part in known} != lines or breaches(case, limits, known):
        known = ()
    found = search(case, limits, Effort(seconds, known, how.stopped))
    if known and (found.parts is None or total(case, found.parts) > total(case, known)):
        return Solved(known, found.bound, finished=False)
    return found


def _price_limits(case: Case, limits: Limits, best: Solved, how: How) -> tuple[LimitCost, ...]:
    rules = limits.active(case)
    parts = best.parts or ()
    cost = total(case, parts)
    found = []
    for done, rule in enumerate(rules, 1):
        if _stopped(how):
            break
        seconds = max(how.seconds // 2, 1)
        other = _search(case, limits.without(rule), parts, how, seconds)
        if other.parts is not None:
            without = total(case, other.parts)
            proved = best.finished and other.finished
            found.append(LimitCost(rule, without, cost - without, proved))
        _tell(how, 1 + done, 1 + len(rules))
    return tuple(sorted(found, key=lambda one: -one.costs))


def _left_out(case: Case) -> tuple[tuple[int, str], ...]:
    found = []
    for line in case.lines:
        if line.volume <= 0:
            found.append((line.key, _("约定量是 0")))
        elif not case.able[line.key]:
            bid = any(one.line == line.key for one in case.offers)
            found.append((line.key, _("报价都高于限价") if bid else _("没有报价")))
    return tuple(found)


def _stopped(how: How) -> bool:
    return how.stopped is not None and how.stopped()


def _tell(how: How, done: int, steps: int) -> None:
    if how.report is not None:
        how.report(done, steps)
