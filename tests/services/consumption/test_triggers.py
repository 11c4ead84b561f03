"""Settled once and only once, whatever is received, issued, used, taken back and returned."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import select

from app.domain.consumption.triggers import Trigger
from app.domain.documents import DocKind
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.models.stock import Balance, Ledger, Place
from app.services.consumption import Consume, ConsumeLine, Reverse, consume, reverse
from app.services.consumption.settleable import Settleable, settleable, split
from app.services.consumption.terms import EndRule, SetRule, end_rule, rules, set_rule
from app.services.counting.disposal import Ask, Carry, Decide, Goods, ask, carry, decide, disposals
from app.services.receiving.commands import ReverseAcceptance
from app.services.receiving.reverse import reverse_acceptance
from app.services.stock.moving import AddPlace, MoveGoods, MoveLine, add_place, move_goods
from tests.deliveries import AMOXICILLIN, gs1, note, received, stock_of
from tests.factories import EAST, KANGZE, TODAY, Site

BOX = 24


def agree(site: Site, trigger: Trigger) -> int:
    return set_rule(
        *site.as_("east_head"),
        SetRule(new_op(), EAST, KANGZE, trigger, item_id=AMOXICILLIN),
    )


def take_in(site: Site, boxes: int, lot: str = "K1") -> int:
    done = received(site, note(site, {AMOXICILLIN: boxes}), f"{boxes}*{gs1(AMOXICILLIN, lot)}")
    return done.document_id


def ward(site: Site) -> int:
    return add_place(*site.as_("east_store"), AddPlace(new_op(), EAST, "NK", "内科"))


def move(site: Site, start: int, end: int, qty: int) -> None:
    """Move units of whatever lot and owner lies there first."""
    with site.owner.read() as s:
        rows = s.scalars(
            select(Balance).where(Balance.org_id == EAST, Balance.place_id == start)
            .where(Balance.qty > 0).order_by(Balance.lot_id, Balance.owner_id)
        ).all()  # fmt: skip
        lines = []
        for row in rows:
            part = min(qty, row.qty)
            qty -= part
            if part:
                lines.append(MoveLine(AMOXICILLIN, row.lot_id, row.owner_id, start, end, part))
    if lines:
        move_goods(*site.as_("east_store"), MoveGoods(new_op(), EAST, tuple(lines), "调整"))


def use(site: Site, place: int, qty: int) -> int:
    line = ConsumeLine(AMOXICILLIN, qty)
    return consume(*site.as_("east_store"), Consume(new_op(), EAST, place, (line,))).document_id


def send_back(site: Site, row: tuple[int, int, int, int]) -> None:
    """Return what lies at a place to the supplier."""
    place, lot, owner, qty = row
    goods = (Goods(place, AMOXICILLIN, lot, owner, qty),)
    made = ask(
        *site.as_("east_store"),
        Ask(new_op(), EAST, goods, "quality", "包装破损退货", KANGZE),
    )
    for login in ("east_second", "east_store"):
        (paper,) = [d for d in disposals(*site.as_(login), (EAST,)) if d.id == made]
        if login == "east_second":
            decide(*site.as_(login), Decide(new_op(), EAST, made, paper.version))
        else:
            carry(*site.as_(login), Carry(new_op(), EAST, made, paper.version))


def settled(site: Site) -> tuple[Settleable, ...]:
    with site.owner.read() as s:
        return settleable(s, EAST, settled=True)


def check_books(site: Site) -> None:
    """What came in is the supplier's still, was settled, or went back; each unit one of them."""
    with site.owner.read() as s:
        kinds = dict(s.execute(select(Place.id, Place.kind)).all())
        rows = s.execute(
            select(Ledger.from_place, Ledger.to_place, Ledger.doc_kind, Ledger.lot_id, Ledger.qty)
            .where(Ledger.org_id == EAST)
        ).all()  # fmt: skip
        there = s.execute(select(Balance.lot_id, Balance.owner_id, Balance.qty)).all()
    came, back, used = Counter[int](), Counter[int](), Counter[int]()
    for row in rows:
        if row.doc_kind == DocKind.TITLE:
            continue
        sign = 1 if kinds[row.from_place] in {"supplier", "consumed"} else -1
        if "consumed" in {kinds[row.from_place], kinds[row.to_place]}:
            used[row.lot_id] -= sign * row.qty
        elif row.doc_kind == DocKind.RETURN:
            back[row.lot_id] += row.qty
        elif "supplier" in {kinds[row.from_place], kinds[row.to_place]}:
            came[row.lot_id] += sign * row.qty
    theirs, own = Counter[int](), Counter[int]()
    for lot, owner, qty in there:
        (own if owner == EAST else theirs)[lot] += qty
    paid = Counter[int]()
    for one in settled(site):
        paid[one.lot_id] += one.qty
    for lot in came:
        assert paid[lot] == own[lot] + used[lot]
        assert came[lot] == theirs[lot] + paid[lot] + back[lot]


