"""P7: forty members ask for 2,000 lines each; consolidation, split, and their papers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.ids import new_id, new_op
from app.models.order import Requisition, RequisitionLine
from app.models.party import GroupMembership, Organisation
from app.models.price import Price
from app.models.stock import Place
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.orders.detail import OrderWanted
from app.services.orders.papers import PaperWanted, papers
from app.services.orders.queries import OrdersWanted, member_orders
from app.services.stock.places import make_virtual_places
from benchmarks.measure import Record
from benchmarks.world import FIRST, make_items
from tests.factories import NOW, Site

MEMBERS: Final = 40
SUPPLIERS: Final = 4
LINES: Final = 2_000
_FIRST_MEMBER: Final = 200
_FIRST_SUPPLIER: Final = 300
_CHUNK: Final = 5_000


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
        _many(session, Price, [_price(item) for item in range(lines)])
        heads = {org: new_id() for org in stores}
        _many(session, Requisition, [_head(org, key, stores[org]) for org, key in heads.items()])
        for org, key in heads.items():
            _many(session, RequisitionLine, [_line(org, key, item) for item in range(lines)])
    return tuple(heads.items())


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
        _many(session, Place, [place])
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


def _price(item: int) -> dict[str, Any]:
    return {
        "id": new_id(), "list_id": 1, "item_id": FIRST + item, "org_id": 0,
        "supplier_id": _FIRST_SUPPLIER + item % SUPPLIERS, "valid_from": date(2026, 1, 1),
        "unit_price": Decimal(f"{item % 90 + 1}.35"), "price_factor": 24, "created_at": NOW,
        "created_by": 1,
    }  # fmt: skip


def _head(org: int, key: int, place: int) -> dict[str, Any]:
    return {
        "org_id": org, "id": key, "no": f"SQ20261014-{org}", "status": State.SUBMITTED,
        "place_id": place, "created_at": NOW, "created_by": 1, "submitted_at": NOW,
        "submitted_by": 1, "amount": Decimal(0), "version": 1,
    }  # fmt: skip


def _line(org: int, requisition: int, item: int) -> dict[str, Any]:
    return {
        "org_id": org, "requisition_id": requisition, "line": item + 1, "item_id": FIRST + item,
        "suggested": 0, "qty": 24 * (item % 9 + 1), "unit_price": Decimal(0), "price_factor": 24,
    }  # fmt: skip


def _many(session: Session, model: Any, rows: list[dict[str, Any]]) -> None:
    for begin in range(0, len(rows), _CHUNK):
        session.execute(insert(model), rows[begin : begin + _CHUNK])
