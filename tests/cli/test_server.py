"""`yilian server …` and `yilian account …`: from an empty server to people who work and leave."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from app.services.platform import server
from tests.cli.runner import bare, run
from tests.databases import Backend, ServerBackend
from tests.factories import EAST, Site, make_world

SECRET = {"YILIAN_NEW_PASSWORD": "five rather quiet words"}
BASE = ("server", "add-person")


@pytest.fixture
def cluster(postgresql_backend: Backend) -> ServerBackend:
    assert isinstance(postgresql_backend, ServerBackend)
    make_world(postgresql_backend.db)
    return postgresql_backend


def signs_in(cluster: ServerBackend, login: str) -> psycopg.Connection:
    info = cluster.cluster.login(cluster.database, login, SECRET["YILIAN_NEW_PASSWORD"])
    return psycopg.connect(info.conninfo(), autocommit=True)


def test_a_server_is_made_and_made_again(cluster: ServerBackend) -> None:
    admin = ("--admin", cluster.cluster.login("postgres").url())
    try:
        first, again = (
            bare("--json", "server", "init", *admin, "--database", "yl_new", env=SECRET)
            for _time in range(2)
        )
        assert (first.code, again.code) == (0, 0), first.err + again.err
        assert first.json() == again.json()
        there = ("--admin", cluster.cluster.login("yl_new").url())
        status = bare("--json", "server", "status", *there).json()
        (lossy,) = status["problems"]  # the tests' server, which need not keep anything
        for setting in ("fsync", "full_page_writes"):
            assert f"{setting} = off" in lossy
        assert "data_checksums = " not in lossy
        assert status["schema_version"] == first.json()["schema_version"]
    finally:
        cluster.cluster.drop("yl_new")
        with server.administrator(cluster.superuser().url()) as connection:
            server.set_password(connection, server.OWNER, cluster.owner.password)


def test_a_person_comes_changes_duty_and_leaves(cluster: ServerBackend) -> None:
    admin = ("--admin", cluster.superuser().url())
    who = ("--name", "钱药", "--org", "0002", "--duty", "store")
    assert bare(*BASE, "qian", *admin, *who, env=SECRET).code == 0
    with signs_in(cluster, "qian") as psql:
        assert psql.execute("SELECT app.my_orgs('store')").fetchone() == ([EAST],)
        assert psql.execute("SELECT app.my_orgs('buy')").fetchone() == ([],)

    assert bare("server", "set-duty", "qian", *admin, "--duty", "buy").code == 0
    with signs_in(cluster, "qian") as psql:
        assert psql.execute("SELECT app.my_orgs('store')").fetchone() == ([],)
        assert psql.execute("SELECT app.my_orgs('buy')").fetchone() == ([EAST],)
        held = psql.execute("SELECT pg_has_role('yilian_store', 'MEMBER')").fetchone()
        assert held == (False,)

    assert bare("server", "remove-person", "qian", *admin).code == 0
    with pytest.raises(psycopg.OperationalError):
        signs_in(cluster, "qian")
    assert "qian" in bare("--json", "server", "status", *admin).json()["closed"]


def test_people_who_came_with_a_dump_from_another_server_get_their_logins(
    cluster: ServerBackend,
) -> None:
    """A dump holds no logins: on a new server nobody comes in until each has a password."""
    admin = ("--admin", cluster.superuser().url())
    try:
        server.drop_login(cluster.cluster.admin(), "east_store")
        server.drop_login(cluster.cluster.admin(), "west_store")
        told = " ".join(bare("--json", "server", "status", *admin).json()["problems"])
        assert "east_store" in told
        assert "set-password" in told

        refused = bare("server", "set-duty", "east_store", *admin, "--duty", "buy")
        assert (refused.code, "set-password east_store" in refused.err) == (1, True)
        assert bare("server", "set-password", "east_store", *admin, env=SECRET).code == 0
        with signs_in(cluster, "east_store") as psql:
            assert psql.execute("SELECT app.my_orgs('store')").fetchone() == ([EAST],)
        told = " ".join(bare("--json", "server", "status", *admin).json()["problems"])
        assert "east_store" not in told

        assert bare("server", "remove-person", "west_store", *admin).code == 0
        refused = bare("server", "set-password", "west_store", *admin, env=SECRET)
        assert (refused.code, "已停用" in refused.err) == (1, True)
        assert not server.has_login(cluster.cluster.admin(), "west_store")
    finally:  # the other tests have their people with their own passwords
        server.drop_login(cluster.cluster.admin(), "east_store")


def test_refusals_of_the_server(cluster: ServerBackend) -> None:
    admin = ("--admin", cluster.superuser().url())
    who = ("--name", "x", "--org", "0002", "--duty", "store")
    short = {"YILIAN_NEW_PASSWORD": "short"}

    assert bare(*BASE, "yilian_owner", *admin, *who, env=SECRET).code == 1
    assert bare(*BASE, "qian", *admin, *who, env=short).code == 1
    nowhere = ("--admin", "postgresql://postgres@127.0.0.1:1/postgres")
    assert bare("server", "status", *nowhere).code == 3
    as_owner = ("--admin", cluster.owner.url())
    refused = bare("--json", "server", "init", *as_owner, env=SECRET)
    assert refused.error()["code"] == "server.superuser"


def test_a_wrong_password_is_said_plainly(site: Site) -> None:
    if site.is_sqlite:
        asked = run(site, "nobody_here", "--json", "reconcile")
        assert asked.code == 0  # reading a local file needs no account
        return
    wrong = run(site, "east_store", "--json", "reconcile", env={"YILIAN_PASSWORD": "wrong"})
    assert wrong.code == 3
    assert wrong.error()["code"] == "db.login"


def test_local_accounts_from_the_command_line(sqlite_site: Site, tmp_path: Path) -> None:
    words = SECRET | {"YILIAN_PASSWORD": SECRET["YILIAN_NEW_PASSWORD"]}
    who = ("--name", "钱药", "--org", "0002", "--duty", "store")
    assert run(sqlite_site, "lead_admin", "account", "add", "qian", *who, env=words).code == 0
    assert run(sqlite_site, "qian", "account", "password", "qian", env=words).code == 0
    rows = run(sqlite_site, "lead_admin", "--json", "account", "list").json()
    assert {"login": "qian", "organisation": "城东"}.items() <= next(
        row for row in rows if row["login"] == "qian"
    ).items()
    refused = run(sqlite_site, "qian", "--json", "account", "close", "east_head", env=words)
    assert refused.error()["code"] == "access.duty"


def test_backup_and_restore_from_the_command_line(site: Site, tmp_path: Path) -> None:
    if site.is_sqlite:
        made = run(site, "lead_admin", "--json", "backup", "--to", str(tmp_path))
        assert made.code == 0, made.err
        back = str(tmp_path / "again.db")
        again = bare("--json", "restore", json.loads(made.out)["file"], back)
        assert again.json()["seal"] == made.json()["seal"]
        assert bare("--db", back, "--as", "lead_admin", "doctor").code == 0
        return
    refused = run(site, "east_store", "--json", "backup", "--to", str(tmp_path))
    assert refused.error()["code"] == "backup.denied"  # only the owner may read everything
