"""Fixed packs of the demo: departments, definitions, packs on the way, in use and wanted."""

from __future__ import annotations

from typing import Final

from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.services.demo.desk import Desk
from app.services.demo.sources import Goods
from app.services.packs.asking import ask
from app.services.packs.build import build
from app.services.packs.commands import Ask, Build, Define, Issue, Packs, PackWork
from app.services.packs.define import define
from app.services.packs.ending import open_packs
from app.services.packs.handing import receive
from app.services.packs.issuing import issue
from app.services.stock.moving import AddPlace, add_place

_WARDS: Final = {
    "lead": (("KS-NK", "内科病区"), ("KS-WK", "外科病区")),
    "songyuan": (("KS-ZL", "治疗室"), ("KS-BF", "联合病房")),
    "wangyue": (("KS-ZL", "治疗室"),),
}
_MOST: Final = 4
"""Items per member that are kept in fixed packs."""


def open_packs_work(desk: Desk) -> None:
    """Departments of three members with packs in every state of their life."""
    for member, wards in _WARDS.items():
        keeper = desk.keeper(member)
        places = [
            add_place(desk.db, keeper, AddPlace(new_op(), keeper.org_id, code, name))
            for code, name in wards
        ]
        for number, item in enumerate(_packed(desk)):
            _one_item(desk, keeper, (places[number % len(places)], number), item)


def _packed(desk: Desk) -> list[Goods]:
    """What wards use in fixed numbers: the most used consumables and one drug."""
    used = sorted((x for x in desk.goods if x.community and not x.cold), key=lambda x: -x.monthly)
    things = [item for item in used if item.item_class == "consumable"][: _MOST - 1]
    return [*things, *[item for item in used if item.item_class == "drug"][:1]]


def _one_item(desk: Desk, keeper: Actor, where: tuple[int, int], item: Goods) -> None:
    place, number = where
    org = keeper.org_id
    rule = define(
        desk.db, keeper,
        Define(new_op(), org, desk.items[item.code], 2 * item.pack, place, mixed=number % 2 == 0,
               keep_days=30, target=3 if number == 0 else 0),
    )  # fmt: skip
    made = _built(desk, keeper, rule)
    if made is None or number == 3:  # noqa: PLR2004 - the last item's packs wait in the store
        return
    sent = issue(desk.db, keeper, Issue(new_op(), org, place, made.pack_ids[:3]))
    if number == 1:
        return  # on the way
    receive(desk.db, keeper, PackWork(new_op(), org, sent.pack_ids))
    opened = sent.pack_ids[:1]
    open_packs(desk.db, keeper, PackWork(new_op(), org, opened))
    if number == 0:
        ask(desk.db, keeper, Ask(new_op(), org, opened[0]))


def _built(desk: Desk, keeper: Actor, rule: int) -> Packs | None:
    """Five packs, or what there is; none on a day with empty shelves."""
    try:
        return build(desk.db, keeper, Build(new_op(), keeper.org_id, rule, 5))
    except DomainError:
        return None
