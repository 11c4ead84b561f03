"""Two people settle the same loan, or send the same pack, at the same moment on a server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.domain.ids import new_op
from app.services.transfers.commands import GiveBack, Send, SendPick
from app.services.transfers.listing import loans
from app.services.transfers.returning import SetOff, give_back, net
from app.services.transfers.sending import send
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.factories import EAST, WEST, Site
from tests.races import at_once
from tests.services.transfers.test_loans import lent_to_east
from tests.services.transfers.test_scanning import traced_packs
from tests.transfer_world import BOX, DRUG, agreed, lent, stock


@pytest.fixture
def server(databases: Databases, clock: FixedClock) -> Iterator[Site]:
    """The small group on PostgreSQL: a file has one writer at a time anyway."""
    with databases.site("postgresql", clock) as made:
        yield made


def test_a_loan_is_set_off_or_given_back(server: Site) -> None:
    stock(server, EAST, DRUG, 3 * BOX)
    stock(server, WEST, DRUG, 3 * BOX)
    for other in ("net", "back"):
        loan = lent(server)
        lent_to_east(server)
        off = ("east_store", net, SetOff(new_op(), EAST, WEST, DRUG))
        twice = ("west_store", net, SetOff(new_op(), WEST, EAST, DRUG))
        back = ("west_store", give_back, GiveBack(new_op(), WEST, loan.transfer_id,
                                                  ((1, 2 * BOX),)))  # fmt: skip
        came = at_once(server, off, twice if other == "net" else back)
        refused = {"transfer.no_net", "loan.closed"}
        assert len([one for one in came if one in refused]) == 1, came
        if 2 * BOX in came:
            assert loans(*server.as_("east_store"), [EAST, WEST]) == ()


def test_a_pack_goes_with_one_transfer(server: Site) -> None:
    lot = stock(server, EAST, DRUG, 6 * BOX)
    codes = tuple(traced_packs(server, EAST, lot, 1))
    pick = SendPick(1, lot, EAST, server.world.bins[EAST], BOX, codes)
    deeds = []
    for login in ("east_store", "east_second"):
        ready = agreed(server)
        command = Send(new_op(), WEST, ready.transfer_id, ready.version, (pick,))
        deeds.append((login, send, command))
    assert "trace.not_here" in at_once(server, *deeds)
