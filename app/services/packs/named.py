"""What people type or scan for departments and definitions, turned into ids."""

from __future__ import annotations

from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.i18n import _
from app.services.db import Database
from app.services.packs.listing import definitions
from app.services.packs.places import departments


def department_id(db: Database, actor: Actor, org_id: int, text: str) -> int:
    """The department with this code or name."""
    known = departments(db, actor, org_id)
    for place in known:
        if text.strip().upper() in {place.code.upper(), place.name.upper(), str(place.id)}:
            return place.id
    names = "、".join(f"{place.code} {place.name}" for place in known[:5]) or "—"
    raise DomainError(
        "pack.department",
        _("没有科室 {text}。可用：{names}。新科室用 yilian place add 添加。",
          text=text, names=names),
    )  # fmt: skip


def definition_id(db: Database, actor: Actor, org_id: int, item_id: int, department: str) -> int:
    """The active definition of an item: the department's own, else that for all."""
    place = department_id(db, actor, org_id, department) if department else 0
    found = [
        row
        for row in definitions(db, actor, org_id)
        if row.item_id == item_id and row.active and row.place_id in {0, place}
    ]
    if not found:
        raise DomainError(
            "pack.definition",
            _("这个品规还没有定数包定义。先用 yilian pack define 说明每包几个。"),
        )
    return max(found, key=lambda row: row.place_id != 0).id
