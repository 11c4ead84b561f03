"""The search for the cheapest award: a mixed-integer model solved by HiGHS, one thread, one seed.

A column says "this supplier has this part of this line"; further columns say "this supplier has
anything of this lot" and "… of the whole award". Money stands in 元 as the solver works with
floats; the answer is turned back into parts, which are whole numbers, and is judged exactly by
`app.domain.awarding.verify`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from app.domain.awarding.case import WHOLE, Allocation, Case, Part, cost
from app.domain.awarding.limits import Field, Limits

_CENTS: Final = 100
_HALF: Final = 0.5
_ABS_GAP: Final = 0.004  # less than a cent: amounts are whole cents
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Solved:
    """What the search found.

    Attributes:
        parts: The award; None when there is none (or none was found in time).
        bound: Nothing can cost less than so many cents; 0 when nothing is known.
        finished: False when time ran out or the person stopped it.
        infeasible: No award keeps the limits: that is proved.
    """

    parts: Allocation | None
    bound: int
    finished: bool
    infeasible: bool = False


@dataclass(slots=True)
class _Model:
    """Columns and rows while they are gathered."""

    costs: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    index: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)

    def column(self, price: float = 0.0, *, whole: bool = False, most: float = 1.0) -> int:
        """A further column from 0 to `most`; its place."""
        self.costs.append(price)
        self.whole.append(whole)
        self.most.append(most)
        return len(self.costs) - 1

    def row(self, terms: Sequence[tuple[int, float]], low: float, high: float) -> None:
        """Low ≤ Σ value × column ≤ high."""
        self.index.extend(place for place, _value in terms)
        self.value.extend(value for _place, value in terms)
        self.starts.append(len(self.index))
        self.lower.append(low)
        self.upper.append(high)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which column means what; `money` has (column, 元) by supplier."""

    parts: Mapping[tuple[int, int, int], int]
    has: Mapping[tuple[int, int], tuple[int, ...]]
    money: Mapping[int, tuple[tuple[int, float], ...]]


def solve(
    case: Case,
    limits: Limits,
    fields: Sequence[Field],
    *,
    start: Allocation = (),
    seconds: float = 20.0,
    stopped: Stop | None = None,
) -> Solved:
    """The cheapest award under the limits.

    Args:
        case: The case.
        limits: The limits over several lines; those of one line are in `fields` already.
        fields: Who may win which part of which line.
        start: An award that is known to keep the limits; the answer is never dearer.
        seconds: When to give up proving.
        stopped: Asked again and again; True ends the search.
    """
    import highspy

    model = _Model()
    columns = _columns(case, model, fields)
    _assign(model, columns, fields)
    _count_suppliers(case, limits, model, columns)
    if _limit_money(case, limits, model, columns):
        for place in columns.parts.values():
            model.whole[place] = True  # without money, parts come out whole by themselves
    solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # untyped there
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 1),
        ("time_limit", seconds),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", _ABS_GAP),
    ):
        solver.setOptionValue(option, value)
    solver.passModel(_program(highspy, model))
    if start:
        _give_start(solver, columns, start, fields)
    if stopped is not None:
        solver.cbMipInterrupt.subscribe(lambda event: event.interrupt(stopped()))
        solver.cbSimplexInterrupt.subscribe(lambda event: event.interrupt(stopped()))
    solver.run()
    return _answer(highspy, solver, columns, fields)


def _columns(case: Case, model: _Model, fields: Sequence[Field]) -> _Columns:
    parts: dict[tuple[int, int, int], int] = {}
    has: dict[tuple[int, int], list[int]] = defaultdict(list)
    money: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for one in fields:
        for place, share in enumerate(one.parts):
            for offer in one.offers[place]:
                price = cost(one.line, offer.price, share) / _CENTS
                column = model.column(price)
                parts[one.line.key, place, offer.supplier] = column
                has[one.line.key, offer.supplier].append(column)
                money[offer.supplier].append((column, price))
    return _Columns(
        parts,
        {key: tuple(rows) for key, rows in has.items()},
        {one.key: tuple(money[one.key]) for one in case.suppliers if one.key in money},
    )


def _assign(model: _Model, columns: _Columns, fields: Sequence[Field]) -> None:
    """Each part to one supplier, each supplier at most one part of a line."""
    for one in fields:
        key = one.line.key
        for place in range(len(one.parts)):
            terms = [
                (columns.parts[key, place, offer.supplier], 1.0) for offer in one.offers[place]
            ]
            model.row(terms, 1.0, 1.0)
        for (line, _who), places in _of_line(columns, one).items():
            if line == key and len(places) > 1:
                model.row([(place, 1.0) for place in places], 0.0, 1.0)


def _of_line(columns: _Columns, one: Field) -> dict[tuple[int, int], tuple[int, ...]]:
    keys = dict.fromkeys((one.line.key, offer.supplier) for row in one.offers for offer in row)
    return {key: columns.has[key] for key in keys}


