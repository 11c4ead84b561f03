"""Controlled drugs leave the cabinet, and come back to it, before two; others need one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from app.domain.catalogue import CONTROLLED
from app.domain.controlled import TWO_AT_USE
from app.domain.errors import DomainError, NotAllowedError
from app.domain.ids import new_op
from app.models.item import Item
from app.services.consumption import Consume, ConsumeLine, Reverse, consume, reverse
from app.services.counting.controlled import controlled_ledger
from app.services.counting.disposal import Ask, Carry, Decide, Goods, ask, carry, decide
from app.services.packs.build import build
from app.services.packs.commands import Build, Define, Issue, PackWork
from app.services.packs.define import define
from app.services.packs.ending import open_packs
from app.services.packs.handing import receive as take_over
from app.services.packs.issuing import issue
from app.services.receiving.commands import Second
from app.services.stock.moving import AddPlace, add_place
from tests.cli.runner import run
from tests.factories import EAST, WEST, Site
from tests.second_persons import with_passwords
from tests.transfer_world import PETHIDINE, stock

ME, OTHER = "east_store", "east_second"


def used(site: Site, org: int = EAST, **more: Any) -> Consume:
    return Consume(new_op(), org, site.world.stores[org], (ConsumeLine(PETHIDINE, 3),), **more)


def ledger(site: Site, login: str = ME, org: int = EAST) -> list[tuple[int, int, int, str]]:
    """Came, went, left and who checked, line by line after the opening."""
    rows = controlled_ledger(*site.as_(login), org)[1:]
    return [(row.came, row.went, row.balance, row.second) for row in rows]


def test_a_narcotic_is_given_before_two_and_the_ledger_names_them(site: Site) -> None:
    stock(site, EAST, PETHIDINE, 10)
    word = with_passwords(site, ME, OTHER, "east_head", "west_store")
    alone = used(site)
    with pytest.raises(DomainError, match="双人复核"):
        consume(*site.as_(ME), alone)
    wrong = {ME: "不能是本人", "west_store": "药房库管", "east_head": "请另一位库管"}
    for login, why in wrong.items():
        with pytest.raises(NotAllowedError, match=why):
            consume(*site.as_(ME), replace(alone, second=Second(login, word)))
    with pytest.raises(DomainError, match="密码不对"):
        consume(*site.as_(ME), replace(alone, second=Second(OTHER, "wrong-password-1")))
    assert ledger(site) == []
    both = replace(alone, second=Second(OTHER, word))
    done = consume(*site.as_(ME), both)
    assert consume(*site.as_(ME), both) == done, "a repeat is answered, not booked"
    assert ledger(site) == [(0, 3, 7, "孙复")]


def test_what_comes_back_is_looked_at_by_two_as_well(site: Site) -> None:
    stock(site, EAST, PETHIDINE, 10)
    second = Second(OTHER, with_passwords(site, OTHER))
    done = consume(*site.as_(ME), used(site, second=second))
    back = Reverse(new_op(), EAST, done.document_id, "患者没有用", done.lines[0].ledger_seq, 1)
    with pytest.raises(DomainError, match="双人复核"):
        reverse(*site.as_(ME), back)
    assert len(ledger(site)) == 1
    reverse(*site.as_(ME), replace(back, second=second))
    assert ledger(site) == [(0, 3, 7, "孙复"), (1, 0, 8, "孙复")]


def test_where_one_keeps_the_store_the_head_is_the_second(site: Site) -> None:
    stock(site, WEST, PETHIDINE, 10)
    second = Second("west_head", with_passwords(site, "west_head"))
    consume(*site.as_("west_store"), used(site, WEST, second=second))
    assert ledger(site, "west_store", WEST) == [(0, 3, 7, "马主任")]


@pytest.mark.parametrize("kind", CONTROLLED)
def test_only_the_classes_of_the_law_want_two(sqlite_site: Site, kind: str) -> None:
    stock(sqlite_site, EAST, PETHIDINE, 10)
    with sqlite_site.owner.write() as session:
        session.execute(update(Item).where(Item.id == PETHIDINE).values(controlled=kind))
    if kind in {"narcotic", "psychotropic1", "toxic"}:
        with pytest.raises(DomainError, match="双人复核"):
            consume(*sqlite_site.as_(ME), used(sqlite_site))
    else:
        consume(*sqlite_site.as_(ME), used(sqlite_site))
    assert CONTROLLED.keys() >= TWO_AT_USE


def test_a_pack_of_them_is_opened_before_two(site: Site) -> None:
    stock(site, EAST, PETHIDINE, 10)
    ward = add_place(*site.as_(ME), AddPlace(new_op(), EAST, "KS-SS", "手术室"))
    sort = define(*site.as_(ME), Define(new_op(), EAST, PETHIDINE, 5))
    (pack,) = build(*site.as_(ME), Build(new_op(), EAST, sort, 1)).pack_ids
    issue(*site.as_(ME), Issue(new_op(), EAST, ward, (pack,)))
    take_over(*site.as_(OTHER), PackWork(new_op(), EAST, (pack,)))
    opening = PackWork(new_op(), EAST, (pack,))
    with pytest.raises(DomainError, match="双人复核"):
        open_packs(*site.as_(ME), opening)
    open_packs(*site.as_(ME), opening, Second(OTHER, with_passwords(site, OTHER)))
    assert ledger(site) == [(0, 5, 5, "孙复")]


def test_by_command(site: Site) -> None:
    stock(site, EAST, PETHIDINE, 10)
    word = {"YILIAN_SECOND_PASSWORD": with_passwords(site, OTHER)}
    refused = run(site, ME, "consume", "scan", "YP-000105")
    assert "双人复核" in refused.err
    done = run(site, ME, "--json", "consume", "scan", "YP-000105", "--second", OTHER, env=word)
    no = done.json()["no"]
    lot = ("--lot", f"L{EAST}{PETHIDINE}", "--qty", "1")
    assert "双人复核" in run(site, ME, "consume", "refund", no, *lot, "--reason", "没有用").err
    told = ("--reason", "扫错了", "--second", OTHER)
    assert run(site, ME, "consume", "reverse", no, *told, env=word).code == 0
    assert [line[3] for line in ledger(site)] == ["孙复", "孙复"]


def approved(site: Site, org: int, keeper: str, head: str) -> int:
    """A write-off of a narcotic, approved."""
    lot = stock(site, org, PETHIDINE, 10)
    goods = (Goods(site.world.bins[org], PETHIDINE, lot, org, 4),)
    number = ask(*site.as_(keeper), Ask(new_op(), org, goods, "damaged", "跌落破损"))
    decide(*site.as_(head), Decide(new_op(), org, number, 1))
    return number


def test_who_books_the_destruction_does_not_witness_it(site: Site) -> None:
    number = approved(site, EAST, ME, OTHER)
    me, other, head = (site.actor(one).person_id for one in (ME, OTHER, "east_head"))
    told = Carry(new_op(), EAST, number, 2, "现场破碎", me, other, "区卫健委 监督人员")
    with pytest.raises(DomainError, match="不能自己当见证人"):
        carry(*site.as_(ME), told)
    carry(*site.as_(ME), replace(told, witness_one=head))
    assert ledger(site) == [(0, 4, 6, "孙复")]


def test_a_house_of_two_people_destroys_with_both_of_them(site: Site) -> None:
    number = approved(site, WEST, "west_store", "west_head")
    one, two = (site.actor(login).person_id for login in ("west_store", "west_head"))
    told = Carry(new_op(), WEST, number, 2, "现场破碎", one, two, "区卫健委 监督人员")
    carry(*site.as_("west_store"), told)
    assert ledger(site, "west_store", WEST) == [(0, 4, 6, "马主任")]
