"""Attacks on a sealed round with psql: as another supplier, as the buyer, as the lead's admin."""

from __future__ import annotations

from decimal import Decimal

import psycopg
import pytest

from app.domain.bidding.commitment import (
    BidLine,
    SheetContent,
    SheetKind,
    canonical,
    commitment,
    new_nonce,
)
from tests.conftest import FixedClock
from tests.databases import ServerBackend
from tests.factories import KANGZE, LEAD, RUIHE, Site
from tests.security.conftest import Psql
from tests.services.negotiation.helpers import Deal, invited

SECRET = ("bid", "bid_seal", "negotiation_file")
REFUSED = (
    "UPDATE app.bid SET unit_price = 1",
    "DELETE FROM app.bid",
    "TRUNCATE app.bid",
    "INSERT INTO app.bid SELECT * FROM app.bid",
    "UPDATE app.bid_sheet SET commitment = 'x'",
    "DELETE FROM app.bid_sheet",
    "INSERT INTO app.bid_sheet SELECT * FROM app.bid_sheet",
    "UPDATE app.bid_seal SET nonce = 'x'",
    "DELETE FROM app.bid_seal",
    "UPDATE app.negotiation_file SET content = 'x'",
    "UPDATE app.negotiation_round SET opened_at = deadline",
    "UPDATE app.negotiation_round SET sealed = 0",
    "UPDATE app.negotiation_round SET opened_at = deadline, opened_by = 1",
    "DELETE FROM app.negotiation_round",
    "UPDATE app.negotiation SET round = round + 1",  # no bid of the running round would count
    "UPDATE app.negotiation_reference SET lowest = 1",
    "ALTER TABLE app.negotiation_round DISABLE TRIGGER ALL",
    "DROP POLICY read ON app.bid",
    "SET ROLE yilian_ledger",
    "CREATE VIEW app.all_bids AS SELECT * FROM app.bid",
)


@pytest.fixture
def deal(group: Site, clock: FixedClock) -> Deal:
    """A sealed round in which both suppliers have bid."""
    made = invited(group, clock)
    made.start()
    made.bid(KANGZE, {1: "3.80", 2: "5.90"})
    made.bid(RUIHE, {1: "3.70"})
    return made


