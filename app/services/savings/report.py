"""The savings of a period: in all, by month, by member, by item, and the year that they promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.savings import (
    Basis,
    Counted,
    Group,
    Rounding,
    Saved,
    SavingLine,
    Yearly,
    grouped,
    months_between,
    saved,
    yearly,
)
from app.i18n import _
from app.services.db import Database, local_time, now, today
from app.services.directory import is_demo
from app.services.savings.lines import Scope, saving_lines


@dataclass(frozen=True, slots=True)
class Asked:
    """What to report.

    Attributes:
        first, last: Days, both included; a year up to today when None.
        orgs: Whose; everything that the person may read when empty.
        item_class: drug | consumable | reagent; empty for all.
        month, item_id: Only one of them: the way down to the documents.
    """

    first: date | None = None
    last: date | None = None
    orgs: tuple[int, ...] = ()
    counted: Counted = Counted.RECEIPTS
    basis: Basis = Basis.LAST
    rounding: Rounding = Rounding.DOWN
    item_class: str = ""
    month: str = ""
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class SavingsReport:
    """The figures, and the lines that they are made of.

    Attributes:
        months: How many months the saving so far comes from, first to last with a counted line.
    """

    asked: Asked
    first: date
    last: date
    total: Saved
    by_month: tuple[Group, ...]
    by_org: tuple[Group, ...]
    by_item: tuple[Group, ...]
    by_class: tuple[Group, ...]
    months: int
    year: Yearly | None
    made_by: str = ""
    made_at: str = ""
    demo: bool = False
    lines: tuple[SavingLine, ...] = field(default=(), repr=False)


def savings(db: Database, actor: Actor, asked: Asked) -> SavingsReport:
    """The savings of what the person may read."""
    with db.read() as session:
        day = today(session)
        last = asked.last or day
        first = asked.first or date(last.year - 1, last.month, 1)
        if last < first:
            raise DomainError("savings.span", _("截止日期早于开始日期。请改日期。"))
        lines = _lines(session, actor, asked, (first, last))
        made_at = f"{local_time(now(session)):%Y-%m-%d %H:%M}"
        demo = is_demo(session)
    return summed(asked, (first, last), lines, made=(actor.name, made_at, demo))


def summed(
    asked: Asked,
    days: tuple[date, date],
    lines: Sequence[SavingLine],
    made: tuple[str, str, bool] = ("", "", False),
) -> SavingsReport:
    """The report of lines that were found already."""
    total = saved(lines)
    counted = [line.day for line in lines if line.base_price]
    months = months_between(min(counted), max(counted)) if counted else 0
    return SavingsReport(
        asked=asked,
        first=days[0],
        last=days[1],
        total=total,
        by_month=grouped(lines, lambda line: (line.month, line.month)),
        by_org=grouped(lines, lambda line: (str(line.org_id), line.org)),
        by_item=tuple(
            sorted(
                grouped(lines, lambda line: (str(line.item_id), f"{line.name} {line.spec}")),
                key=lambda group: (-group.saved.saving, group.key),
            )
        ),
        by_class=grouped(lines, lambda line: (line.item_class, class_text(line.item_class))),
        months=months,
        year=yearly(total.saving, months, asked.rounding) if months else None,
        made_by=made[0],
        made_at=made[1],
        demo=made[2],
        lines=tuple(lines),
    )


def _lines(
    session: Session, actor: Actor, asked: Asked, days: tuple[date, date]
) -> tuple[SavingLine, ...]:
    mine = actor.orgs()
    orgs = tuple(sorted(mine & set(asked.orgs) if asked.orgs else mine))
    scope = Scope(orgs, *days, asked.counted, asked.basis, asked.item_id)
    found = saving_lines(session, scope)
    return tuple(
        line
        for line in found
        if (not asked.item_class or line.item_class == asked.item_class)
        and (not asked.month or line.month == asked.month)
    )


def class_text(item_class: str) -> str:
    """The class of goods in words."""
    return {
        "drug": _("药品"),
        "consumable": _("耗材"),
        "reagent": _("试剂"),
        "tcm": _("中药饮片"),
    }.get(item_class, item_class)
