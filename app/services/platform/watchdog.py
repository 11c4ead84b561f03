"""The server's watchdog: ends what a person's session holds up others with.

A person may lift the own time limits with psql (`SET statement_timeout = 0`), which row security
cannot see. Run as the server's superuser, once a minute or in a loop (`yilian server watch`): what
works for longer than a minute is cancelled, what sits in a transaction for longer than two is
ended. Only logins of people are touched, never the owner's upgrades or a backup.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.services.platform import server

WORKING_SECONDS: Final = 60
IDLE_SECONDS: Final = 120
_FIND: Final = """
  SELECT a.pid, a.usename, a.state <> 'active' AS sits,
         extract(epoch FROM clock_timestamp() -
           CASE WHEN a.state = 'active' THEN a.query_start ELSE a.state_change END)::int AS seconds
    FROM pg_stat_activity a
    JOIN pg_roles r ON r.rolname = a.usename
    JOIN pg_auth_members m ON m.member = r.oid
    JOIN pg_roles g ON g.oid = m.roleid AND g.rolname = 'yilian_login'
   WHERE a.backend_type = 'client backend'
     AND ((a.state = 'active' AND a.query_start < clock_timestamp() - make_interval(secs => %s))
       OR (a.state LIKE 'idle in transaction%%'
           AND a.state_change < clock_timestamp() - make_interval(secs => %s)))
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """What the watchdog ended.

    Attributes:
        login: Whose session.
        pid: Its process on the server.
        seconds: For how long it had worked or sat.
        sits: It sat in a transaction and was ended; else its statement was cancelled.
    """

    login: str
    pid: int
    seconds: int
    sits: bool


def sweep(
    admin_url: str, *, working: int = WORKING_SECONDS, idle: int = IDLE_SECONDS
) -> tuple[Ended, ...]:
    """Look once at all databases of the server; what was ended.

    Args:
        admin_url: The superuser's address.
        working: Seconds that a statement of a person may take.
        idle: Seconds that a person's transaction may wait for its client.
    """
    with server.administrator(admin_url) as connection:
        found = []
        for pid, login, sits, seconds in connection.execute(_FIND, [working, idle]).fetchall():
            how = "SELECT pg_terminate_backend(%s)" if sits else "SELECT pg_cancel_backend(%s)"
            connection.execute(how.encode(), [pid])
            found.append(Ended(str(login), int(str(pid)), int(str(seconds)), bool(sits)))
        return tuple(found)