def _count_suppliers(case: Case, limits: Limits, model: _Model, columns: _Columns) -> None:
    """Columns that say who has anything, of a lot and of the whole award."""
    everybody = (
        {key: model.column(whole=True) for key in columns.money}
        if limits.in_all is not None
        else {}
    )
    lots: dict[tuple[int, int], int] = {}
    for (line, supplier), places in columns.has.items():
        lot = case.line_of[line].lot
        over = everybody.get(supplier)
        if limits.in_lot(lot) is not None:
            if (lot, supplier) not in lots:
                lots[lot, supplier] = model.column(whole=True)
            over = lots[lot, supplier]
        if over is not None:
            model.row([*((place, 1.0) for place in places), (over, -1.0)], -np.inf, 0.0)
    if everybody:
        for (_lot, supplier), column in lots.items():
            model.row([(column, 1.0), (everybody[supplier], -1.0)], -np.inf, 0.0)
        most = float(limits.in_all or 0)
        model.row([(column, 1.0) for column in everybody.values()], 0.0, most)
    for lot in dict.fromkeys(lot for lot, _who in lots):
        terms = [(column, 1.0) for (one, _who), column in lots.items() if one == lot]
        model.row(terms, 0.0, float(limits.in_lot(lot) or 0))


def _limit_money(case: Case, limits: Limits, model: _Model, columns: _Columns) -> bool:
    """Caps, capacities and the small suppliers' share; whether there was anything to limit."""
    caps = {key: limits.cap(key) for key in columns.money}
    able = dict(limits.capacities)
    needs_total = limits.small_share is not None or any(cap is not None for cap in caps.values())
    if not needs_total and not able:
        return False
    unit = max(sum(model.costs), 1.0) / 1000  # rows in the same order of size as the columns
    sums = {key: model.column(most=np.inf) for key in columns.money}
    for key, column in sums.items():
        terms = [(place, price / unit) for place, price in columns.money[key]]
        model.row([*terms, (column, -1.0)], 0.0, 0.0)
        if key in able:
            model.row([(column, 1.0)], 0.0, able[key] / _CENTS / unit)
    if not needs_total:
        return True
    total = model.column(most=np.inf)
    model.row([*((column, 1.0) for column in sums.values()), (total, -1.0)], 0.0, 0.0)
    for key, cap in caps.items():
        if cap is not None:
            model.row([(sums[key], 1.0), (total, -cap / WHOLE)], -np.inf, 0.0)
    if limits.small_share is not None:
        small = [(column, 1.0) for key, column in sums.items() if case.supplier_of[key].small]
        model.row([*small, (total, -limits.small_share / WHOLE)], 0.0, np.inf)
    return True


def _program(highspy: Any, model: _Model) -> Any:
    columns = len(model.costs)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = columns, len(model.lower)
    program.col_cost_ = np.array(model.costs)
    program.col_lower_ = np.zeros(columns)
    program.col_upper_ = np.array(model.most)
    program.row_lower_, program.row_upper_ = np.array(model.lower), np.array(model.upper)
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.array(model.starts, dtype=np.int32)
    program.a_matrix_.index_ = np.array(model.index, dtype=np.int32)
    program.a_matrix_.value_ = np.array(model.value)
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    program.integrality_ = [kinds[int(whole)] for whole in model.whole]
    return program


def _give_start(solver: Any, columns: _Columns, start: Allocation, fields: Sequence[Field]) -> None:
    """Begin from a known award: the search need not find it again and is never dearer."""
    shares = {one.line.key: one.parts for one in fields}
    places, taken = [], set()
    for part in sorted(start, key=lambda one: (one.line, -one.share)):
        for place, share in enumerate(shares.get(part.line, ())):
            if share == part.share and (part.line, place) not in taken:
                taken.add((part.line, place))
                places.append(columns.parts.get((part.line, place, part.supplier)))
                break
    if None in places:
        return
    chosen = np.array(sorted(columns.parts.values()), dtype=np.int32)
    values = np.isin(chosen, np.array(places, dtype=np.int32)).astype(float)
    solver.setSolution(len(chosen), chosen, values)


def _answer(highspy: Any, solver: Any, columns: _Columns, fields: Sequence[Field]) -> Solved:
    status = solver.getModelStatus()
    kinds = highspy.HighsModelStatus
    if status in {kinds.kInfeasible, kinds.kUnboundedOrInfeasible}:
        return Solved(None, 0, finished=True, infeasible=True)
    info = solver.getInfo()
    done = status == kinds.kOptimal
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Solved(None, 0, finished=done)
    values = solver.getSolution().col_value
    parts = tuple(
        Part(one.line.key, offer.supplier, share)
        for one in fields
        for place, share in enumerate(one.parts)
        for offer in one.offers[place]
        if values[columns.parts[one.line.key, place, offer.supplier]] > _HALF
    )
    return Solved(parts, _whole_cents(info.mip_dual_bound), finished=done)


def _whole_cents(yuan: float) -> int:
    """The least whole number of cents that is not below the bound (but for rounding noise)."""
    return int(np.ceil(yuan * _CENTS - _HALF)) if np.isfinite(yuan) else 0
