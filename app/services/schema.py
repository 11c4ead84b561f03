"""The schema's version: upgrade with the packaged migrations, refuse what is newer than we are."""

from __future__ import annotations

import random
import time
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import DBAPIError

from app.domain.errors import DomainError, EnvironmentProblem
from app.i18n import _
from app.models.anchor import Release
from app.services.db import Database
from app.services.db_errors import FULL, UNIQUE, as_known, is_cut, translate
from app.services.imprints import watch

if TYPE_CHECKING:
    from alembic.config import Config


_PATIENCE: Final = 60
"""Seconds for which an upgrade tries again when somebody's work is in its way."""
_LOCKED: Final = "55P03"


def upgrade(db: Database) -> str:
    """Bring the database to the newest schema in one transaction; the version it has then.

    On a server it waits for a lock for two seconds at most, then lets everybody go on and tries
    again: without that limit all readers stand still behind an upgrade that waits.

    Raises:
        EnvironmentProblem: The database is newer than this program, is never free, its disk is
            full or broken, or the line to it broke (`schema.cut`).
    """
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return _upgrade_once(db)
        except EnvironmentProblem as problem:  # told at once, where there is no room
            if problem.code != FULL:
                raise
            raise _not_upgraded(problem) from problem
        except DBAPIError as error:
            if is_cut(error):
                raise _cut() from error
            if not _is_in_the_way(error):
                known = as_known(error)
                if known is None:
                    raise
                raise _not_upgraded(known) from error
            if time.monotonic() > until:
                raise EnvironmentProblem(
                    "schema.in_use",
                    _(
                        "数据库一直有人在用，没有升级，数据没有改动。"
                        "请在下班后再运行 yilian migrate。"
                    ),
                ) from error
            time.sleep(random.uniform(0, 2))  # noqa: S311 - jitter, not a secret


def _upgrade_once(db: Database) -> str:
    with db.engine.execution_options(write=True).begin() as connection:
        if not db.is_sqlite:
            connection.execute(text("SET LOCAL lock_timeout = '2s'"))
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS app"))
            connection.execute(text("SET LOCAL search_path = app"))
            _take_turn(connection)
        refuse_newer(connection)
        if is_usable(connection):
            return _current(connection) or ""
        from alembic import command  # half a second that only an upgrade needs

        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if db.is_sqlite:
            watch.keep(connection, time.time_ns() // 1000, 0)  # what the steps have changed
            watch.unwatch(connection)
        return _current(connection) or ""


def _take_turn(connection: Connection) -> None:
    """Two upgrades at once would make the same table twice; readers do not notice this lock.

    No advisory lock: nobody may take those on our servers.
    """
    if _current(connection) is not None:
        connection.execute(text("LOCK TABLE alembic_version IN SHARE UPDATE EXCLUSIVE MODE"))


def _is_in_the_way(error: DBAPIError) -> bool:
    """Whether somebody holds what the upgrade needs, or makes the first tables at the moment."""
    state = getattr(error.orig, "sqlstate", "")
    taken = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
    return state == _LOCKED or (state == UNIQUE and taken.startswith("pg_"))


def _not_upgraded(why: EnvironmentProblem | DomainError) -> EnvironmentProblem:
    words = _("没有升级，数据没有改动。{why}", why=why.text)
    return EnvironmentProblem(why.code, words)


def _cut() -> EnvironmentProblem:
    """The answer may be the one to COMMIT: whether it was done is seen at the next try."""
    return EnvironmentProblem(
        "schema.cut",
        _(
            "升级时和服务器的连接断了。升级不会只做一半：数据要么还是旧版，要么已是新版。"
            "请等服务器恢复后再运行一次 yilian migrate。"
        ),
    )


def version(db: Database) -> str:
    """The schema version of the database, empty when it holds none."""
    with translate(), db.engine.connect() as connection:
        return _current(connection) or ""


def newest() -> str:
    """The schema version that this program writes."""
    return max(_known())


def is_usable(connection: Connection) -> bool:
    """Whether this program can work with the schema: its own, or a newer one that allows it.

    An upgrade expands first and contracts a release later, so that programs of the release before
    go on; the newer schema itself says from which one on (table `release`).
    """
    found = _current(connection)
    if found is None or found in _known() or not inspect(connection).has_table("release"):
        return found == newest()
    oldest = connection.execute(select(Release.min_client).where(Release.version == found)).scalar()
    return oldest is not None and newest() >= oldest


def is_current(db: Database) -> bool:
    """Whether the database has the schema of this program."""
    return version(db) == newest()


def refuse_newer(connection: Connection) -> None:
    """Raise `EnvironmentProblem` when the database was written by a newer program."""
    found = _current(connection)
    if found is not None and found not in _known() and not is_usable(connection):
        raise EnvironmentProblem(
            "schema.newer",
            _("这份数据由更新版本的程序保存，本程序不能打开。请先升级程序，数据没有改动。"),
        )


@cache
def _known() -> frozenset[str]:
    """The versions that lie in `app/migrations/versions`, named ``0001_what.py``."""
    folder = resources.files("app.migrations") / "versions"
    files = (entry.name for entry in folder.iterdir())
    return frozenset(name.split("_")[0] for name in files if name[:4].isdecimal())


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(resources.files("app.migrations")))
    return config