def number(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def sqlstate(connection: psycopg.Connection, statement: str) -> str | None:
    try:
        connection.execute(statement.encode())
    except psycopg.Error as refusal:
        return refusal.sqlstate
    return "carried out"


def call_bid(
    connection: psycopg.Connection,
    content: SheetContent,
    *,
    source: str = "typed",
    lie: bool = False,
) -> str:
    text, nonce = canonical(content), new_nonce()
    digest = commitment(text + " " if lie else text, nonce)
    row = connection.execute(
        "SELECT api.bid(%s, %s, %s, %s, NULL, NULL, 1)", [text, nonce, digest, source]
    ).fetchone()
    assert row is not None
    return str(row[0])


def content(deal: Deal, supplier: int, price: str = "1.00", line: int = 1) -> SheetContent:
    lines = (BidLine(line, Decimal(price)),)
    return SheetContent(LEAD, deal.id, 1, supplier, SheetKind.BID, lines)


@pytest.mark.parametrize("login", ["lead_buyer", "lead_admin", "lead_head", "east_store"])
def test_no_row_of_a_sealed_round_is_seen_before_the_opening(
    deal: Deal, psql: Psql, login: str
) -> None:
    connection = psql(login)
    for table in SECRET:
        assert number(connection, f"SELECT count(*) FROM app.{table}") == 0, table
    # neither by an operator that would fail on a hidden row, nor by the planner's statistics
    connection.execute("SELECT 1 / (unit_price - 38000) FROM app.bid")
    connection.execute("SELECT 1 FROM app.bid WHERE note LIKE '%a%'")
    assert number(connection, "SELECT count(*) FROM pg_stats WHERE tablename = 'bid'") == 0
    with connection.cursor().copy("COPY (SELECT * FROM app.bid) TO STDOUT") as copied:
        assert b"".join(bytes(part) for part in copied) == b""


def test_the_buyer_sees_that_a_bid_is_there_and_its_commitment_only(deal: Deal, psql: Psql) -> None:
    connection = psql("lead_buyer")
    assert number(connection, "SELECT count(*) FROM app.bid_sheet") == 2
    assert number(connection, "SELECT min(length(commitment)) FROM app.bid_sheet") == 32


def test_a_supplier_sees_its_own_bids_only(deal: Deal, psql: Psql) -> None:
    connection = psql("ruihe_sales")
    for table in ("bid", "bid_sheet", "bid_seal", "negotiation_invitation"):
        query = f"SELECT DISTINCT supplier_id FROM app.{table}"
        assert connection.execute(query.encode()).fetchall() == [(RUIHE,)], table
    for table in ("negotiation_reference", "negotiation_need", "award", "score"):
        assert number(connection, f"SELECT count(*) FROM app.{table}") == 0, table


@pytest.mark.parametrize("login", ["lead_buyer", "kangze_sales", "lead_admin"])
def test_nothing_that_was_bid_can_be_changed(deal: Deal, psql: Psql, login: str) -> None:
    connection = psql(login)
    answers = {one: sqlstate(connection, one) for one in REFUSED}
    assert {one: state for one, state in answers.items() if state != "42501"} == {}


def test_the_buyer_cannot_open_early_by_any_way(deal: Deal, psql: Psql) -> None:
    connection = psql("lead_buyer")
    opening = f"SELECT api.open_round({LEAD}, {deal.id}, 1, 1)"
    assert connection.execute(opening.encode()).fetchone() == ("early",)
    sooner = "UPDATE app.negotiation_round SET deadline = deadline - 1"
    assert sqlstate(connection, sooner) == "42501"
    sooner = "UPDATE app.negotiation_round SET deadline = started_at + 1"
    assert sqlstate(connection, sooner) == "42501"
    opened = (
        "INSERT INTO app.negotiation_round (org_id, negotiation_id, round, sealed, started_at,"
        f" started_by, deadline, opened_at) VALUES ({LEAD}, {deal.id}, 2, 0, 1, 1, 2, 2)"
    )
    assert sqlstate(connection, opened) == "42501"
    assert number(connection, "SELECT count(*) FROM app.bid") == 0


def test_a_bid_is_for_oneself_in_time_and_true(deal: Deal, psql: Psql) -> None:
    supplier = psql("kangze_sales")
    assert call_bid(supplier, content(deal, RUIHE)) == "not_allowed"
    assert call_bid(supplier, content(deal, KANGZE), lie=True) == "commitment"
    assert call_bid(supplier, content(deal, KANGZE, line=99)) == "price 99"
    assert call_bid(supplier, content(deal, KANGZE, price="0")) == "price 1"
    assert call_bid(psql("lead_buyer"), content(deal, KANGZE)) == "not_allowed"
    assert call_bid(psql("lead_buyer"), content(deal, KANGZE), source="paper") == "paper"
    assert sqlstate(psql("east_store"), "SELECT api.bid('{}','','','typed',NULL,NULL,1)") == "42501"

    deal.pass_deadline()
    assert call_bid(supplier, content(deal, KANGZE)) == "late"


def test_a_bid_that_is_left_open_holds_up_the_opening_but_no_other_bid(
    deal: Deal, psql: Psql
) -> None:
    sitting, other, buyer = psql("kangze_sales"), psql("ruihe_sales"), psql("lead_buyer")
    for connection in (other, buyer):
        connection.execute("SET lock_timeout = '1s'")
    sitting.execute("BEGIN")
    assert call_bid(sitting, content(deal, KANGZE)) == "2"

    assert call_bid(other, content(deal, RUIHE)) == "2"
    opening = f"SELECT api.open_round({LEAD}, {deal.id}, 1, 1)"
    assert buyer.execute(opening.encode()).fetchone() == ("early",)
    deal.pass_deadline()
    assert sqlstate(buyer, opening) == "55P03"
    sitting.execute("COMMIT")
    assert buyer.execute(opening.encode()).fetchone() == ("ok",)


def test_the_buyer_cannot_hold_up_bids_until_they_are_late(deal: Deal, psql: Psql) -> None:
    buyer, seller = psql("lead_buyer"), psql("kangze_sales")
    rows = "SELECT 1 FROM app.negotiation_round FOR {}"
    for lock in ("UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"):
        assert sqlstate(buyer, rows.format(lock)) == "42501"
    assert sqlstate(buyer, "SELECT * FROM api.round_gate FOR UPDATE") == "42501"
    seller.execute("SET lock_timeout = '3s'")
    later = "SELECT api.later_deadline(1, {0}, 1, (SELECT deadline + 1 FROM app.negotiation_round))"
    for step in (later, "SELECT api.open_round(1, {0}, 1, 1)"):
        with buyer.transaction(force_rollback=True):
            buyer.execute(step.format(deal.id).encode())
            assert call_bid(seller, content(deal, KANGZE)).isdigit()


def test_what_the_planner_expects_tells_no_sealed_price(
    deal: Deal, psql: Psql, server_backend: ServerBackend
) -> None:
    with psycopg.connect(server_backend.superuser().conninfo(), autocommit=True) as server:
        server.execute("SET session_replication_role = replica")
        server.execute(
            "INSERT INTO app.bid (org_id, negotiation_id, round, supplier_id, version, line,"
            f" unit_price) SELECT {LEAD}, {deal.id}, 1, {RUIHE}, 1, g, 777700"
            " FROM generate_series(100, 1100) AS g"
        )
        server.execute("ANALYZE app.bid")
    supplier = psql("kangze_sales")

    expected = [
        supplier.execute(
            f"EXPLAIN SELECT 1 FROM app.bid WHERE unit_price {test}".encode()
        ).fetchall()
        for test in ("= 777700", "= 777701")
    ]
    told = [str(rows).replace("777700", "").replace("777701", "") for rows in expected]
    assert told[0] == told[1]


def test_after_the_opening_the_buyer_reads_all_and_suppliers_still_their_own(
    deal: Deal, psql: Psql
) -> None:
    deal.pass_deadline()
    deal.open()

    assert number(psql("lead_buyer"), "SELECT count(*) FROM app.bid") == 3
    assert number(psql("lead_head"), "SELECT count(*) FROM app.bid") == 3
    assert number(psql("kangze_sales"), "SELECT count(*) FROM app.bid") == 2
    assert number(psql("east_store"), "SELECT count(*) FROM app.bid") == 0
    assert sqlstate(psql("lead_buyer"), REFUSED[0]) == "42501"
    shut = "UPDATE app.negotiation_round SET deadline = deadline + 1"
    assert sqlstate(psql("lead_buyer"), shut) == "42501"
