"""What papers of the store share: header and footer, names, goods in a cell."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.papers import PrintInfo
from app.domain.quantity import two_units
from app.models.party import Organisation, Person
from app.services.db import local_time, now
from app.services.directory import is_demo


def print_info(session: Session, actor: Actor, org_id: int, selection: str = "") -> PrintInfo:
    """Header and footer of a paper of a member."""
    name = session.scalar(select(Organisation.name).where(Organisation.id == org_id)) or ""
    printed = f"{local_time(now(session)):%Y-%m-%d %H:%M}"
    return PrintInfo(name, actor.name, printed, selection, demo=is_demo(session))


def people(session: Session, ids: Collection[int | None]) -> dict[int, str]:
    """Names of people; nobody has the empty name."""
    wanted = {one for one in ids if one}
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row.id: row.name for row in rows} | {0: ""}


def units_text(base: str, pack: str, factor: int, qty: int) -> str:
    """A quantity as people say it; a loss stands with a minus."""
    return two_units(base, pack, factor).text(qty)


def moment(at: datetime | None) -> str:
    """A moment for a paper; empty for never."""
    return f"{local_time(at):%Y-%m-%d %H:%M}" if at else ""
