"""What planners of the demo know: terms of the whole group, own numbers, a replaced item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from app.domain.ids import new_op
from app.domain.replenish.by_hand import ByHand, Kind
from app.domain.replenish.successor import Successor
from app.i18n import _
from app.services.demo.desk import KEEPERS, Desk
from app.services.demo.sources import Goods
from app.services.demo.trade import supplier_of
from app.services.replenishment.numbers import SetNumber, set_number
from app.services.replenishment.successors import SetSuccessor, set_successor
from app.services.replenishment.supply_terms import SetSupply, set_supply

CLINIC: Final = "songyuan"
_GROUP, _SELLER = "baichuan", "dengkai"
_CASE, _LEAST = 20, 40
_AMOUNT: Final = Decimal(600)


def plan_by_hand(desk: Desk, day: date) -> None:
    """Each function of replenishment has something to show at the first clinic."""
    _terms(desk)
    keeper = desk.keeper(CLINIC)
    org = keeper.org_id
    known = _used(desk, "kangzeyuan", 4)
    flu, mission, floor = (desk.items[item.code] for item in known[:3])
    packs = [item.pack for item in known]
    for item, number in (
        (flu, ByHand(Kind.LEVELS, _("慢病患者集中续方，多备"), 60 * packs[0], 90 * packs[0],
                     until=day + timedelta(days=60))),
        (mission, ByHand(Kind.MONTHLY, _("下月有慢病随访义诊"), monthly=120 * packs[1],
                         until=day + timedelta(days=30))),
        (floor, ByHand(Kind.FLOOR, _("抢救车常备"), low=10 * packs[2])),
    ):  # fmt: skip
        set_number(desk.db, keeper, SetNumber(new_op(), org, item, number))
    old, new = _another_maker(desk)
    if old and new:
        link = SetSuccessor(new_op(), org, Successor(old, new), _("集采中选换厂家"))
        set_successor(desk.db, keeper, link)


def _terms(desk: Desk) -> None:
    """One supplier sells cases and a minimum to the group together, and no small orders."""
    cased = _used(desk, _GROUP, 2)
    for member in KEEPERS:
        keeper = desk.keeper(member)
        supplier = desk.actor(_SELLER).org_id
        whole = SetSupply(new_op(), keeper.org_id, supplier, minimum_amount=_AMOUNT)
        set_supply(desk.db, keeper, whole)
        for item in cased:
            set_supply(
                desk.db, keeper,
                SetSupply(new_op(), keeper.org_id, supplier, desk.items[item.code], case=_CASE,
                          minimum=_LEAST, for_group=True),
            )  # fmt: skip


def _used(desk: Desk, supplier: str, count: int) -> Sequence[Goods]:
    fitting = [item for item in desk.goods if item.community and supplier_of(item) == supplier]
    return sorted(fitting, key=lambda item: -item.monthly)[:count]


def _another_maker(desk: Desk) -> tuple[int, int]:
    """Two items of the same name, of which the less used one gave way."""
    by_name: dict[str, list[Goods]] = {}
    for item in desk.goods:
        if item.community and item.item_class == "drug":
            by_name.setdefault(item.name, []).append(item)
    for _name, same in sorted(by_name.items()):
        if len(same) > 1:
            old, new = sorted(same, key=lambda item: item.monthly)[:2]
            return desk.items[old.code], desk.items[new.code]
    return 0, 0
