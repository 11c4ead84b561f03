"""Trace codes scanned at dispatch go with the goods; a code that is not there sends nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.transfers.legal import Basis
from app.domain.transfers.states import Urgency
from app.models.receiving import TraceCode
from app.services.db import now
from app.services.transfers.accepting import accept
from app.services.transfers.commands import Accept, AcceptLot, Clear, Confirm, Send, SendPick
from app.services.transfers.request import confirm
from app.services.transfers.scanning import ScannedPacks, scan_packs
from app.services.transfers.sending import clear, send
from tests.cli.runner import run
from tests.factories import EAST, WEST, Site
from tests.transfer_world import BOX, DRUG, ask, stock


def traced_packs(site: Site, org: int, lot: int, count: int) -> list[str]:
    """Packs of a lot whose trace codes came in at a member."""
    codes = [f"8134567{lot % 10**10:010d}{n:03d}" for n in range(count)]
    with site.owner.write() as session:
        session.add_all(
            TraceCode(code=code, org_id=org, item_id=DRUG, lot_id=lot, acceptance_id=1,
                      received_at=now(session))
            for code in codes
        )  # fmt: skip
    return codes


def promised(site: Site) -> tuple[int, int, str]:
    made = ask(site, 3 * BOX, basis=Basis.EMERGENCY, urgency=Urgency.EMERGENCY, papers=())
    command = Confirm(new_op(), WEST, made.transfer_id, made.version)
    done = confirm(*site.as_("east_store"), command)
    return done.transfer_id, done.version, done.no


def test_scanned_packs_are_sent_and_are_the_receivers_afterwards(site: Site) -> None:
    lot = stock(site, EAST, DRUG, 6 * BOX)
    codes = traced_packs(site, EAST, lot, 2)
    transfer, version, no = promised(site)
    db, actor = site.as_("east_store")
    found = ScannedPacks((), (), ())
    for code in codes:
        found = scan_packs(db, actor, (WEST, transfer), found.codes, code)
    assert [(x.packs, x.promised) for x in found.lines] == [(2, 3)]
    wrong = replace(found.picks[0], traces=("8" * 20, *codes[1:]))
    with pytest.raises(DomainError, match="不在本机构库存里"):
        send(db, actor, Send(new_op(), WEST, transfer, version, (wrong,)))
    command = Send(new_op(), WEST, transfer, version, found.picks, carrier="班车")
    sent = send(db, actor, command)
    assert send(db, actor, command) == sent
    accept(*site.as_("west_store"), Accept(new_op(), WEST, transfer, sent.version))
    with site.owner.read() as session:
        assert set(session.scalars(select(TraceCode.org_id))) == {WEST}
    again, _version, _no = promised(site)
    with pytest.raises(DomainError, match="不在本机构库存里"):
        scan_packs(db, actor, (WEST, again), (), codes[0])
    listed = run(site, "east_store", "--json", "transfer", "show", no)
    assert codes[0] in listed.out


def test_more_than_promised_and_other_goods_are_put_back(sqlite_site: Site) -> None:
    lot = stock(sqlite_site, EAST, DRUG, 6 * BOX)
    codes = traced_packs(sqlite_site, EAST, lot, 4)
    transfer, version, _no = promised(sqlite_site)
    db, actor = sqlite_site.as_("east_store")
    with pytest.raises(DomainError, match="答应调 3 盒，扫了 4"):
        scan_packs(db, actor, (WEST, transfer), codes[:3], codes[3])
    pick = SendPick(1, lot, EAST, sqlite_site.world.bins[EAST], 4 * BOX, tuple(codes))
    with pytest.raises(DomainError, match="答应调 3 盒，扫了 4 盒"):
        send(db, actor, Send(new_op(), WEST, transfer, version, (pick,)))
    with pytest.raises(DomainError, match="不是追溯码"):
        scan_packs(db, actor, (WEST, transfer), (), "阿莫西林")


def test_a_pack_on_its_way_is_in_nobodys_store(site: Site) -> None:
    lot = stock(site, EAST, DRUG, 6 * BOX)
    codes = traced_packs(site, EAST, lot, 3)
    (one, first, _no), (two, second, _no) = promised(site), promised(site)
    db, actor = site.as_("east_store")
    pick = SendPick(1, lot, EAST, site.world.bins[EAST], BOX, (codes[0],))
    with pytest.raises(DomainError, match="发 1 盒，扫了 2 个"):
        send(db, actor, Send(new_op(), WEST, one, first, (replace(pick, traces=tuple(codes[:2])),)))
    sent = send(db, actor, Send(new_op(), WEST, one, first, (pick,)))
    with pytest.raises(DomainError, match="不在本机构库存里"):
        send(db, actor, Send(new_op(), WEST, two, second, (pick,)))
    with pytest.raises(DomainError, match="不在本机构库存里"):
        scan_packs(db, actor, (WEST, two), (), codes[0])
    refused = Accept(new_op(), WEST, one, sent.version, (AcceptLot(1, 0, BOX),))
    accept(*site.as_("west_store"), refused)
    clear(db, actor, Clear(new_op(), WEST, one, 1, BOX))
    assert scan_packs(db, actor, (WEST, two), (), codes[0]).codes == (codes[0],)


def test_of_a_lot_that_came_in_part_the_packs_are_named(site: Site) -> None:
    lot = stock(site, EAST, DRUG, 6 * BOX)
    codes = traced_packs(site, EAST, lot, 2)
    transfer, version, no = promised(site)
    pick = SendPick(1, lot, EAST, site.world.bins[EAST], 2 * BOX, tuple(codes))
    db, actor = site.as_("east_store")
    send(db, actor, Send(new_op(), WEST, transfer, version, (pick,)))
    for more, why in (
        ((), "应扫 1 个"),
        (("--trace", codes[0], "--trace", codes[1]), "应扫 1 个"),
        (("--trace", "8" * 20), "不在发来的这一批里"),
    ):
        said = run(site, "west_store", "transfer", "accept", no, "1=24", *more)
        assert (said.code, why in said.err) == (1, True), said.err
    said = run(site, "west_store", "transfer", "accept", no, "1=24/24", "--trace", codes[1])
    assert said.code == 0, said.err
    with site.owner.read() as session:
        found = dict(session.execute(select(TraceCode.code, TraceCode.org_id)).all())
    assert found == {codes[0]: EAST, codes[1]: WEST}
    clear(db, actor, Clear(new_op(), WEST, transfer, 1, BOX))
    again, _version, _no = promised(site)
    assert scan_packs(db, actor, (WEST, again), (), codes[0]).codes == (codes[0],)
    with pytest.raises(DomainError, match="不在本机构库存里"):
        scan_packs(db, actor, (WEST, again), (), codes[1])
