"""Which tables a person can lock as a whole: those whose rows the program takes out."""

from __future__ import annotations

import psycopg

from tests.databases import ServerBackend
from tests.security.conftest import Psql
from tests.security.test_psql_attacks import EVERY_DUTY

WITH_ROWS_TAKEN_OUT = {
    "acceptance_draft",
    "attachment",
    "award_line",
    "bill_line",
    "daily_dose",
    "demand",
    "dispense_line",
    "invoice_match",
    "item",
    "item_code",
    "item_search",
    "item_successor",
    "item_unit",
    "match_candidate",
    "member_order_line",
    "named_list_item",
    "negotiation_item",
    "negotiation_lot",
    "negotiation_member",
    "negotiation_need",
    "negotiation_reference",
    "planner_number",
    "price",
    "reagent_count",
    "requisition_line",
    "statement_line",
    "suggestion",
}
"""PostgreSQL knows no right to take out rows that is not the right to lock their table."""
STRONG = ("SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE")


def locked(connection: psycopg.Connection, table: str, mode: str) -> bool:
    """Whether the person gets the lock."""
    with connection.transaction(force_rollback=True):
        try:
            connection.execute(f"LOCK TABLE app.{table} IN {mode} MODE NOWAIT".encode())
        except psycopg.errors.InsufficientPrivilege:
            return False
        return True


def test_no_table_that_a_person_may_not_take_rows_out_of_can_be_locked(
    server_backend: ServerBackend, psql: Psql
) -> None:
    with psycopg.connect(server_backend.superuser().conninfo()) as server:
        tables = {
            str(row[0])
            for row in server.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'app'")
        }
    people = [psql(login) for login in EVERY_DUTY]
    found = {
        table
        for table in tables
        for connection in people
        for mode in STRONG
        if locked(connection, table, mode)
    }
    assert tables > {"ledger", "balance", "operation", "counter", "place"}
    assert found == WITH_ROWS_TAKEN_OUT
