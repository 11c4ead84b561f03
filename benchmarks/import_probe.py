"""An import in a process of its own, so that its memory is the program's and nobody else's.

`python -m benchmarks.import_probe URL LOGIN FILE` prints one JSON line; the rows are written.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from sqlalchemy.engine import make_url

from app.domain.ids import new_op
from app.services.access import actor_for
from app.services.db import Database, postgresql_engine, sqlite_engine
from app.services.importing.catalogue import ApplyCatalogue, apply, preview


def main() -> None:
    """Bring the sheet in, and say what it took."""
    address, login, name = sys.argv[1:]
    url = make_url(address)
    local = url.get_backend_name() == "sqlite"
    db = Database(sqlite_engine(str(url.database)) if local else postgresql_engine(url))
    way = (db, actor_for(db, login))
    before = _peak()
    wall, processor = time.perf_counter(), time.process_time()
    plan = preview(*way, Path(name))
    seen, planned = time.process_time(), _peak()
    done = apply(*way, ApplyCatalogue(new_op(), plan))
    told = {
        "batch": done.batch_id,
        "seconds": time.perf_counter() - wall,
        "cpu_s": time.process_time() - processor,
        "preview_cpu_s": seen - processor,
        "peak_mb": {"start": before, "preview": planned, "import": _peak()},
    }
    sys.stdout.write(json.dumps(told) + "\n")
    db.close()


def _peak() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


if __name__ == "__main__":
    main()
