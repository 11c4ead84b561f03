"""How far this computer's clock is from the server's; days and order always go by the server's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from app.services.db import Database, now

TOLERANCE: Final = timedelta(seconds=120)


def skew(db: Database) -> timedelta:
    """This computer's time less the server's; zero for a local file, which has no other clock."""
    if db.is_sqlite:
        return timedelta()
    before = datetime.now(UTC)
    with db.read() as session:
        server = now(session)
    return before + (datetime.now(UTC) - before) // 2 - server