@pytest.mark.parametrize("seed", range(3))
def test_every_unit_is_settled_once_and_only_once(sqlite_site: Site, seed: int) -> None:
    site, dice = sqlite_site, Random(seed)
    agree(site, list(Trigger)[seed % 2])
    store, department = site.world.stores[EAST], ward(sqlite_site)
    accepted, documents = [take_in(site, 6)], []
    for step in range(36):
        try:
            match dice.randrange(8):
                case 0:
                    agree(site, dice.choice(list(Trigger)))
                case 1:
                    accepted.append(take_in(site, dice.randint(1, 5), f"L{step % 3}"))
                case 2:
                    move(site, store, department, dice.randint(1, 60))
                case 3:
                    move(site, department, store, dice.randint(1, 40))
                case 4 | 5:
                    place = dice.choice([store, department])
                    documents.append(use(site, place, dice.randint(1, 30)))
                case 6:
                    document = dice.choice(documents or [1])
                    reverse(*site.as_("east_store"),
                            Reverse(new_op(), EAST, document, "退药"))  # fmt: skip
                case _:
                    _give_back(site, dice, accepted)
        except DomainError:
            pass  # refused: nothing may have changed
        check_books(site)
    kinds = Counter(row.doc_kind for row in settled(site))
    assert kinds["title"] > 0


def _give_back(site: Site, dice: Random, accepted: list[int]) -> None:
    if dice.random() < 0.5:
        wrong = ReverseAcceptance(new_op(), EAST, dice.choice(accepted), "单据录错")
        reverse_acceptance(*site.as_("east_store"), wrong)
        return
    with site.owner.read() as s:
        rows = s.execute(
            select(Balance.place_id, Balance.lot_id, Balance.owner_id, Balance.qty)
            .where(Balance.org_id == EAST, Balance.qty > 0)
        ).all()  # fmt: skip
    place, lot, owner, qty = dice.choice([tuple(row) for row in rows])
    send_back(site, (place, lot, owner, dice.randint(1, qty)))


def test_receipt_issue_and_use_on_both_databases(site: Site) -> None:
    store, department = site.world.stores[EAST], ward(site)
    take_in(site, 2, "USE")
    agree(site, Trigger.RECEIPT)
    document = take_in(site, 3, "IN")
    assert stock_of(site) == {(AMOXICILLIN, KANGZE): 2 * BOX, (AMOXICILLIN, EAST): 3 * BOX}
    assert [(x.qty, x.amount, x.doc_kind) for x in settled(site)] == [
        (3 * BOX, Decimal("11.58"), "title")
    ]
    reverse_acceptance(
        *site.as_("east_store"), ReverseAcceptance(new_op(), EAST, document, "批号录错")
    )
    assert stock_of(site) == {(AMOXICILLIN, KANGZE): 2 * BOX}
    agree(site, Trigger.ISSUE)
    move(site, store, department, BOX)
    use(site, department, 4)
    use(site, store, 5)
    move(site, department, store, 6)
    plus, minus = split(settled(site))
    assert [x.qty for x in plus] == [3 * BOX, BOX, 5]
    assert [x.qty for x in minus] == [-3 * BOX, -6]
    check_books(site)


def test_a_rule_ends_the_one_before_and_can_be_ended(site: Site) -> None:
    first = agree(site, Trigger.RECEIPT)
    with pytest.raises(DomainError, match="已经是这样约定的"):
        agree(site, Trigger.RECEIPT)
    later = SetRule(new_op(), EAST, KANGZE, Trigger.ISSUE, AMOXICILLIN, "", date(2026, 11, 1))
    second = set_rule(*site.as_("east_head"), later)
    found = {row.rule_id: row for row in rules(*site.as_("east_store"), (EAST,))}
    assert (found[first].state, found[first].valid_to) == ("now", date(2026, 11, 1))
    assert (found[second].state, found[second].label) == ("later", "出库结算")
    assert "阿莫西林胶囊" in found[second].scope
    end_rule(*site.as_("east_head"), EndRule(new_op(), EAST, first))
    found = {row.rule_id: row for row in rules(*site.as_("east_store"), (EAST,))}
    assert (found[first].state, found[first].valid_to) == ("past", TODAY)
    with pytest.raises(DomainError, match="权限"):
        set_rule(*site.as_("east_store"), later)
