"""What holds for an order as a whole: whole cases of the group, and a supplier's least amount.

A case is filled once for all members together; what it holds beyond their needs goes, pack by
pack, to whoever would be without first. A minimum amount is reached with the items that would be
ordered next anyway.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.domain.quantity import round_up

MOST_DAYS: Final = 120
"""Nothing is added to what lasts longer than this already."""


@dataclass(frozen=True, slots=True)
class Share:
    """One member's part of the group's order of an item, smallest units.

    Attributes:
        key: Names the line; given back.
        qty: What it wants, in whole packs.
        there: In the house and coming.
        per_day: Daily use.
        room: At most so much more may be added (shelf life); None without a limit.
        fixed: A person chose the quantity: nothing is added.
    """

    key: int
    qty: int
    there: int
    per_day: float
    room: int | None = None
    fixed: bool = False

    def days(self, more: int) -> float:
        """Days that it lasts with `more` added."""
        there = self.there + self.qty + more
        return there / self.per_day if self.per_day > 0 else float("inf")


def round_once(shares: Sequence[Share], pack: int, case: int, least: int = 0) -> dict[int, int]:
    """What each line gets beyond what it wants, so that the sum is whole cases.

    Args:
        shares: The members' lines.
        pack: The smallest amount that can be given to one member.
        case: The supplier delivers multiples of this to the group.
        least: And at least this.

    Returns:
        Extra by key, only lines that get some. Empty where nothing is wanted, or where nobody
        can take the rest (then a person decides).
    """
    wanted = sum(share.qty for share in shares)
    if wanted <= 0:
        return {}
    missing = round_up(max(wanted, least), case) - wanted
    given: dict[int, int] = {}
    takers = {
        share.key: share
        for share in shares
        if share.qty > 0 and not share.fixed and share.per_day > 0
    }
    queue = [(share.days(0), share.key) for share in takers.values()]
    heapq.heapify(queue)
    while missing > 0 and queue:
        _days, key = heapq.heappop(queue)
        share, more = takers[key], given.get(key, 0) + pack
        if share.room is not None and more > share.room:
            continue
        given[key] = more
        missing -= pack
        heapq.heappush(queue, (share.days(more), key))
    return given if missing <= 0 else {}


@dataclass(frozen=True, slots=True)
class Next:
    """An item that need not be ordered yet.

    Attributes:
        key: Names the line; given back.
        until: Days until its reorder point is reached; the nearest is added first.
        lot: The smallest order, smallest units.
        amount: What that costs.
        lasts: Days that it would last with it.
    """

    key: int
    until: float
    lot: int
    amount: Decimal
    lasts: float


def fill(ordered: Decimal, minimum: Decimal, candidates: Sequence[Next]) -> dict[int, int]:
    """What is added so that an order reaches the supplier's least amount.

    The item whose reorder point comes next is added first, one lot each. Nothing is added to an
    order of nothing, and nothing at all where the minimum cannot be reached with what is used
    within `MOST_DAYS`: then a person decides whether to wait.
    """
    if ordered <= 0 or ordered >= minimum:
        return {}
    added: dict[int, int] = {}
    missing = minimum - ordered
    usable = [one for one in candidates if one.lot > 0 and one.amount > 0]
    for one in sorted(usable, key=lambda one: (one.until, one.key)):
        if missing <= 0:
            break
        if one.lasts > MOST_DAYS:
            continue
        added[one.key] = one.lot
        missing -= one.amount
    return added if missing <= 0 else {}
