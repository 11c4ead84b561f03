"""A PostgreSQL server for the group: roles, database, one login role for each person.

The server's superuser runs this once (`yilian server init`) and whenever a person comes, goes or
changes duty. Passwords never travel: the client makes the SCRAM verifier, so that no server log
can hold one. The promises behind it: docs/decisions/0004-server-security.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from typing import Final

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from app.domain.duties import Duty
from app.domain.errors import DomainError, EnvironmentProblem
from app.i18n import _
from app.services import schema
from app.services.db import Database, postgresql_engine
from app.services.db_errors import damaged, is_damage
from app.services.platform.passwords import SERVER_LENGTH, check_login, check_password

Connection = psycopg.Connection[tuple[object, ...]]

OWNER: Final = "yilian_owner"
LOGINS: Final = "yilian_login"
OLDEST: Final = 150_014
"""Row security was leaky before 15.14, 16.10, 17.6 (CVE-2025-8713)."""
_SAFE_MINOR: Final = {15: 14, 16: 10, 17: 6}
PERSON_LIMITS: Final = {
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "120s",
    "temp_file_limit": "1GB",
}


@dataclass(frozen=True, slots=True)
class ServerReady:
    """What `init_server` leaves behind."""

    database: str
    schema_version: str
    server_version: str


@contextmanager
def administrator(url: str, database: str = "") -> Iterator[Connection]:
    """A connection as the server's superuser, each statement on its own.

    Args:
        url: ``postgresql://user:password@host:port/database``.
        database: Another database of the same server.

    Raises:
        EnvironmentProblem: The server cannot be reached or refuses the login, or the line to it
            broke (`server.cut`), or what it was asked for is damaged.
    """
    parsed = make_url(url).set(drivername="postgresql")
    if database:
        parsed = parsed.set(database=database)
    try:
        connection = psycopg.connect(
            parsed.render_as_string(hide_password=False), autocommit=True, connect_timeout=8
        )
    except psycopg.OperationalError as error:
        raise EnvironmentProblem(
            "server.unreachable",
            _(
                "连不上服务器 {host}:{port}。请核对地址、账号和密码，并确认 PostgreSQL 已启动。",
                host=parsed.host or "localhost",
                port=parsed.port or 5432,
            ),
        ) from error
    with connection:
        try:
            yield connection
        except psycopg.Error as error:
            if is_damage(error.sqlstate):
                raise damaged() from error
            if not (isinstance(error, psycopg.OperationalError) and connection.broken):
                raise
            raise EnvironmentProblem(
                "server.cut",
                _("做到一半，和服务器的连接断了。原有的数据库没有动。请等服务器恢复后重做一次。"),
            ) from error


@contextmanager
def as_administrator(admin_url: str) -> Iterator[tuple[Database, Connection]]:
    """The database named in the address, for rows and for roles, as the server's superuser."""
    db = Database(postgresql_engine(admin_url))
    try:
        with administrator(admin_url) as connection:
            yield db, connection
    finally:
        db.close()


def init_server(admin_url: str, database: str, owner_password: str) -> ServerReady:
    """Make roles and database, close what PostgreSQL leaves open, and write the schema.

    May be repeated: what is there stays.

    Raises:
        EnvironmentProblem: The server is too old or unreachable.
        DomainError: The administrator is no superuser, or the owner's password is too weak.
    """
    check_password(owner_password, SERVER_LENGTH)
    with administrator(admin_url) as connection:
        check_server(connection)
        prepare_roles(connection)
        set_password(connection, OWNER, owner_password)
        if not has_database(connection, database):
            make_database(connection, database)
        version = connection.info.server_version
    with administrator(admin_url, database) as connection:
        prepare_database(connection)
    owner = make_url(admin_url).set(username=OWNER, password=owner_password, database=database)
    db = Database(postgresql_engine(owner))
    try:
        revision = schema.upgrade(db)
    finally:
        db.close()
    return ServerReady(database, revision, f"{version // 10_000}.{version % 10_000}")


def has_database(connection: Connection, database: str) -> bool:
    """Whether the server has a database of that name."""
    row = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
    return row is not None


def refuse_taken(connection: Connection, database: str) -> None:
    """Raise `DomainError` when there is a database of that name."""
    if has_database(connection, database):
        raise DomainError(
            "server.database",
            _("服务器上已有数据库 {name}，没有动它。请换一个名字。", name=database),
        )


def drop_database(connection: Connection, database: str) -> None:
    """Take away a database that was never finished, if it is there."""
    connection.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
    )


def rename_database(connection: Connection, old: str, new: str) -> None:
    """Give a database that nobody uses yet its name."""
    connection.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
    )


