"""What a clinic's person can do with psql: nothing that the program would not let them do."""

from __future__ import annotations

import uuid

import psycopg
import pytest

from app.domain.duties import Duty
from tests.databases import ServerBackend
from tests.factories import EAST, KANGZE, WEST, Site
from tests.security.conftest import Psql

REFUSED = (
    "UPDATE app.ledger SET qty = 1",
    "DELETE FROM app.ledger",
    "TRUNCATE app.ledger",
    "INSERT INTO app.ledger SELECT * FROM app.ledger",
    "UPDATE app.balance SET qty = 1000000",
    "INSERT INTO app.balance VALUES (2, 1, 101, 0, 11, 5)",
    "DELETE FROM app.balance",
    "UPDATE app.chain_head SET seq = 0",
    "UPDATE app.audit SET detail = '{}'",
    "DELETE FROM app.signature",
    "INSERT INTO app.anchor VALUES (0, '2026-01-01', 1, 'x', 'x', 'x')",
    "DELETE FROM app.anchor",
    "UPDATE app.anchor_head SET hash = 'x'",
    "INSERT INTO app.release VALUES ('9999', '9999', 1)",
    "INSERT INTO app.signature SELECT * FROM app.signature",
    "INSERT INTO app.duty_grant (org_id, person_id, duty) VALUES (3, 4, 'store')",
    "UPDATE app.duty_grant SET org_id = 0",
    "UPDATE app.person SET org_id = 3",
    "INSERT INTO app.group_membership VALUES (12, '2020-01-01', NULL, 'member')",
    "UPDATE app.price SET unit_price = 1",
    "SELECT * FROM app.account",
    "ALTER TABLE app.ledger DISABLE TRIGGER ALL",
    "ALTER TABLE app.ledger DISABLE ROW LEVEL SECURITY",
    "DROP POLICY read ON app.ledger",
    "CREATE POLICY mine ON app.ledger USING (true)",
    "SET session_replication_role = replica",
    "SET ROLE yilian_owner",
    "SET ROLE yilian_ledger",
    "SET SESSION AUTHORIZATION yilian_owner",
    "ALTER ROLE east_store BYPASSRLS",
    "ALTER ROLE east_store SUPERUSER",
    "GRANT yilian_owner TO east_store",
    "CREATE ROLE helper LOGIN",
    "CREATE TABLE app.mine (x int)",
    "CREATE TABLE public.mine (x int)",
    "CREATE SCHEMA mine",
    "CREATE TEMP TABLE mine (x int)",
    "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION app.my_person() RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
    "COPY app.ledger TO PROGRAM 'cat'",
    "COPY app.ledger TO '/tmp/ledger'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_shadow",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_try_advisory_xact_lock(1)",
    "DO $$ BEGIN LOCK TABLE app.ledger IN ACCESS EXCLUSIVE MODE; END $$",
    "SELECT * FROM app.balance FOR UPDATE",
    "SELECT pg_reload_conf()",
    "SET temp_file_limit = -1",
    # any member of a group role may say so, and nobody would have a right any more
    "DROP OWNED BY yilian_read",
    "DROP OWNED BY yilian_login",
    "DROP OWNED BY east_store, kangze_sales, lead_buyer",
    "DO $$ BEGIN EXECUTE 'DROP OWNED BY yilian_read'; END $$",
    "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC",
    "GRANT SELECT ON app.ledger TO PUBLIC",
    "REVOKE ALL ON app.ledger FROM yilian_read",
    "ALTER EVENT TRIGGER yilian_people_define_nothing DISABLE",
    "SELECT 1 AS x INTO TEMP mine",
)


REFUSALS = {"42501"}
"""insufficient_privilege and nothing else: no refusal may be luck."""


OWN_BUSINESS = {
    ("lead_admin", "INSERT INTO app.group_membership VALUES (12, '2020-01-01', NULL, 'member')"),
}
"""What the group's administrator is there for."""
EVERY_DUTY = ["east_store", "east_head", "kangze_sales", "lead_buyer", "lead_head", "lead_admin"]
"""Together they have all nine duties, at a member, at the lead, for the group, at a supplier."""


@pytest.mark.parametrize("login", EVERY_DUTY)
def test_hostile_statements_are_refused(psql: Psql, login: str) -> None:
    connection = psql(login)
    refused = [one for one in REFUSED if (login, one) not in OWN_BUSINESS]
    answers = {statement: _sqlstate(connection, statement) for statement in refused}

    assert {text: state for text, state in answers.items() if state not in REFUSALS} == {}


def test_the_attackers_have_every_duty(group: Site) -> None:
    assert {duty for login in EVERY_DUTY for duty, _org in group.actor(login).grants} == set(Duty)


def _sqlstate(connection: psycopg.Connection, statement: str) -> str | None:
    try:
        connection.execute(statement.encode())
    except psycopg.Error as refusal:
        return refusal.sqlstate
    return "carried out"


def test_row_security_cannot_be_switched_off(psql: Psql) -> None:
    connection = psql("east_store")
    connection.execute("SET row_security = off")

    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM app.ledger")


@pytest.mark.parametrize("setting", ["app.org", "app.user", "yilian.org_id", "my.orgs"])
def test_a_forged_setting_changes_nothing(psql: Psql, setting: str) -> None:
    connection = psql("east_store")
    connection.execute("SELECT set_config(%s, '1,2,3', false)", [setting])

    seen = connection.execute("SELECT DISTINCT org_id FROM app.balance").fetchall()

    assert seen == [(EAST,)]


