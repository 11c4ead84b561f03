"""A program that books for ever and may be killed at any moment.

Each intention is written to the outbox before it is sent, and marked after the answer came.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from uuid import UUID

from app.bootstrap import open_database
from app.domain.ids import new_op
from app.services.access import actor_for
from tests.faults.bookings import book


def main() -> None:
    """Settle what is open in the outbox, then book one unit after the other."""
    address, login, place, outbox = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
    db = open_database(address, login=login, password=os.environ.get("YILIAN_PASSWORD"))
    actor = actor_for(db, login)
    with outbox.open("a", encoding="ascii", buffering=1) as notes:

        def send(op: UUID) -> None:
            book(db, actor, op, place, [(1, 1)])
            notes.write(f"done {op}\n")
            os.fsync(notes.fileno())

        for op in unsettled(outbox):
            send(op)
        sys.stdout.write("working\n")
        sys.stdout.flush()
        while True:
            op = new_op()
            notes.write(f"sent {op}\n")
            os.fsync(notes.fileno())
            send(op)


def unsettled(outbox: Path) -> list[UUID]:
    """Intentions that were sent without a known answer."""
    return [UUID(op) for op in noted(outbox, "sent") - noted(outbox, "done")]


def noted(outbox: Path, word: str) -> set[str]:
    """The operation ids with this mark; a line cut by the death of the writer does not count."""
    lines = outbox.read_text(encoding="ascii").splitlines() if outbox.exists() else []
    whole = len("sent ") + 36
    return {line[5:] for line in lines if len(line) == whole and line.startswith(word)}


if __name__ == "__main__":
    main()
