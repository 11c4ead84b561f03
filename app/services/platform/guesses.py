"""Guessed passwords: the watchdog reads the server's own log, tells, and may close a login.

PostgreSQL keeps no count of failed logins; its log has each with SQLSTATE 28P01 and the login that
was tried. The superuser reads the last minutes of it (`log_destination = 'jsonlog'` or 'csvlog':
the plain log's words depend on language and prefix). Nothing is kept between two looks.

An alarm is the default. Closing the login as well (`yilian server watch --lock`) stops the
guessing, and is a way to shut somebody out by guessing on purpose: that is its price.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg import sql
from sqlalchemy import select, text

from app.domain.errors import DomainError
from app.i18n import _
from app.models.party import Person
from app.services.platform import server

FAILURES: Final = 10
WINDOW_MINUTES: Final = 10
_READ_BYTES: Final = 16_000_000
"""Of each file, from its end: a busy log is read for less than the window, never for minutes."""
_REFUSED: Final = "28P01"
"""SQLSTATE of a wrong password."""
_CSV_HOST: Final = 4
_CSV_STATE: Final = 12
"""Columns of the manual; time and login are the first two."""
_STAMP_LENGTH: Final = 23
"""Up to milliseconds; what follows is the zone's short name, which may mean several."""
_FILES: Final = """
  SELECT pg_read_binary_file(current_setting('log_directory') || '/' || name,
           greatest(0, size - %(most)s), %(most)s, true), size > %(most)s
    FROM pg_ls_logdir()
   WHERE modification > clock_timestamp() - make_interval(mins => %(minutes)s)
     AND right(name, length(%(ending)s)) = %(ending)s
   ORDER BY modification
"""
_SINCE: Final = """
  SELECT (clock_timestamp() AT TIME ZONE current_setting('log_timezone'))
         - make_interval(mins => %s)
"""


@dataclass(frozen=True, slots=True)
class Guessed:
    """A login that was tried with wrong passwords.

    Attributes:
        login: The name that was tried; it need not exist.
        failures: How often within the last ten minutes.
        hosts: From which addresses, sorted.
        last: The last try, by the log's clock.
        closed: The login was closed by this look.
    """

    login: str
    failures: int
    hosts: tuple[str, ...]
    last: datetime
    closed: bool = False


@dataclass(frozen=True, slots=True)
class _Try:
    at: datetime
    login: str
    host: str


def unreadable(connection: server.Connection) -> str:
    """Why failed logins cannot be read from the server's log; empty if they can."""
    if _kind(connection) and _setting(connection, "log_min_messages") != "panic":
        return ""
    return _(
        "看不到登录失败：猜密码不会有警报。请在 postgresql.conf 里设 logging_collector = on、"
        "log_destination = 'jsonlog'，重启服务器。"
    )


def guesses(
    connection: server.Connection, failures: int = FAILURES, minutes: int = WINDOW_MINUTES
) -> tuple[Guessed, ...]:
    """Logins that were tried with wrong passwords at least `failures` times in `minutes`."""
    row = connection.execute(_SINCE, [minutes]).fetchone()
    since = row[0] if row else None
    if not isinstance(since, datetime) or unreadable(connection):
        return ()
    found: dict[str, list[_Try]] = {}
    for one in _tries(connection, minutes):
        if one.at >= since:
            found.setdefault(one.login, []).append(one)
    return tuple(
        Guessed(login, len(tries), tuple(sorted({x.host for x in tries})), max(x.at for x in tries))
        for login, tries in sorted(found.items())
        if len(tries) >= failures
    )


def lock(admin_url: str, login: str) -> bool:
    """Close a person's login and end its sessions; whether there was an open one.

    The owner's and the superuser's logins are never closed: somebody has to open again.
    """
    with server.as_administrator(admin_url) as (db, connection):
        if login not in server.logins(connection) or not _open(connection, login):
            return False
        server.close_login(connection, login)
        with db.write() as session:
            session.execute(_RECORD, {"login": login, "action": "account.locked"})
        return True


def unlock(admin_url: str, login: str) -> None:
    """Open a login again that was closed for guessed passwords; its password is as before.

    Raises:
        DomainError: No such person, or one who has left.
    """
    with server.as_administrator(admin_url) as (db, connection):
        with db.read() as session:
            active = session.scalar(select(Person.active).where(Person.login == login))
        if active is None or login not in server.logins(connection):
            raise DomainError("account.unknown", _("没有账号 {login}。请核对账号名。", login=login))
        if not active:
            raise DomainError(
                "account.left", _("{login} 已停用离岗，不是因为猜密码被锁。", login=login)
            )
        connection.execute(sql.SQL("ALTER ROLE {} LOGIN").format(sql.Identifier(login)))
        with db.write() as session:
            session.execute(_RECORD, {"login": login, "action": "account.unlocked"})


_RECORD: Final = text(
    "SELECT api.audit(org_id, 0, :action, 'person', id, '{}') FROM app.person WHERE login = :login"
)
"""In the trail of the person's organisation; by nobody of the group (0): by the server itself."""


def _open(connection: server.Connection, login: str) -> bool:
    query = "SELECT rolcanlogin FROM pg_roles WHERE rolname = %s"
    return connection.execute(query, [login]).fetchone() == (True,)


def _setting(connection: server.Connection, name: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    return str(row[0]) if row else ""


def _kind(connection: server.Connection) -> str:
    """Which log that programs can read is written now: 'jsonlog', 'csvlog' or ''."""
    for kind in ("jsonlog", "csvlog"):
        row = connection.execute("SELECT pg_current_logfile(%s)", [kind]).fetchone()
        if row is not None and row[0]:
            return kind
    return ""


def _tries(connection: server.Connection, minutes: int) -> Iterator[_Try]:
    kind = _kind(connection)
    limits = {"most": _READ_BYTES, "minutes": minutes, "ending": f".{kind.removesuffix('log')}"}
    for content, cut in connection.execute(_FILES, limits).fetchall():
        if not isinstance(content, bytes):
            continue  # rotated away meanwhile
        body = content.partition(b"\n")[2] if cut else content
        yield from READERS[kind](body.decode("utf-8", "replace"))


def _from_json(body: str) -> Iterator[_Try]:
    for line in body.splitlines():
        if _REFUSED not in line:
            continue
        try:
            row = json.loads(line)
        except ValueError:
            continue  # being written at this moment
        if row.get("state_code") == _REFUSED:
            yield from _try(row.get("timestamp"), row.get("user"), row.get("remote_host"))


def _from_csv(body: str) -> Iterator[_Try]:
    for row in csv.reader(io.StringIO(body)):
        if len(row) > _CSV_STATE and row[_CSV_STATE] == _REFUSED:
            yield from _try(row[0], row[1], row[_CSV_HOST].rpartition(":")[0])


READERS: Final = {"jsonlog": _from_json, "csvlog": _from_csv}
"""The failed logins in a log's text, by its form."""


def _try(stamp: object, login: object, host: object) -> Iterator[_Try]:
    try:
        at = datetime.fromisoformat(str(stamp)[:_STAMP_LENGTH])
    except ValueError:
        return
    yield _Try(at, str(login or ""), str(host or ""))
