"""Imprints on a server: who reads them, who may write them, and whose name stands in them."""

from __future__ import annotations

import psycopg
import pytest

from app.services.imprints import proof
from tests.databases import ServerBackend
from tests.factories import Site
from tests.security.conftest import Psql

REFUSED = (
    "INSERT INTO app.imprint VALUES (0, 1, 1, 1, '', 'x', 'x')",
    "UPDATE app.imprint SET body = ''",
    "DELETE FROM app.imprint",
    "TRUNCATE app.imprint",
    "SELECT * FROM api.imprint_draft",
    "DELETE FROM api.imprint_draft",
    "INSERT INTO api.imprint_draft (deal, body) VALUES (pg_current_xact_id(), '*item(id)')",
    "SELECT app.imprint_chain('*item(id)')",
    "SELECT app.imprint_now('=price(id,unit_price)')",
    "SELECT app.imprint_anew(ARRAY['item'])",
    "CALL app.imprint_cover('item', ARRAY['name'])",
    "ALTER TABLE app.item DISABLE TRIGGER imprint_update",
    "DROP TRIGGER imprint_update ON app.item",
)
LOOKS = (
    "SELECT * FROM api.imprints_now('=price(id,unit_price)')",
    "SELECT api.imprints_anew(ARRAY['item'])",
)


@pytest.mark.parametrize("statement", REFUSED)
def test_nobody_writes_imprints_but_by_working(psql: Psql, statement: str) -> None:
    for login in ("lead_buyer", "east_store", "lead_admin", "kangze_sales"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            psql(login).execute(statement.encode())


@pytest.mark.parametrize("statement", LOOKS)
def test_only_auditors_of_the_lead_look(psql: Psql, statement: str) -> None:
    for login in ("lead_buyer", "east_store", "east_head", "kangze_sales"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            psql(login).execute(statement.encode())
    psql("lead_admin").execute(statement.encode())


def test_digests_are_hidden_from_whoever_could_guess_them(psql: Psql) -> None:
    for login in ("lead_buyer", "east_store", "east_head", "kangze_sales"):
        line = psql(login)
        assert line.execute(b"SELECT count(*) FROM app.imprint").fetchone() == (0,)
        heads = b"SELECT count(*) FROM app.chain_head WHERE org_id = 0"
        assert line.execute(heads).fetchone() == (0,)
    read = psql("lead_admin").execute(b"SELECT count(*) > 0 FROM app.imprint").fetchone()
    assert read == (True,)


def test_what_a_keeper_writes_with_psql_stands_under_the_own_name(
    psql: Psql, group: Site, server_backend: ServerBackend
) -> None:
    psql("lead_buyer").execute(b"UPDATE app.maker SET short_name = 'X' WHERE id = 1")
    found = proof.examine(group.owner)
    assert found.strange == ()
    last = b"SELECT person_id, body FROM app.imprint ORDER BY seq DESC LIMIT 1"
    with psycopg.connect(server_backend.owner.conninfo()) as owner:
        person, body = owner.execute(last).fetchone() or (0, "")
    assert person == group.actor("lead_buyer").person_id
    assert body.startswith("=maker(")
    assert body.endswith(" 1")


def test_settings_of_the_session_do_not_keep_an_imprint_from_being_left(
    psql: Psql, group: Site
) -> None:
    for trick in (b"SET CONSTRAINTS ALL IMMEDIATE", b"SET search_path = pg_temp, public"):
        line = psql("lead_buyer")
        for statement in (
            b"BEGIN",
            trick,
            b"UPDATE app.maker SET short_name = short_name || '!'",
            b"SAVEPOINT a",
            b"UPDATE app.maker SET short_name = 'lost'",
            b"ROLLBACK TO SAVEPOINT a",
            b"UPDATE app.maker SET name = name || '!'",
            b"COMMIT",
        ):
            line.execute(statement)
    assert proof.examine(group.owner).strange == ()