def test_a_member_sees_its_own_rows_only(psql: Psql) -> None:
    connection = psql("east_store")
    for table in ("ledger", "balance", "place", "member_order", "audit", "chain_head"):
        query = f"SELECT DISTINCT org_id FROM app.{table}"
        orgs = {row[0] for row in connection.execute(query.encode())}
        assert orgs <= {EAST}, table
    other = connection.execute("SELECT count(*) FROM app.member_order WHERE org_id = %s", [WEST])
    assert other.fetchone() == (0,)


def test_other_rows_leak_through_no_operator_copy_or_statistics(psql: Psql) -> None:
    connection = psql("east_store")
    connection.execute("SELECT no FROM app.member_order WHERE no LIKE 'DD-3%'")
    with pytest.raises(psycopg.errors.DivisionByZero):
        # the condition sees own rows only, so this fails on an own row, never on another's
        connection.execute("SELECT 1 / (org_id - 2) FROM app.balance")
    connection.execute("SELECT 1 / (org_id - 3) FROM app.balance")  # WEST is 3: no such row seen
    with connection.cursor().copy("COPY (SELECT org_id FROM app.ledger) TO STDOUT") as copy:
        assert {bytes(row).strip() for row in copy} == {b"2"}
    shown = connection.execute(
        "SELECT count(*) FROM pg_stats WHERE schemaname = 'app' AND tablename = 'member_order'"
    ).fetchone()
    assert shown == (0,)


def test_a_supplier_sees_its_own_orders_and_prices_only(psql: Psql) -> None:
    connection = psql("kangze_sales")
    orders = connection.execute("SELECT DISTINCT supplier_id FROM app.member_order").fetchall()
    prices = connection.execute("SELECT DISTINCT supplier_id FROM app.price").fetchall()
    people = connection.execute("SELECT DISTINCT org_id FROM app.person").fetchall()
    goods = connection.execute("SELECT DISTINCT owner_id FROM app.balance").fetchall()

    assert orders == [(KANGZE,)]
    assert prices == [(KANGZE,)]
    assert people == [(KANGZE,)]
    assert goods == [(KANGZE,)]


def test_a_store_keeper_cannot_sign_an_order_by_hand(psql: Psql) -> None:
    connection = psql("east_store")
    for state in ("member_signed", "signed"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"api\.sign"):
            connection.execute("UPDATE app.member_order SET status = %s", [state])


def test_a_buyer_cannot_sign_an_order_by_hand(psql: Psql) -> None:
    connection = psql("lead_buyer")
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"api\.sign"):
        connection.execute("UPDATE app.member_order SET status = 'signed'")


def test_nobody_writes_into_another_members_books(psql: Psql) -> None:
    east = psql("east_store")
    changed = east.execute("UPDATE app.place SET name = 'x' WHERE org_id = %s", [WEST]).rowcount
    assert changed == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        east.execute(
            "INSERT INTO app.counter (org_id, kind, day, last) VALUES (%s, 'SH', '2026-10-14', 9)",
            [WEST],
        )


POST = (
    "SELECT * FROM api.post(%s, %s, 'putaway', 1, '2026-10-14', %s, jsonb_build_array("
    "jsonb_build_object('item', 101, 'lot', 0, 'owner', 11, 'qty', 1, 'price', 0, 'factor', 1,"
    " 'from', (SELECT min(id) FROM app.place WHERE org_id = 2 AND code = 'YF'),"
    " 'to', (SELECT min(id) FROM app.place WHERE org_id = 2 AND kind = 'bin'))))"
)


def test_posting_is_for_store_keepers_of_the_organisation(psql: Psql) -> None:
    psql("east_store").execute(POST, [uuid.uuid4(), EAST, 4])
    for login, org in (("west_store", EAST), ("east_store", WEST), ("east_head", EAST)):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            psql(login).execute(POST, [uuid.uuid4(), org, 4])


def test_a_posting_carries_the_name_of_who_is_signed_in(psql: Psql) -> None:
    connection = psql("east_store")
    forged_actor = 1
    connection.execute(POST, [uuid.uuid4(), EAST, forged_actor])

    actor = connection.execute("SELECT actor_id FROM app.ledger ORDER BY seq DESC LIMIT 1")
    mine = connection.execute("SELECT app.my_person()")

    assert actor.fetchone() == mine.fetchone() != (forged_actor,)


def test_audit_lines_go_to_books_that_are_ones_own_business(psql: Psql) -> None:
    audit = "SELECT api.audit(%s, 1, 'x', 'order', 1, '{}')"
    psql("kangze_sales").execute(audit, [EAST])  # it has an order there
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        psql("east_store").execute(audit, [WEST])


def test_a_definer_function_cannot_be_hijacked_by_search_path(psql: Psql) -> None:
    connection = psql("east_store")
    connection.execute("SET search_path = pg_temp, public, app")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea AS 'x' LANGUAGE c")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE pg_temp.person (id bigint, login name)")
    assert connection.execute("SELECT app.my_orgs()").fetchone() == ([EAST],)


def test_one_person_has_eight_lines_and_no_more(psql: Psql) -> None:
    def open_nine() -> None:
        for _line in range(9):
            psql("east_store")

    with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
        open_nine()


def test_a_leaver_is_out_at_once(psql: Psql, server_backend: ServerBackend) -> None:
    from app.services.platform import directory

    connection = psql("east_store")
    directory.close_on_server(server_backend.superuser().url(), "east_store")

    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    info = server_backend.cluster.login(
        server_backend.database, "east_store", "person-for-tests-only"
    )
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        psycopg.connect(info.conninfo())


def test_the_templates_of_other_databases_are_closed(
    psql: Psql, server_backend: ServerBackend
) -> None:
    psql("east_store")
    other = server_backend.cluster.login("yilian_template", "east_store", "wrong")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(other.conninfo())
