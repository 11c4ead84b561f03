"""The schema's version: upgrade with the packaged migrations, refuse what is newer than we are."""

from __future__ import annotations

from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.domain.errors import EnvironmentProblem
from app.i18n import _
from app.services.db import Database


def upgrade(db: Database) -> str:
    """Bring the database to the newest schema in one transaction; the version it has then.

    Raises:
        EnvironmentProblem: The database is newer than this program.
    """
    with db.engine.execution_options(write=True).begin() as connection:
        if not db.is_sqlite:
            connection.execute(text("SET LOCAL lock_timeout = '2s'"))
            connection.execute(text("CREATE SCHEMA IF NOT EXISTS app"))
            connection.execute(text("SET LOCAL search_path = app"))
        refuse_newer(connection)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return _current(connection) or ""


def version(db: Database) -> str:
    """The schema version of the database, empty when it holds none."""
    with db.engine.connect() as connection:
        return _current(connection) or ""


def newest() -> str:
    """The schema version that this program writes."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def is_current(db: Database) -> bool:
    """Whether the database has the schema of this program."""
    return version(db) == newest()


def refuse_newer(connection: Connection) -> None:
    """Raise `EnvironmentProblem` when the database was written by a newer program."""
    found = _current(connection)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise EnvironmentProblem(
            "schema.newer",
            _("这份数据由更新版本的程序保存，本程序不能打开。请先升级程序，数据没有改动。"),
        )


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("app.migrations")))
    return config
