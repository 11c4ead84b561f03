"""Taking an import back: row by row, and what later work rests on stays, with the reason.

A new item is removed, a changed one gets its former facts back; a new price goes and the one
before it holds on; a day's demand is again what it was. What was touched or used since stays as it
is. Undoing once more later takes back what has become free.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.catalogue import CodeDraft, ItemClass, ItemDraft, ItemStatus, Storage
from app.domain.codes import CodeSystem
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.i18n import _
from app.models.item import Item, ItemCode, ItemSearch, ItemUnit
from app.models.party import Person
from app.models.platform import ImportBatch
from app.services import audit
from app.services.access import lead_org, require
from app.services.catalogue.change import Change, change_all
from app.services.catalogue.history import remember_all
from app.services.catalogue.index import reindex
from app.services.catalogue.uses import uses
from app.services.db import Database, hold_few_pages, local_time, now, today
from app.services.importing.plan import Report, quiet
from app.services.importing.undo_demand import DemandBack
from app.services.importing.undo_prices import PricesUsed, take_back
from app.services.operations import claim, finish, plain
from app.services.queries.portions import portions
from app.services.replenishment.scope import require_planner

_CHUNK: Final = 500
DEMAND: Final = "demand"
_DUTIES: Final = {"catalogue": Duty.CATALOGUE, "prices": Duty.BUY}


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One import that was made.

    Attributes:
        undone: Whether nothing of it is left to be undone.
    """

    id: int
    kind: str
    file_name: str
    at: datetime
    person: str
    added: int
    changed: int
    refused: int
    undone: bool


@dataclass(frozen=True, slots=True)
class Stays:
    """A row that is not taken back, and why."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo has done, or would do.

    Attributes:
        removed: New rows that are gone.
        restored: Changed rows that are as before.
        stays: Rows that later work rests on.
    """

    batch_id: int
    removed: int
    restored: int
    stays: tuple[Stays, ...]


@dataclass(frozen=True, slots=True)
class UndoImport:
    """Take an import back; with `check` nothing is written."""

    op_id: UUID
    batch_id: int
    check: bool = False


def imports(db: Database, actor: Actor, kind: str = "", limit: int = 50) -> tuple[BatchRow, ...]:
    """The imports of the actor's organisations, the newest first."""
    wanted = (
        select(ImportBatch, Person.name)
        .outerjoin(Person, Person.id == ImportBatch.person_id)
        .where(ImportBatch.org_id.in_(sorted(actor.orgs())))
        .order_by(ImportBatch.at.desc(), ImportBatch.id.desc())
        .limit(limit)
    )
    if kind:
        wanted = wanted.where(ImportBatch.kind == kind)
    with db.read() as session:
        return tuple(
            BatchRow(
                batch.id, batch.kind, batch.file_name, local_time(batch.at), person or "",
                batch.added, batch.changed, batch.refused, batch.undone_at is not None,
            )
            for batch, person in session.execute(wanted)
        )  # fmt: skip


def undo(db: Database, actor: Actor, command: UndoImport, report: Report = quiet) -> Undone:
    """Take an import back in one transaction; what must stay is named with its reason.

    Raises:
        DomainError: There is no such import, it was undone before, or its kind keeps no trace.
    """
    with db.write() as session:
        batch = _batch(session, actor, command.batch_id)
        book = batch.org_id
        if not command.check:
            earlier = claim(session, actor, book, command.op_id, "import.undo", (command.batch_id,))
            if earlier is not None:
                stays = tuple(Stays(**one) for one in earlier.pop("stays"))
                return Undone(**earlier, stays=stays)
        _check_whole(batch)
        hold_few_pages(session)
        result, left = _WORKS[batch.kind](session, actor, report).undo(batch)
        if command.check:
            session.rollback()
            return result
        batch.undo = left
        if not result.stays:
            batch.undone_at = int(now(session).timestamp() * 1_000_000)
        audit.record(
            session, actor, book, "import.undo", ("import", batch.id),
            {"removed": result.removed, "restored": result.restored, "stay": len(result.stays)},
        )  # fmt: skip
        finish(session, book, command.op_id, plain(result))
        return result


def _batch(session: Session, actor: Actor, batch_id: int) -> ImportBatch:
    batch = session.scalar(
        select(ImportBatch)
        .where(ImportBatch.id == batch_id, ImportBatch.org_id.in_(sorted(actor.orgs())))
        .with_for_update()  # of two who take it back at once the second finds it done
    )
    if batch is None and not any(actor.has(duty) for duty in (Duty.CATALOGUE, Duty.BUY)):
        require(actor, Duty.CATALOGUE, lead_org(session, today(session)))
    if batch is None or batch.kind not in _WORKS:
        raise DomainError(
            "import.unknown",
            _("没有这次导入，或这类导入不能撤销。请用 yilian import list 查看。"),
        )
    if batch.kind == DEMAND:
        require_planner(actor, batch.org_id)
    else:
        require(actor, _DUTIES[batch.kind], lead_org(session, today(session)))
    return batch


def _check_whole(batch: ImportBatch) -> None:
    if batch.undone_at is not None or not batch.undo:
        raise DomainError("import.undone", _("这次导入已经撤销，没有可撤销的了。"))


