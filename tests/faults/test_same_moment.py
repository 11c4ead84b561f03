"""Two people do the same at the same moment, on a server: one does it, the other is told so.

Each looks at what is there before the other has written (`races.meeting`): without a turn or a
key that keeps the rule, both would find the way free.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from app.domain.consumption.reagents import Mode, Rule, TestKind
from app.domain.consumption.triggers import Trigger
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.services.consumption import ConsumeLine
from app.services.consumption.reagent_tests import CountTests, Run, count_tests
from app.services.consumption.reagent_undo import UndoCounts, undo_counts
from app.services.consumption.reagents import OpenKit, open_kit
from app.services.consumption.terms import SetRule, set_rule
from app.services.counting.climate_log import LoadedLog, LoadLog, load_log
from app.services.counting.count import StartCount, start
from app.services.counting.upkeep import MakeRounds, make_rounds
from app.services.formulary.entries import AddItems, ListChanged, add_items
from app.services.settlement.invoices import RegisterInvoices, invoices, register
from app.services.stock.moving import AddPlace, add_place
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.factories import EAST, KANGZE, RUIHE, TODAY, Site
from tests.races import at_once, meeting, race
from tests.services.consumption.test_reagents import REAGENT, TESTS, shelf
from tests.services.settlement.september import CLERK, SELLER, invoice

STORE, HEAD, BUYER = "east_store", "east_head", "lead_buyer"


def racing(site: Site, login: str, verb: Callable[..., Any], command: Any) -> list[object]:
    """Two windows do it at once; the answer of each, or the code of its refusal."""
    windows = [(site.connect(login), site.actor(login)) for _window in range(2)]
    calls = [partial(verb, *way, replace(command, op_id=new_op())) for way in windows]
    with meeting():
        came = race(*calls)
    for db, _actor in windows:
        db.close()
    return [one.code if isinstance(one, DomainError) else one for one in came]


def loser(came: list[object]) -> object:
    """What the one who came second was told; the other has an answer."""
    told = [one for one in came if isinstance(one, str) and "." in one]
    assert len(told) == 1, came
    return told[0]


def test_what_two_do_at_once_is_done_once(
    databases: Databases, clock: FixedClock, tmp_path: Path
) -> None:
    op = new_op()
    with databases.site("postgresql", clock) as site:
        shelf(site, Rule(Mode.TEST, TESTS, 0, 28), boxes=1)
        kit = OpenKit(op, EAST, site.world.stores[EAST], ConsumeLine(REAGENT, TESTS))
        assert loser(racing(site, STORE, open_kit, kit)) == "stock.short.line"
        one = Run("AU5800", "S1", REAGENT, TestKind.PATIENT, 3, TODAY)
        count_tests(*site.as_(STORE), CountTests(new_op(), EAST, (one,)))
        back = UndoCounts(op, EAST, "样本号录错", analyser="AU5800", number="S1")
        assert loser(racing(site, STORE, undo_counts, back)) == "reagent.none"
        assert loser(racing(site, STORE, start, StartCount(op, EAST))) == "count.second"
        terms = SetRule(op, EAST, KANGZE, Trigger.RECEIPT, item_id=REAGENT)
        assert loser(racing(site, HEAD, set_rule, terms)) == "term.same"
        # a key keeps this; the other is told so in words
        where = AddPlace(op, EAST, "NK", "内科")
        assert loser(racing(site, STORE, add_place, where)) == "row.twice"
        # both are content, and it is there once
        lists = racing(site, STORE, make_rounds, MakeRounds(op, EAST))
        assert sorted(map(len, cast("list[tuple[str]]", lists))) == [0, 1]
        log = tmp_path / "log.csv"
        log.write_text(f"时间,温度\n{TODAY} 08:00,18\n{TODAY} 08:20,18\n", encoding="utf-8")
        load = LoadLog(op, EAST, site.world.bins[EAST], log, "TH-1")
        read = cast("list[LoadedLog]", racing(site, STORE, load_log, load))
        assert sorted(one.added for one in read) == [0, 2]
        taken = cast("list[ListChanged]", racing(site, BUYER, add_items, AddItems(op, 0, (102,))))
        assert sorted(one.added for one in taken) == [0, 1]


def test_one_invoice_comes_under_two_suppliers(site: Site) -> None:
    """Two clerks have the same sheet of paper before them; one chose the wrong supplier."""
    paper = (invoice(7, "226.00"),)
    wanted = (RegisterInvoices(new_op(), EAST, one, paper) for one in (KANGZE, RUIHE))
    came = at_once(site, *((CLERK, register, one) for one in wanted))
    assert came.count("invoice.twice") == 1, came
    assert len(invoices(*site.as_(CLERK), (EAST,))) == 1


def test_an_invoice_comes_from_its_seller_and_from_the_clerk(site: Site) -> None:
    """A seller waits for no turn of another house; of one supplier's a key keeps it once."""
    wanted = RegisterInvoices(new_op(), EAST, KANGZE, (invoice(7, "226.00"),))
    theirs = replace(wanted, op_id=new_op())
    came = at_once(site, (CLERK, register, wanted), (SELLER, register, theirs))
    assert sum(isinstance(one, tuple) for one in came) == 1, came
    assert len(invoices(*site.as_(CLERK), (EAST,))) == 1
