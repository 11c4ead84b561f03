"""What every test may lean on: no network, own folders, a fixed clock, both databases.

A test that leaves an unexpected ERROR in the log fails, as does one that makes Python or Qt warn.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import pytest
from hypothesis import settings
from typing_extensions import override

from app.services.platform import backup, schedule
from tests.databases import Backend, Databases
from tests.factories import NOW, Site
from tests.light import collect_rarely, keep_files_in_memory

keep_files_in_memory()
# Laws are about values, never about how long a busy machine takes for one example.
settings.register_profile("laws", deadline=None)
settings.load_profile("laws")


def pytest_collection_finish() -> None:
    """All modules are there now."""
    collect_rarely()


class FixedClock:
    """A clock that moves only when a test says so."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **step: float) -> None:
        """Go on by a `timedelta(**step)`."""
        self.now += timedelta(**step)


@pytest.fixture
def clock() -> FixedClock:
    """The clock of `backend.db`."""
    return FixedClock()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """Migrated, empty templates of both databases; PostgreSQL is started on first use."""
    with Databases(tmp_path_factory.mktemp("databases")) as made:
        yield made


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is about noon where backups are made: no midnight comes between two of one day."""
    zone = timezone(timedelta(hours=12 - datetime.now(UTC).hour))
    for module in (schedule, backup):
        monkeypatch.setattr(module, "ZONE", zone)


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(
    request: pytest.FixtureRequest, databases: Databases, clock: FixedClock
) -> Iterator[Backend]:
    """An empty migrated database: the test runs once on SQLite and once on PostgreSQL."""
    with databases.fresh(str(request.param), clock) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, databases: Databases, clock: FixedClock) -> Iterator[Site]:
    """The small group of `tests.factories`, on SQLite and on PostgreSQL.

    `site.as_("east_store")` is that person's own way in; `site.owner` has every right.
    """
    with databases.site(str(request.param), clock) as made:
        yield made


@pytest.fixture
def sqlite_site(databases: Databases, clock: FixedClock) -> Iterator[Site]:
    """The small group on SQLite only, for pages and whatever no database decides."""
    with databases.site("sqlite", clock) as made:
        yield made


@pytest.fixture
def sqlite_backend(databases: Databases, clock: FixedClock) -> Iterator[Backend]:
    """An empty migrated SQLite file, for what does not depend on the database."""
    with databases.fresh("sqlite", clock) as made:
        yield made


@pytest.fixture
def postgresql_backend(databases: Databases, clock: FixedClock) -> Iterator[Backend]:
    """An empty migrated PostgreSQL database, for what only a server has."""
    with databases.fresh("postgresql", clock) as made:
        yield made


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, logs and documents go to the test's own folder."""
    home = tmp_path / "home"
    monkeypatch.setenv("YILIAN_HOME", str(home))
    return home


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket may go to this machine only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        here = self.family == socket.AF_UNIX or str(address[0]) in {"127.0.0.1", "::1", "localhost"}
        if not here:
            pytest.fail(f"a test went to the network: {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


class _Errors(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(f"{record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_error_log(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Fail on an ERROR in the log; a test that provokes one asks for this and clears the list."""
    handler = _Errors()
    logging.getLogger().addHandler(handler)
    yield handler.texts
    logging.getLogger().removeHandler(handler)
    if handler.texts:
        pytest.fail(f"unexpected errors in the log of {request.node.name}: {handler.texts}")


@pytest.fixture(autouse=True)
def chinese_texts() -> Iterator[None]:
    """Every test begins in Chinese, whatever the one before it chose."""
    from app.i18n import use_language

    use_language("zh_CN")
    yield
    use_language("zh_CN")
