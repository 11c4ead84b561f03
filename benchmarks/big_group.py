"""P7: forty members ask for 2,000 lines each; consolidation, split, and their papers."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.domain.ids import new_id, new_op
from app.models.party import GroupMembership, Organisation
from app.models.price import Price
from app.models.stock import Place
from app.services.bulk import insert_all
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.orders.detail import OrderWanted
from app.services.orders.papers import PaperWanted, papers
from app.services.orders.queries import OrdersWanted, member_orders
from app.services.stock.places import make_virtual_places
from benchmarks.measure import Record
from benchmarks.world import make_items, needs, price_of
from tests.factories import Site
from tests.order_needs import write_ask

MEMBERS: Final = 40
SUPPLIERS: Final = 4
LINES: Final = 2_000
_FIRST_MEMBER: Final = 200
_FIRST_SUPPLIER: Final = 300


def consolidating(record: Record, site: Site, backend: str, size: int) -> None:
    """P7: `size` lines per member (2,000 at most) in one group order, then every PDF."""
    lines = min(size, LINES)
    make_items(site.owner, lines)
    wanted = ask_everybody(site, lines)
    way = site.as_("lead_buyer")
    command = Consolidate(new_op(), "大单", wanted)
    record.take(
        (f"consolidate {MEMBERS} members × {lines} lines", backend, size),
        lambda: consolidate(*way, command),
        rows=MEMBERS * lines,
        runs=1,
    )
    rows = member_orders(*way, OrdersWanted())
    orders = [PaperWanted(OrderWanted(row.org_id, row.id)) for row in rows]
    record.take(
        (f"{len(orders)} order PDFs by all cores", backend, size),
        lambda: [len(made.data) for made in papers(*way, orders)],
        rows=len(orders),
        runs=1,
    )


def ask_everybody(site: Site, lines: int) -> tuple[tuple[int, int], ...]:
    """Add the members and suppliers, prices, and a submitted requisition of each member."""
    with site.owner.write() as session:
        stores = _add_members(session)
        for number in range(SUPPLIERS):
            _add(
                session, _FIRST_SUPPLIER + number, f"85{number:02d}", f"供应商 {number}", "supplier"
            )
        prices = [price_of(item, _FIRST_SUPPLIER + item % SUPPLIERS) for item in range(lines)]
        insert_all(session, Price, prices)
        return tuple(write_ask(session, org, at, needs(lines)) for org, at in stores.items())


def _add_members(session: Session) -> dict[int, int]:
    stores = {}
    for number in range(MEMBERS):
        org = _FIRST_MEMBER + number
        _add(session, org, f"10{number:02d}", f"成员 {number}", "member")
        stores[org] = new_id()
        place = {
            "org_id": org, "id": stores[org], "code": "YF", "name": "药房", "kind": "store",
            "zone": "good", "level": 1, "storage": "normal", "holds_stock": True, "active": True,
        }  # fmt: skip
        session.execute(insert(Place), [place])
    return stores


def _add(session: Session, org: int, code: str, name: str, role: str) -> None:
    kind = "supplier" if role == "supplier" else "clinic"
    session.add(
        Organisation(
            id=org, code=code, name=name, short_name=name, kind=kind, legal_person_id=org,
            active=True,
        )
    )  # fmt: skip
    session.flush()
    session.add(GroupMembership(org_id=org, valid_from=date(2024, 1, 1), role=role))
    make_virtual_places(session, org)
    session.flush()
