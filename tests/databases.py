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
from typing import Self, cast

from psycopg import sql
from sqlalchemy import select
from typing_extensions import override

from app.domain.duties import Actor, Duty
from app.models.party import DutyGrant, Person
from app.services import schema
from app.services.access import actor_for
from app.services.db import Clock, Database, postgresql_engine, sqlite_engine
from app.services.platform import server
from tests.factories import Site, World, make_world, sqlite_clock
from tests.pgserver import Cluster, Login

OWNER_PASSWORD = "owner-for-tests-only"
PERSON_PASSWORD = "person-for-tests-only"
TEMPLATE = "yilian_template"
WORLD = "yilian_world"


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
        wanted = {server.LOGINS, "yilian_read", *(f"yilian_{duty}" for duty in held)}
        admin = self.cluster.admin()
        if standing(admin).get(login) != wanted:
            server.make_login(admin, login, PERSON_PASSWORD, [Duty(duty) for duty in held])
        return self.cluster.login(self.database, login, PERSON_PASSWORD)

    def superuser(self) -> Login:
        """The server's administrator."""
        return self.cluster.login(self.database)

    @override
    def location(self) -> str:
        """As on the base class; as the owner."""
        return self.owner.url()


def standing(admin: server.Connection) -> dict[str, set[str]]:
    """Every open person login of the server with the roles it has."""
    rows = admin.execute(
        "SELECT r.rolname, array_agg(g.rolname::text) FROM pg_roles r"
        " JOIN pg_auth_members m ON m.member = r.oid JOIN pg_roles g ON g.oid = m.roleid"
        " WHERE r.rolcanlogin AND r.rolname <> %s GROUP BY 1",
        [server.OWNER],
    ).fetchall()
    return {str(name): set(cast("list[str]", roles)) for name, roles in rows}


class Databases:
    """The templates of one test run; a context manager that stops the server it started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)
        self._sqlite: Path | None = None
        self._cluster: Cluster | None = None
        self._worlds: dict[str, World] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._cluster is not None:
            self._cluster.stop()

    @contextmanager
    def fresh(self, name: str, clock: Clock | None = None) -> Iterator[Backend]:
        """An empty migrated database of kind `name`, removed afterwards."""
        if name == "sqlite":
            with self._sqlite_copy(self._sqlite_template(), clock) as backend:
                yield backend
        else:
            with self._server_copy(self.cluster(), TEMPLATE, clock) as backend:
                yield backend

    @contextmanager
    def site(self, name: str, clock: Clock | None = None) -> Iterator[Site]:
        """The small group in a fresh database; it is written once and then copied."""
        world = self._worlds.get(name) or self._make_world(name)
        if name == "sqlite":
            copy = self._sqlite_copy(self._folder / "world.db", clock)
        else:
            copy = self._server_copy(self.cluster(), WORLD, clock)
        with copy as backend:
            made = Site(backend.db, world, backend.connect, clock)
            yield made
            made.close()

    def _make_world(self, name: str) -> World:
        if name == "sqlite":
            file = self._folder / "world.db"
            shutil.copyfile(self._sqlite_template(), file)
            db = Database(sqlite_engine(str(file)), sqlite_clock)
        else:
            cluster = self.cluster()
            cluster.create(WORLD, TEMPLATE, server.OWNER)
            owner = cluster.login(WORLD, server.OWNER, OWNER_PASSWORD)
            db = Database(postgresql_engine(owner.url()), sqlite_clock)
        self._worlds[name] = make_world(db)
        _as_one_file(db)
        return self._worlds[name]

    @contextmanager
    def _sqlite_copy(self, source: Path, clock: Clock | None) -> Iterator[Backend]:
        path = self._folder / f"test_{next(self._numbers)}.db"
        shutil.copyfile(source, path)
        backend = Backend("sqlite", Database(sqlite_engine(str(path)), clock), clock)
        try:
            yield backend
        finally:
            backend.close()
        for left in self._folder.glob(f"{path.name}*"):
            left.unlink()

    def _sqlite_template(self) -> Path:
        if self._sqlite is None:
            path = self._folder / "template.db"
            db = Database(sqlite_engine(str(path)))
            schema.upgrade(db)
            _as_one_file(db)
            self._sqlite = path
        return self._sqlite

    @contextmanager
    def _server_copy(
        self, cluster: Cluster, template: str, clock: Clock | None
    ) -> Iterator[Backend]:
        name = f"yilian_test_{next(self._numbers)}"
        cluster.create(name, template, server.OWNER)
        _close_to_public(cluster.admin(), name)
        backend = ServerBackend(cluster, name, clock)
        try:
            yield backend
        finally:
            backend.close()
            cluster.drop(name)
            _tidy_roles(cluster.admin())

    def cluster(self) -> Cluster:
        """The running server of this test run, with the migrated template in it."""
        if self._cluster is None:
            started = Cluster()
            self._cluster = started.__enter__()
            server.init_server(started.login("postgres").url(), TEMPLATE, OWNER_PASSWORD)
        return self._cluster


def _as_one_file(db: Database) -> None:
    """Leave nothing in a WAL and nobody connected, so that the database can be copied."""
    if db.is_sqlite:
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def _close_to_public(admin: server.Connection, database: str) -> None:
    """A copy has the template's rights inside, but not those on the database itself."""
    name = sql.Identifier(database)
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    roles = sql.SQL("GRANT CONNECT ON DATABASE {} TO yilian_login, yilian_owner")
    admin.execute(roles.format(name))


def _tidy_roles(admin: server.Connection) -> None:
    """Logins that a test has closed or given more than duties do not live on."""
    usual = {server.LOGINS, *(f"yilian_{duty.value}" for duty in Duty)}
    kept = {login for login, roles in standing(admin).items() if roles <= usual}
    for login in server.logins(admin):
        if login not in kept:
            server.drop_login(admin, login)
