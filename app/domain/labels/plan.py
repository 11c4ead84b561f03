"""How many labels, and how many units each stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from app.domain.errors import DomainError
from app.i18n import _

P = TypeVar("P")
"""A place."""
MAX_LABELS: Final = 2000
"""Labels of one job; more is a slip of the finger."""
_USUAL: Final = 5
"""A lot is usually split on at most so many labels."""
_ROUND: Final = (1, 2, 5)


def suggested(packs: int) -> int:
    """Packs per label: a round number (1, 2, 5, 10, 20 …) that needs at most five labels."""
    size, at = 1, 0
    while size * _USUAL < packs:
        at += 1
        size = _ROUND[at % 3] * 10 ** (at // 3)
    return size


def moved_along(there: Mapping[P, int], labelled: Mapping[P, int]) -> dict[P, int]:
    """Where labelled units of one lot lie now, though the labels name where they were printed for.

    What does not lie there any more was put away since: it is among what lies at the other places,
    and must not be labelled there once more.

    Args:
        there: Units of the lot by place.
        labelled: Units under labels by the place that the labels name.

    Returns:
        Labelled units by place, never more than lie there.
    """
    found = {place: min(units, there.get(place, 0)) for place, units in labelled.items()}
    adrift = sum(labelled.values()) - sum(found.values())
    for place, units in there.items():
        taken = min(adrift, units - found.get(place, 0))
        if taken > 0:
            found[place] = found.get(place, 0) + taken
            adrift -= taken
    return found


def quantities(available: int, per_label: int, count: int) -> tuple[int, ...]:
    """What each of `count` labels stands for; the last one takes a smaller rest.

    Raises:
        DomainError: More labels than there are goods.
    """
    if count < 0 or per_label <= 0:
        raise DomainError("label.count", _("张数和每张数量应大于 0。请改正。"))
    if count > MAX_LABELS:
        raise DomainError("label.count", _("一次最多打印 {n} 张。请分几次打印。", n=MAX_LABELS))
    if count and per_label * (count - 1) >= available:
        most = -(-available // per_label)
        raise DomainError(
            "label.more_than_stock",
            _("能贴标签的货只够 {most} 张，现在是 {count} 张。请改少。", most=most, count=count),
        )
    full = [per_label] * count
    if count:
        full[-1] = min(per_label, available - per_label * (count - 1))
    return tuple(full)
