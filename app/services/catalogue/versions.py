"""Versions of the catalogue: published with a day of effect, and what changed since one.

A version takes every change that no version has yet, so none is missed and none is told twice.
What happened to an item over several versions is told as one step: as it was, as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    insert,
    literal,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import N_, _
from app.models.catalogue import CatalogueVersion, CatalogueVersionChange
from app.models.item import Item, ItemChange, ItemCode
from app.models.party import Person
from app.models.stock import Balance
from app.services import audit
from app.services.access import lead_org, require
from app.services.db import Database, local_time, now, today
from app.services.operations import claim, finish, plain
from app.services.queries.portions import key_portions

_NUMBER: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}")
_UNCHANGED: Final = "same"
_KEY: Final[tuple[Any, ...]] = (ItemChange.item_id, ItemChange.id)


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A published version; `changes` counts the items that it changed."""

    id: int
    no: str
    title: str
    effective_from: date
    published_at: datetime
    person: str
    items: int
    changes: int


@dataclass(frozen=True, slots=True)
class PublishVersion:
    """Publish what is not published yet, in force from a day on.

    Attributes:
        no: Number of the version; empty takes year and month and a running number.
    """

    op_id: UUID
    effective_from: date
    title: str = ""
    no: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ItemStep:
    """What became of an item since a version.

    Attributes:
        kind: ``added``, ``changed``, ``stopped`` or ``removed``.
        what: Field → (old, new); empty for added and removed items.
    """

    item_id: int
    code: str
    name: str
    spec: str
    kind: str
    what: dict[str, tuple[Any, Any]]

    @property
    def words(self) -> str:
        """The kind in the person's language."""
        return _(_KINDS[self.kind])


_KINDS: Final = {
    "added": N_("新增"),
    "changed": N_("修改"),
    "stopped": N_("停用"),
    "removed": N_("移除"),
}


@dataclass(frozen=True, slots=True)
class ChangesSince:
    """Which changes are asked for.

    Attributes:
        since: Number of the version that the asker has; empty for all that ever changed.
        upto: Number of the last version that counts; empty counts what is unpublished too.
        org_id: Only items that this member uses (its own codes, its stock); 0 for all.
    """

    since: str = ""
    upto: str = ""
    org_id: int = 0


def versions(db: Database, actor: Actor) -> tuple[VersionRow, ...]:
    """The published versions, the newest first."""
    del actor  # everybody may know what is in force
    counts = (
        select(
            CatalogueVersionChange.version_id,
            func.count(func.distinct(CatalogueVersionChange.item_id)).label("touched"),
        )
        .group_by(CatalogueVersionChange.version_id)
        .subquery()
    )
    wanted: Select[Any] = (
        select(CatalogueVersion, Person.name, counts.c.touched)
        .outerjoin(Person, Person.id == CatalogueVersion.published_by)
        .outerjoin(counts, counts.c.version_id == CatalogueVersion.id)
        .order_by(CatalogueVersion.published_at.desc(), CatalogueVersion.id.desc())
    )
    with db.read() as session:
        return tuple(
            VersionRow(
                row.id, row.no, row.title, row.effective_from, local_time(row.published_at),
                person or "", row.items, int(changes or 0),
            )
            for row, person, changes in session.execute(wanted)
        )  # fmt: skip


def unpublished(db: Database, actor: Actor) -> int:
    """How many items changed since the newest version."""
    del actor
    with db.read() as session:
        pending = _open_changes().subquery()
        found = select(func.count(func.distinct(pending.c.item_id)))
        return int(session.scalar(found) or 0)


def publish(db: Database, actor: Actor, command: PublishVersion) -> VersionRow:
    """Publish a version.

    Raises:
        DomainError: Nothing changed since the last one, the number is taken, or the day is past.
    """
    with db.write() as session:
        day = today(session)
        lead = lead_org(session, day)
        require(actor, Duty.CATALOGUE, lead)
        earlier = claim(session, actor, lead, command.op_id, "catalogue.publish", command)
        if earlier is not None:
            return _row(session, int(earlier["id"]))
        if command.effective_from < day:
            raise DomainError(
                "version.past", _("生效日期 {day} 已过。请选今天或以后的日期。",
                                  day=command.effective_from),
            )  # fmt: skip
        version = CatalogueVersion(
            id=new_id(),
            no=_number(session, command.no.strip(), day),
            title=command.title.strip() or _("{day} 目录", day=command.effective_from),
            effective_from=command.effective_from,
            published_at=now(session),
            published_by=actor.person_id,
            items=session.scalar(select(func.count(Item.id))) or 0,
            note=command.note.strip() or None,
        )
        session.add(version)
        session.flush()
        pending = _open_changes().add_columns(literal(version.id)).order_by(None)
        session.execute(
            insert(CatalogueVersionChange).from_select(
                ["item_id", "change_id", "version_id"], pending
            )
        )
        if not _row(session, version.id).changes:
            raise DomainError("version.empty", _("上个版本以后没有改动，不用发布。"))
        audit.record(
            session, actor, lead, "catalogue.publish", ("catalogue_version", version.id),
            {"no": version.no, "from": version.effective_from.isoformat()},
        )  # fmt: skip
        finish(session, lead, command.op_id, plain({"id": version.id}))
        return _row(session, version.id)


