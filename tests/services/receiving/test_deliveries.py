from __future__ import annotations

import pytest

from app.domain.documents import State
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.services.receiving.announcing import lines_to_send, orders_to_send
from app.services.receiving.commands import CancelDelivery, DeliverLine, DeliverOrder
from app.services.receiving.deliveries import cancel_delivery, deliver_order, find_order
from app.services.receiving.drafts import open_delivery
from app.services.receiving.queries import (
    DeliveriesWanted,
    deliveries,
    find_delivery,
    show_delivery,
    waiting,
)
from tests.deliveries import AMOXICILLIN, INSULIN, note, opened, signed_order
from tests.factories import EAST, WEST, Site


def test_a_supplier_announces_what_is_still_to_come_of_a_signed_order(site: Site) -> None:
    org, order = signed_order(site, {AMOXICILLIN: 100, INSULIN: 10})
    made = deliver_order(*site.as_("kangze_sales"), DeliverOrder(new_op(), org, order))
    assert made.lines == 2
    shown = show_delivery(*site.as_("east_store"), EAST, made.delivery_id)
    assert shown.head.state == State.ANNOUNCED
    assert shown.head.cold
    assert [(line.qty, line.code) for line in shown.lines] == [
        (2400, "YP-000101"),
        (10, "YP-000103"),
    ]
    with pytest.raises(DomainError, match="没有要送的了"):
        deliver_order(*site.as_("kangze_sales"), DeliverOrder(new_op(), org, order))
    assert find_order(*site.as_("kangze_sales"), shown.head.order_no) == (org, order)


def test_a_part_of_an_order_can_be_sent_first(site: Site) -> None:
    org, order = signed_order(site, {AMOXICILLIN: 100})
    part = (DeliverLine(AMOXICILLIN, 40 * 24, order_id=order, order_line=1),)
    deliver_order(*site.as_("kangze_sales"), DeliverOrder(new_op(), org, order, part))
    rest = deliver_order(*site.as_("kangze_sales"), DeliverOrder(new_op(), org, order))
    shown = show_delivery(*site.as_("kangze_sales"), EAST, rest.delivery_id)
    assert [line.qty for line in shown.lines] == [60 * 24]


def test_an_order_that_is_not_signed_cannot_be_delivered(site: Site) -> None:
    from app.services.orders.consolidate import Consolidate, consolidate
    from tests.factories import KANGZE
    from tests.order_needs import ask, order_of

    wanted = (ask(site, EAST, {AMOXICILLIN: 10}),)
    consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), "第 1 包", wanted))
    row = order_of(site, EAST, KANGZE)
    with pytest.raises(DomainError, match="双方签署后再送"):
        deliver_order(*site.as_("kangze_sales"), DeliverOrder(new_op(), EAST, row.id))


def test_a_supplier_sees_what_it_has_to_send(site: Site) -> None:
    org, order = signed_order(site, {AMOXICILLIN: 100, INSULIN: 10})
    (row,) = orders_to_send(*site.as_("kangze_sales"))
    assert (row.org_id, row.order_id, row.org, row.lines, row.on_way) == (org, order, "城东", 2, 0)
    lines = lines_to_send(*site.as_("kangze_sales"), org, order)
    assert [(line.name, line.packs) for line in lines] == [
        ("阿莫西林胶囊", 100),
        ("门冬胰岛素注射液", 10),
    ]
    deliver_order(*site.as_("kangze_sales"), DeliverOrder(new_op(), org, order))
    (row,) = orders_to_send(*site.as_("kangze_sales"))
    assert row.on_way == 1
    assert orders_to_send(*site.as_("ruihe_sales")) == ()
    assert orders_to_send(*site.as_("east_store")) == ()
    with pytest.raises(DomainError):
        lines_to_send(*site.as_("ruihe_sales"), org, order)


def test_another_supplier_and_the_member_cannot_announce_it(site: Site) -> None:
    org, order = signed_order(site, {AMOXICILLIN: 10})
    for login in ("ruihe_sales", "east_store"):
        with pytest.raises(DomainError):
            deliver_order(*site.as_(login), DeliverOrder(new_op(), org, order))


def test_the_same_note_twice_is_refused_kindly(site: Site) -> None:
    note(site, {AMOXICILLIN: 5}, no="KZ-001")
    with pytest.raises(DomainError, match="康泽 的送货单 KZ-001 10-14 10:30 已经录过") as refused:
        note(site, {AMOXICILLIN: 5}, no="KZ-001")
    assert "待验收" in refused.value.text


def test_a_number_is_one_number_however_it_is_typed(site: Site) -> None:
    note(site, {AMOXICILLIN: 10}, no="KZ-n77")
    for typed in (" KZ-N77", "ｋｚ－n77", "kz-n77 "):
        with pytest.raises(DomainError, match=r"送货单 KZ-n77 .* 已经录过"):
            note(site, {AMOXICILLIN: 10}, no=typed)


def test_a_note_needs_lines_and_quantities(site: Site) -> None:
    with pytest.raises(DomainError, match="至少录一行"):
        note(site, {})
    with pytest.raises(DomainError, match="数量应大于 0"):
        note(site, {AMOXICILLIN: 0})


def test_only_those_concerned_see_a_note(site: Site) -> None:
    made = note(site, {AMOXICILLIN: 5})
    assert [row.no for row in deliveries(*site.as_("east_store"), DeliveriesWanted())] == [made.no]
    assert [row.no for row in deliveries(*site.as_("kangze_sales"), DeliveriesWanted())] == [
        made.no
    ]
    for login in ("west_store", "ruihe_sales"):
        assert deliveries(*site.as_(login), DeliveriesWanted()) == ()
        with pytest.raises(DomainError, match="没有送货单"):
            find_delivery(*site.as_(login), made.no)
    with pytest.raises(NotAllowedError):
        open_delivery(*site.as_("west_store"), EAST, made.delivery_id)


def test_waiting_notes_are_counted(site: Site) -> None:
    note(site, {AMOXICILLIN: 5})
    note(site, {AMOXICILLIN: 5})
    assert waiting(*site.as_("east_store"), (EAST,)).deliveries == 2
    assert waiting(*site.as_("west_store"), (EAST, WEST)).deliveries == 0


def test_a_cancelled_note_cannot_be_accepted(site: Site) -> None:
    made = note(site, {AMOXICILLIN: 5})
    cancelled = CancelDelivery(new_op(), EAST, made.delivery_id, "录错了")
    cancel_delivery(*site.as_("east_store"), cancelled)
    cancel_delivery(*site.as_("east_store"), cancelled)
    with pytest.raises(ConflictError, match="已作废"):
        opened(site, made)
    with pytest.raises(ConflictError):
        cancel_delivery(
            *site.as_("east_store"), CancelDelivery(new_op(), EAST, made.delivery_id, "再作废")
        )
