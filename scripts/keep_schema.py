"""Keep the present schema, filled with the small test group, as a fixture to upgrade from.

Run before a release; the files in `tests/fixtures` are never changed afterwards, so that every
database that was ever out there can be shown to come up.
"""

from __future__ import annotations

import contextlib
import gzip
import sqlite3
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from app.services import schema
from app.services.platform import server_dump
from tests.databases import Databases, ServerBackend
from tests.factories import Site, make_world
from tests.faults.bookings import fill

TARGET: Final = Path(__file__).resolve().parent.parent / "tests" / "fixtures"


def main() -> None:
    """Write one fixture for each database."""
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, Databases(Path(folder)) as databases:
        for kind in ("sqlite", "postgresql"):
            with databases.fresh(kind) as backend:
                site = Site(backend.db, make_world(backend.db), backend.connect)
                fill(site)
                site.close()
                if isinstance(backend, ServerBackend):
                    text = dumped(backend)
                else:
                    text = dumped_file(str(backend.db.engine.url.database))
                name = f"schema_{schema.newest()}_{kind}.sql.gz"
                (TARGET / name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))
                print(name)


def dumped_file(file: str) -> str:
    """A SQLite file as statements."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return "\n".join(connection.iterdump())


def dumped(backend: ServerBackend) -> str:
    """A PostgreSQL database as statements."""
    done = subprocess.run(
        [server_dump.tool("pg_dump"), "--inserts", "--dbname", backend.superuser().conninfo()],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    return "\n".join(line for line in lines if not line.startswith(("\\restrict", "\\unrestrict")))


if __name__ == "__main__":
    main()
