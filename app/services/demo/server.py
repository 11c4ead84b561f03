"""The demo group on a PostgreSQL server, with a login role for each of its people.

So two windows can be opened on one database, as two people. The tables are made with the rights of
`yilian_owner` (the superuser takes that role), whose own password is never touched: the same server
may carry a real group.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from psycopg import sql
from sqlalchemy import event
from sqlalchemy.engine import make_url

from app.domain.duties import Duty
from app.domain.errors import ConflictError
from app.i18n import _
from app.services import schema
from app.services.db import Database, postgresql_engine
from app.services.demo import sources
from app.services.demo.build import DemoGroup, build, no_progress
from app.services.demo.work import Progress
from app.services.directory import holds_demo
from app.services.platform import server
from app.services.platform.passwords import SERVER_LENGTH, check_password

DATABASE: Final = "yilian_demo"


@dataclass(frozen=True, slots=True)
class ServerDemo:
    """What was made.

    Attributes:
        address: What people give to the window or ``--db``.
        people: Login names; all have the same password.
        group: How much the group holds.
    """

    address: str
    people: tuple[str, ...]
    group: DemoGroup


@dataclass(frozen=True, slots=True)
class ServerWish:
    """Where and how the demo shall be made.

    Attributes:
        admin_url: Address of the server's superuser.
        database: Name of the new database.
        password: Password of all demo people.
        small: A sixth of the goods, for trials.
        reset: Take away an earlier demo of that name first, and take its logins over.
    """

    admin_url: str
    database: str
    password: str
    small: bool = False
    reset: bool = False


def make_on_server(wish: ServerWish, progress: Progress = no_progress) -> ServerDemo:
    """Make database, demo group and logins.

    Raises:
        DomainError: The password is too weak, or the administrator is no superuser.
        ConflictError: There is a database or a login of that name already.
        EnvironmentProblem: The server is too old or unreachable.
    """
    check_password(wish.password, SERVER_LENGTH)
    duties = _people()
    with server.administrator(wish.admin_url) as connection:
        server.check_server(connection)
        server.prepare_roles(connection)
        if wish.reset:
            _drop(connection, wish)
        _refuse_taken(connection, wish, tuple(duties))
        server.make_database(connection, wish.database)
    with server.administrator(wish.admin_url, wish.database) as connection:
        server.prepare_database(connection)
    db = _as_owner(wish)
    try:
        schema.upgrade(db)
        group = build(db, small=wish.small, progress=progress)
    finally:
        db.close()
    with server.administrator(wish.admin_url, wish.database) as connection:
        for login, held in duties.items():
            server.make_login(connection, login, wish.password, held)
    url = make_url(wish.admin_url)
    address = f"postgresql://{url.host or 'localhost'}:{url.port or 5432}/{wish.database}"
    return ServerDemo(address, tuple(duties), group)


def _people() -> dict[str, list[Duty]]:
    """The duties of each person of the demo, by login."""
    return {
        entry["login"]: [Duty(text.split("@")[0]) for text in entry["duties"]]
        for entry in sources.group()["people"]
    }


def _as_owner(wish: ServerWish) -> Database:
    """The new database with the rights of its owner, without the owner's password."""
    url = make_url(wish.admin_url).set(database=wish.database)
    engine = postgresql_engine(url)

    @event.listens_for(engine, "connect")
    def take_role(connection: Any, _record: object) -> None:
        before = connection.autocommit
        connection.autocommit = True
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(server.OWNER)))
        connection.autocommit = before

    return Database(engine)


def _drop(connection: server.Connection, wish: ServerWish) -> None:
    """Take an earlier demo away; a database that holds anything else stays."""
    if not server.has_database(connection, wish.database):
        return
    db = _as_owner(wish)
    try:
        if schema.version(db) and not holds_demo(db):
            raise ConflictError(
                "demo.not_demo",
                _("数据库 {name} 里不是演示数据，没有动它。请换一个名字。", name=wish.database),
            )
    finally:
        db.close()
    connection.execute(
        sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(wish.database))
    )


def _refuse_taken(connection: server.Connection, wish: ServerWish, logins: tuple[str, ...]) -> None:
    """A login that is there already may be somebody's real one: its password is not changed."""
    rows = connection.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY (%s) ORDER BY 1", [list(logins)]
    ).fetchall()
    if rows and not wish.reset:
        names = "、".join(str(row[0]) for row in rows[:5])
        raise ConflictError(
            "demo.logins",
            _(
                "服务器上已经有账号 {names}，没有动它们。确认是以前演示留下的，再加 --reset 重做。",
                names=names,
            ),
        )