def make_database(connection: Connection, database: str) -> None:
    """Make an empty database for the owner role; `DomainError` when the name is, or gets, taken."""
    refuse_taken(connection, database)
    try:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
                sql.Identifier(database), sql.Identifier(OWNER)
            )
        )
    except (psycopg.errors.UniqueViolation, psycopg.errors.DuplicateDatabase) as error:
        raise DomainError(
            "server.making",
            _(
                "{name} 正由另一个程序建立，这次没有动它。请等那边做完，看结果后再定要不要重做。",
                name=database,
            ),
        ) from error


def prepare_roles(connection: Connection) -> None:
    """Make the product's roles on the server, once; needs a superuser."""
    _run_file(connection, "server_roles")


def prepare_database(connection: Connection) -> None:
    """Close the database to everybody but the product's logins; needs a superuser."""
    _run_file(connection, "server_database")


def set_password(connection: Connection, login: str, password: str) -> None:
    """Give a role its password as a SCRAM verifier that is made here."""
    verifier = connection.pgconn.encrypt_password(
        password.encode(), login.encode(), b"scram-sha-256"
    ).decode("ascii")
    connection.execute(
        sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(login), sql.Literal(verifier))
    )


def make_login(
    connection: Connection, login: str, password: str, duties: Sequence[Duty] = ()
) -> None:
    """Make or reopen the login role of a person, with the group roles of the duties."""
    check_login(login)
    role = sql.Identifier(login)
    if not _exists(connection, login):
        connection.execute(sql.SQL("CREATE ROLE {}").format(role))
    connection.execute(
        sql.SQL("ALTER ROLE {} LOGIN INHERIT CONNECTION LIMIT 8 NOSUPERUSER NOBYPASSRLS").format(
            role
        )
    )
    for name, value in PERSON_LIMITS.items():
        connection.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(
                role, sql.Identifier(name), sql.Literal(value)
            )
        )
    set_password(connection, login, password)
    set_duties(connection, login, duties)


def set_duties(connection: Connection, login: str, duties: Sequence[Duty]) -> None:
    """Make the group roles of a login exactly those of `duties` (and reading)."""
    held = {duty.value for duty in duties} | {Duty.READ.value}
    role = sql.Identifier(login)
    connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(LOGINS), role))
    for duty in Duty:
        verb = "GRANT {} TO {}" if duty.value in held else "REVOKE {} FROM {}"
        connection.execute(sql.SQL(verb).format(sql.Identifier(f"yilian_{duty.value}"), role))


def close_login(connection: Connection, login: str) -> None:
    """Shut a login out at once: no new session, and the running ones end."""
    if not _exists(connection, login):
        return
    connection.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(sql.Identifier(login)))
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [login]
    )


def drop_login(connection: Connection, login: str) -> None:
    """Remove a login role that owns nothing (tests and mistakes; leavers are closed instead)."""
    close_login(connection, login)
    connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(login)))


def logins(connection: Connection) -> tuple[str, ...]:
    """All person logins of the server, open or closed."""
    rows = connection.execute(
        "SELECT m.rolname FROM pg_auth_members a"
        " JOIN pg_roles g ON g.oid = a.roleid JOIN pg_roles m ON m.oid = a.member"
        " WHERE g.rolname = %s ORDER BY 1",
        [LOGINS],
    ).fetchall()
    return tuple(str(row[0]) for row in rows)


def has_login(connection: Connection, login: str) -> bool:
    """Whether the server knows the person: a dump holds no logins, so a new server has none."""
    return _exists(connection, login)


def _exists(connection: Connection, role: str) -> bool:
    row = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    return row is not None


def check_server(connection: Connection) -> None:
    """Refuse a server that is too old to be safe, and a login that is no superuser."""
    version = connection.info.server_version
    major, minor = divmod(version, 10_000)
    if version < OLDEST or minor < _SAFE_MINOR.get(major, 0):
        raise EnvironmentProblem(
            "server.old",
            _(
                "服务器是 PostgreSQL {major}.{minor}，需要 15.14、16.10、17.6、18 或更新："
                "更早的版本会泄露别家的数据。请先升级服务器。",
                major=major,
                minor=minor,
            ),
        )
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if not (row.fetchone() or [False])[0]:
        raise DomainError(
            "server.superuser",
            _("建库要用服务器的超级用户（一般是 postgres）。请换成它的连接地址。"),
        )


def _run_file(connection: Connection, name: str) -> None:
    file = resources.files("app.migrations") / "sql" / "postgresql" / f"{name}.sql"
    connection.execute(file.read_bytes())
