"""Who may map, and a member's rows as they are matched."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.matching.row import Entry
from app.i18n import _
from app.models.mapping import LocalItem
from app.services.access import require
from app.services.queries.portions import key_portions


def require_mapper(actor: Actor, org_id: int) -> None:
    """Raise `NotAllowedError` unless the actor keeps the catalogue or the member's store."""
    if not actor.can(Duty.CATALOGUE, org_id):
        require(actor, Duty.STORE, org_id)


def local_row(session: Session, org_id: int, local_id: int) -> LocalItem:
    """The member's row.

    Raises:
        DomainError: The member has none of that id.
    """
    row = session.get(LocalItem, (org_id, local_id))
    if row is None:
        raise _unknown()
    return row


def local_rows(session: Session, org_id: int, ids: Sequence[int]) -> dict[int, LocalItem]:
    """Rows of the member by their ids; raises `DomainError` as `local_row` does."""
    found: dict[int, LocalItem] = {}
    for part in key_portions(ids):
        rows = select(LocalItem).where(LocalItem.org_id == org_id, LocalItem.id.in_(part))
        found |= {row.id: row for row in session.scalars(rows)}
    if not found.keys() >= set(ids):
        raise _unknown()
    return found


def _unknown() -> DomainError:
    return DomainError("mapping.unknown", _("没有这一行清单，可能已重新导入。请刷新后再对。"))


def entry_of(row: LocalItem) -> Entry:
    """A member's row as it is matched."""
    return Entry(
        str(row.id),
        row.name,
        row.spec,
        row.maker,
        row.trade,
        row.form,
        row.licence,
        row.nhsa,
        row.national,
    )
