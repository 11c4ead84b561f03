"""Suggestions of a clinic: what is counted, what survives a new run, who may do it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_id, new_op
from app.domain.replenish.settings import Settings
from app.models.demand import Policy
from app.models.order import MemberOrder, MemberOrderLine
from app.models.price import Price
from app.models.receiving import Delivery, DeliveryLine
from app.models.stock import LotHold, Place
from app.services.replenishment.edit import Edit, Edited, edit
from app.services.replenishment.run import Run, run
from app.services.replenishment.suggestions import SuggestionQuery, board
from tests.factories import EAST, LEAD, NOW, RUIHE, TODAY, WEST, Site
from tests.lots import find_or_make_lot
from tests.replenish_world import (
    AMLODIPINE,
    AMOXICILLIN,
    INSULIN,
    SYRINGE,
    asked,
    cases_from_ruihe,
    line,
    planned,
    shown,
    stocked,
    usual,
)


def changed(site: Site, item: int, packs: int, reason: str = "", *, picked: bool = True) -> Edited:
    """The east pharmacist's edit."""
    row = line(site, item)
    return edit(
        *site.as_("east_store"),
        Edit(
            new_op(),
            EAST,
            row.place_id,
            item,
            row.version,
            packs * row.pack_factor,
            picked,
            reason,
        ),
    )


def test_the_worst_stands_first_with_its_reason(site: Site) -> None:
    usual(site)

    done = planned(site)

    assert (done.items, done.suggested) == (3, 2)
    rows = shown(site).rows
    assert [row.item_id for row in rows] == [AMLODIPINE, INSULIN, AMOXICILLIN]
    worst = rows[0]
    assert worst.suggested == 600 * 28
    assert worst.suggested % (200 * 28) == 0
    assert worst.picked
    assert worst.supplier == "瑞和"
    assert str(worst.amount) == "3528.00"
    assert worst.days_left == pytest.approx(3.2)
    assert str(worst.why.headline) == "不足 7 天"
    assert worst.why.explanation.sum == 600
    assert worst.why.weeks == (7 * 19 * 28,) * 12
    assert [str(row.why.headline) for row in rows[1:]] == ["不足 7 天", "库存充足"]
    assert str(rows[1].why.detail) == "冷链，到货需 3 天"


def test_only_what_is_worth_a_look_is_listed_at_first(site: Site) -> None:
    usual(site)
    asked(site, SYRINGE, 3, days=400)
    stocked(site, SYRINGE, 20_000)
    planned(site)

    listed = {row.item_id for row in shown(site, everything=False).rows}

    assert listed == {AMLODIPINE, INSULIN}
    assert shown(site).planned == 4


def test_a_new_run_keeps_a_persons_figure_and_reason(site: Site) -> None:
    usual(site)
    planned(site)
    changed(site, AMLODIPINE, 400, "月底盘点")
    changed(site, INSULIN, 0)

    done = planned(site)

    assert done.kept_edits == 2
    kept = line(site, AMLODIPINE)
    assert (kept.chosen, kept.edited, kept.edit_reason) == (400 * 28, True, "月底盘点")
    assert kept.suggested == 600 * 28
    assert kept.lasts == (61 + 400) // 19
    left_out = line(site, INSULIN)
    assert (left_out.chosen, left_out.picked, left_out.edited) == (0, False, True)


def test_the_same_run_twice_is_one_run(site: Site) -> None:
    usual(site)
    db, actor = site.as_("east_store")
    command = Run(new_op(), EAST)

    assert run(db, actor, command) == run(db, actor, command)


def test_running_again_gives_the_same_suggestions(site: Site) -> None:
    usual(site)
    planned(site)
    before = {row.item_id: (row.suggested, row.why) for row in shown(site).rows}
    planned(site)

    assert {row.item_id: (row.suggested, row.why) for row in shown(site).rows} == before


def test_putting_the_plans_figure_back_takes_the_edit_back(site: Site) -> None:
    usual(site)
    planned(site)
    changed(site, AMLODIPINE, 400)
    changed(site, AMLODIPINE, 600)

    assert not line(site, AMLODIPINE).edited


def test_a_quantity_that_is_not_delivered_is_refused_with_two_that_are(site: Site) -> None:
    usual(site)
    planned(site)

    with pytest.raises(DomainError, match="可填 400 或 600 盒"):
        changed(site, AMLODIPINE, 500)
    assert line(site, AMLODIPINE).chosen == 600 * 28


def test_two_people_do_not_overwrite_each_other(site: Site) -> None:
    usual(site)
    planned(site)
    seen = line(site, AMLODIPINE)
    changed(site, AMLODIPINE, 400)

    with pytest.raises(ConflictError, match="李药 10:30 改过这一行"):
        edit(
            *site.as_("east_second"),
            Edit(new_op(), EAST, seen.place_id, AMLODIPINE, seen.version, 200 * 28),
        )
    assert line(site, AMLODIPINE).chosen == 400 * 28


def test_without_a_price_the_line_says_so_and_is_not_picked(site: Site) -> None:
    usual(site)
    with site.owner.write() as s:
        s.execute(update(Price).where(Price.item_id == INSULIN).values(valid_to=TODAY))
    planned(site)

    row = line(site, INSULIN)
    assert (row.picked, row.amount, row.supplier_id) == (False, None, None)
    assert row.suggested > 0
    with pytest.raises(DomainError, match="没有有效价格"):
        changed(site, INSULIN, row.suggested)


