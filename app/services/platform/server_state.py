"""How the group's server is, and whether its promises are still in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.engine import make_url

from app.i18n import _
from app.services import schema
from app.services.db import Database, postgresql_engine
from app.services.platform import damage, guesses, server

_NAMED: Final = 20
PROMISES: Final = {
    "tables without row security": (
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'app'::regnamespace"
        " AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity ORDER BY 1"
    ),
    "views that run with the rights of their owner": (
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace IN ('app'::regnamespace,"
        " 'api'::regnamespace) AND c.relkind IN ('v', 'm')"
        " AND NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false) ORDER BY 1"
    ),
    "definer functions without a fixed search_path": (
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace IN"
        " ('app'::regnamespace, 'api'::regnamespace) AND p.prosecdef AND NOT EXISTS (SELECT 1 FROM"
        " unnest(p.proconfig) AS setting WHERE setting = 'search_path=pg_catalog, pg_temp')"
        " ORDER BY 1"
    ),
    "functions that everybody may call": (
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace IN"
        " ('app'::regnamespace, 'api'::regnamespace)"
        " AND has_function_privilege('public', p.oid, 'EXECUTE') ORDER BY 1"
    ),
    "definer functions in api not owned by yilian_ledger": (
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace ="
        " 'api'::regnamespace AND p.proowner <> 'yilian_ledger'::regrole ORDER BY 1"
    ),
    "roles of people with more rights than a person": (
        "SELECT r.rolname FROM pg_roles r JOIN pg_auth_members m ON m.member = r.oid"
        " WHERE m.roleid = 'yilian_login'::regrole AND (r.rolsuper OR r.rolcreaterole OR"
        " r.rolcreatedb OR r.rolbypassrls OR r.rolreplication OR"
        " pg_has_role(r.oid, 'yilian_owner', 'MEMBER') OR"
        " pg_has_role(r.oid, 'yilian_ledger', 'MEMBER')) ORDER BY 1"
    ),
    "rights to change what is append-only": (
        "SELECT t.name || ' ' || r.rolname FROM unnest(ARRAY['app.ledger', 'app.audit',"
        " 'app.signature', 'app.anchor', 'app.anchor_head', 'app.imprint'])"
        " AS t (name), pg_roles r WHERE r.rolname LIKE 'yilian\\_%' AND"
        " r.rolname <> 'yilian_owner' AND (has_table_privilege(r.oid, t.name, 'UPDATE') OR"
        " has_table_privilege(r.oid, t.name, 'DELETE') OR"
        " has_table_privilege(r.oid, t.name, 'TRUNCATE')) ORDER BY 1"
    ),
    "tables that people may lock as a whole, for they may change all of a row": (
        "SELECT c.relname || ' ' || r.rolname FROM pg_class c, pg_roles r WHERE"
        " c.relnamespace IN ('app'::regnamespace, 'api'::regnamespace) AND c.relkind IN ('r', 'p')"
        " AND r.rolname LIKE 'yilian\\_%' AND r.rolname NOT IN ('yilian_owner', 'yilian_ledger')"
        " AND has_table_privilege(r.oid, c.oid, 'UPDATE, TRUNCATE') ORDER BY 1"
    ),
    "prices whose spread the planner tells": (
        "SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid ="
        " a.attrelid WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r'"
        " AND a.attnum > 0 AND NOT a.attisdropped"
        " AND (a.attname ~ '(^|_)(price|amount)$' OR a.attname = 'nonce')"
        " AND (coalesce(a.attstattarget, -1) <> 0 OR EXISTS (SELECT 1 FROM pg_statistic s"
        " WHERE s.starelid = a.attrelid AND s.staattnum = a.attnum)) ORDER BY 1"
    ),
    "people may take rights from everybody (run `yilian server init` again)": (
        "SELECT 'DROP OWNED' WHERE NOT EXISTS (SELECT 1 FROM pg_event_trigger"
        " WHERE evtname = 'yilian_people_define_nothing' AND evtenabled IN ('O', 'A')"
        " AND evtevent = 'ddl_command_start' AND evttags IS NULL)"
    ),
    "database open to everybody": (
        "SELECT privilege FROM unnest(ARRAY['CONNECT', 'TEMPORARY', 'CREATE']) AS privilege"
        " WHERE has_database_privilege('public', current_database(), privilege)"
    ),
}
"""What a healthy server never shows, with the query that would find it."""


_LOSSY: Final = (
    "SELECT name || ' = ' || setting FROM pg_settings WHERE setting = 'off' AND name IN"
    " ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums') UNION ALL"
    " SELECT 'synchronous_commit = off (' || coalesce(r.rolname, d.datname, '*') || ')'"
    " FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole"
    " LEFT JOIN pg_database d ON d.oid = s.setdatabase"
    " WHERE 'synchronous_commit=off' = ANY (s.setconfig) ORDER BY 1"
)
"""Settings with which a power cut takes what was told to be saved, or hides torn pages."""


_WITHOUT_LOGIN: Final = (
    "SELECT login FROM app.person p WHERE active = 1 AND EXISTS (SELECT 1 FROM app.duty_grant g"
    " WHERE g.person_id = p.id) AND NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = login)"
    " ORDER BY 1"
)
_WRONG_SUMS: Final = (
    "SELECT sum(checksum_failures)::int, max(checksum_last_failure)::timestamptz"
    " FROM pg_stat_database WHERE datid = 0 OR datname = current_database()"
)


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """How the server is; `problems` names every broken promise."""

    server_version: str
    database: str
    schema_version: str
    bytes: int
    sessions: int
    people: tuple[str, ...]
    closed: tuple[str, ...]
    problems: tuple[str, ...]


def broken_promises(connection: server.Connection) -> tuple[str, ...]:
    """Every promise that does not hold, with what breaks it."""
    found = []
    for name, query in PROMISES.items():
        rows = connection.execute(query.encode()).fetchall()
        if rows:
            found.append(f"{name}: {', '.join(str(row[0]) for row in rows)}")
    return tuple(found)


def _lossy(connection: server.Connection) -> tuple[str, ...]:
    settings = [str(row[0]) for row in connection.execute(_LOSSY).fetchall()]
    if not settings:
        return ()
    return (
        _(
            "停电会丢掉或弄坏已经保存的数据：{settings}。请改成 on（data_checksums 用"
            " pg_checksums 打开），再重启服务器。",
            settings=", ".join(settings),
        ),
    )


def _without_login(connection: server.Connection) -> tuple[str, ...]:
    """A dump holds no logins: where it is restored on another server, nobody comes in."""
    there = connection.execute("SELECT to_regclass('app.duty_grant')").fetchone()
    if there is None or there[0] is None:
        return ()
    people = [str(row[0]) for row in connection.execute(_WITHOUT_LOGIN).fetchall()]
    if not people:
        return ()
    return (
        _(
            "{n} 人有账号、但这台服务器上没有登录（数据恢复到新服务器后常见）：{people}。"
            "请逐个设密码：yilian server set-password 账号。",
            n=len(people), people="、".join(people[:_NAMED]) + ("…" if people[_NAMED:] else ""),
        ),
    )  # fmt: skip


def _wrong_sums(connection: server.Connection) -> tuple[str, ...]:
    """Pages that the server has read and that did not bear their sum, since it last came up."""
    pages, last = connection.execute(_WRONG_SUMS).fetchone() or (0, None)
    if not pages:
        return ()
    return (
        _(
            "服务器读到 {n} 次坏页（校验和不对），最近 {at}。{advice}",
            n=pages, at=f"{last:%Y-%m-%d %H:%M}", advice=damage.advice(),
        ),
    )  # fmt: skip


def status(admin_url: str) -> ServerStatus:
    """Look at the database named in the address, as the server's superuser."""
    with server.administrator(admin_url) as connection:
        everybody = server.logins(connection)
        closed = connection.execute(
            "SELECT rolname FROM pg_roles WHERE NOT rolcanlogin AND rolname = ANY (%s) ORDER BY 1",
            [list(everybody)],
        ).fetchall()
        size, sessions = connection.execute(
            "SELECT pg_database_size(current_database()), count(*) FROM pg_stat_activity"
            " WHERE datname = current_database()"
        ).fetchone() or (0, 0)
        version = connection.info.server_version
        problems = (*_wrong_sums(connection), *broken_promises(connection), *_lossy(connection))
        problems = (*problems, *_without_login(connection))
        if blind := guesses.unreadable(connection):
            problems = (*problems, blind)
    db = Database(postgresql_engine(admin_url))
    try:
        found, newest = schema.version(db), schema.newest()
    finally:
        db.close()
    if found != newest:
        problems = (
            *problems,
            _("数据版本是 {found}，本程序要 {newest}。", found=found, newest=newest),
        )
    return ServerStatus(
        server_version=f"{version // 10_000}.{version % 10_000}",
        database=make_url(admin_url).database or "",
        schema_version=found,
        bytes=int(str(size)),
        sessions=int(str(sessions)),
        people=everybody,
        closed=tuple(str(row[0]) for row in closed),
        problems=problems,
    )
