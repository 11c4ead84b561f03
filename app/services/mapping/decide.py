"""Deciding a row: confirm, reject, say that nothing corresponds, or take all safe ones at once."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.domain.mapping import MapStatus, blocked, issue_of, unit_factor
from app.domain.matching.compare import Comparison, compare
from app.domain.matching.entry import read
from app.domain.matching.reasons import findings
from app.domain.matching.strength import read_spec
from app.domain.matching.verdict import Fact, Fit
from app.i18n import _
from app.models.mapping import LocalItem, MatchCandidate
from app.services import audit
from app.services.db import Database, today
from app.services.importing.plan import Report, quiet
from app.services.mapping.bulk_links import link_all
from app.services.mapping.links import (
    Link,
    Step,
    current_link,
    end_links,
    learn,
    link_row,
    remember_event,
    set_status,
    state_of,
    unlink_row,
)
from app.services.mapping.scope import entry_of, local_row, require_mapper
from app.services.mapping.source import CatalogueItem, catalogue_items
from app.services.operations import claim, finish, plain

_STEP = 50


@dataclass(frozen=True, slots=True)
class ConfirmMapping:
    """Link a row to an item.

    Attributes:
        factor: Smallest units in one unit of the row; 0 takes what row and item say.
        reason: Needed where strength, form, salt or maker disagree, or the pack does.
    """

    op_id: UUID
    org_id: int
    local_id: int
    item_id: int
    factor: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RejectCandidate:
    """Say that an item is not what the row means; the next candidate comes first."""

    op_id: UUID
    org_id: int
    local_id: int
    item_id: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """Say that nothing corresponds (``none``), or that the member no longer uses it."""

    op_id: UUID
    org_id: int
    local_id: int
    stopped: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AcceptSafe:
    """Confirm every row whose facts all agree; look-alikes are never among them."""

    op_id: UUID
    org_id: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision came to: the row's status now, and the event by which it is undone."""

    local_id: int
    status: str
    event_id: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """How many rows were confirmed at once, and how many were left to a person after all."""

    accepted: int
    left: int
    batch_id: int


def _refuse_negative(factor: int) -> None:
    if factor < 0:
        raise DomainError(
            "mapping.factor",
            _("换算系数不能是负数：本院 1 个单位至少是 1 个最小单位。不写就自动算。"),
        )


def confirm(db: Database, actor: Actor, command: ConfirmMapping) -> Decided:
    """Link a row to an item.

    Raises:
        DomainError: Facts disagree and no reason is given; the text says which.
        ConflictError: Somebody else decided the row in between.
    """
    require_mapper(actor, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "mapping.confirm", command)
        if earlier is not None:
            return Decided(**earlier)
        _refuse_negative(command.factor)
        row = local_row(session, command.org_id, command.local_id)
        item = _item(session, command.item_id)
        found = compare(read(entry_of(row)), read(item.entry))
        factor = command.factor or _factor(row, item)
        if not command.reason.strip():
            _refuse_blocked(row, item, found)
        link = Link(item.item_id, factor, "single", command.reason.strip())
        event = link_row(session, row, link, Step(actor, "confirm", new_id()))
        makers = (row.maker, item.entry.maker) if _teaches_maker(found) else None
        learn(session, row, item.item_id, makers)
        detail = {"item": item.code, "local": row.code, "factor": factor, "why": command.reason}
        doc = ("local_item", row.id)
        audit.record(session, actor, command.org_id, "mapping.confirm", doc, detail)
        result = Decided(row.id, row.status, event)
        finish(session, command.org_id, command.op_id, plain(result))
        return result


def reject(db: Database, actor: Actor, command: RejectCandidate) -> Decided:
    """Strike a candidate out; a row without any candidate left has no counterpart.

    A row that means another item goes on meaning it.
    """
    require_mapper(actor, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "mapping.reject", command)
        if earlier is not None:
            return Decided(**earlier)
        row = local_row(session, command.org_id, command.local_id)
        before = state_of(session, row) | {"rejected": command.item_id}
        session.execute(
            update(MatchCandidate)
            .where(
                MatchCandidate.org_id == row.org_id,
                MatchCandidate.local_id == row.id,
                MatchCandidate.item_id == command.item_id,
            )
            .values(rejected=True)
        )
        link = current_link(session, row.org_id, row.id)
        if link is not None and link.item_id == command.item_id:
            end_links(session, row)
            link = None
        set_status(
            session, row, _after_reject(session, row) if link is None else MapStatus.CONFIRMED
        )
        event = remember_event(session, row, before, Step(actor, "reject", new_id()))
        detail = {"item": command.item_id, "local": row.code}
        doc = ("local_item", row.id)
        audit.record(session, actor, command.org_id, "mapping.reject", doc, detail)
        result = Decided(row.id, row.status, event)
        finish(session, command.org_id, command.op_id, plain(result))
        return result


