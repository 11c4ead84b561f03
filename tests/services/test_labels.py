"""Labels for what came in: own codes, never more than there are goods, printed again, kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select

from app.adapters.barcode import decode
from app.adapters.zpl import pictures
from app.domain.codes.label_code import build as label_code, is_valid as is_label_code
from app.domain.documents import DocKind
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_id, new_op
from app.domain.labels.plan import moved_along, quantities, suggested
from app.domain.labels.sheet import Nudge
from app.domain.ledger import Move
from app.models.item import ItemCode
from app.models.pack import Pack
from app.models.receiving import Acceptance, AcceptanceLine
from app.services.consumption.commands import Consume, ConsumeLine
from app.services.consumption.consume import consume
from app.services.counting.count import ScanCount, StartCount, scan, start
from app.services.db import today
from app.services.labels import candidates, output
from app.services.labels.commands import (
    Candidate,
    LabelLine,
    MakeLabels,
    RecordPrint,
    Source,
    Target,
)
from app.services.labels.make import make_labels, record_print
from app.services.labels.specs import bin_specs, preview_specs, print_history, specs_of
from app.services.receiving.commands import ReverseAcceptance
from app.services.receiving.reverse import reverse_acceptance
from app.services.stock.moving import MoveGoods, MoveLine, move_goods
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from tests.deliveries import gs1, note, received as accept
from tests.factories import EAST, KANGZE, NOW, TODAY, WEST, Site
from tests.lots import find_or_make_lot
from tests.races import at_once

BOXES = 100 * 24


def receive(site: Site) -> int:
    """100 boxes of amoxicillin come in at East, as the supplier's goods; the acceptance's id."""
    document = new_id()
    db, actor = site.as_("east_store")
    with db.write() as session:
        lot = find_or_make_lot(session, 101, "K260318", date(2028, 2, 29))
        price = Decimal("3.86")
        session.add(
            Acceptance(
                org_id=EAST, id=document, no="YS20261014-001", delivery_id=1, supplier_id=KANGZE,
                place_id=site.world.stores[EAST], status="posted", accepted_on=TODAY,
                posted_at=NOW, receiver_id=actor.person_id, checks={}, amount=Decimal(386),
            )
        )  # fmt: skip
        session.flush()
        session.add(
            AcceptanceLine(
                org_id=EAST, acceptance_id=document, line=1, item_id=101, lot_id=lot,
                place_id=site.world.stores[EAST], expected=BOXES, accepted=BOXES, refused=0,
                result="ok", unit_price=price, price_factor=24, amount=Decimal(386),
                owner_id=KANGZE,
            )
        )  # fmt: skip
        move = Move(
            101, lot, KANGZE, virtual_place(session, EAST, "supplier"),
            site.world.stores[EAST], BOXES, price, 24,
        )  # fmt: skip
        post(
            session, actor,
            Posting(EAST, new_op(), DocKind.ACCEPTANCE, document, TODAY, [move]),
        )  # fmt: skip
    return document


def command(acceptance: int, candidate: Candidate, count: int, boxes: int = 20) -> MakeLabels:
    line = LabelLine(candidate.lot, boxes * 24, count)
    return MakeLabels(new_op(), EAST, Source.ACCEPTANCE, acceptance, (line,))


def test_what_came_in_is_proposed_in_round_numbers(site: Site) -> None:
    acceptance = receive(site)
    way = site.as_("east_store")
    (row,) = candidates.recent_acceptances(*way, EAST)
    assert (row.id, row.no, row.supplier, row.lines) == (acceptance, "YS20261014-001", "康泽", 1)
    assert candidates.find_acceptance(*way, EAST, "YS20261014-001") == acceptance
    (one,) = candidates.from_acceptance(*way, EAST, acceptance)
    assert (one.name, one.lot_no, one.qty, one.free) == ("阿莫西林胶囊", "K260318", BOXES, BOXES)
    assert (one.per_label, one.labels) == (20 * 24, 5)
    assert one.gtin == "06901234500011"


def test_a_box_never_bears_the_number_of_a_case(site: Site) -> None:
    acceptance = receive(site)
    with site.owner.write() as session:
        kept = session.scalars(select(ItemCode).where(ItemCode.item_id == 101)).one()
        kept.unit_factor = 200 * 24
    (one,) = candidates.from_acceptance(*site.as_("east_store"), EAST, acceptance)
    assert one.gtin == ""
    with site.owner.write() as session:
        session.add(
            ItemCode(item_id=101, id=1, system="gtin", code="06901234500158", unit_factor=1)
        )
    (one,) = candidates.from_acceptance(*site.as_("east_store"), EAST, acceptance)
    assert one.gtin == "06901234500158"


def test_labels_are_units_with_codes_that_no_other_label_has(site: Site) -> None:
    acceptance = receive(site)
    way = site.as_("east_store")
    (one,) = candidates.from_acceptance(*way, EAST, acceptance)
    made = make_labels(*way, command(acceptance, one, 3))
    specs = specs_of(*way, EAST, made.pack_ids)
    assert all(is_label_code(spec.code) for spec in specs)
    with site.owner.read() as session:
        day = today(session)
    assert [spec.code for spec in specs] == [label_code(2, day, n) for n in (1, 2, 3)]
    assert {(s.name, s.lot, s.expiry_text, s.quantity) for s in specs} == {
        ("阿莫西林胶囊", "K260318", "2028-02", "20 盒")
    }
    assert specs[0].place == "城东社区卫生服务中心 · 药房"
    (left,) = candidates.from_acceptance(*way, EAST, acceptance)
    assert (left.labelled, left.free) == (3 * 20 * 24, 40 * 24)


def test_the_preview_shows_what_will_be_printed(site: Site) -> None:
    acceptance = receive(site)
    way = site.as_("east_store")
    (one,) = candidates.from_acceptance(*way, EAST, acceptance)
    order = command(acceptance, one, 2)
    preview = preview_specs(*way, EAST, [(one, order.lines[0])])
    assert specs_of(*way, EAST, make_labels(*way, order).pack_ids) == preview


def test_the_same_intention_makes_labels_once(site: Site) -> None:
    acceptance = receive(site)
    way = site.as_("east_store")
    (one,) = candidates.from_acceptance(*way, EAST, acceptance)
    order = command(acceptance, one, 2)
    assert make_labels(*way, order) == make_labels(*way, order)
    (left,) = candidates.from_acceptance(*way, EAST, acceptance)
    assert left.labelled == 40 * 24


def test_there_are_never_more_labels_than_goods(site: Site) -> None:
    acceptance = receive(site)
    way = site.as_("east_store")
    (one,) = candidates.from_acceptance(*way, EAST, acceptance)
    with pytest.raises(DomainError, match="只够 5 张，现在是 6 张"):
        make_labels(*way, command(acceptance, one, 6))
    make_labels(*way, command(acceptance, one, 4, boxes=30))
    with pytest.raises(DomainError, match="补打"):
        make_labels(*way, command(acceptance, one, 1))
    (stock,) = candidates.from_stock(*way, EAST, "K2603")
    assert stock.free == 0
    with pytest.raises(DomainError, match="还没选"):
        make_labels(*way, command(acceptance, one, 0))
    many = LabelLine(one.lot, 24, 2001)
    with pytest.raises(DomainError, match="分几次打印"):
        make_labels(*way, MakeLabels(new_op(), EAST, Source.STOCK, 0, (many,)))


def test_the_last_label_takes_the_rest(site: Site) -> None:
    acceptance = receive(site)
    way = site.as_("east_store")
    (one,) = candidates.from_acceptance(*way, EAST, acceptance)
    made = make_labels(*way, command(acceptance, one, 4, boxes=30))
    quantities_shown = [spec.quantity for spec in specs_of(*way, EAST, made.pack_ids)]
    assert quantities_shown == ["30 盒", "30 盒", "30 盒", "10 盒"]


def test_a_scanned_label_is_used_up_and_its_goods_can_not_be_labelled_again(site: Site) -> None:
    acceptance = receive(site)
    way = site.as_("east_store")
    (one,) = candidates.from_acceptance(*way, EAST, acceptance)
    made = make_labels(*way, command(acceptance, one, 5))
    line = ConsumeLine(101, 20 * 24, pack_id=made.pack_ids[0])
    consume(*way, Consume(new_op(), EAST, site.world.stores[EAST], (line,)))
    (stock,) = candidates.from_stock(*way, EAST, "阿莫西林")
    assert (stock.qty, stock.labelled, stock.free) == (80 * 24, 80 * 24, 0)
    with pytest.raises(ConflictError, match="登记过"):
        consume(*way, Consume(new_op(), EAST, site.world.stores[EAST], (line,)))


def test_a_print_is_kept_with_who_when_and_what_and_can_be_repeated(
    site: Site, tmp_path: Path
) -> None:
    acceptance = receive(site)
    way = site.as_("east_store")
    (one,) = candidates.from_acceptance(*way, EAST, acceptance)
    made = make_labels(*way, command(acceptance, one, 2))
    prepared = output.prepare(specs_of(*way, EAST, made.pack_ids), output.Options("60x40"))
    assert prepared.checked.codes == 4
    path = output.save_zpl(prepared, tmp_path / "labels.zpl")
    assert len(pictures(path.read_text(encoding="ascii"))) == 2
    print_of = RecordPrint(
        new_op(), EAST, made.pack_ids, "60x40", Target.ZPL, Source.ACCEPTANCE, acceptance
    )
    assert record_print(*way, print_of) == record_print(*way, print_of)
    (row,) = print_history(*way, EAST)
    assert (row.person, row.count, row.target, row.source_no) == (
        "李药",
        2,
        "zpl",
        "YS20261014-001",
    )
    assert f"{row.at:%Y-%m-%d %H:%M}"[:10] == "2026-10-14" or not site.is_sqlite
    again = output.prepare(specs_of(*way, EAST, row.pack_ids), output.Options("60x40"))
    assert output.as_zpl(again) == path.read_bytes()


def test_another_member_neither_makes_nor_reads_our_labels(site: Site) -> None:
    acceptance = receive(site)
    way = site.as_("east_store")
    (one,) = candidates.from_acceptance(*way, EAST, acceptance)
    made = make_labels(*way, command(acceptance, one, 1))
    stranger = site.as_("west_store")
    with pytest.raises(NotAllowedError):
        make_labels(*stranger, command(acceptance, one, 1))
    with pytest.raises(NotAllowedError):
        specs_of(*stranger, EAST, made.pack_ids)
    with pytest.raises(DomainError, match="不属于这家机构"):
        specs_of(*stranger, WEST, made.pack_ids)
    with pytest.raises(DomainError, match="没有验收单"):
        candidates.find_acceptance(*stranger, WEST, "YS20261014-001")


def test_bins_have_labels_too(site: Site) -> None:
    specs = bin_specs(*site.as_("east_store"), EAST)
    assert [(spec.code, spec.name) for spec in specs] == [
        ("A-01-1", "药房 A-01-1"),
        ("YF", "药房"),
    ]
    prepared = output.prepare(specs, output.Options("50x30"))
    assert (prepared.checked.codes, prepared.checked.problems) == (4, ())


def test_a_sheet_goes_to_pdf_and_not_to_a_label_printer(site: Site, tmp_path: Path) -> None:
    specs = bin_specs(*site.as_("east_store"), EAST)
    options = output.Options("a4-24", start=23, nudge=Nudge(0, 5))
    prepared = output.prepare(specs, options)
    assert len(prepared.pages) == 1
    assert output.save_pdf(prepared, tmp_path / "labels.pdf").read_bytes().startswith(b"%PDF")
    assert output.save_calibration(options, tmp_path / "c.pdf").read_bytes().startswith(b"%PDF")
    with pytest.raises(DomainError, match="标签卷"):
        output.as_zpl(prepared)
    with pytest.raises(DomainError, match="203、300 或 600"):
        output.prepare(specs, output.Options("60x40", dpi=150))


@pytest.mark.parametrize(
    ("packs", "each"), [(1, 1), (5, 1), (6, 2), (28, 10), (60, 20), (100, 20), (600, 200)]
)
def test_round_numbers_need_at_most_five_labels(packs: int, each: int) -> None:
    assert suggested(packs) == each
    assert sum(quantities(packs, each, -(-packs // each))) == packs


def test_zpl_of_real_labels_decodes(site: Site) -> None:
    prepared = output.prepare(bin_specs(*site.as_("east_store"), EAST), output.Options("60x40"))
    codes = [decode(picture) for picture in pictures(output.as_zpl(prepared).decode())]
    assert codes[0] == {("]C0", "A-01-1"), ("]d1", "A-01-1")}


def test_in_a_count_a_label_stands_for_its_pack_once(site: Site) -> None:
    acceptance = receive(site)
    way = site.as_("east_store")
    (one,) = candidates.from_acceptance(*way, EAST, acceptance)
    made = make_labels(*way, command(acceptance, one, 5))
    first, second, third, *_more = specs_of(*way, EAST, made.pack_ids)
    begun = start(*way, StartCount(new_op(), EAST, site.world.stores[EAST]))

    def beep(code: str) -> int:
        return scan(*way, ScanCount(new_op(), EAST, begun.count_id, code)).counted

    assert beep(first.code) == 20 * 24
    with pytest.raises(ConflictError, match="已经盘过"):
        beep("0106901234500011172802291" + f"0K260318\x1d21{first.code}")
    assert beep("0106901234500011172802291" + f"0K26031821{second.code}") == 2 * 20 * 24
    line = ConsumeLine(101, 20 * 24, pack_id=made.pack_ids[2])
    consume(*way, Consume(new_op(), EAST, site.world.stores[EAST], (line,)))
    with pytest.raises(ConflictError, match="登记过"):
        beep(third.code)
    with pytest.raises(DomainError, match="没找到标签"):
        beep(label_code(1, TODAY, 999))


def test_goods_labelled_from_stock_are_not_labelled_again_from_the_paper(site: Site) -> None:
    acceptance = receive(site)
    store = site.as_("east_store")
    (there,) = candidates.from_stock(*store, EAST)
    line = LabelLine(there.lot, 20 * 24, 4)
    make_labels(*store, MakeLabels(new_op(), EAST, Source.STOCK, 0, (line,)))
    (paper,) = candidates.from_acceptance(*store, EAST, acceptance)
    assert paper.free == 20 * 24
    with pytest.raises(DomainError, match="只够 1 张"):
        make_labels(*store, command(acceptance, paper, 2))
    make_labels(*store, command(acceptance, paper, 1))
    with pytest.raises(DomainError, match="全部贴过标签"):
        make_labels(*store, command(acceptance, paper, 1))


def test_goods_put_away_with_their_labels_are_not_labelled_again(site: Site) -> None:
    acceptance = receive(site)
    store = site.as_("east_store")
    (paper,) = candidates.from_acceptance(*store, EAST, acceptance)
    make_labels(*store, command(acceptance, paper, 4))  # 80 of 100 boxes
    place, shelf = site.world.stores[EAST], site.world.bins[EAST]
    line = MoveLine(101, paper.lot.lot_id, KANGZE, place, shelf, 30 * 24)
    move_goods(*store, MoveGoods(new_op(), EAST, (line,)))
    found = {one.lot.place_id: one for one in candidates.from_stock(*store, EAST)}
    assert {at: (one.qty // 24, one.free // 24) for at, one in found.items()} == {
        place: (70, 0), shelf: (30, 20),
    }  # fmt: skip
    too_many = LabelLine(found[shelf].lot, 24, 21)
    with pytest.raises(DomainError, match="只够 20 张"):
        make_labels(*store, MakeLabels(new_op(), EAST, Source.STOCK, 0, (too_many,)))
    make_labels(*store, MakeLabels(new_op(), EAST, Source.STOCK, 0, (replace(too_many, count=20),)))
    assert [one.free for one in candidates.from_stock(*store, EAST)] == [0, 0]


@given(st.dictionaries(st.integers(1, 5), st.integers(0, 40)),
       st.dictionaries(st.integers(1, 5), st.integers(0, 40)))  # fmt: skip
def test_labelled_goods_are_counted_once_wherever_they_lie(
    there: dict[int, int], labelled: dict[int, int]
) -> None:
    found = moved_along(there, labelled)
    assert all(0 <= units <= there.get(place, 0) for place, units in found.items())
    assert sum(found.values()) == min(sum(there.values()), sum(labelled.values()))
    if all(units <= there.get(place, 0) for place, units in labelled.items()):
        assert found == labelled


def test_goods_that_were_used_loose_get_no_labels(site: Site) -> None:
    acceptance = receive(site)
    store = site.as_("east_store")
    (paper,) = candidates.from_acceptance(*store, EAST, acceptance)
    lines = (ConsumeLine(101, BOXES),)
    consume(*store, Consume(new_op(), EAST, site.world.stores[EAST], lines))
    assert candidates.from_acceptance(*store, EAST, acceptance) == ()
    with pytest.raises(ConflictError, match="已经不在原来的库位"):
        make_labels(*store, command(acceptance, paper, 1))


def test_a_paper_taken_back_makes_no_labels(site: Site) -> None:
    made = note(site, {101: 10})
    done = accept(site, made, f"10*{gs1(101, 'K1')}")
    store = site.as_("east_store")
    (paper,) = candidates.from_acceptance(*store, EAST, done.document_id)
    back = ReverseAcceptance(new_op(), EAST, done.document_id, "收错了")
    labels = command(done.document_id, paper, 1, 5)
    if site.is_sqlite:  # it has one writer at a time
        reverse_acceptance(*store, back)
    else:
        came = at_once(
            site, ("east_store", reverse_acceptance, back), ("east_second", make_labels, labels)
        )
        assert not isinstance(came[0], str), came
    with site.owner.read() as s:
        live = s.scalars(select(Pack.status).where(Pack.org_id == EAST, Pack.status == "in_stock"))
        assert live.all() == []
    with pytest.raises(ConflictError, match="已冲销"):
        make_labels(*store, replace(labels, op_id=new_op()))
