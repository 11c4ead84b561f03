"""Submitted requisitions and open group orders, to start tests of 统采分签 from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.ids import new_id, new_op
from app.models.awards import Pledge
from app.models.order import MemberOrder, Requisition, RequisitionLine
from app.models.price import Price
from app.services.orders.consolidate import Consolidate, Consolidated, consolidate
from app.services.orders.queries import MemberOrderRow, OrdersWanted, member_orders
from app.services.orders.signing import Sign, sign
from tests.factories import EAST, GOODS, LEAD, NOW, RUIHE, WEST, Site

AMOXICILLIN, AMLODIPINE, INSULIN, SYRINGE = 101, 102, 103, 104
FACTORS = {goods.id: goods.factor for goods in GOODS}


def ask(
    site: Site, org: int, packs: dict[int, int], *, price: str = "0", no: str = ""
) -> tuple[int, int]:
    """A submitted requisition of a member: item → packs; the pair that `Consolidate` takes."""
    needs = [(item, count, FACTORS[item]) for item, count in packs.items()]
    with site.owner.write() as s:
        return write_ask(s, org, site.world.stores[org], needs, price=price, no=no)


def write_ask(
    session: Session,
    org: int,
    place: int,
    needs: Iterable[tuple[int, int, int]],
    *,
    price: str = "0",
    no: str = "",
) -> tuple[int, int]:
    """As `ask`, of any items: which, how many packs, and how many units are in one.

    Past the mapper: benchmarks ask for thousands.
    """
    requisition = new_id()
    person = {EAST: 4, WEST: 7}.get(org, 1)
    head = {
        "org_id": org, "id": requisition, "no": no or f"SQ20261014-{requisition}",
        "status": State.SUBMITTED, "place_id": place, "created_at": NOW, "created_by": person,
        "submitted_at": NOW, "submitted_by": person, "amount": Decimal(0), "version": 1,
    }  # fmt: skip
    lines = [
        {
            "org_id": org, "requisition_id": requisition, "line": line, "item_id": item,
            "suggested": 0, "qty": count * factor, "unit_price": Decimal(price),
            "price_factor": factor,
        }
        for line, (item, count, factor) in enumerate(needs, 1)
    ]  # fmt: skip
    session.execute(insert(Requisition), [head])
    session.execute(insert(RequisitionLine), lines)
    return org, requisition


def open_order(site: Site, title: str = "常用药第 1 包") -> Consolidated:
    """East and west ask for goods of both suppliers; the group's buyer consolidates."""
    wanted = (
        ask(site, EAST, {AMOXICILLIN: 100, AMLODIPINE: 50}),
        ask(site, WEST, {AMOXICILLIN: 40, SYRINGE: 1000}),
    )
    return consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), title, wanted))


def order_of(site: Site, org: int, supplier: int, login: str = "lead_buyer") -> MemberOrderRow:
    """The newest member order of a member at a supplier, as a person sees it."""
    rows = member_orders(*site.as_(login), OrdersWanted(org_id=org, supplier_id=supplier))
    return max(rows, key=lambda row: row.no)


def sign_as(site: Site, login: str, row: MemberOrderRow) -> None:
    """Sign the version in `row` as a person."""
    sign(*site.as_(login), Sign(new_op(), row.org_id, row.id, row.version))


def status_of(site: Site, row: MemberOrderRow) -> str:
    """The order's state as it is stored."""
    with site.owner.read() as s:
        return s.get_one(MemberOrder, (row.org_id, row.id)).status


def backup_price(site: Site, item: int = AMOXICILLIN, price: str = "4.1000") -> int:
    """Ruihe is the backup supplier of an item."""
    made = new_id()
    with site.owner.write() as s:
        s.add(
            Price(
                id=made, list_id=1, item_id=item, supplier_id=RUIHE,
                valid_from=date(2026, 1, 1), unit_price=Decimal(price),
                price_factor=FACTORS[item], rank=2, created_at=NOW, created_by=1,
            )
        )  # fmt: skip
    return made


def pledged(site: Site, org: int = EAST) -> None:
    """1,000 boxes of amoxicillin pledged and capped."""
    whole = 1000 * FACTORS[AMOXICILLIN]
    with site.owner.write() as s:
        s.add(
            Pledge(
                org_id=org, award_id=7, item_id=AMOXICILLIN, lead_id=LEAD, qty=whole, ordered=0,
                cap=whole, valid_from=date(2020, 1, 1), valid_to=date(2099, 1, 1),
            )
        )  # fmt: skip