def changes(db: Database, actor: Actor, query: ChangesSince) -> tuple[ItemStep, ...]:
    """What became of each item since a version, in the order of group codes.

    Raises:
        DomainError: There is no such version.
    """
    with db.read() as session:
        chosen = _chosen(session, query)
        items = {row.item_id for row in chosen}
        if query.org_id:
            require(actor, Duty.READ, query.org_id)
            items &= _used_by(session, query.org_id)
        named = _named(session, items)
        steps = [
            _step(item, [row.what for row in rows], named)
            for item, rows in _by_item(row for row in chosen if row.item_id in items)
        ]
        told = [one for one in steps if one.kind != _UNCHANGED]
        return tuple(sorted(told, key=lambda one: (one.code, one.item_id)))


def _open_changes() -> Select[Any]:
    """Changes that no version has."""
    return (
        select(*_KEY)
        .outerjoin(
            CatalogueVersionChange,
            and_(
                CatalogueVersionChange.item_id == ItemChange.item_id,
                CatalogueVersionChange.change_id == ItemChange.id,
            ),
        )
        .where(CatalogueVersionChange.version_id.is_(None))
    )


def _chosen(session: Session, query: ChangesSince) -> Sequence[Any]:
    """The changes behind `since` and not behind `upto`, the oldest first."""
    wanted = (
        select(ItemChange.item_id, ItemChange.id, ItemChange.what)
        .outerjoin(
            CatalogueVersionChange,
            and_(
                CatalogueVersionChange.item_id == ItemChange.item_id,
                CatalogueVersionChange.change_id == ItemChange.id,
            ),
        )
        .outerjoin(CatalogueVersion, CatalogueVersion.id == CatalogueVersionChange.version_id)
        .order_by(ItemChange.item_id, ItemChange.at, ItemChange.id)
    )
    if query.since:
        known = _upto(_version(session, query.since))
        wanted = wanted.where(or_(CatalogueVersion.id.is_(None), not_(known)))
    if query.upto:
        wanted = wanted.where(_upto(_version(session, query.upto)))
    return session.execute(wanted).all()


def _version(session: Session, no: str) -> CatalogueVersion:
    found = session.scalar(select(CatalogueVersion).where(CatalogueVersion.no == no.strip()))
    if found is None:
        raise DomainError(
            "version.unknown",
            _("没有目录版本 {no}。请用 yilian catalogue versions 查看。", no=no[:40]),
        )
    return found


def _upto(version: CatalogueVersion) -> ColumnElement[bool]:
    """Whether a version was published by then."""
    return or_(
        CatalogueVersion.published_at < version.published_at,
        and_(
            CatalogueVersion.published_at == version.published_at,
            CatalogueVersion.id <= version.id,
        ),
    )


def _by_item(rows: Iterable[Any]) -> Iterable[tuple[int, list[Any]]]:
    grouped: dict[int, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.item_id, []).append(row)
    return grouped.items()


def _step(item: int, story: Sequence[dict[str, Any]], named: dict[int, Any]) -> ItemStep:
    """Several changes of an item as one: the first old value, the last new one."""
    born = any("" in what and what[""][0] is None for what in story)
    dead = item not in named
    merged: dict[str, tuple[Any, Any]] = {}
    for what in story:
        for field, (old, new) in what.items():
            if field:
                merged[field] = (merged[field][0] if field in merged else old, new)
    merged = {field: pair for field, pair in merged.items() if pair[0] != pair[1]}
    if dead:
        code = next((str(what[""][0] or what[""][1]) for what in story if "" in what), "")
        return ItemStep(item, code, "", "", _UNCHANGED if born else "removed", {})
    row = named[item]
    facts = (item, row.code, row.name, row.spec)
    if born:
        return ItemStep(*facts, "added", {})
    if not merged:
        return ItemStep(*facts, _UNCHANGED, {})
    stopped = merged.get("status", ("", ""))[1] == "stopped"
    return ItemStep(*facts, "stopped" if stopped else "changed", merged)


def _named(session: Session, items: Iterable[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    for part in key_portions(items):
        rows = session.execute(
            select(Item.id, Item.code, Item.name, Item.spec).where(Item.id.in_(part))
        )
        found |= {row.id: row for row in rows}
    return found


def _used_by(session: Session, org_id: int) -> set[int]:
    """Items that a member has a code for, or has or had in stock."""
    own = session.scalars(
        select(ItemCode.item_id).where(
            ItemCode.org_id == org_id, ItemCode.org_id != literal_column("0")
        )
    )
    held = session.scalars(select(Balance.item_id).where(Balance.org_id == org_id).distinct())
    return {*own, *held}


def _number(session: Session, stated: str, day: date) -> str:
    """The number that was asked for, or the next of the month (2026-10, 2026-10.2)."""
    taken = set(session.scalars(select(CatalogueVersion.no)))
    if not stated:
        base = f"{day:%Y-%m}"
        others = (f"{base}.{number}" for number in range(2, len(taken) + 3))
        return next(no for no in (base, *others) if no not in taken)
    if not _NUMBER.fullmatch(stated):
        raise DomainError(
            "version.no", _("版本号只用字母、数字、点和短横，最多 32 个。如 2026-11。")
        )
    if stated in taken:
        raise DomainError("version.taken", _("版本号 {no} 已有。请换一个，或留空。", no=stated))
    return stated


def _row(session: Session, version_id: int) -> VersionRow:
    row = session.get_one(CatalogueVersion, version_id)
    count = session.scalar(
        select(func.count(func.distinct(CatalogueVersionChange.item_id))).where(
            CatalogueVersionChange.version_id == version_id
        )
    )
    person = session.scalar(select(Person.name).where(Person.id == row.published_by))
    return VersionRow(
        row.id, row.no, row.title, row.effective_from, local_time(row.published_at),
        person or "", row.items, int(count or 0),
    )  # fmt: skip