def _after_reject(session: Session, row: LocalItem) -> MapStatus:
    left = session.scalar(
        select(MatchCandidate.item_id)
        .where(
            MatchCandidate.org_id == row.org_id,
            MatchCandidate.local_id == row.id,
            MatchCandidate.rejected.is_(False),
        )
        .limit(1)
    )
    return MapStatus.NONE if left is None else MapStatus.CANDIDATE


def set_aside(db: Database, actor: Actor, command: SetAside) -> Decided:
    """Give a row the status 无对应 or 已停用."""
    require_mapper(actor, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "mapping.none", command)
        if earlier is not None:
            return Decided(**earlier)
        row = local_row(session, command.org_id, command.local_id)
        status = MapStatus.STOPPED if command.stopped else MapStatus.NONE
        event = unlink_row(session, row, status, Step(actor, status.value, new_id()))
        detail = {"local": row.code, "status": status.value, "why": command.reason}
        doc = ("local_item", row.id)
        audit.record(session, actor, command.org_id, "mapping.none", doc, detail)
        result = Decided(row.id, row.status, event)
        finish(session, command.org_id, command.op_id, plain(result))
        return result


def accept_safe(
    db: Database, actor: Actor, command: AcceptSafe, report: Report = quiet
) -> Accepted:
    """Confirm every safe row in one transaction; each is checked once more as it is now."""
    require_mapper(actor, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "mapping.safe", command)
        if earlier is not None:
            return Accepted(**earlier)
        rows = _safe_rows(session, command.org_id)
        items = catalogue_items(session, {item for _row, item in rows})
        step = Step(actor, "bulk", new_id())
        pairs: list[tuple[LocalItem, Link]] = []
        for number, (row, item_id) in enumerate(rows):
            if number % _STEP == 0:
                report(number, len(rows))
            link = _safe_link(session, row, items.get(item_id))
            if link is not None:
                pairs.append((row, link))
        accepted = link_all(session, pairs, step)
        report(len(rows), len(rows))
        result = Accepted(accepted, len(rows) - accepted, step.batch_id)
        doc = ("mapping", command.org_id)
        audit.record(session, actor, command.org_id, "mapping.bulk", doc, plain(result))
        finish(session, command.org_id, command.op_id, plain(result))
        return result


def _safe_rows(session: Session, org_id: int) -> list[tuple[LocalItem, int]]:
    rows = session.execute(
        select(LocalItem, MatchCandidate.item_id)
        .join(
            MatchCandidate,
            (MatchCandidate.org_id == LocalItem.org_id)
            & (MatchCandidate.local_id == LocalItem.id)
            & (MatchCandidate.rank == 1),
        )
        .where(
            LocalItem.org_id == org_id,
            LocalItem.safe.is_(True),
            LocalItem.status == MapStatus.CANDIDATE.value,
            MatchCandidate.safe.is_(True),
        )
        .order_by(LocalItem.id)  # as all who hold many rows: nobody waits in a ring
        .with_for_update(of=LocalItem)
    )
    return [(row, item) for row, item in rows]


def _safe_link(session: Session, row: LocalItem, item: CatalogueItem | None) -> Link | None:
    """The link of a safe row; None where item or row changed and a person has to look."""
    if item is None:
        return None
    found = compare(read(entry_of(row)), read(item.entry))
    factor = _factor(row, item)
    if blocked(found) or issue_of(found, factor, item.state, today(session)) is not None:
        return None
    return Link(item.item_id, factor, "bulk")


def _item(session: Session, item_id: int) -> CatalogueItem:
    found = catalogue_items(session, {item_id}).get(item_id)
    if found is None:
        raise DomainError("item.unknown", _("没有这个品规，可能已并入别的品规。请重新搜索。"))
    return found


def _factor(row: LocalItem, item: CatalogueItem) -> int:
    return unit_factor(row.unit, read_spec(row.spec).pack, item.state.units)


def _refuse_blocked(row: LocalItem, item: CatalogueItem, found: Comparison) -> None:
    """A pair whose facts disagree needs words: what is different is named."""
    differs = found.pack is Fit.DIFFERENT or blocked(found)
    if not differs:
        return
    facts = {Fact.NAME, Fact.SALT, Fact.STRENGTH, Fact.FORM, Fact.MAKER, Fact.PACK}
    said = findings(read(entry_of(row)), read(item.entry), found)
    what = _("；").join(one.text for one in said if one.fit is Fit.DIFFERENT and one.fact in facts)
    raise DomainError(
        "mapping.gate",
        _("{what}。不能直接采纳；确实是同一品规时，请写明理由再采纳。", what=what),
    )


def _teaches_maker(found: Comparison) -> bool:
    """Whether a confirmed pair shows that two makers' names are one firm: all else is equal."""
    others = (found.name, found.salt, found.strength, found.form, found.pack)
    return all(fit.holds for fit in others) and found.maker in {Fit.LIKELY, Fit.UNKNOWN}
