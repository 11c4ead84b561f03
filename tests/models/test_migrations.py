"""The migrated schema is the one that the models describe, on both databases."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, select

import app.models.every  # noqa: F401 - fills the metadata
from app.domain.errors import EnvironmentProblem
from app.models.base import Base
from app.models.stock import Ledger
from app.services import schema, schema_shape
from app.services.db import Database, postgresql_engine, sqlite_engine
from app.services.imprints import proof
from app.services.platform import proofs, server, server_state
from tests.databases import OWNER_PASSWORD, Backend, Databases

OPTIONS = {
    "compare_type": True,
    # The search index is no table of the models: FTS5 with its own tables, a GIN index there.
    "include_name": lambda name, _kind, _parents: not (name or "").startswith("item_gram"),
}
KEPT = sorted((Path(__file__).parents[1] / "fixtures").glob("schema_*.gz"))


def test_migrated_schema_equals_the_models(backend: Backend) -> None:
    with backend.db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=OPTIONS)
        assert compare_metadata(context, Base.metadata) == []


def test_a_fresh_database_is_current(backend: Backend) -> None:
    assert schema.is_current(backend.db)
    assert schema.upgrade(backend.db) == schema.newest()


def named(path: Path) -> str:
    """``schema_0001_sqlite`` of ``schema_0001_sqlite.sql.gz``."""
    return path.name.partition(".")[0]


@pytest.fixture(params=KEPT, ids=named)
def kept(
    request: pytest.FixtureRequest, databases: Databases, tmp_path: Path
) -> Iterator[Database]:
    """A database as some release left it, with stock and history in it."""
    data = gzip.decompress(request.param.read_bytes())
    if request.param.name.endswith(".db.gz"):
        (tmp_path / "kept.db").write_bytes(data)
        db = Database(sqlite_engine(str(tmp_path / "kept.db")))
        yield db
        db.close()
        return
    text = data.decode()
    if "_sqlite" in request.param.name:
        db = Database(sqlite_engine(str(tmp_path / "kept.db")))
        with db.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.executescript(text)
            connection.exec_driver_sql("BEGIN")
        yield db
        db.close()
        return
    cluster = databases.cluster()
    cluster.create("yilian_kept", "template0", server.OWNER)
    with server.administrator(cluster.login("yilian_kept").url(), "yilian_kept") as connection:
        server.prepare_database(connection)
        connection.execute(text.encode())
    owner = cluster.login("yilian_kept", server.OWNER, OWNER_PASSWORD)
    db = Database(postgresql_engine(owner.url()))
    yield db
    db.close()
    cluster.drop("yilian_kept")


def test_there_is_a_kept_database_for_both() -> None:
    newest = {named(path) for path in KEPT if schema.newest() in path.name}
    assert {name.rpartition("_")[2] for name in newest} == {"sqlite", "postgresql"}


def test_every_kept_database_comes_up(kept: Database) -> None:
    """A failure on the newest one before a release means: python scripts/keep_schema.py."""
    schema.upgrade(kept)

    with kept.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=OPTIONS)
        assert compare_metadata(context, Base.metadata) == []
    with kept.read() as session:
        assert session.scalar(select(func.count()).select_from(Ledger)) == 8
    assert proofs.reconcile(kept) == ()
    assert all(chain.whole for chain in proofs.chains(kept))
    assert schema_shape.strange(kept) == ()
    assert proof.examine(kept).strange == ()  # what stood there counts as the program's


def test_a_kept_server_keeps_its_promises(kept: Database, databases: Databases) -> None:
    schema.upgrade(kept)
    if kept.is_sqlite:
        with kept.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
        return
    admin = databases.cluster().login("yilian_kept").url()
    with server.administrator(admin) as connection:
        assert server_state.broken_promises(connection) == ()


def test_no_revision_goes_back_and_none_is_lost_by_trying(backend: Backend) -> None:
    config = schema._config()
    with backend.db.engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        with pytest.raises(EnvironmentProblem, match="备份"):
            command.downgrade(config, "-1")

    assert schema.is_current(backend.db)
