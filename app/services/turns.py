"""One after the other: where a rule is looked at before a row is written, and no key keeps it.

A server lets two units of work look at the same moment, and both find the way free: two counts of
one store, a rule beside the rule that it should end. Whoever takes a turn waits for those who
took it before, and sees what they wrote.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from app.services.db import database_of
from app.services.numbering import next_number

_ALWAYS: Final = date(2000, 1, 1)


def take_turn(session: Session, org_id: int, matter: str) -> None:
    """Wait until nobody else of the organisation is at the matter; held until the unit ends.

    Call it before what the rule looks at is read. A file has one writer at a time anyway.

    Args:
        session: A unit of work that writes.
        org_id: Whose books.
        matter: What only one may be at, such as ``count``.
    """
    if not database_of(session).is_sqlite:
        next_number(session, org_id, f"turn.{matter}", _ALWAYS)
