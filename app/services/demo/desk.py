"""Who does what in the demo: the people's logins, and each one's own way to the services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import select

from app.domain.duties import Actor
from app.models.item import Item
from app.services.access import actor_for
from app.services.db import Database
from app.services.demo.sources import Goods

KEEPERS: Final = {
    "lead": "heyun",
    "songyuan": "liqing",
    "wangyue": "wangfang",
    "chenghu": "sunyue",
    "qingyu": "gaoyun",
}
"""Who keeps the store of each member."""
HEADS: Final = {
    "lead": "zhoulq",
    "songyuan": "zhanghb",
    "wangyue": "majl",
    "chenghu": "linzq",
    "qingyu": "linzq",
}
"""Who signs and settles for each member."""
SECONDS: Final = HEADS | {"lead": "suming"}
"""Who checks controlled drugs beside the keeper: the head where there is one keeper."""
SALES: Final = ("luoye", "hejian", "tangwei", "dengkai", "xuejing", "fangzhou")


@dataclass(slots=True)
class Desk:
    """Everybody's own way to the services.

    Attributes:
        db: Reached with the owner's rights; what a person may do is checked all the same.
        goods: The catalogue.
        items: Item ids by code.
    """

    db: Database
    goods: Sequence[Goods]
    items: dict[str, int] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, login: str) -> Actor:
        """The person behind a login."""
        if login not in self.actors:
            self.actors[login] = actor_for(self.db, login)
        return self.actors[login]

    def keeper(self, member: str) -> Actor:
        """Who keeps the member's store."""
        return self.actor(KEEPERS[member])

    def seller(self, supplier_id: int) -> Actor:
        """Who signs for a supplier."""
        return next(a for a in map(self.actor, SALES) if a.org_id == supplier_id)

    def keeper_of(self, org_id: int) -> Actor:
        """Who keeps the store of an organisation."""
        return next(a for a in map(self.keeper, KEEPERS) if a.org_id == org_id)

    def head_of(self, org_id: int) -> Actor:
        """Who signs and settles for a member."""
        member = next(key for key in KEEPERS if self.keeper(key).org_id == org_id)
        return self.actor(HEADS[member])


def open_desk(db: Database, goods: Sequence[Goods]) -> Desk:
    """The desk for a group that has its catalogue; goods that are not in it are left out."""
    with db.read() as session:
        rows = session.execute(select(Item.code, Item.id)).all()
    items = {row.code: row.id for row in rows}
    return Desk(db, [item for item in goods if item.code in items], items)
