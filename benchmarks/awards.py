"""The award optimiser on 2,000 items × 12 suppliers: seconds, and how far from the optimum."""

from __future__ import annotations

import json
import random
from functools import partial
from typing import Final

from app.domain.awarding.case import Case, CaseLine, CaseSupplier, Offer
from app.domain.awarding.limits import Limits
from app.services.awards.engine import How, Proposal, optimise
from benchmarks.measure import Record

SEED: Final = 20_261_122
SUPPLIERS: Final = 12
INCUMBENTS: Final = 6
"""How many suppliers had the lines before."""
CASES: Final = (
    ("no limit", Limits()),
    ("6 suppliers", Limits(in_all=6)),
    ("4 a lot", Limits(per_lot=4)),
    ("share 20%", Limits(share_cap=200)),
    ("all kinds", Limits(in_all=8, share_cap=250, small_share=200, keep_incumbent=10)),
    ("70/30", Limits(split=(700, 300), in_all=8, share_cap=300)),
    ("conflict", Limits(in_all=4, keep_incumbent=10)),
)


def make_case(items: int) -> Case:
    """Items of very different worth, suppliers of different level, three of four bids there."""
    dice = random.Random(SEED)  # noqa: S311 - figures that can be repeated
    level = [dice.uniform(0.95, 1.08) for _one in range(SUPPLIERS)]
    suppliers = tuple(
        CaseSupplier(key, f"S{key}", small=key % 4 == 0, cold_chain=key % 3 != 1)
        for key in range(SUPPLIERS)
    )
    lines, offers = [], []
    for key in range(items):
        base = int(dice.lognormvariate(3, 1.2) * 10_000) + 100
        volume = int(dice.lognormvariate(8, 1.5)) * 10 + 10
        cold, incumbent = dice.random() < 0.1, dice.randrange(INCUMBENTS)  # noqa: PLR2004 - a tenth
        lines.append(
            CaseLine(key, f"L{key}", key % 10, volume, 10, int(base * 1.05), base, cold, incumbent)
        )
        offers += [
            Offer(key, one.key, int(base * level[one.key] * dice.uniform(0.8, 1.1)))
            for one in suppliers
            if dice.random() < 0.95 or one.key == 0  # noqa: PLR2004 - nearly everybody bids
        ]
    return Case(tuple(lines), suppliers, tuple(offers))


def awards(record: Record, size: int) -> None:
    """Search under each set of limits, once; the gap is told beside the seconds."""
    case = make_case(size)
    for name, limits in CASES:
        found: list[Proposal] = []
        search = partial(optimise, case, limits, how=How(seconds=60, explain=False))
        record.take(
            (f"award, {name}", "", size),
            lambda search=search, found=found: found.append(search()),  # type: ignore[misc]  # bound now
            rows=len(case.offers),
            runs=1,
        )
        best = found[-1]
        answer = {"bench": f"award, {name}", "proved": best.proved, "gap_yuan": best.gap // 100}
        print(json.dumps(answer | {"found": bool(best.parts)}))
