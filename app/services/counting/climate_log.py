"""温湿度记录: a logger's file taken in, a place's curve, what is out of range or missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters.sheets import read_tables
from app.domain.days import end_of
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, Problem, refuse_if
from app.domain.ids import new_id
from app.domain.receiving.transport import parse_temperature
from app.domain.stock.climate import DRY, WET, Gap, gaps, limits, within
from app.i18n import N_, _
from app.models.counting import TemperatureReading
from app.models.stock import Place
from app.services import audit
from app.services.access import require
from app.services.db import Database, local_time, now
from app.services.importing.choosing import the_sheet
from app.services.importing.columns import Field
from app.services.importing.rows import SheetRow, data_rows
from app.services.operations import claim, finish
from app.services.turns import take_turn

FIELDS: Final = (
    Field("at", N_("时间"), ("记录时间", "采集时间", "日期时间", "测量时间", "日期", "time",
                           "datetime", "Date Time"), needed=True),
    Field("clock", N_("时刻"), ("时分", "记录时刻")),
    Field("celsius", N_("温度"), ("温度℃", "温度(℃)", "温度值", "temperature", "temp", "T(℃)"),
          needed=True),
    Field("humidity", N_("湿度"), ("湿度%", "湿度(%RH)", "相对湿度", "湿度值", "humidity", "RH")),
)  # fmt: skip
_MOST: Final = 100_000
_FORMS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M",
                 "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M")  # fmt: skip
_NUMBER: Final = re.compile(r"-?\d{1,3}(\.\d+)?")
_ZONE: Final = ZoneInfo("Asia/Shanghai")
_LEAST: Final = 4
_SLACK: Final = timedelta(minutes=30)
"""How far ahead a logger's clock may be."""


@dataclass(frozen=True, slots=True)
class LoadLog:
    """The file of a logger that stands at a place; out of range it needs what was done."""

    op_id: UUID
    org_id: int
    place_id: int
    path: Path
    logger: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class LoadedLog:
    """What a file brought: new readings, known ones, how many out of range, holes in it."""

    added: int
    known: int
    outside: int
    gaps: int


@dataclass(frozen=True, slots=True)
class Reading:
    """One point of the curve."""

    at: datetime
    celsius: Decimal
    humidity: int | None
    good: bool
    note: str


@dataclass(frozen=True, slots=True)
class PlaceLog:
    """A place's readings of some days, with its limits.

    Attributes:
        place: Its name.
        storage: Its storage class.
        low: Lowest °C.
        high: Highest °C.
        readings: Oldest first.
        gaps: More than half an hour without a reading, between the first and the last.
        outside: Readings out of range.
    """

    place: str
    storage: str
    low: Decimal
    high: Decimal
    readings: tuple[Reading, ...]
    gaps: tuple[Gap, ...]
    outside: int


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    at: datetime
    celsius: Decimal
    humidity: int | None


def load_log(db: Database, actor: Actor, command: LoadLog) -> LoadedLog:
    """Take in a logger's file; readings of the same moment are not doubled.

    Raises:
        DomainError: Rows that cannot be read, or readings out of range without words about what
            was done.
    """
    require(actor, Duty.STORE, command.org_id)
    rows, problems = _read(command.path)
    refuse_if(problems, "climate.file", _("没有读入，什么都没有写入。"))
    _refuse_future(db, rows)
    if not rows:
        raise DomainError("climate.empty", _("文件里没有温度记录。请核对导出的文件。"))
    with db.write() as session:
        digest = (command.org_id, command.place_id, command.logger, command.note,
                  [(row.at, row.celsius, row.humidity) for row in rows])  # fmt: skip
        earlier = claim(session, actor, command.org_id, command.op_id, "climate.load", digest)
        if earlier is not None:
            return LoadedLog(**earlier)
        take_turn(session, command.org_id, "climate")
        place = _place(session, command.org_id, command.place_id)
        outside = sum(not within(place.storage, row.celsius, row.humidity) for row in rows)
        if outside and len(command.note.strip()) < _LEAST:
            low, high = limits(place.storage)
            words = _(
                "{n} 条超出 {low}–{high} ℃、湿度 {dry}–{wet}%。请写采取了什么措施，再读入。",
                n=outside, low=low, high=high, dry=DRY, wet=WET,
            )  # fmt: skip
            raise DomainError("temperature.note", words)
        known = _known(session, command, rows)
        fresh = [row for row in rows if row.at not in known]
        _add(session, actor, command, place, fresh)
        done = LoadedLog(
            len(fresh), len(rows) - len(fresh), outside, len(gaps([row.at for row in rows]))
        )
        audit.record(
            session, actor, command.org_id, "climate.load", ("place", command.place_id),
            {"file": command.path.name, "logger": command.logger, "added": done.added},
        )  # fmt: skip
        finish(
            session, command.org_id, command.op_id,
            {"added": done.added, "known": done.known, "outside": outside, "gaps": done.gaps},
        )  # fmt: skip
        return done


