"""The composition root: address → database → schema → who is signed in.

The only module that knows all the others; window and command line start here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from app import paths
from app.domain.errors import EnvironmentProblem
from app.i18n import _
from app.paths import is_server
from app.services import schema
from app.services.db import Database, postgresql_engine, sqlite_engine
from app.services.db_errors import translate
from app.services.outbox import Outbox
from app.services.platform import storage

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_HERE = frozenset({None, "", "localhost", "127.0.0.1", "::1"})
"""Hosts that no network lies before."""
_LAST_PORT: Final = 65_535
_TLS: Final = frozenset({"disable", "allow", "prefer", "require", "verify-ca", "verify-full"})
"""What libpq knows as `sslmode`."""


def open_database(
    address: str,
    *,
    login: str = "",
    password: str | None = None,
    make: bool = False,
    check: bool = True,
) -> Database:
    """Open the database behind an address and refuse what this program cannot read.

    Args:
        address: Path of a SQLite file or ``postgresql://host:port/name``.
        login: On PostgreSQL the person's login role.
        password: On PostgreSQL the person's password.
        make: Make a new SQLite file, or upgrade an older schema of one.
        check: Whether to refuse another schema version; off for upgrades and examinations.

    Raises:
        EnvironmentProblem: Not there, not reachable, or another schema version.
    """
    db = _connect(address, login=login, password=password, make=make)
    try:
        if make and db.is_sqlite:
            schema.upgrade(db)
        if check:
            with translate():
                _check_version(db)
    except BaseException:
        db.close()
        raise
    return db


def remember_sent(db: Database, address: str, login: str) -> None:
    """From now on keep on this computer what the person sends (`app.services.outbox`)."""
    db.outbox = Outbox(paths.outbox(), address, login)


def _connect(address: str, *, login: str, password: str | None, make: bool) -> Database:
    if is_server(address):
        url = _server_url(address)
        if url.host not in _HERE and "sslmode" not in url.query:
            url = url.update_query_dict(_proved())
        return Database(
            postgresql_engine(url.set(username=login or url.username), password=password)
        )
    if "://" in address:  # never told again: it may hold a password
        raise _no_address()
    file = Path(address)
    if not make and not file.is_file():
        raise EnvironmentProblem(
            "db.missing", _("没有找到数据文件 {file}。请在系统设置里重新选择。", file=file)
        )
    storage.refuse_network_drive(file)
    storage.open_folder(file)
    return Database(sqlite_engine(str(file)))


def _server_url(address: str) -> URL:
    """The parts of a server's address; what libpq would not understand of it is refused here."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import make_conninfo
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(address)
        make_conninfo("", **{name: str(value) for name, value in url.query.items()})
    except (ArgumentError, ValueError, ProgrammingError) as error:  # a port in letters
        raise _no_address() from error
    port = 1 if url.port is None else url.port
    if not 0 < port <= _LAST_PORT or url.query.get("sslmode", "prefer") not in _TLS:
        raise _no_address()
    return url


def _no_address() -> EnvironmentProblem:
    return EnvironmentProblem(
        "db.address",
        _("数据地址不对：服务器写 postgresql://主机/库名，本机写数据文件的路径。请改后再试。"),
    )


def _proved() -> dict[str, str]:
    """A server on another computer has to encrypt and to prove that it is the one meant."""
    own = paths.server_ca()
    authority = str(own) if own.is_file() else "system"
    return {"sslmode": "verify-full", "sslrootcert": authority, "channel_binding": "require"}


def _check_version(db: Database) -> None:
    found = schema.version(db)
    if not found:
        raise EnvironmentProblem("schema.empty", _("这个数据库还是空的。请先建库（yilian init）。"))
    if found != schema.newest():
        with db.engine.connect() as connection:
            schema.refuse_newer(connection)
            if schema.is_usable(connection):
                return
        raise EnvironmentProblem(
            "schema.older",
            _("数据由旧版程序保存，要先升级（yilian migrate）。升级前会自动备份。")
            if db.is_sqlite
            else _(
                "集团服务器的数据由旧版程序保存，还没升级，什么也没有做。"
                "请管理员以 yilian_owner 运行 yilian migrate（会先自动备份），升级后再登录。"
            ),
        )
