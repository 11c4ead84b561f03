"""Write or rewrite a migration from the difference between the models and the schema before it.

python scripts/new_migration.py 0005 negotiation TABLE [TABLE …]

Only the named tables are compared, so that a migration holds one idea. The statements of its
`sql/<dialect>/0005_negotiation*.sql` files (triggers, functions, row security) are called at the
end: `run_rules` for a name that ends in `_security`, `run_sql` for the others. A released
migration is never written again.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

from alembic import command
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.util.pyfiles import template_to_file
from sqlalchemy import Connection

import app.models.every  # noqa: F401 - fills the metadata
from app.models.base import Base
from app.services import schema
from app.services.db import Database, sqlite_engine

FOLDER: Final = Path(__file__).resolve().parent.parent / "app" / "migrations"


def main(revision: str, name: str, tables: frozenset[str]) -> None:
    """Make the file and say where it is."""
    before = f"{int(revision) - 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        db = Database(sqlite_engine(str(Path(folder) / "before.db")))
        with db.engine.execution_options(write=True).begin() as connection:
            config = schema._config()  # noqa: SLF001 - the same configuration as the program
            config.attributes["connection"] = connection
            command.upgrade(config, before)
            body = difference(connection, tables)
        db.close()
    for old in (FOLDER / "versions").glob(f"{revision}_*.py"):
        old.unlink()
    path = FOLDER / "versions" / f"{revision}_{name}.py"
    template_to_file(
        str(FOLDER / "script.py.mako"),
        str(path),
        "utf-8",
        message=name.replace("_", " "),
        up_revision=revision,
        down_revision=before,
        imports="",
        upgrades=body + calls(revision),
    )
    print(path.name)


def difference(connection: Connection, tables: frozenset[str]) -> str:
    """The statements that bring the named tables to what the models say."""

    def wanted(thing: str | None, kind: str, parents: object) -> bool:
        del parents
        return kind != "table" or thing in tables

    options = {"compare_type": True, "include_name": wanted, "include_object": included(tables)}
    context = MigrationContext.configure(connection, opts=options)
    made = produce_migrations(context, Base.metadata)
    if made.upgrade_ops is None:
        return "pass"
    return str(render_python_code(made.upgrade_ops, migration_context=context)).strip()


def included(tables: frozenset[str]) -> object:
    """Alembic's filter for what the models hold: only the named tables and what is in them."""

    def check(item: object, thing: str, kind: str, *_rest: object) -> bool:
        del item
        return kind != "table" or thing in tables

    return check


def calls(revision: str) -> str:
    """Calls of the SQL files that belong to the migration, each name once."""
    files = (FOLDER / "sql").glob(f"*/{revision}_*.sql")
    lines = ""
    for stem in sorted({file.stem for file in files}, key=lambda stem: stem.endswith("_security")):
        lines += f'\n    {"run_rules" if stem.endswith("_security") else "run_sql"}("{stem}")'
    return lines


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], frozenset(sys.argv[3:]))
