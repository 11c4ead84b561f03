"""Both databases for tests: migrated once into a template, copied for each test.

A `Backend` gives the owner's connection (`db`), and for each person a connection under their own
login: on PostgreSQL a real role with SCRAM password and the duties of `duty_grant`, so that
grants and row security are in force; on SQLite the same file.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import select
from typing_extensions import override

from app.domain.duties import Actor, Duty
from app.models.party import DutyGrant, Person
from app.services import schema
from app.services.access import actor_for
from app.services.db import Clock, Database, postgresql_engine, sqlite_engine
from app.services.platform import server
from tests.pgserver import Cluster, Login

OWNER_PASSWORD = "owner-for-tests-only"
PERSON_PASSWORD = "person-for-tests-only"
TEMPLATE = "yilian_template"


class Backend:
    """One fresh database of one test."""

    def __init__(self, name: str, db: Database, clock: Clock | None) -> None:
        self.name = name
        self.db = db
        self.clock = clock
        self._opened: list[Database] = []

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the SQLite run of the test."""
        return self.name == "sqlite"

    def connect(self, login: str) -> Database:
        """The database as the person reaches it; on SQLite everybody opens the same file."""
        del login
        return self._keep(Database(sqlite_engine(self.location()), self.clock))

    def signed_in(self, login: str) -> tuple[Database, Actor]:
        """The person's database and the person; `person` must hold the login."""
        db = self.connect(login)
        return db, actor_for(db, login)

    def _keep(self, db: Database) -> Database:
        self._opened.append(db)
        return db

    def location(self) -> str:
        """What `--db` of the command line takes."""
        return str(self.db.engine.url.database)

    def close(self) -> None:
        """Give back all connections."""
        for db in [*self._opened, self.db]:
            db.close()


class ServerBackend(Backend):
    """A fresh PostgreSQL database; persons come in through their own login roles."""

    def __init__(self, cluster: Cluster, database: str, clock: Clock | None) -> None:
        self.cluster = cluster
        self.database = database
        self.owner = cluster.login(database, server.OWNER, OWNER_PASSWORD)
        super().__init__("postgresql", Database(postgresql_engine(self.owner.url()), clock), clock)

    @override
    def connect(self, login: str) -> Database:
        """As on the base class; the login role is made or brought up to date first."""
        return self._keep(Database(postgresql_engine(self.login(login).url()), self.clock))

    def login(self, login: str) -> Login:
        """How the person signs in, for psycopg or another process."""
        with self.db.read() as session:
            held = session.scalars(
                select(DutyGrant.duty)
                .join(Person, Person.id == DutyGrant.person_id)
                .where(Person.login == login)
            ).all()
        with server.administrator(self.superuser().url(), self.database) as connection:
            server.make_login(connection, login, PERSON_PASSWORD, [Duty(duty) for duty in held])
        return self.cluster.login(self.database, login, PERSON_PASSWORD)

    def superuser(self) -> Login:
        """The server's administrator."""
        return self.cluster.login(self.database)

    @override
    def location(self) -> str:
        """As on the base class; as the owner."""
        return self.owner.url()


class Databases:
    """The templates of one test run; a context manager that stops the server it started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._sqlite: Path | None = None
        self._cluster: Cluster | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._cluster is not None:
            self._cluster.stop()

    @contextmanager
    def fresh(self, name: str, clock: Clock | None = None) -> Iterator[Backend]:
        """An empty migrated database of kind `name`, removed afterwards."""
        number = next(self._numbers)
        maker = self._fresh_sqlite if name == "sqlite" else self._fresh_postgresql
        with maker(number, clock) as backend:
            try:
                yield backend
            finally:
                backend.close()

    @contextmanager
    def _fresh_sqlite(self, number: int, clock: Clock | None) -> Iterator[Backend]:
        path = self._folder / f"test_{number}.db"
        shutil.copyfile(self._sqlite_template(), path)
        yield Backend("sqlite", Database(sqlite_engine(str(path)), clock), clock)
        for left in self._folder.glob(f"{path.name}*"):
            left.unlink()

    def _sqlite_template(self) -> Path:
        if self._sqlite is None:
            path = self._folder / "template.db"
            db = Database(sqlite_engine(str(path)))
            schema.upgrade(db)
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.close()
            self._sqlite = path
        return self._sqlite

    @contextmanager
    def _fresh_postgresql(self, number: int, clock: Clock | None) -> Iterator[Backend]:
        cluster = self.cluster()
        name = f"yilian_test_{number}"
        cluster.create(name, TEMPLATE, server.OWNER)
        with server.administrator(cluster.login(name).url(), name) as connection:
            server.prepare_database(connection)
        yield ServerBackend(cluster, name, clock)
        with server.administrator(cluster.login("postgres").url()) as connection:
            people = server.logins(connection)
            for login in people:
                server.close_login(connection, login)
        cluster.drop(name)
        with server.administrator(cluster.login("postgres").url()) as connection:
            for login in people:
                server.drop_login(connection, login)

    def cluster(self) -> Cluster:
        """The running server of this test run, with the migrated template in it."""
        if self._cluster is None:
            started = Cluster()
            self._cluster = started.__enter__()
            server.init_server(started.login("postgres").url(), TEMPLATE, OWNER_PASSWORD)
        return self._cluster
