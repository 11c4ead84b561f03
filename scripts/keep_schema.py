"""Keep the present schema, filled with the small test group, as a fixture to upgrade from.

Run before a release; the files in `tests/fixtures` are never changed afterwards, so that every
database that was ever out there can be shown to come up.
"""

from __future__ import annotations

import gzip
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from app.services import schema
from app.services.demo.file import copy_file
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
                    data, ending = dumped(backend).encode(), "sql"
                else:
                    # as a file: a search index (FTS5) cannot be written as statements
                    copy = copy_file(
                        Path(str(backend.db.engine.url.database)), Path(folder) / "kept.db"
                    )
                    data, ending = copy.read_bytes(), "db"
                name = f"schema_{schema.newest()}_{kind}.{ending}.gz"
                (TARGET / name).write_bytes(gzip.compress(data, 9, mtime=0))
                print(name)


def dumped(backend: ServerBackend) -> str:
    """A PostgreSQL database as statements."""
    done = subprocess.run(
        [
            *(server_dump.tool("pg_dump"), "--inserts", *server_dump.SCHEMAS),
            *("--dbname", backend.superuser().conninfo()),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    return "\n".join(line for line in lines if not line.startswith(("\\restrict", "\\unrestrict")))


if __name__ == "__main__":
    main()
