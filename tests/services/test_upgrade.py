"""Other versions: an older schema comes up behind a backup, a newer one says who may use it."""

from __future__ import annotations

import gzip
import re
import resource
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.bootstrap import open_database
from app.domain.errors import EnvironmentProblem
from app.domain.ids import new_op
from app.services import schema
from app.services.db import Database, sqlite_engine
from app.services.imprints.words import tell
from app.services.platform import backup, setup
from tests.databases import Backend
from tests.factories import EAST, Site
from tests.faults.bookings import book

OLD = Path(__file__).parents[1] / "fixtures" / "schema_0008_sqlite.db.gz"


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    """A file as a release of long ago left it."""
    file = tmp_path / "old.db"
    file.write_bytes(gzip.decompress(OLD.read_bytes()))
    return file


def put_version(db: Database, number: str, min_client: str = "") -> None:
    """What a later release of the program leaves behind."""
    with db.engine.execution_options(write=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :n"), {"n": number})
        if min_client:
            row = "INSERT INTO release (version, min_client, at) VALUES (:n, :oldest, 1)"
            connection.execute(text(row), {"n": number, "oldest": min_client})


def test_an_older_file_is_backed_up_and_comes_up(old_file: Path, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="yilian migrate"):
        open_database(str(old_file))
    db = open_database(str(old_file), check=False)
    done = setup.migrate(db, tmp_path / "copies")
    again = setup.migrate(db, tmp_path / "copies")
    db.close()

    assert (done.before, done.after, again.backup) == ("0008", schema.newest(), "")
    backup.restore(Path(done.backup), tmp_path / "back.db")
    back = Database(sqlite_engine(str(tmp_path / "back.db")))
    assert schema.version(back) == "0008"  # the way back
    back.close()
    open_database(str(old_file)).close()


def test_what_an_upgrade_states_anew_is_told_once(old_file: Path, tmp_path: Path) -> None:
    """One sentence for all tables, not one for each."""
    db = open_database(str(old_file), check=False)
    setup.migrate(db, tmp_path / "copies")
    told = "".join(tell(db).notes)
    db.close()
    assert told.count("起重新留存") == 1
    assert re.search(r"等 \d\d 类内容从", told)


def test_without_room_for_a_backup_nothing_is_upgraded(
    old_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.services.platform.storage.free_bytes", lambda _folder: 1000)
    db = open_database(str(old_file), check=False)
    with pytest.raises(EnvironmentProblem, match="清出空间"):
        setup.migrate(db, tmp_path / "copies")
    assert schema.version(db) == "0008"
    db.close()


def test_a_disk_that_is_full_leaves_the_old_schema(old_file: Path) -> None:
    db = open_database(str(old_file), check=False)
    assert schema.version(db) == "0008"
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (old_file.stat().st_size // 4, limit[1]))
    try:
        with pytest.raises(EnvironmentProblem, match="没有升级，数据没有改动"):
            schema.upgrade(db)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert schema.version(db) == "0008"
    assert schema.upgrade(db) == schema.newest()  # once there is room
    db.close()


def test_an_unknown_newer_schema_is_refused_and_left_alone(backend: Backend) -> None:
    put_version(backend.db, "9999")
    with backend.db.engine.connect() as connection:
        with pytest.raises(EnvironmentProblem, match="先升级程序，数据没有改动"):
            schema.refuse_newer(connection)
        assert not schema.is_usable(connection)
    with pytest.raises(EnvironmentProblem):
        schema.upgrade(backend.db)
    assert schema.version(backend.db) == "9999"


@pytest.mark.parametrize(
    ("oldest", "usable"), [("0016", True), (schema.newest(), True), ("9999", False)]
)
def test_a_newer_schema_says_which_programs_may_go_on(
    site: Site, tmp_path: Path, oldest: str, *, usable: bool
) -> None:
    put_version(site.owner, "9999", oldest)
    with site.db("east_store").engine.connect() as connection:  # as the person asks at sign-in
        assert schema.is_usable(connection) is usable
    if not usable:
        with pytest.raises(EnvironmentProblem):
            setup.migrate(site.owner, tmp_path)
        return
    assert setup.migrate(site.owner, tmp_path).backup == ""
    assert schema.upgrade(site.owner) == "9999"
    assert book(*site.as_("east_store"), new_op(), site.world.stores[EAST], [(1, -5)]) == 1


def test_an_older_schema_is_brought_up_whatever_it_said_of_programs(
    sqlite_backend: Backend,
) -> None:
    """What a release wrote of the programs it works with is about older ones, not about us."""
    with sqlite_backend.db.engine.execution_options(write=True).begin() as connection:
        connection.execute(text("DELETE FROM release"))
    put_version(sqlite_backend.db, "0028", "0016")
    with sqlite_backend.db.engine.connect() as connection:
        assert not schema.is_usable(connection)


def test_a_step_that_fails_leaves_nothing(
    backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_version(backend.db, "0015")
    tables = "SELECT count(*) FROM place"

    def fail(config: object, _target: str) -> None:
        connection = config.attributes["connection"]  # type: ignore[attr-defined]
        connection.execute(text("CREATE TABLE half (x int)"))
        connection.execute(text("DELETE FROM alembic_version"))
        raise KeyError("in the middle")

    monkeypatch.setattr(command, "upgrade", fail)
    with pytest.raises(KeyError):
        schema.upgrade(backend.db)

    assert schema.version(backend.db) == "0015"
    with backend.db.engine.connect() as connection:
        connection.execute(text(tables))
        with pytest.raises(DBAPIError, match="half"):
            connection.execute(text("SELECT * FROM half"))


@pytest.fixture
def busy(postgresql_backend: Backend) -> Iterator[tuple[Backend, threading.Event]]:
    """Somebody holds a lock that the upgrade needs, until told to let go."""
    let_go, held = threading.Event(), threading.Event()

    def hold() -> None:
        with postgresql_backend.db.engine.begin() as connection:
            connection.execute(text("LOCK TABLE app.alembic_version IN ACCESS EXCLUSIVE MODE"))
            held.set()
            let_go.wait(60)

    thread = threading.Thread(target=hold)
    put_version(postgresql_backend.db, "0015")
    thread.start()
    held.wait(30)
    yield postgresql_backend, let_go
    let_go.set()
    thread.join()


def test_an_upgrade_waits_its_turn_and_tries_again(
    busy: tuple[Backend, threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It gives way after two seconds (else all readers would stand behind it) and comes back."""
    backend, let_go = busy
    tries: list[int] = []
    once = schema._upgrade_once

    def counted(db: Database) -> str:
        tries.append(1)
        if len(tries) > 1:
            let_go.set()
        return once(db)

    monkeypatch.setattr(schema, "_upgrade_once", counted)
    monkeypatch.setattr(command, "upgrade", lambda *_args: put_back(backend))
    schema.upgrade(backend.db)
    assert len(tries) >= 2


def put_back(_backend: Backend) -> None:
    """Nothing to do: the schema was complete all along."""
