"""The demo group on a server: every person signs in, and sees the own rows only."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import ConflictError, DomainError
from app.services.access import actor_for
from app.services.db import Database, postgresql_engine
from app.services.demo import sources
from app.services.demo.server import ServerWish, make_on_server
from app.services.directory import holds_demo, visible_organisations
from app.services.imprints.proof import examine
from app.services.platform import server
from tests.cli.runner import bare
from tests.databases import Backend, ServerBackend

PASSWORD = "five rather quiet words"
NAME = "yl_demo_trial"


@pytest.fixture
def admin(postgresql_backend: Backend) -> str:
    assert isinstance(postgresql_backend, ServerBackend)
    return postgresql_backend.cluster.login("postgres").url()


def test_the_demo_stands_on_a_server_and_two_people_sign_in(admin: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(f"{PASSWORD}\n")
    asked = ("demo", "--server", admin, "--database", NAME, "--small")
    try:
        answer = bare("--json", *asked, "--password-file", str(secret))
        assert answer.code == 0, answer.err
        assert PASSWORD not in answer.out + answer.err
        address = answer.json()["database"]
        auditor = Database(postgresql_engine(_as(address, "guanxin"), password=PASSWORD))
        found = examine(auditor)
        auditor.close()
        assert (found.strange, found.since, found.rows > 1000) == ((), (), True)
        for login, many in (("chenxy", True), ("liqing", False)):
            db = Database(postgresql_engine(_as(address, login), password=PASSWORD))
            try:
                actor = actor_for(db, login)
                assert holds_demo(db)
                assert (len(visible_organisations(db, actor)) > 1) is many
            finally:
                db.close()
        again = bare(*asked, env={"YILIAN_NEW_PASSWORD": PASSWORD})
        assert (again.code, "chenxy" in again.err) == (1, True)
    finally:
        _clean(admin)


def test_a_short_password_and_a_foreign_database_are_refused(admin: str) -> None:
    with pytest.raises(DomainError, match="12 位"):
        make_on_server(ServerWish(admin, NAME, "short"))
    try:
        with server.administrator(admin) as connection:
            server.prepare_roles(connection)
            server.make_database(connection, NAME)
        with pytest.raises(DomainError, match="已有数据库"):
            make_on_server(ServerWish(admin, NAME, PASSWORD))
        with server.administrator(admin) as connection:
            server.make_login(connection, "liqing", PASSWORD)
        with pytest.raises(ConflictError, match="liqing"):
            make_on_server(ServerWish(admin, "yl_other", PASSWORD))
    finally:
        _clean(admin)


def _as(address: str, login: str) -> str:
    return address.replace("postgresql://", f"postgresql://{login}@")


def _clean(admin: str) -> None:
    with server.administrator(admin) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)".encode())
        for entry in sources.group()["people"]:
            server.drop_login(connection, entry["login"])
