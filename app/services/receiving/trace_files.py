"""Trace files of suppliers: which pack lies in which case, from a sheet or XML, kept once."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.adapters.sheets import read_tables
from app.adapters.trace_xml import read_trace_xml
from app.domain import expiry
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, Problem, refuse_if
from app.domain.receiving.reading import Case
from app.domain.scan import ScanKind, classify
from app.i18n import N_, _
from app.models.store_records import TraceLink
from app.services.access import require
from app.services.db import Database, database_of, now
from app.services.importing.choosing import SEVERAL, the_sheet
from app.services.importing.columns import Field, Located
from app.services.importing.rows import SheetRow, data_rows
from app.services.operations import claim, finish
from app.services.queries.portions import portions

FIELDS: Final = (
    Field("code", N_("追溯码"), ("药品追溯码", "小码", "小包装码", "最小包装追溯码", "子码",
                              "本级码", "curCode"), needed=True),
    Field("parent", N_("上级码"), ("父码", "上级追溯码", "上级包装码", "parentCode")),
    Field("middle", N_("中码"), ("中包装码", "中包装追溯码")),
    Field("large", N_("大码"), ("箱码", "大箱码", "外箱码", "大包装码", "大包装追溯码")),
    Field("lot", N_("批号"), ("生产批号", "产品批号")),
    Field("expiry", N_("有效期至"), ("有效期", "失效日期", "效期")),
    Field("produced", N_("生产日期"), ()),
)  # fmt: skip
_MOST: Final = 200_000
_DEEPEST: Final = 6


@dataclass(frozen=True, slots=True)
class LoadTraces:
    """Keep what a supplier's trace file says."""

    op_id: UUID
    org_id: int
    path: Path


@dataclass(frozen=True, slots=True)
class LoadedTraces:
    """What a file held: packs with their case, cases, and how many were known before."""

    packs: int
    cases: int
    known: int


@dataclass(frozen=True, slots=True)
class Link:
    """A code and what it lies in."""

    row: int
    code: str
    parent: str
    lot: str = ""
    expiry: date | None = None
    produced: date | None = None


def load_traces(db: Database, actor: Actor, command: LoadTraces) -> LoadedTraces:
    """Read a trace file and keep it; the same file again changes nothing.

    Raises:
        DomainError: Rows that cannot be read, or a pack that lies in another case by an earlier
            file; names the rows.
    """
    require(actor, Duty.STORE, command.org_id)
    links, problems = read_links(command.path)
    refuse_if(problems, "trace.file", _("没有读入，什么都没有写入。"))
    if not links:
        raise DomainError("trace.empty", _("文件里没有装箱关系：每行要有追溯码和它的上级码。"))
    content = (command.org_id, command.path.name, [(x.code, x.parent) for x in links])
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "trace.load", content)
        if earlier is not None:
            return LoadedTraces(**earlier)
        known = _known(session, [link.code for link in links])
        moved = [
            Problem(
                "trace.moved",
                _("{code} 以前登记在箱 {old} 里，这个文件写的是 {new}。请向供应商核实。",
                  code=link.code, old=known[link.code], new=link.parent),
                link.row,
            )
            for link in links
            if known.get(link.code, link.parent) != link.parent
        ]  # fmt: skip
        refuse_if(moved, "trace.file", _("没有读入，什么都没有写入。"))
        fresh = [link for link in links if link.code not in known]
        _insert(session, actor, command, fresh)
        parents = {link.parent for link in links}
        packs = sum(link.code not in parents for link in links)
        done = LoadedTraces(packs, len(parents), len(links) - len(fresh))
        finish(
            session, command.org_id, command.op_id,
            {"packs": done.packs, "cases": done.cases, "known": done.known},
        )  # fmt: skip
        return done


def holds_traces(path: Path) -> bool:
    """Whether a file is a trace file rather than a delivery note."""
    if path.suffix.lower() == ".xml":
        return True
    try:
        located = the_sheet(read_tables(path), FIELDS).located
    except DomainError as error:
        return error.code == SEVERAL  # reading it says so
    return bool({"parent", "middle", "large"} & set(located.columns))


def read_links(path: Path) -> tuple[tuple[Link, ...], tuple[Problem, ...]]:
    """The links in a file, each once, and what is wrong with its rows."""
    if path.suffix.lower() == ".xml":
        rows = [_xml_row(one.number, one.code, one.parent, (one.lot, one.expiry, one.produced))
                for one in read_trace_xml(path)]  # fmt: skip
        links: Iterable[Link] = [link for link, _wrong in rows if link is not None]
        problems = [problem for _link, found in rows for problem in found]
    else:
        table, located = the_sheet(read_tables(path), FIELDS)
        sheet = list(data_rows(table, located))
        links = [link for row in sheet for link in _sheet_links(row, located)]
        problems = [problem for row in sheet for problem in row.problems]
    once: dict[str, Link] = {}
    for link in links:
        other = once.setdefault(link.code, link)
        if other.parent != link.parent:
            words = _("{code} 在文件里有两个上级码。请核对这一行。", code=link.code)
            problems.append(Problem("trace.two_parents", words, link.row))
    if len(once) > _MOST:
        words = _(
            "文件里有 {n} 个码，一次最多 {most} 个。请分成几个文件。", n=len(once), most=_MOST
        )
        problems.append(Problem("trace.many", words))
    return tuple(once.values()), tuple(problems)


