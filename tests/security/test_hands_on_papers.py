"""Attacks with psql found by trying every column: packs, counts, meetings, loans, names."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import psycopg
import pytest

from app.domain.ids import new_op
from app.domain.packs.steps import STEPS
from app.migrations import statements
from app.services.counting.count import Key, Record, StartCount, record, start, submit
from app.services.counting.heads import CountStep
from app.services.packs.ending import find, lose
from tests.databases import ServerBackend
from tests.factories import EAST, KANGZE, Site
from tests.security.conftest import Psql
from tests.security.test_count_attacks import FAR
from tests.security.test_kept_papers import HERE, attacks
from tests.security.test_paper_attacks import REFUSED, answer
from tests.services.packs.test_packs import built, rule, work
from tests.services.test_consumption import AMOXICILLIN, BOX, receive

NO_STOCK = "P0S01"
POST = "SELECT * FROM api.post(%s, 2, %s, %s, '2026-10-14', 4, %s)"


def ends(connection: psycopg.Connection, sql: str) -> int:
    row = connection.execute(sql.encode()).fetchone()
    assert row is not None
    return int(row[0])


def book(
    connection: psycopg.Connection, kind: str, move: dict[str, int], document: int = 1
) -> str | None:
    try:
        connection.execute(POST, [uuid.uuid4(), kind, document, json.dumps([move])])
    except psycopg.Error as refusal:
        return refusal.sqlstate
    return "carried out"


@pytest.fixture
def pack(group: Site) -> int:
    """A fixed pack of two boxes at the store of East."""
    receive(group, EAST, {"A": (20, FAR)})
    return built(group, rule(group), 1).pack_ids[0]


def test_a_pack_is_found_as_often_as_it_was_lost(group: Site, psql: Psql, pack: int) -> None:
    keeper = psql("east_store")
    lines = keeper.execute(
        "SELECT p.item_id, l.lot_id, p.owner_id, l.qty, p.place_id FROM app.pack p JOIN"
        " app.pack_line l ON l.pack_id = p.id"
    ).fetchone()
    assert lines is not None
    item, lot, owner, qty, home = (int(x) for x in lines)
    lost = ends(keeper, "SELECT id FROM app.place WHERE kind = 'lost'")
    goods = {"item": item, "lot": lot, "owner": owner, "qty": qty, "pack": pack, "price": 0}
    goods |= {"factor": 1}
    touch = "UPDATE app.pack SET version = version + 1"
    back, away = goods | {"from": lost, "to": home}, goods | {"from": home, "to": lost}

    def attempts() -> list[str | None]:
        found = []
        for move in (back, away):
            with keeper.transaction(force_rollback=True):
                keeper.execute(touch.encode())
                found.append(book(keeper, "pack", move))
        return found

    assert attempts() == [REFUSED, REFUSED]
    lose(*group.as_("east_store"), work(pack, reason="找不到"))
    assert attempts() == [REFUSED, NO_STOCK]
    find(*group.as_("east_store"), work(pack, reason="找到了"))
    assert attempts() == [REFUSED, REFUSED]


def test_a_pack_goes_its_steps_and_holds_what_it_was_packed_with(psql: Psql, pack: int) -> None:
    keeper = psql("east_store")
    more = f"INSERT INTO app.pack_line (org_id, pack_id, lot_id, qty) VALUES (2, {pack}, 0, 24)"
    with keeper.transaction(force_rollback=True):
        keeper.execute("UPDATE app.pack SET version = version + 1")
        assert answer(keeper, more) == REFUSED
    assert answer(keeper, "UPDATE app.pack SET used_by = 7") == REFUSED
    assert answer(keeper, "UPDATE app.pack SET status = 'consumed'") == 1
    assert answer(keeper, "UPDATE app.pack SET status = 'issued'") == REFUSED


def test_the_steps_of_packs_in_the_database_are_those_of_the_program() -> None:
    folder = Path(statements.__file__).parent / "sql" / "postgresql"
    text = (folder / "0032_hands_on_papers.sql").read_text("utf-8")
    trigger = text.split("EXECUTE FUNCTION app.pack_guard(")[1].split(";")[0]
    told = {one for one in trigger.replace("'", " ").split() if ">" in one}
    steps = {f"{old}>{end}" for begins, end in STEPS.values() for old in begins if old != end}
    assert told == steps | {"in_stock>voided", "in_stock>returned"}  # labels


def test_a_count_compares_with_the_book_and_not_with_what_one_writes(
    group: Site, psql: Psql
) -> None:
    lots = receive(group, EAST, {"CA": (5, FAR)})
    done = start(*group.as_("east_store"), StartCount(new_op(), EAST, tolerance=0))
    place, lot = group.world.bins[EAST], lots["CA"]
    key = Key(place, AMOXICILLIN, lot, KANGZE)
    record(*group.as_("east_store"), Record(new_op(), EAST, done.count_id, key, 5 * BOX))
    keeper, mine = psql("east_store"), f" WHERE count_id = {done.count_id} AND lot_id = {lot}"
    less = f"UPDATE app.count_line SET book = {2 * BOX}"
    assert answer(keeper, less + mine) == REFUSED
    again = f"counted = {2 * BOX}, counted_by = app.my_person(), counted_at = 1"
    assert answer(keeper, f"{less}, {again}{mine}") == 1
    assert ends(keeper, f"SELECT book FROM app.count_line{mine}") == 5 * BOX
    for forged in ("first = 9", "first_by = app.my_person()", "counted_by = 7", "snapshot = 1"):
        assert answer(keeper, f"UPDATE app.count_line SET {forged}{mine}") == REFUSED
    step = CountStep(new_op(), EAST, done.count_id, done.version, "", True)
    assert submit(*group.as_("east_store"), step).recount  # the difference is asked about again
    assert answer(keeper, f"UPDATE app.count_line SET first = {5 * BOX}{mine}") == REFUSED


TOUCHED = (
    (
        "east_store",
        "UPDATE app.delivery SET version = version + 1",
        "INSERT INTO app.delivery_line SELECT 2,62,2,101,null,null,null,null,null,5,null,1",
    ),
    (
        "east_store",
        "UPDATE app.transfer SET version = version",
        "UPDATE app.transfer_lot SET accepted = 9, missing = 0",
    ),
)


def test_what_a_column_says_stays(group: Site, psql: Psql, server_backend: ServerBackend) -> None:
    del group
    with psycopg.connect(server_backend.owner.conninfo()) as owner:
        owner.execute((HERE / "hands_on_papers.sql").read_bytes())
    ways = {login: psql(login) for login in ("east_store", "lead_buyer", "kangze_sales")}
    written = attacks("hands_on_papers_attacks.sql")
    answers = {(login, attack): answer(ways[login], attack) for login, attack in written}
    for login, touch, attack in TOUCHED:
        with ways[login].transaction(force_rollback=True):
            ways[login].execute(touch.encode())
            answers[login, attack] = answer(ways[login], attack)

    assert {what: state for what, state in answers.items() if state != REFUSED} == {}


def test_a_change_of_an_item_that_is_told_goes(psql: Psql) -> None:
    keeper = psql("lead_buyer")
    with keeper.transaction():
        keeper.execute("UPDATE app.item SET name = 'X' WHERE id = 101")
        keeper.execute("INSERT INTO app.item_change VALUES (101, 1, 1, app.my_person(), '{}')")
    assert ends(keeper, "SELECT count(*) FROM app.item WHERE name = 'X'") == 1


def test_work_is_not_done_on_an_older_picture(psql: Psql) -> None:
    keeper, work = psql("east_store"), "UPDATE app.place SET name = 'X' WHERE kind = 'bin'"
    for level in ("REPEATABLE READ", "SERIALIZABLE"):
        keeper.execute(f"SET default_transaction_isolation = '{level.lower()}'".encode())
        assert answer(keeper, work) == REFUSED
        assert answer(keeper, "SELECT count(*) FROM app.place") == 1
    keeper.execute("RESET default_transaction_isolation")
    assert answer(keeper, work) == 1


def test_a_use_at_a_made_up_price_is_refused(group: Site, psql: Psql) -> None:
    lots = receive(group, EAST, {"P": (5, FAR)})
    keeper, paper = psql("east_store"), 500
    used = ends(keeper, "SELECT id FROM app.place WHERE kind = 'consumed'")
    move = {"item": AMOXICILLIN, "lot": lots["P"], "owner": KANGZE, "qty": 1, "factor": 24}
    move |= {"from": group.world.bins[EAST], "to": used}
    price = ends(keeper, f"SELECT unit_price FROM app.price WHERE item_id = {AMOXICILLIN} AND"
                         f" supplier_id = {KANGZE} LIMIT 1")  # fmt: skip
    for asked, outcome in ((price * 10, REFUSED), (price, "carried out"), (0, "carried out")):
        paper += 1
        with keeper.transaction(force_rollback=True):
            keeper.execute(
                "INSERT INTO app.consumption (org_id, id, no, place_id, occurred_on, posted_at,"
                " person_id, source, status) VALUES (2, %s, 'XH', %s, '2026-10-14', 1,"
                " app.my_person(), 'scan', 'posted')",
                [paper, group.world.stores[EAST]],
            )
            assert book(keeper, "consumption", move | {"price": asked}, paper) == outcome, asked


def test_a_doctor_is_told_only_when_the_reading_stands_in_the_trail(
    psql: Psql, server_backend: ServerBackend
) -> None:
    keeper = psql("east_store")
    keeper.execute("INSERT INTO app.case_doctor VALUES (2, 9, 'D1')")
    read, trail = "SELECT api.case_doctor(2, 9)", "SELECT count(*) FROM app.audit"

    def told() -> object:
        row = keeper.execute(read.encode()).fetchone()
        assert row is not None
        return row[0]

    before = ends(keeper, trail)
    for _time in range(2):
        with keeper.transaction(force_rollback=True):
            assert told() is None
            assert told() is None
            with keeper.transaction(force_rollback=True):
                assert told() is None
    assert ends(keeper, trail) == before
    assert told() is None
    assert told() == "D1"
    assert ends(keeper, trail) == before + 1
