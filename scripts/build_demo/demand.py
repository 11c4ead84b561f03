"""`demand.csv.gz`: shapes of monthly demand, re-sampled from the supply of 20 real hospitals.

Every shape is 36 months from a January on, scaled so that the mean month is 1000; amounts, units,
hospitals and substances are gone. The demo lays shapes over its own items, so seasons, trends and
gaps look real while the figures are fictional.
"""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path
from statistics import mean, pvariance
from typing import Final

from scripts.build_demo.rdata import read_frame

MONTHS: Final = 36
SHAPES: Final = 420
SEED: Final = 20_261_014
_FIRST_MONTHS: Final = (0, 12, 24, 36)
_ADI: Final = 1.32
_CV2: Final = 0.49
COLUMNS: Final = ("shape", "kind", *(f"m{month:02d}" for month in range(1, MONTHS + 1)))


def _series(folder: Path) -> list[list[float]]:
    frame = read_frame(folder / "data" / "hospital_antibiotic_use_dk" / "abx_sales.rda")
    months = sorted(set(frame["month"]))
    index = {month: number for number, month in enumerate(months)}
    found: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0] * len(months))
    for hospital, substance, month, amount in zip(
        frame["hosp"], frame["atc"], frame["month"], frame["ddd"], strict=True
    ):
        found[hospital, substance][index[month]] += max(amount, 0.0)
    return [found[key] for key in sorted(found)]


def kind_of(values: list[int]) -> str:
    """The class after Syntetos and Boylan: smooth, erratic, intermittent or lumpy."""
    asked = [value for value in values if value]
    gaps = len(values) / len(asked)
    spread = pvariance(asked) / mean(asked) ** 2
    if gaps < _ADI:
        return "smooth" if spread < _CV2 else "erratic"
    return "intermittent" if spread < _CV2 else "lumpy"


def rows(folder: Path) -> list[dict[str, str]]:
    """`SHAPES` shapes, drawn with `SEED`."""
    draw = random.Random(SEED)  # noqa: S311 - a repeatable pick, no secret
    cuts: list[list[int]] = []
    for values in _series(folder):
        for first in _FIRST_MONTHS:
            part = values[first : first + MONTHS]
            level = mean(part)
            if len(part) == MONTHS and sum(1 for value in part if value) >= MONTHS // 3:
                cuts.append([round(value / level * 1000) for value in part])
    chosen = draw.sample(cuts, SHAPES)
    return [
        dict(zip(COLUMNS, (str(number), kind_of(cut), *map(str, cut)), strict=True))
        for number, cut in enumerate(chosen, start=1)
    ]
