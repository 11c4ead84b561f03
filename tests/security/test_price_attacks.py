"""Attacks on the group's prices with psql: past the award, the end, the second person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from app.domain.documents import TRANSITIONS, DocKind
from app.domain.ids import new_op
from app.domain.pricing import PriceSource
from app.migrations import statements
from app.services.awards.decide import ApproveAward, SubmitAward, approve_award, submit_award
from app.services.awards.enforce import PutInForce, put_in_force
from app.services.awards.propose import Propose, propose
from app.services.negotiation.rounds import close_bidding
from app.services.prices.change import CreateList, create_list
from app.services.prices.takeover import GiveLeave, give_leave
from tests.conftest import FixedClock
from tests.factories import EAST, KANGZE, LEAD, RUIHE, WEST, Site
from tests.security.conftest import Psql
from tests.services.negotiation.helpers import Deal, invited
from tests.services.test_consumption import receive

PRICE = (
    "INSERT INTO app.price (id, list_id, item_id, supplier_id, org_id, valid_from, valid_to,"
    " unit_price, price_factor, tax_rate, rank, created_at, created_by) VALUES ({id}, {list},"
    " {item}, {supplier}, 0, '{start}', {end}, {price}, {factor}, 1300, 1, {at}, {me})"
)
SOON = date(2027, 9, 30)
ME = "(SELECT app.my_person())"
FIELDS = {"id": 77, "list": 1, "item": 104, "supplier": KANGZE, "start": "2027-01-01",
          "end": "NULL", "price": 1, "factor": 1, "at": "9000000000000000", "me": ME}  # fmt: skip


def insert(**other: object) -> str:
    return PRICE.format(**(FIELDS | other))


def answer(connection: psycopg.Connection, statement: str) -> str | int | None:
    """How many rows it touched, or the state of the refusal."""
    try:
        return connection.execute(statement.encode()).rowcount
    except psycopg.Error as refusal:
        return refusal.sqlstate


@pytest.fixture
def deal(group: Site, clock: FixedClock) -> Deal:
    """A project under review: Kangze bid 3.80 for the first line, Ruihe 3.70."""
    made = invited(group, clock)
    made.first_round({KANGZE: {1: "3.80", 2: "5.90"}, RUIHE: {1: "3.70"}})
    close_bidding(*group.as_("lead_buyer"), new_op(), made.id)
    return made


def proposed(deal: Deal) -> int:
    found = propose(*deal.site.as_("lead_buyer"), Propose(new_op(), deal.id))
    submit_award(
        *deal.site.as_("lead_buyer"), SubmitAward(new_op(), found.award_id, 0, fail_rest=True)
    )
    return found.award_id


def in_force(deal: Deal) -> int:
    """The list of the award of the deal."""
    award = proposed(deal)
    approve_award(*deal.site.as_("lead_head"), ApproveAward(new_op(), award))
    start = datetime.now(UTC).date() + timedelta(days=1)
    command = PutInForce(new_op(), award, valid_from=start)
    return put_in_force(*deal.site.as_("lead_buyer"), command).list_id


@pytest.mark.parametrize("login", ["lead_buyer", "lead_head", "kangze_sales", "lead_admin"])
def test_no_price_of_the_group_comes_from_a_hand_alone(group: Site, psql: Psql, login: str) -> None:
    del group
    connection = psql(login)
    assert answer(connection, insert()) == "42501"
    own = "INSERT INTO app.price_list (id, code, title, source) VALUES (9, 'X', 'X', '{}')"
    made = answer(connection, own.format("gpo"))
    assert made in {1, "42501"}
    assert answer(connection, insert(list=9)) == "42501"
    # neither by an everyday list that becomes the group's, nor by leave that one gives oneself
    answer(connection, own.format("adhoc").replace("(9, 'X'", "(10, 'Y'"))
    assert answer(connection, "UPDATE app.price_list SET source = 'gpo' WHERE id = 10") in {
        0,
        "42501",
    }
    leave = (
        "INSERT INTO app.price_takeover (org_id, list_id, asked_at, asked_by, reason{})"
        f" VALUES ({LEAD}, 9, 1, {ME}, 'x'{{}})"
    )
    assert answer(connection, leave.format(", approved_at, approved_by", ", 1, 2")) == "42501"
    answer(connection, leave.format("", ""))
    give = "UPDATE app.price_takeover SET approved_at = 9000000000000000, approved_by = {}"
    assert answer(connection, give.format(ME)) in {0, "42501", "23514"}
    assert answer(connection, give.format(2)) in {0, "42501"} or login == "lead_head"
    assert answer(connection, insert(list=9)) == "42501"


def test_an_award_makes_its_own_prices_and_no_others(deal: Deal, psql: Psql) -> None:
    made = in_force(deal)
    connection = psql("lead_buyer")
    row = connection.execute(
        "SELECT item_id, unit_price, valid_to, price_factor FROM app.price"
        " WHERE list_id = %s AND supplier_id = %s AND rank = 1",
        [made, RUIHE],
    ).fetchone()
    assert row is not None
    assert row[:2] == (101, 37_000)
    same = {
        "list": made,
        "item": 101,
        "supplier": RUIHE,
        "price": 37_000,
        "end": f"'{row[2]}'",
        "factor": row[3],
    }
    # the price that was awarded stands already; another price, supplier or end was never awarded
    assert answer(connection, insert(**same)) == "23P01"
    for other in ({"price": 40_000}, {"supplier": KANGZE}, {"end": "NULL"}, {"item": 104}):
        assert answer(connection, insert(**(same | other))) == "42501", other
    assert answer(connection, f"DELETE FROM app.price WHERE list_id = {made}") == "42501"
    assert (
        answer(connection, f"UPDATE app.price SET valid_to = NULL WHERE list_id = {made}")
        == "42501"
    )
    assert (
        answer(connection, f"UPDATE app.award_decision SET list_id = 1 WHERE list_id = {made}")
        == "42501"
    )


def test_the_negotiator_alone_awards_nothing(deal: Deal, psql: Psql) -> None:
    award = proposed(deal)
    connection = psql("lead_buyer")
    for attack in (
        f"UPDATE app.award_decision SET approved_by = {ME}, public_to = '2026-01-01'",
        "UPDATE app.award_decision SET approved_by = 2, public_to = '2026-01-01'",
        "UPDATE app.award_decision SET in_force_at = 1, in_force_by = 2",
        "UPDATE app.award SET status = 'publicity'",
        "UPDATE app.award SET status = 'in_force'",
        "UPDATE app.award SET created_by = 2",
        "UPDATE app.negotiation SET status = 'in_force'",
        "UPDATE app.negotiation SET created_by = 2",
    ):
        assert answer(connection, attack) == "42501", attack
    lines = f"UPDATE app.award_line SET unit_price = 1 WHERE award_id = {award}"
    assert answer(connection, lines) == 0
    assert answer(psql("lead_head"), "UPDATE app.award SET status = 'in_force'") == "42501"


def test_a_price_is_taken_back_only_while_nothing_went_at_it(group: Site, psql: Psql) -> None:
    receive(group, EAST, {"A": (2, SOON)})  # before the price was made
    connection = psql("lead_buyer")
    closed = "UPDATE app.price SET valid_to = '2026-12-01' WHERE item_id = 101"
    assert answer(connection, closed) == 1
    after = insert(list=2, item=101, supplier=KANGZE, start="2026-12-01")
    assert answer(connection, after) == 1
    assert answer(connection, "DELETE FROM app.price WHERE id = 77") == 1
    assert answer(connection, after) == 1
    receive(group, WEST, {"A": (1, SOON)})
    assert answer(connection, "DELETE FROM app.price WHERE id = 77") == "23503"


def test_an_end_that_was_set_stays(group: Site, psql: Psql) -> None:
    del group
    connection = psql("lead_buyer")
    price = "UPDATE app.price SET valid_to = {} WHERE item_id = 101"
    assert answer(connection, price.format("'2026-12-01'")) == 1
    assert answer(connection, price.format("'2027-12-01'")) == "42501"
    assert answer(connection, price.format("NULL")) == "42501"
    # a price that follows and is taken back lets only the one hold again that it ended itself
    after = insert(list=2, item=101, supplier=KANGZE, start="2026-12-01")
    assert answer(connection, after) == 1
    assert answer(connection, insert(list=2, item=101, supplier=KANGZE, id=78)) == "23P01"
    made = connection.execute("SELECT created_at FROM app.price WHERE id = 77").fetchone()
    assert made is not None
    assert made[0] < 9 * 10**15  # a time to come would make it look unused
    assert answer(connection, "DELETE FROM app.price WHERE id = 77") == 1
    assert answer(connection, price.format("NULL")) == "42501"
    for statement in ("INSERT INTO app.price_step SELECT * FROM app.price_step",
                      "UPDATE app.price_step SET kind = 'made'",
                      "DELETE FROM app.price_step"):  # fmt: skip
        assert answer(connection, statement) == "42501", statement
    told = connection.execute("SELECT kind FROM app.price_step ORDER BY at, n").fetchall()
    assert [row[0] for row in told][-3:] == ["closed", "made", "taken_back"]


def test_from_the_first_round_on_the_terms_stand(deal: Deal, psql: Psql) -> None:
    connection = psql("lead_buyer")
    for attack in (
        "UPDATE app.negotiation SET rules = '{}'",
        "UPDATE app.negotiation SET growth = growth + 1",
        "UPDATE app.negotiation SET status = 'draft'",
        "UPDATE app.negotiation SET round = 5",
        "UPDATE app.negotiation_reference SET base_price = 1, lowest = 1",
        "DELETE FROM app.negotiation_reference",
        "UPDATE app.negotiation_item SET ceiling = 9",
        "UPDATE app.negotiation_item SET volume = volume + 1",
        "DELETE FROM app.negotiation_item WHERE line = 4",
    ):
        assert answer(connection, attack) == "42501", attack


def test_the_steps_in_the_database_are_those_of_the_table() -> None:
    folder = Path(statements.__file__).parent / "sql" / "postgresql"
    sql = (folder / "0012_negotiation_depth.sql").read_text("utf-8")
    told = {f"'{old}>{new}'" for old, new in TRANSITIONS[DocKind.NEGOTIATION]}
    array = sql.split("ALL (ARRAY[")[1].split("])")[0]
    assert {one.strip() for one in array.split(",")} == told


def test_leave_to_take_over_is_given_by_another(group: Site, psql: Psql) -> None:
    buyer, head = group.as_("lead_buyer"), group.as_("lead_head")
    command = CreateList(
        new_op(), "YJ-2025", "2025 年集团议价", PriceSource.GPO, note="原有议价结果"
    )
    made = create_list(*buyer, command)
    assert answer(psql("lead_buyer"), insert(list=made)) == "42501"
    give_leave(*head, GiveLeave(new_op(), made))
    assert answer(psql("lead_buyer"), insert(list=made)) == 1