class _Catalogue:
    """Takes back items."""

    def __init__(self, session: Session, actor: Actor, report: Report) -> None:
        self._session = session
        self._actor = actor
        self._report = report

    def undo(self, batch: ImportBatch) -> tuple[Undone, dict[str, Any]]:
        """What was done, and what is left to be undone."""
        added = [int(item) for item in batch.undo.get("added", ())]
        changed: list[dict[str, Any]] = list(batch.undo.get("changed", ()))
        total = len(added) + len(changed)
        known = self._known([*added, *(int(one["item"]) for one in changed)])
        held = uses(self._session, [item for item in added if item in known])
        stays: list[Stays] = []
        kept_added: list[int] = []
        for item in [one for one in added if one in known]:
            row = known[item]
            reason = held.get(item, "") or (_("后来改过") if row.version != 1 else "")
            if reason:
                kept_added.append(item)
                stays.append(Stays(f"{row.code} {row.name}", reason))
        gone = [item for item in added if item in known and item not in set(kept_added)]
        self._remove([known[item] for item in gone], total)
        kept_changed = self._restore(changed, known, stays, len(added), total)
        left = {"added": kept_added, "changed": kept_changed} if stays else {}
        restored = len(changed) - len(kept_changed)
        return Undone(batch.id, len(gone), restored, tuple(stays)), left

    def _known(self, items: Sequence[int]) -> dict[int, Any]:
        found: dict[int, Any] = {}
        for part in portions(items):
            rows = self._session.execute(
                select(Item.id, Item.code, Item.name, Item.version).where(Item.id.in_(part))
            )
            found |= {row.id: row for row in rows}
        return found

    def _remove(self, rows: Sequence[Any], total: int) -> None:
        """Take items away; that they were there stays in the history."""
        for start in range(0, len(rows), _CHUNK):
            self._report(start, total)
            part = rows[start : start + _CHUNK]
            items = [row.id for row in part]
            for table in (ItemSearch, ItemCode, ItemUnit):
                self._session.execute(delete(table).where(table.item_id.in_(items)))
            self._session.execute(delete(Item).where(Item.id.in_(items)))
            gone = [(row.id, {"": [row.code, None]}) for row in part]
            remember_all(self._session, self._actor, gone)

    def _restore(
        self,
        changed: Sequence[dict[str, Any]],
        known: dict[int, Any],
        stays: list[Stays],
        done: int,
        total: int,
    ) -> list[dict[str, Any]]:
        """Give items their former facts back; the entries of those that stay."""
        kept: list[dict[str, Any]] = []
        back: list[Change] = []
        for entry in changed:
            row = known.get(int(entry["item"]))
            if row is None or row.version != entry["version"]:
                title = f"{row.code} {row.name}" if row else str(entry["item"])
                stays.append(Stays(title, _("后来改过")))
                kept.append(entry)
                continue
            back.append(Change(row.id, draft_of(entry["draft"]), row.version))
        change_all(self._session, self._actor, back, lambda n: self._report(done + n, total))
        reindex(self._session, [one.item_id for one in back])
        return kept


class _Prices:
    """Takes back prices: the new one goes, the one that it closed holds on."""

    def __init__(self, session: Session, actor: Actor, report: Report) -> None:
        del actor
        self._session = session
        self._report = report

    def undo(self, batch: ImportBatch) -> tuple[Undone, dict[str, Any]]:
        """What was done, and what is left to be undone."""
        entries: list[dict[str, Any]] = list(batch.undo.get("prices", ()))
        stays: list[Stays] = []
        kept: list[dict[str, Any]] = []
        restored = 0
        for start in range(0, len(entries), _CHUNK):
            self._report(start, len(entries))
            part = entries[start : start + _CHUNK]
            reasons = PricesUsed(self._session, [one["price"] for one in part])
            goes = []
            for entry in part:
                reason, title = reasons.told(entry)
                if reason:
                    stays.append(Stays(title, reason))
                    kept.append(entry)
                else:
                    goes.append(entry)
            restored += take_back(self._session, goes)
        removed = len(entries) - len(kept)
        return Undone(batch.id, removed, restored, tuple(stays)), {"prices": kept} if kept else {}


class _Demand:
    """Takes back days of demand."""

    def __init__(self, session: Session, actor: Actor, report: Report) -> None:
        del actor
        self._session = session
        self._report = report

    def undo(self, batch: ImportBatch) -> tuple[Undone, dict[str, Any]]:
        """What was done, and what is left to be undone."""
        work = DemandBack(self._session, batch.org_id, batch.undo)
        removed = restored = 0
        kept: list[list[Any]] = []
        for start in range(0, len(work), _CHUNK):
            self._report(start, len(work))
            gone, back, stays = work.back(start)
            removed, restored = removed + gone, restored + back
            kept += stays
        why = tuple(Stays(title, reason) for title, reason in work.reasons(kept))
        return Undone(batch.id, removed, restored, why), work.left(kept)


_WORKS: Final[dict[str, type[_Catalogue | _Prices | _Demand]]] = {
    "catalogue": _Catalogue,
    "prices": _Prices,
    DEMAND: _Demand,
}


def draft_of(kept: dict[str, Any]) -> ItemDraft:
    """A draft out of the plain values that an import keeps."""
    values = dict(kept)
    codes = tuple(
        CodeDraft(
            **{
                **entry,
                "system": CodeSystem(entry["system"]),
                "valid_from": _day(entry["valid_from"]),
                "valid_to": _day(entry["valid_to"]),
            }
        )
        for entry in values.pop("codes")
    )
    draft = ItemDraft(
        item_class=ItemClass(values.pop("item_class")),
        storage=Storage(values.pop("storage")),
        status=ItemStatus(values.pop("status")),
        approval_valid_to=_day(values.pop("approval_valid_to")),
        flags=frozenset(values.pop("flags")),
        **values,
    )
    return replace(draft, codes=codes)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