def case_of(session: Session, code: str) -> Case:
    """What lies in a scanned code, and what it lies in itself; nothing where no file says so."""
    if not code:
        return Case()
    within: list[str] = []
    upper: str | None = code
    while upper is not None and len(within) < _DEEPEST:
        upper = session.scalar(select(TraceLink.parent).where(TraceLink.code == upper))
        if upper is not None:
            within.append(upper)
    level, packs, facts = [code], [], []
    for _depth in range(_DEEPEST):
        rows = [row for part in portions(level) for row in _children(session, part)]
        inner = {row.parent for row in rows}
        packs += [one for one in level if one not in inner and one != code]
        facts += rows
        if not rows:
            break
        level = [row.code for row in rows]
    leaves = [row for row in facts if row.code in set(packs)]
    lots = {(row.lot_no or "", row.expiry, row.produced) for row in leaves}
    lot_no, until, produced = next(iter(lots)) if len(lots) == 1 else ("", None, None)
    return Case(tuple(packs), lot_no, until, produced, tuple(within))


def _children(session: Session, codes: Sequence[str]) -> Sequence[Any]:
    return session.execute(
        select(
            TraceLink.code, TraceLink.parent, TraceLink.lot_no, TraceLink.expiry,
            TraceLink.produced,
        )
        .where(TraceLink.parent.in_(codes))
        .order_by(TraceLink.code)
    ).all()  # fmt: skip


def _sheet_links(row: SheetRow, located: Located) -> Iterator[Link]:
    """One row: a code with its parent, or the codes of small, middle and large pack."""
    small = _code(row, "code")
    chain = [small]
    if "parent" in located.columns:
        chain.append(_code(row, "parent"))
    chain += [_code(row, key) for key in ("middle", "large") if key in located.columns]
    codes = [one for one in chain if one]
    if not small:
        return
    lot, until, produced = row.text("lot"), row.day("expiry"), row.day("produced")
    for code, parent in itertools.pairwise(codes):
        if code == parent:
            row.wrong("parent", "trace.self", _("上级码和追溯码相同。请核对这一行。"))
            return
        yield Link(row.number, code, parent, lot, until, produced)


def _code(row: SheetRow, key: str) -> str:
    """The code in a cell; what is no trace code becomes a problem."""
    text = row.text(key).replace(" ", "")
    if not text:
        return ""
    found = traced(text)
    if not found:
        words = _(
            "「{text}」不是追溯码。请填 20 位数字，或 GS1 的商品条码加序列号。", text=text[:40]
        )
        row.wrong(key, "trace.code", words)
    return found


def traced(text: str) -> str:
    """A trace code as it is kept (20 digits, GTIN.serial, SSCC); empty if it is none."""
    scan = classify(text)
    if scan.kind is ScanKind.TRACE:
        return scan.code
    if scan.kind is ScanKind.GS1 and scan.serial:
        return f"{scan.code}.{scan.serial}"
    return scan.code if scan.kind is ScanKind.SSCC else ""


def _xml_row(
    number: int, code: str, parent: str, facts: tuple[str, str, str]
) -> tuple[Link | None, list[Problem]]:
    mine, upper = traced(code), traced(parent)
    if not mine or not upper:
        words = _(
            "「{text}」不是追溯码。请向供应商要正确的文件。", text=(code if upper else parent)[:40]
        )
        return None, [Problem("trace.code", words, number)]
    try:
        until, made = (expiry.parse(text) if text else None for text in facts[1:])
    except DomainError as error:
        return None, [Problem(error.code, error.text, number)]
    return Link(number, mine, upper, facts[0], until, made), []


def _known(session: Session, codes: Sequence[str]) -> dict[str, str]:
    """The parents of codes that were loaded before."""
    found: dict[str, str] = {}
    for part in portions(codes):
        rows = session.execute(
            select(TraceLink.code, TraceLink.parent).where(TraceLink.code.in_(part))
        )
        found |= {row.code: row.parent for row in rows}
    return found


def _insert(session: Session, actor: Actor, command: LoadTraces, links: Sequence[Link]) -> None:
    insert = sqlite_insert if database_of(session).is_sqlite else pg_insert
    at = now(session)
    for part in portions(links):
        values = [
            {
                "code": link.code, "parent": link.parent, "org_id": command.org_id,
                "file_name": command.path.name, "lot_no": link.lot or None,
                "expiry": link.expiry, "produced": link.produced, "loaded_at": at,
                "loaded_by": actor.person_id,
            }
            for link in part
        ]  # fmt: skip
        session.execute(insert(TraceLink).values(values).on_conflict_do_nothing())