def test_orders_and_deliveries_on_their_way_count_once(site: Site) -> None:
    usual(site)
    order, place = new_id(), site.world.stores[EAST]
    with site.owner.write() as s:
        s.add(
            MemberOrder(
                org_id=EAST, id=order, no="CG-1", lead_id=LEAD, group_order_id=1,
                supplier_id=RUIHE, place_id=place, status="to_sign", amount=Decimal(0), digest=b"",
                created_at=NOW,
            )
        )  # fmt: skip
        s.flush()
        s.add(
            MemberOrderLine(
                org_id=EAST, order_id=order, line=1, item_id=AMLODIPINE, qty=400 * 28,
                unit_price=Decimal(0), price_factor=28, amount=Decimal(0), received=0, refused=0,
            )
        )  # fmt: skip
        s.add(
            Delivery(
                org_id=EAST, id=1, no="SH-1", supplier_id=RUIHE, order_id=order, place_id=place,
                status="announced", created_at=NOW, created_by=1,
            )
        )  # fmt: skip
        s.flush()
        s.add(
            DeliveryLine(
                org_id=EAST, delivery_id=1, line=1, item_id=AMLODIPINE, order_id=order,
                order_line=1, qty=100 * 28, price_factor=28,
            )
        )  # fmt: skip
    planned(site)

    steps = {s.key: s.value for s in line(site, AMLODIPINE).why.explanation.steps}
    assert (int(steps["in_transit"]), int(steps["on_order"])) == (-100, -300)
    assert line(site, AMLODIPINE).why.coming == 400 * 28


def test_expired_frozen_and_rejected_goods_do_not_count(site: Site) -> None:
    usual(site)
    stocked(site, AMLODIPINE, 500, expiry=TODAY - timedelta(days=1))
    with site.owner.write() as s:
        bad = new_id()
        s.add(Place(org_id=EAST, id=bad, code="BHG", name="不合格区", kind="zone", zone="bad"))
    stocked(site, AMLODIPINE, 500, place=bad, expiry=TODAY + timedelta(days=900))
    stocked(site, AMLODIPINE, 300, expiry=TODAY + timedelta(days=300))
    with site.owner.write() as s:
        lot = find_or_make_lot(s, AMLODIPINE, f"L{TODAY + timedelta(days=300)}", None)
        s.add(LotHold(org_id=0, lot_id=lot, id=1, reason="recall", since=NOW, person_id=1))
    planned(site)

    assert line(site, AMLODIPINE).why.in_house == 61 * 28


def test_near_expiry_goods_are_named(site: Site) -> None:
    asked(site, AMOXICILLIN, 0.2)
    stocked(site, AMOXICILLIN, 90, expiry=TODAY + timedelta(days=99))
    planned(site)

    row = line(site, AMOXICILLIN)
    assert row.verdict == "expiry"
    assert str(row.why.headline).endswith("近效期")
    assert row in shown(site, everything=False).rows


def test_the_emergency_floor_and_a_persons_levels_hold(site: Site) -> None:
    usual(site)
    with site.owner.write() as s:
        for item, point, upper, floor, source in (
            (SYRINGE, -1, 0, 50, "computed"),
            (AMOXICILLIN, 100 * 24, 120 * 24, 0, "person"),
        ):
            s.add(
                Policy(
                    org_id=EAST, place_id=site.world.stores[EAST], item_id=item,
                    reorder_point=point, order_up_to=upper, floor=floor, source=source,
                    why={}, updated_at=NOW,
                )
            )  # fmt: skip
    planned(site)

    assert line(site, SYRINGE).suggested == 50
    assert line(site, AMOXICILLIN).suggested == 50 * 24
    with site.owner.read() as s:
        kept = s.get_one(Policy, (EAST, site.world.stores[EAST], SYRINGE))
        assert (kept.floor, kept.order_up_to) == (50, 50)


def test_settings_of_the_last_run_are_those_of_the_next(site: Site) -> None:
    usual(site)
    run(*site.as_("east_store"), Run(new_op(), EAST, settings=Settings(target_days=0)))
    short = line(site, INSULIN).suggested
    planned(site)

    assert shown(site).settings.target_days == 0
    assert line(site, INSULIN).suggested == short
    run(*site.as_("east_store"), Run(new_op(), EAST, settings=Settings(target_days=30)))
    assert line(site, INSULIN).suggested > short


def test_a_longer_lead_time_asks_for_more(site: Site) -> None:
    asked(site, AMLODIPINE, 19)
    cases_from_ruihe(site, AMLODIPINE, 1, lead=12)
    planned(site)

    assert line(site, AMLODIPINE).why.lead_days == 12
    assert line(site, AMLODIPINE).suggested >= (12 + 21) * 19 * 28


def test_nobody_plans_for_another_clinic(site: Site) -> None:
    usual(site)
    with pytest.raises(NotAllowedError):
        run(*site.as_("west_store"), Run(new_op(), EAST))
    with pytest.raises(NotAllowedError):
        board(*site.as_("west_store"), SuggestionQuery(EAST))
    with pytest.raises(NotAllowedError):
        run(*site.as_("east_head"), Run(new_op(), EAST))
    assert run(*site.as_("lead_buyer"), Run(new_op(), EAST)).items == 3
    assert run(*site.as_("west_store"), Run(new_op(), WEST)).items == 0


def test_an_item_of_the_catalogue_can_be_planned_and_its_edit_stays(site: Site) -> None:
    usual(site)
    run(*site.as_("east_store"), Run(new_op(), EAST, also=(SYRINGE,)))
    assert line(site, SYRINGE).verdict == "rare"
    assert not line(site, SYRINGE).notable

    changed(site, SYRINGE, 200, "接种门诊")
    planned(site)

    assert (line(site, SYRINGE).chosen, line(site, SYRINGE).edit_reason) == (200, "接种门诊")
    shown_rows = shown(site, everything=False).rows
    assert {row.item_id for row in shown_rows} == {
        row.item_id for row in shown(site).rows if row.notable
    }
