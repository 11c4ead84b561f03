"""The server's watchdog: ends what a person's session holds up others with.

A person may lift the own time limits with psql (`SET statement_timeout = 0`), which row security
cannot see, and it may keep a transaction open by a word each second. Run as the server's
superuser, once a minute or in a loop (`yilian server watch`): what works for longer than a minute
is cancelled; ended is what sits in a transaction for longer than two, what others wait for after a
minute, what has been writing for ten, and whoever locks a whole table, which the program never
does. Only logins of people are touched, never the owner's upgrades or a backup.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.services.platform import server

WORKING_SECONDS: Final = 60
IDLE_SECONDS: Final = 120
IN_THE_WAY_SECONDS: Final = 60
WRITING_SECONDS: Final = 600
_FIND: Final = """
  WITH people AS (
    SELECT a.*
      FROM pg_stat_activity a
      JOIN pg_roles r ON r.rolname = a.usename
      JOIN pg_auth_members m ON m.member = r.oid
      JOIN pg_roles g ON g.oid = m.roleid AND g.rolname = 'yilian_login'
     WHERE a.backend_type = 'client backend'),
  waited_for AS (
    SELECT DISTINCT b.pid
      FROM pg_stat_activity w CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS b (pid)
     WHERE w.wait_event_type = 'Lock'),
  found AS (
    SELECT p.*,
           (p.state LIKE 'idle in transaction%%'
             AND p.state_change < clock_timestamp() - make_interval(secs => %(idle)s))
           OR (p.xact_start < clock_timestamp() - make_interval(secs => %(in_the_way)s)
             AND p.wait_event_type IS DISTINCT FROM 'Lock'
             AND p.pid IN (SELECT pid FROM waited_for))
           OR (p.backend_xid IS NOT NULL
             AND p.xact_start < clock_timestamp() - make_interval(secs => %(writing)s))
           OR EXISTS (SELECT 1 FROM pg_locks l WHERE l.pid = p.pid AND l.granted
             AND l.locktype = 'relation' AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock',
               'ExclusiveLock', 'AccessExclusiveLock')) AS sits
      FROM people p)
  SELECT pid, usename, sits, extract(epoch FROM clock_timestamp() -
           CASE WHEN sits THEN coalesce(xact_start, state_change)  -- none once it has failed
                ELSE query_start END)::int AS seconds
    FROM found
   WHERE sits
      OR (state = 'active' AND query_start < clock_timestamp() - make_interval(secs => %(working)s))
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """What the watchdog ended.

    Attributes:
        login: Whose session.
        pid: Its process on the server.
        seconds: For how long its statement had worked, or its transaction was open.
        sits: It sat in a transaction or held up others and was ended; else its statement was
            cancelled.
    """

    login: str
    pid: int
    seconds: int
    sits: bool


def sweep(
    admin_url: str,
    *,
    working: int = WORKING_SECONDS,
    idle: int = IDLE_SECONDS,
    in_the_way: int = IN_THE_WAY_SECONDS,
    writing: int = WRITING_SECONDS,
) -> tuple[Ended, ...]:
    """Look once at all databases of the server; what was ended.

    Args:
        admin_url: The superuser's address.
        working: Seconds that a statement of a person may take.
        idle: Seconds that a person's transaction may wait for its client.
        in_the_way: Seconds that a person's transaction may be open while others wait for it.
        writing: Seconds that a person's transaction that wrote may be open, waited for or not.
    """
    with server.administrator(admin_url) as connection:
        found = []
        limits = {
            "working": working,
            "idle": idle,
            "in_the_way": in_the_way,
            "writing": writing,
        }
        for pid, login, sits, seconds in connection.execute(_FIND, limits).fetchall():
            how = "SELECT pg_terminate_backend(%s)" if sits else "SELECT pg_cancel_backend(%s)"
            connection.execute(how.encode(), [pid])
            found.append(Ended(str(login), int(str(pid)), int(str(seconds)), bool(sits)))
        return tuple(found)
