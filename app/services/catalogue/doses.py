"""Defined daily doses: a list with its release, loaded by the group, asked by ATC and route.

No values are shipped: the list has an owner and a licence; the group loads the one it may use.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.domain.codes import atc
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, Problem
from app.i18n import N_, _
from app.models.catalogue import DailyDose
from app.services import audit
from app.services.access import lead_org, require
from app.services.bulk import insert_rows
from app.services.db import Database, today
from app.services.importing.columns import Field
from app.services.importing.plan import open_sheet
from app.services.importing.rows import SheetRow, data_rows
from app.services.operations import claim, finish

FIELDS: Final = (
    Field("atc", N_("ATC 编码"), ("ATC code", "ATC", "atc_code"), needed=True),
    Field("amount", N_("DDD 值"), ("DDD", "限定日剂量", "DDD数值"), needed=True),
    Field("unit", N_("DDD 单位"), ("unit", "UOM", "DDD unit", "单位"), needed=True),
    Field("route", N_("给药途径"), ("Adm.R", "adm_code", "route", "途径", "Adm. route")),
    Field("note", N_("备注"), ("note", "说明")),
)
_AMOUNT: Final = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?")
_RELEASE: Final = re.compile(r"[0-9]{4}(?:[.-][0-9A-Za-z]{1,8})?")
_COLUMNS: Final = ("release", "atc", "route", "amount", "unit", "note")
_UNITS: Final = {"毫克": "mg", "克": "g", "微克": "mcg", "万单位": "万U", "单位": "U"}
_LONGEST_ROUTE: Final = 24


@dataclass(frozen=True, slots=True)
class Dose:
    """A defined daily dose."""

    release: str
    atc: str
    route: str
    amount: Decimal
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class DoseList:
    """A list as it was read, with what is wrong in it."""

    file_name: str
    digest: str
    doses: tuple[Dose, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class LoadDoses:
    """Keep a list as the values of a release, in place of an earlier list of that release."""

    op_id: UUID
    release: str
    doses: DoseList


@dataclass(frozen=True, slots=True)
class Release:
    """A release that has been loaded, and how many values it has."""

    release: str
    values: int


def read_doses(path: Path, release: str) -> DoseList:
    """Read a list; nothing is written.

    Raises:
        DomainError: Not a list, or not a release such as 2026.
    """
    if not _RELEASE.fullmatch(release):
        raise DomainError("dose.release", _("版本写成年份，如 2026 或 2026.1。"))
    opened = open_sheet(path, FIELDS, None)
    doses: list[Dose] = []
    problems: list[Problem] = []
    seen: Counter[tuple[str, str]] = Counter()
    for row in data_rows(opened.table, opened.located):
        dose = _read(row, release)
        if dose is not None and not row.problems:
            seen[dose.atc, dose.route] += 1
            if seen[dose.atc, dose.route] > 1:
                row.wrong("atc", "import.twice", _("这个 ATC 和途径前面已有。请只留一行。"))
            else:
                doses.append(dose)
        problems += row.problems
    return DoseList(opened.file_name, opened.digest, tuple(doses), tuple(problems))


def load_doses(db: Database, actor: Actor, command: LoadDoses) -> int:
    """Keep the values of a list; how many. All or nothing."""
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.CATALOGUE, lead)
        told = (command.release, command.doses.digest)
        earlier = claim(session, actor, lead, command.op_id, "import.doses", told)
        if earlier is not None:
            return int(earlier["values"])
        session.execute(delete(DailyDose).where(DailyDose.release == command.release))
        count = insert_rows(
            session,
            DailyDose,
            _COLUMNS,
            [
                (one.release, one.atc, one.route, str(one.amount), one.unit, one.note or None)
                for one in command.doses.doses
            ],
        )
        detail = {"file": command.doses.file_name, "release": command.release, "values": count}
        audit.record(session, actor, lead, "import.doses", ("daily_dose", 0), detail)
        finish(session, lead, command.op_id, {"values": count})
        return count


def releases(db: Database, actor: Actor) -> tuple[Release, ...]:
    """The releases that are loaded, the newest first."""
    del actor
    wanted = (
        select(DailyDose.release, func.count())
        .group_by(DailyDose.release)
        .order_by(DailyDose.release.desc())
    )
    with db.read() as session:
        return tuple(Release(str(row[0]), int(row[1])) for row in session.execute(wanted))


def doses_of(session: Session, code: str, release: str = "") -> tuple[Dose, ...]:
    """The values of an ATC code by route, of a release (the newest loaded when empty)."""
    wanted = select(DailyDose).where(DailyDose.atc == code.strip().upper())
    newest = select(func.max(DailyDose.release)).scalar_subquery()
    wanted = wanted.where(DailyDose.release == (release or newest)).order_by(DailyDose.route)
    return tuple(
        Dose(row.release, row.atc, row.route, Decimal(row.amount), row.unit, row.note or "")
        for row in session.scalars(wanted)
    )


def _read(row: SheetRow, release: str) -> Dose | None:
    try:
        code = atc.validate(row.text("atc"))
    except DomainError as error:
        row.wrong("atc", error.code, error.text)
        return None
    amount = row.text("amount")
    if not _AMOUNT.fullmatch(amount) or not Decimal(amount):
        row.wrong(
            "amount", "dose.amount", _("DDD 值「{text}」不对。请填如 1.5。", text=amount[:20])
        )
        return None
    unit = row.text("unit")
    if not unit:
        row.wrong("unit", "dose.unit", _("还没填单位。请填 g、mg 等。"))
        return None
    route = row.text("route").upper()[:_LONGEST_ROUTE]
    return Dose(release, code, route, Decimal(amount), _UNITS.get(unit, unit), row.text("note"))
