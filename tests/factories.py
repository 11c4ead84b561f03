"""A small group that tests start from: a lead, two members, two suppliers, people and goods.

`make_world` writes it with the owner's rights; `Site` then gives every person's own database and
actor, which on PostgreSQL is that person's own login with row-level security in force.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.ids import new_id
from app.domain.search_text import build
from app.models.item import Item, ItemCode, ItemSearch, ItemUnit, Product
from app.models.party import (
    DutyGrant,
    GroupMembership,
    Maker,
    Organisation,
    Person,
)
from app.models.price import Price, PriceList
from app.models.stock import Place
from app.services.access import actor_for
from app.services.db import Database
from app.services.stock.places import make_virtual_places

TODAY: Final = date(2026, 10, 14)
NOW: Final = datetime(2026, 10, 14, 2, 30, tzinfo=UTC)
"""10:30 on the day of the stories, in the members' zone."""

LEAD, EAST, WEST, KANGZE, RUIHE = 1, 2, 3, 11, 12
PEOPLE: Final = {
    # login: (name, organisation, duties as (duty, organisation; 0 = whole group))
    "lead_buyer": ("陈采", LEAD, ((Duty.BUY, 0), (Duty.CATALOGUE, 0))),
    "lead_head": ("周主任", LEAD, ((Duty.SIGN, LEAD), (Duty.STORE, LEAD), (Duty.READ, 0))),
    "lead_admin": ("管信", LEAD, ((Duty.ADMIN, 0), (Duty.AUDIT, 0))),
    "east_store": ("李药", EAST, ((Duty.STORE, EAST),)),
    "east_second": ("孙复", EAST, ((Duty.STORE, EAST),)),
    "east_head": ("张主任", EAST, ((Duty.SIGN, EAST), (Duty.SETTLE, EAST))),
    "west_store": ("王芳", WEST, ((Duty.STORE, WEST),)),
    "west_head": ("马主任", WEST, ((Duty.SIGN, WEST), (Duty.SETTLE, WEST))),
    "kangze_sales": ("罗业", KANGZE, ((Duty.SUPPLY, KANGZE), (Duty.SIGN, KANGZE))),
    "ruihe_sales": ("何业", RUIHE, ((Duty.SUPPLY, RUIHE), (Duty.SIGN, RUIHE))),
}
PASSWORD: Final = "test-password-2026"


@dataclass(frozen=True, slots=True)
class Goods:
    """What an item of the world looks like."""

    id: int
    code: str
    name: str
    strength: str
    base: str
    pack: str
    factor: int
    case: int
    price: str
    supplier: int
    gtin: str
    item_class: str = "drug"
    form: str = "片剂"
    storage: str = "normal"
    controlled: str = ""


GOODS: Final = (
    Goods(
        101,
        "YP-000101",
        "阿莫西林胶囊",
        "0.25 g",
        "粒",
        "盒",
        24,
        200,
        "3.8600",
        KANGZE,
        "06901234500011",
        form="胶囊剂",
    ),
    Goods(
        102,
        "YP-000102",
        "苯磺酸氨氯地平片",
        "5 mg",
        "片",
        "盒",
        28,
        200,
        "5.8800",
        RUIHE,
        "06901234500028",
    ),
    Goods(
        103,
        "YP-000103",
        "门冬胰岛素注射液",
        "3 ml:300 单位",
        "支",
        "支",
        1,
        50,
        "42.3000",
        KANGZE,
        "06901234500035",
        form="注射剂",
        storage="cold",
    ),
    Goods(
        104,
        "HC-000104",
        "一次性使用无菌注射器",
        "5 ml 带针",
        "支",
        "支",
        1,
        1000,
        "0.3250",
        RUIHE,
        "06901234500042",
        item_class="consumable",
        form="",
    ),
    Goods(
        105,
        "YP-000105",
        "盐酸哌替啶注射液",
        "50 mg:1 ml",
        "支",
        "支",
        1,
        10,
        "4.2000",
        KANGZE,
        "06901234500059",
        form="注射剂",
        controlled="narcotic",
    ),
)


@dataclass(frozen=True, slots=True)
class World:
    """The ids that tests need."""

    stores: dict[int, int]
    """organisation → its main store."""
    bins: dict[int, int]
    """organisation → a bin in that store."""
    price_list: int
    prices: dict[int, int]
    """item → price row in force."""


@dataclass(slots=True)
class Site:
    """One database, and every person's own way into it."""

    owner: Database
    world: World
    connect: Callable[[str], Database]
    clock: Callable[[], datetime] | None = None
    _open: dict[str, Database] = field(default_factory=dict)

    @property
    def is_sqlite(self) -> bool:
        """Which of the two it is."""
        return self.owner.is_sqlite

    def db(self, login: str) -> Database:
        """The database as this person reaches it."""
        if login not in self._open:
            self._open[login] = self.connect(login)
        return self._open[login]

    def actor(self, login: str) -> Actor:
        """The person with the duties in force."""
        return actor_for(self.db(login), login)

    def as_(self, login: str) -> tuple[Database, Actor]:
        """Both at once: ``service(*site.as_("east_store"), command)``."""
        return self.db(login), self.actor(login)

    def close(self) -> None:
        """Give back all connections."""
        for db in self._open.values():
            db.close()
        self.owner.close()


