"""The same item at other members: what an item that is new here may be expected to be asked for.

A member's size is its use of the items that both have, so a hospital's figures are scaled down
to a clinic's. Names and stocks of other members are not needed for that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from statistics import median
from typing import Final

from sqlalchemy.orm import Session

from app.domain.replenish.item import Peers
from app.services.replenishment.history import Asked
from app.services.replenishment.scope import Scope
from app.services.transfers.group_view import group_use

_DAYS: Final = 365
_COMMON: Final = 200
"""Items by which the size of members is told."""
_FEW: Final = 5
"""With fewer items in common sizes are taken as equal."""
_BOUNDS: Final = (0.02, 20.0)


def peers_of(
    session: Session, scope: Scope, asked: Mapping[int, Asked], new: Collection[int]
) -> dict[int, Peers]:
    """Other members' use of the items that are new here, as large as this member."""
    if not new:
        return {}
    old = sorted(asked.keys() - set(new), key=lambda one: -int(asked[one].asked.sum()))[:_COMMON]
    since = scope.today - timedelta(days=_DAYS)
    use = {
        key: found.units
        for key, found in group_use(session, [*new, *old], since, _DAYS).items()
        if found.units > 0
    }
    sizes = _sizes(use, scope.org_id, set(old))
    rates: dict[int, list[float]] = {}
    for (org, item), units in use.items():
        if org != scope.org_id:
            rates.setdefault(item, []).append(units / _DAYS * sizes.get(org, 1.0))
    return {item: Peers(len(rates[item]), median(rates[item])) for item in new if item in rates}


def _sizes(
    use: Mapping[tuple[int, int], int], own: int, common: Collection[int]
) -> dict[int, float]:
    """How large this member is against each other one."""
    ratios: dict[int, list[float]] = {}
    for (org, item), units in use.items():
        mine = use.get((own, item))
        if org != own and mine and item in common:
            ratios.setdefault(org, []).append(mine / units)
    low, high = _BOUNDS
    return {
        org: min(high, max(low, median(values)))
        for org, values in ratios.items()
        if len(values) >= _FEW
    }
