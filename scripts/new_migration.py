"""Write a migration from the difference between the models and the newest schema.

python scripts/new_migration.py "what changed"        a further migration
python scripts/new_migration.py --first               rewrite 0001 (only before a release)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command

from app.services import schema
from app.services.db import Database, sqlite_engine

VERSIONS = Path(__file__).resolve().parent.parent / "app" / "migrations" / "versions"
_FIRST_SQL = ("0001_ledger", "0001_orders", "0001_security", "0001_receiving")


def main() -> None:
    """Make the file and say where it is."""
    first = "--first" in sys.argv
    if first:
        for old in VERSIONS.glob("0001_*.py"):
            old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        db = Database(sqlite_engine(str(Path(folder) / "empty.db")))
        if not first:
            schema.upgrade(db)
        with db.engine.execution_options(write=True).begin() as connection:
            config = schema._config()  # noqa: SLF001 - the same configuration as the program
            config.attributes["connection"] = connection
            made = command.revision(
                config,
                message="the main job" if first else sys.argv[1],
                autogenerate=True,
                rev_id="0001" if first else f"{len(list(VERSIONS.glob('0*.py'))) + 1:04d}",
            )
        db.close()
    path = Path(str(getattr(made, "path", "")))
    if first:
        lines = path.read_text(encoding="utf-8").split("\n\n\ndef downgrade")
        calls = "".join(f'\n    run_sql("{name}")' for name in _FIRST_SQL)
        path.write_text(f"{lines[0].rstrip()}{calls}\n\n\ndef downgrade{lines[1]}", "utf-8")
    print(path.name)


if __name__ == "__main__":
    main()
