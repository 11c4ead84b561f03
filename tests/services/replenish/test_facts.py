"""What a run learns from the ledger and from receipts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from app.domain.documents import DocKind
from app.domain.duties import Actor, Duty
from app.domain.ids import new_id, new_op
from app.domain.ledger import Move
from app.models.order import MemberOrder
from app.models.receiving import Acceptance, AcceptanceLine
from app.services.demand import DemandLine, write_demand
from app.services.replenishment.history import days_without
from app.services.replenishment.scope import scope_of
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from tests.factories import EAST, KANGZE, LEAD, NOW, TODAY, Site
from tests.replenish_world import AMOXICILLIN, FACTOR, INSULIN, asked, line, planned

KEEPER = Actor(4, "east_store", "李药", EAST, frozenset({(Duty.STORE, EAST)}))


def moved(site: Site, item: int, quantity: int, day: date, *, out: bool) -> None:
    """Goods that came into the east store on a day, or went out of it."""
    store = site.world.stores[EAST]
    with site.owner.write() as s:
        other = virtual_place(s, EAST, "consumed" if out else "opening")
        ends = (store, other) if out else (other, store)
        move = Move(item, 0, EAST, ends[0], ends[1], quantity)
        kind = DocKind.CONSUMPTION if out else DocKind.OPENING
        post(s, KEEPER, Posting(EAST, new_op(), kind, new_id(), day, [move]))


def test_days_without_stock_do_not_lower_the_daily_use(site: Site) -> None:
    pack = FACTOR[AMOXICILLIN]
    empty_since = TODAY - timedelta(days=20)
    moved(site, AMOXICILLIN, 40 * pack, TODAY - timedelta(days=60), out=False)
    moved(site, AMOXICILLIN, 40 * pack, empty_since, out=True)
    lines = [
        DemandLine(AMOXICILLIN, TODAY - timedelta(days=ago), 2 * pack, 2 * pack)
        for ago in range(20, 300)
    ]
    with site.owner.write() as s:
        write_demand(s, EAST, site.world.stores[EAST], lines, add=False)

    with site.owner.read() as s:
        scope = scope_of(s, EAST, 0, TODAY)
        without = days_without(s, scope, {})[AMOXICILLIN]
    first = empty_since.toordinal() + 1
    assert sorted(without.tolist()) == list(range(first, TODAY.toordinal()))
    planned(site)
    assert round(line(site, AMOXICILLIN).why.per_day / pack, 1) == 2.0


def test_a_request_on_a_day_without_stock_still_counts(site: Site) -> None:
    moved(site, INSULIN, 5, TODAY - timedelta(days=60), out=False)
    moved(site, INSULIN, 5, TODAY - timedelta(days=30), out=True)
    asked(site, INSULIN, 3, days=100)
    planned(site)

    assert round(line(site, INSULIN).why.per_day, 1) == 3.0


def test_lead_times_are_learned_from_what_receipts_took(site: Site) -> None:
    asked(site, INSULIN, 4)
    planned(site)
    assert line(site, INSULIN).why.lead_days == 3
    for number in range(1, 21):
        received(site, number, NOW - timedelta(days=200 - number * 7), took=9)

    planned(site)

    assert line(site, INSULIN).why.lead_days >= 8
    label = next(
        step.label for step in line(site, INSULIN).why.explanation.steps if step.key == "cover"
    )
    assert f"到货 {line(site, INSULIN).why.lead_days} 天" in str(label)


def received(site: Site, number: int, ordered: datetime, *, took: int) -> None:
    """An order of insulin that took so many days to arrive."""
    place, none = site.world.stores[EAST], Decimal(0)
    with site.owner.write() as s:
        s.add(
            MemberOrder(
                org_id=EAST, id=number, no=f"CG-{number}", lead_id=LEAD, group_order_id=1,
                supplier_id=KANGZE, place_id=place, status="received", amount=none, digest=b"",
                created_at=ordered,
            )
        )  # fmt: skip
        s.add(
            Acceptance(
                org_id=EAST, id=number, no=f"YS-{number}", delivery_id=number,
                supplier_id=KANGZE, place_id=place, status="posted",
                accepted_on=(ordered + timedelta(days=took)).date(), posted_at=NOW,
                receiver_id=4, checks={}, amount=none,
            )
        )  # fmt: skip
        s.flush()
        s.add(
            AcceptanceLine(
                org_id=EAST, acceptance_id=number, line=1, item_id=INSULIN, lot_id=0,
                order_id=number, order_line=1, place_id=place, expected=5, accepted=5, refused=0,
                result="ok", unit_price=none, price_factor=1, amount=none, owner_id=KANGZE,
            )
        )  # fmt: skip
