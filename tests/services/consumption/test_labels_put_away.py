"""A label is on the box: wherever the box was put, the scan of the label uses what is in it."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.domain.consumption.reagents import Mode, Rule
from app.domain.consumption.triggers import Trigger
from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_op
from app.models.item import Item
from app.services.consumption import Consume, Consumed, ConsumeLine, consume
from app.services.consumption.reagents import DefineReagent, OpenKit, define, open_kit
from app.services.labels.candidates import from_acceptance, from_stock
from app.services.labels.commands import LabelLine, MakeLabels, Source
from app.services.labels.make import make_labels
from tests.factories import EAST, KANGZE, Site
from tests.services.consumption.test_triggers import agree, move, settled, take_in, ward
from tests.services.packs.test_packs import shelves
from tests.services.test_consumption import AMOXICILLIN, BOX

ME = "east_store"


def labelled(site: Site, boxes: int) -> tuple[int, ...]:
    """Boxes that came in, each with its label."""
    paper = take_in(site, boxes)
    (goods,) = from_acceptance(*site.as_(ME), EAST, paper)
    line = LabelLine(goods.lot, BOX, boxes)
    wanted = MakeLabels(new_op(), EAST, Source.ACCEPTANCE, paper, (line,))
    return make_labels(*site.as_(ME), wanted).pack_ids


def use(site: Site, place: int, *packs: int) -> Consumed:
    lines = tuple(ConsumeLine(AMOXICILLIN, BOX, pack_id=pack) for pack in packs)
    return consume(*site.as_(ME), Consume(new_op(), EAST, place, lines))


def test_boxes_put_away_are_used_by_their_labels(site: Site) -> None:
    packs, store = labelled(site, 4), site.world.stores[EAST]
    move(site, store, site.world.bins[EAST], 3 * BOX)
    use(site, store, packs[0], packs[1])
    use(site, store, packs[2])
    with pytest.raises(ConflictError, match="登记过"):
        use(site, store, packs[2])
    use(site, store, packs[3])
    assert shelves(site) == {}


def test_a_label_named_twice_in_one_document_is_told_as_that(site: Site) -> None:
    """Nothing was booked by then: to say that it was, and when, sends people to look for it."""
    packs, store = labelled(site, 2), site.world.stores[EAST]
    with pytest.raises(DomainError, match="有两行，整单还没有登记"):
        use(site, store, packs[0], packs[1], packs[0])
    assert shelves(site)
    assert len(use(site, store, *packs).lines) == len(packs)
    assert shelves(site) == {}


def test_a_label_at_the_ward_uses_what_was_bought_at_issue(site: Site) -> None:
    agree(site, Trigger.ISSUE)
    packs, department = labelled(site, 2), ward(site)
    move(site, site.world.stores[EAST], department, 2 * BOX)
    use(site, department, packs[0])
    assert shelves(site) == {"NK": BOX}
    assert [(row.supplier_id, row.qty) for row in settled(site)] == [(KANGZE, 2 * BOX)]


def test_a_label_without_goods_says_what_to_do(site: Site) -> None:
    packs, store = labelled(site, 1), site.world.stores[EAST]
    loose = (ConsumeLine(AMOXICILLIN, BOX),)
    consume(*site.as_(ME), Consume(new_op(), EAST, store, loose))
    with pytest.raises(DomainError, match="先移库再扫，或作废标签"):
        use(site, store, packs[0])


def test_labels_go_with_goods_that_are_put_away_as_a_whole(site: Site) -> None:
    labelled(site, 2)
    store, shelf = site.world.stores[EAST], site.world.bins[EAST]
    move(site, store, shelf, 2 * BOX)
    (there,) = from_stock(*site.as_(ME), EAST)
    assert (there.lot.place_id, there.free) == (shelf, 0)


def test_a_labelled_kit_that_was_partly_put_away_is_opened(site: Site) -> None:
    packs, store = labelled(site, 2), site.world.stores[EAST]
    with site.owner.write() as s:
        s.execute(update(Item).where(Item.id == AMOXICILLIN).values(item_class="reagent"))
    rule = DefineReagent(new_op(), EAST, AMOXICILLIN, Rule(Mode.KIT, BOX))
    define(*site.as_(ME), rule)
    move(site, store, site.world.bins[EAST], BOX)
    for pack in packs:
        line = ConsumeLine(AMOXICILLIN, BOX, pack_id=pack)
        assert open_kit(*site.as_(ME), OpenKit(new_op(), EAST, store, line)).no
    assert shelves(site) == {}