def sqlite_clock() -> datetime:
    """The clock of the stories."""
    return NOW


def make_world(db: Database) -> World:
    """Write the small group into an empty, migrated database (with the owner's rights)."""
    with db.write() as s:
        stores, bins = {}, {}
        for org, code, name, short, kind, role in (
            (LEAD, "0001", "示例市中心医院", "中心医院", "hospital", "lead"),
            (EAST, "0002", "城东社区卫生服务中心", "城东", "clinic", "member"),
            (WEST, "0003", "城西社区卫生服务中心", "城西", "clinic", "member"),
            (KANGZE, "9001", "康泽医药有限公司", "康泽", "supplier", "supplier"),
            (RUIHE, "9002", "瑞和医药有限公司", "瑞和", "supplier", "supplier"),
        ):
            s.add(
                Organisation(
                    id=org,
                    code=code,
                    name=name,
                    short_name=short,
                    kind=kind,
                    legal_person_id=org,
                    active=True,
                )
            )
            s.flush()
            s.add(GroupMembership(org_id=org, valid_from=date(2024, 1, 1), role=role))
            make_virtual_places(s, org)
            if role != "supplier":
                stores[org], bins[org] = new_id(), new_id()
                s.add(
                    Place(
                        org_id=org,
                        id=stores[org],
                        code="YF",
                        name="药房",
                        kind="store",
                        zone="good",
                        level=1,
                        storage="normal",
                    )
                )
                s.add(
                    Place(
                        org_id=org,
                        id=bins[org],
                        code="A-01-1",
                        name="药房 A-01-1",
                        kind="bin",
                        zone="good",
                        level=1,
                        parent_id=stores[org],
                        storage="normal",
                    )
                )
        for number, (login, (name, org, duties)) in enumerate(PEOPLE.items(), 1):
            s.add(Person(id=number, login=login, name=name, org_id=org, active=True))
            for duty, scope in duties:
                s.add(DutyGrant(org_id=scope, person_id=number, duty=duty.value))
        prices = _make_goods(db, s)
        return World(stores, bins, 1, prices)


def _make_goods(db: Database, session: Session) -> dict[int, int]:
    session.add(Maker(id=1, name="北辰药业有限公司", short_name="北辰药业", aliases=[]))
    session.add(
        PriceList(
            id=1,
            code="YJ-2026-01",
            title="2026 年集团议价",
            source="gpo",
            published_on=date(2026, 1, 1),
        )
    )
    session.add(PriceList(id=2, code="LC-2026", title="2026 年临采", source="adhoc"))
    session.flush()
    prices = {}
    for goods in GOODS:
        _add_item(session, goods, db.now(session))
        prices[goods.id] = new_id()
        session.add(
            Price(
                id=prices[goods.id],
                list_id=1,
                item_id=goods.id,
                supplier_id=goods.supplier,
                valid_from=date(2026, 1, 1),
                unit_price=Decimal(goods.price),
                price_factor=goods.factor,
                created_at=db.now(session),
                created_by=1,
            )
        )
    return prices


def _add_item(session: Session, g: Goods, now: datetime) -> None:
    session.add(Product(id=g.id, item_class=g.item_class, generic_name=g.name, form=g.form))
    session.flush()
    session.add(
        Item(
            id=g.id,
            code=g.code,
            product_id=g.id,
            item_class=g.item_class,
            name=g.name,
            strength=g.strength,
            spec=f"{g.strength} × {g.factor} {g.base}/{g.pack}" if g.factor > 1 else g.strength,
            maker_id=1,
            base_unit=g.base,
            pack_unit=g.pack,
            pack_factor=g.factor,
            storage=g.storage,
            controlled=g.controlled,
            updated_at=now,
        )
    )
    session.flush()
    steps = {1: (g.base, "base"), g.factor: (g.pack, "pack"), g.factor * g.case: ("件", "case")}
    for factor, (name, level) in steps.items():
        session.add(ItemUnit(item_id=g.id, factor=factor, name=name, level=level))
    session.add(
        ItemCode(item_id=g.id, id=new_id(), system="gtin", code=g.gtin, unit_factor=g.factor)
    )
    text = build((g.name,), (), (g.code, g.gtin))
    session.add(
        ItemSearch(
            item_id=g.id,
            words=text.words,
            initials=text.initials,
            full=text.full,
            codes=text.codes,
            sort_key=text.sort_key,
            grams=text.grams,
        )
    )