def place_log(
    db: Database, actor: Actor, where: tuple[int, int], first: date, last: date
) -> PlaceLog:
    """The readings of a place (organisation, place) from a day to a day, both included."""
    require(actor, Duty.READ, where[0])
    start = datetime.combine(first, time(), _ZONE)
    end = end_of(last)
    with db.read() as session:
        place = _place(session, *where)
        rows = session.scalars(
            select(TemperatureReading)
            .where(
                TemperatureReading.org_id == where[0],
                TemperatureReading.place_id == where[1],
                TemperatureReading.at >= start,
                TemperatureReading.at < end,
            )
            .order_by(TemperatureReading.at)
        ).all()
        readings = tuple(
            Reading(
                local_time(row.at), row.celsius.quantize(Decimal("0.1")), row.humidity,
                within(place.storage, row.celsius, row.humidity), row.note,
            )
            for row in rows
        )  # fmt: skip
        low, high = limits(place.storage)
        return PlaceLog(
            place.name, place.storage, low, high, readings, gaps([one.at for one in readings]),
            sum(not one.good for one in readings),
        )  # fmt: skip


def _place(session: Session, org_id: int, place_id: int) -> Place:
    place = session.get(Place, (org_id, place_id))
    if place is None:
        raise DomainError("place.unknown", _("没有这个库位。请刷新后重新选择。"))
    return place


def _read(path: Path) -> tuple[list[_Row], list[Problem]]:
    """The rows of a logger's file; each moment once, the last word wins."""
    sheet = list(data_rows(*the_sheet(read_tables(path), FIELDS)))
    if len(sheet) > _MOST:
        words = _("文件有 {n} 行，一次最多 {most} 行。请分成几个文件。", n=len(sheet), most=_MOST)
        raise DomainError("climate.many", words)
    found: dict[datetime, _Row] = {}
    for row in sheet:
        at, celsius, humidity = _moment(row), _celsius(row), _humidity(row)
        if at is not None and celsius is not None:
            found[at] = _Row(row.number, at, celsius, humidity)
    problems = [problem for row in sheet for problem in row.problems]
    return sorted(found.values(), key=lambda one: one.at), problems


def _refuse_future(db: Database, rows: Sequence[_Row]) -> None:
    """A logger whose clock is wrong, or a wrong year, would hide the holes in the record."""
    with db.read() as session:
        latest = now(session) + _SLACK
    wrong = [row for row in rows if row.at > latest]
    words = _("{n} 条的时间在将来。请核对记录仪的时钟，或改正文件里的日期。", n=len(wrong))
    problems = [Problem("climate.future", words, wrong[0].number, _("时间"))] if wrong else []
    refuse_if(problems, "climate.file", _("没有读入，什么都没有写入。"))


def _moment(row: SheetRow) -> datetime | None:
    text = f"{row.text('at')} {row.text('clock')}".strip()
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=_ZONE)
        except ValueError:
            continue
    row.wrong("at", "climate.time", _("「{text}」不是时间。请写成 2026-10-14 08:30。", text=text))
    return None


def _celsius(row: SheetRow) -> Decimal | None:
    text = row.text("celsius").replace("℃", "").replace("°C", "").strip()
    try:
        return parse_temperature(text)
    except DomainError as error:
        row.wrong("celsius", error.code, error.text)
        return None


def _humidity(row: SheetRow) -> int | None:
    text = row.text("humidity").replace("%", "").replace("RH", "").strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or not 0 <= Decimal(text) <= 100:  # noqa: PLR2004 - percent
        row.wrong(
            "humidity", "climate.humidity", _("「{text}」不是湿度。请填 0 到 100。", text=text)
        )
        return None
    return int(Decimal(text))


def _known(session: Session, command: LoadLog, rows: Sequence[_Row]) -> set[datetime]:
    return set(
        session.scalars(
            select(TemperatureReading.at).where(
                TemperatureReading.org_id == command.org_id,
                TemperatureReading.place_id == command.place_id,
                TemperatureReading.at.between(rows[0].at, rows[-1].at),
            )
        )
    )


def _add(
    session: Session, actor: Actor, command: LoadLog, place: Place, rows: Sequence[_Row]
) -> None:
    detail = {"logger": command.logger.strip(), "file": command.path.name}
    session.add_all(
        TemperatureReading(
            org_id=command.org_id, id=new_id(), place_id=place.id, at=row.at,
            celsius=row.celsius, humidity=row.humidity, person_id=actor.person_id,
            note="" if within(place.storage, row.celsius, row.humidity) else command.note.strip(),
            detail=detail,
        )
        for row in rows
    )  # fmt: skip
