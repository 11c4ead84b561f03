"""The demo's lists, two dated snapshots, a year of 目录吻合度, and a 药事会 in session.

A year ago every clinic kept drugs of its own; month by month it took up the lead's and let some of
its own go: the story that the papers tell, with invented figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.ids import new_id
from app.i18n import _
from app.models.formulary import FormularyEntry, NamedList, NamedListItem
from app.models.item import Item
from app.models.party import Organisation
from app.services.access import actor_for
from app.services.alignment.members import AlignQuery, aligned, write_figures
from app.services.db import Database, now, today
from app.services.demo.committee import hold_committee
from app.services.demo.papers import write_rows
from app.services.demo.sources import Goods
from app.services.demo.work import Progress
from app.services.formulary.items import GROUP
from app.services.formulary.snapshots import keep

KEEPER: Final = "suming"
WANTED: Final = (
    "非布司他片",
    "依托考昔片",
    "草酸艾司西酞普兰片",
    "盐酸氨基葡萄糖胶囊",
    "拉坦前列素滴眼液",
    "阿维A胶囊",
    "异维A酸软胶囊",
)
"""Drugs that nobody keeps yet: requests and 临采 ask for them."""
_LONG_AGO: Final = 900
_MONTHS: Final = 11
_CHRONIC: Final = """
    地平 沙坦 普利 洛尔 他汀 双胍 格列 胰岛素 阿卡波糖 氯吡格雷 阿司匹林 华法林 氢氯噻嗪 呋塞米
    螺内酯 硝酸 沙丁胺醇 布地奈德 噻托溴铵 孟鲁司特 左甲状腺素 别嘌醇 非诺贝特 美金刚 奥氮平 舍曲林
"""
_WARD: Final = 24


@dataclass(frozen=True, slots=True)
class _World:
    """What the rows are written with."""

    actor: Actor
    lead: int
    members: tuple[int, ...]
    day: date
    ids: dict[str, int]
    drugs: tuple[Goods, ...]

    @property
    def held_back(self) -> tuple[str, ...]:
        """Codes of drugs that no list holds, those that people would ask for first."""
        named = {item.name: item.code for item in self.drugs if item.name in WANTED}
        spare = [item.code for item in self.drugs[::23] if item.name not in named]
        return (*named.values(), *spare[: max(0, len(WANTED) - len(named))])

    @property
    def wished(self) -> tuple[int, ...]:
        """The items behind `held_back`."""
        return tuple(self.ids[code] for code in self.held_back)


def open_formulary(db: Database, goods: Sequence[Goods], progress: Progress) -> None:
    """Write lists, snapshots and figures, then hold the committee."""
    progress(_("处方集和目录吻合度"), 0, 1)
    actor = actor_for(db, KEEPER)
    with db.write() as session:
        world = _world(session, actor, goods)
        write_rows(session, FormularyEntry, list(_entries(session, world)))
        session.flush()
        chronic = _named(session, world)
        _snapshots(session, world)
        for months in range(_MONTHS, -1, -1):
            day = world.day - timedelta(days=30 * months)
            for listed in (0, chronic) if months % 3 == 0 else (chronic,):
                query = AlignQuery(on=day, list_id=listed, kept=False)
                write_figures(session, actor, aligned(session, actor, query), query)
    progress(_("药事会"), 0, 1)
    hold_committee(db, world.wished)


def _world(session: Session, actor: Actor, goods: Sequence[Goods]) -> _World:
    orgs = {org.code: org.id for org in session.scalars(select(Organisation))}
    ids = {item.code: item.id for item in session.execute(select(Item.code, Item.id))}
    drugs = tuple(item for item in goods if item.item_class == "drug")
    members = tuple(orgs[code] for code in ("1002", "1003", "1004", "1005"))
    return _World(actor, orgs["1001"], members, today(session), ids, drugs)


def _entries(session: Session, world: _World) -> Iterator[dict[str, Any]]:
    start = world.day - timedelta(days=_LONG_AGO)
    for number, item in enumerate(world.drugs):
        if item.code in world.held_back:
            continue
        yield _row(session, world, (GROUP, item.code), (start, None))
        at_lead = number % 11 not in {2, 5, 8}
        if at_lead:
            yield _row(session, world, (world.lead, item.code), (start, None))
        if item.community:
            for place, org in enumerate(world.members):
                span = _span(world.day, number, place, at_lead=at_lead)
                if span is not None:
                    yield _row(session, world, (org, item.code), span)


def _span(day: date, number: int, place: int, *, at_lead: bool) -> tuple[date, date | None] | None:
    """From when until when a clinic keeps a drug; None when it never does."""
    start = day - timedelta(days=_LONG_AGO)
    month = day - timedelta(days=330 - 30 * ((number + place) % _MONTHS) - 5)
    share = (number * 7 + place * 3) % 10
    if at_lead:
        if share < 4 - place % 2:
            return start, None
        return (month, None) if share < 7 + place % 3 else None
    if (number + place) % 5 == 0:
        return None
    return start, month if (number + place) % 3 else None


def _row(
    session: Session, world: _World, what: tuple[int, str], span: tuple[date, date | None]
) -> dict[str, Any]:
    org, code = what
    return {
        "org_id": org,
        "id": new_id(),
        "item_id": world.ids[code],
        "valid_from": span[0],
        "valid_to": span[1],
        "basis": "group" if span[0] < world.day - timedelta(days=400) else "committee",
        "exception": None,
        "note": None,
        "request_id": None,
        "created_at": now(session),
        "created_by": world.actor.person_id,
        "closed_by": world.actor.person_id if span[1] else None,
        "close_note": None,
    }


def _named(session: Session, world: _World) -> int:
    """The group's chronic list and a ward's standing list; the chronic list's id."""
    chronic, ward = new_id(), new_id()
    clinic = world.members[0]
    for org, key, code, name, kind in (
        (GROUP, chronic, "MB01", "慢性病常见病用药清单", "chronic"),
        (clinic, ward, "BF01", "联合病房常备药品目录", "ward"),
    ):
        session.add(
            NamedList(org_id=org, id=key, code=code, name=name, kind=kind, active=True,
                      created_at=now(session), created_by=world.actor.person_id)
        )  # fmt: skip
    session.flush()
    kept = [item for item in world.drugs if item.code not in world.held_back]
    long_term = [item for item in kept if any(map(item.name.__contains__, _CHRONIC.split()))]
    ready = [item for item in kept if "essential" in item.flags and item.community][:_WARD]
    write_rows(session, NamedListItem, [
        *({"org_id": GROUP, "list_id": chronic, "item_id": world.ids[item.code], "keep_qty": 0,
           "added_on": world.day} for item in long_term),
        *({"org_id": clinic, "list_id": ward, "item_id": world.ids[item.code],
           "keep_qty": item.pack * 2, "added_on": world.day} for item in ready),
    ])  # fmt: skip
    return chronic


def _snapshots(session: Session, world: _World) -> None:
    for days, title in ((330, "联合病房建设前"), (14, "季度留存")):
        for org in (GROUP, world.lead, *world.members):
            keep(session, world.actor, org, world.day - timedelta(days=days), title)
