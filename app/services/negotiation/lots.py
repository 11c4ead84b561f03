"""Lots (标包) of a project and the ceilings (限价) of its lines, until the first round begins.

A lot exists while it has lines or a title; moving the last line out of a lot that nobody named
takes the lot away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.domain import money
from app.domain.duties import Actor
from app.domain.errors import Problem, refuse_if
from app.domain.pricing import plain
from app.i18n import _
from app.models.negotiation import Negotiation, NegotiationItem, NegotiationLot
from app.services.db import Database
from app.services.negotiation.common import find_own, need_state, record_step
from app.services.negotiation.project import BEFORE_ROUNDS
from app.services.operations import claim, finish

MOST_LOTS: Final = 99
TERMS: Final = "negotiation.terms"
"""The verb of `set_terms`, by which a repeat finds its answer."""


@dataclass(frozen=True, slots=True)
class SetLots:
    """Lots: titles by number, and which lines are in which.

    An empty title takes away a lot without lines, and gives one with lines its plain name.
    """

    op_id: UUID
    negotiation_id: int
    titles: tuple[tuple[int, str], ...]
    lines: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SetCeilings:
    """限价 by line; None takes it away."""

    op_id: UUID
    negotiation_id: int
    ceilings: tuple[tuple[int, Decimal | None], ...]


@dataclass(frozen=True, slots=True)
class SetTerms:
    """Lots and ceilings of some lines at once: all of them, or nothing."""

    op_id: UUID
    negotiation_id: int
    lots: tuple[tuple[int, int], ...] = ()
    ceilings: tuple[tuple[int, Decimal | None], ...] = ()


def set_lots(db: Database, actor: Actor, command: SetLots) -> None:
    """Name lots and put lines into them, before the first round.

    Raises:
        DomainError: A lot out of range, or a line that the project does not have.
    """
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        if claim(session, actor, project.org_id, command.op_id, "negotiation.lots", command):
            return
        need_state(project, *BEFORE_ROUNDS)
        numbers = [(0, lot) for lot, _title in command.titles]
        problems = [
            *_check_lots([*numbers, *command.lines]),
            *_check_lines(session, project, {line for line, _lot in command.lines}),
        ]
        refuse_if(problems, "negotiation.lot", _("标包没有改。"))
        put_lots(session, project, command.lines)
        _name(session, project, command.titles)
        detail = {"titles": dict(command.titles), "lines": len(command.lines)}
        record_step(session, actor, project, "lots", detail)
        finish(session, project.org_id, command.op_id, {"done": True})


def set_ceilings(db: Database, actor: Actor, command: SetCeilings) -> None:
    """Set 限价, before the first round; raises `DomainError` for a line or price that is none."""
    terms = SetTerms(command.op_id, command.negotiation_id, (), command.ceilings)
    set_terms(db, actor, terms)


def set_terms(db: Database, actor: Actor, command: SetTerms) -> int:
    """Set lots and ceilings of some lines, before the first round; how many lines were named.

    Raises:
        DomainError: Lines that are not there, lots out of range, prices that are none; each in
            `problems` with the line as its row.
    """
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        touched = {line for line, _value in command.lots}
        touched |= {line for line, _value in command.ceilings}
        if claim(session, actor, project.org_id, command.op_id, TERMS, command) is not None:
            return len(touched)
        need_state(project, *BEFORE_ROUNDS)
        problems = [
            *_check_lines(session, project, touched),
            *_check_lots(command.lots),
            *_check_ceilings(command.ceilings),
        ]
        refuse_if(problems, "negotiation.terms", _("限价和标包都没有改。"))
        put_lots(session, project, command.lots)
        _put_ceilings(session, project, command.ceilings)
        _record(session, actor, project, command)
        done = {"lots": len(command.lots), "ceilings": len(command.ceilings)}
        finish(session, project.org_id, command.op_id, done)
        return len(touched)


def _record(session: Session, actor: Actor, project: Negotiation, command: SetTerms) -> None:
    if command.lots:
        detail: dict[str, object] = {"titles": {}, "lines": len(command.lots)}
        record_step(session, actor, project, "lots", detail)
    if command.ceilings:
        words = {
            str(line): plain(price) if price is not None else "" for line, price in command.ceilings
        }
        detail = {"lines": len(words), "ceilings": words}
        record_step(session, actor, project, "ceilings", detail)


def _check_lines(session: Session, project: Negotiation, wanted: set[int]) -> Iterable[Problem]:
    known = set(
        session.scalars(
            select(NegotiationItem.line).where(
                NegotiationItem.org_id == project.org_id,
                NegotiationItem.negotiation_id == project.id,
            )
        )
    )
    for line in sorted(wanted - known):
        text = _("项目里没有第 {line} 行。请核对行号。", line=line)
        yield Problem("negotiation.line", text, row=line)


def _check_lots(lots: Sequence[tuple[int, int]]) -> Iterable[Problem]:
    for line, lot in lots:
        if not 1 <= lot <= MOST_LOTS:
            text = _("标包编号 {lot} 不对，应在 1 到 {n} 之间。请改正编号。", lot=lot, n=MOST_LOTS)
            yield Problem("negotiation.lot", text, row=line)


def _check_ceilings(ceilings: Sequence[tuple[int, Decimal | None]]) -> Iterable[Problem]:
    for line, price in ceilings:
        if price is not None and money.price(price) <= 0:
            text = _("第 {line} 行的限价应大于 0。不设限价就留空。", line=line)
            yield Problem("negotiation.ceiling", text, row=line)


def put_lots(session: Session, project: Negotiation, lines: Sequence[tuple[int, int]]) -> None:
    """Put lines into lots, in the caller's unit of work."""
    _put(session, project, "lot", lines)
    ensure_lots(session, project, {lot for _line, lot in lines})
    if lines:
        _drop_empty(session, project)


def _put_ceilings(
    session: Session, project: Negotiation, prices: Sequence[tuple[int, Decimal | None]]
) -> None:
    _put(session, project, "ceiling", prices)


def _put(
    session: Session, project: Negotiation, column: str, values: Sequence[tuple[int, object]]
) -> None:
    if not values:
        return
    table = NegotiationItem.__table__
    statement = (
        update(table)  # type: ignore[arg-type]  # a table, as declared
        .where(
            table.c.org_id == project.org_id,
            table.c.negotiation_id == project.id,
            table.c.line == bindparam("at"),
        )
        .values({column: bindparam("to", type_=table.c[column].type)})
    )
    session.connection().execute(statement, [{"at": line, "to": value} for line, value in values])
    session.expire_all()


def _name(session: Session, project: Negotiation, titles: Sequence[tuple[int, str]]) -> None:
    ensure_lots(session, project, {lot for lot, title in titles if title.strip()})
    for lot, title in titles:
        row = session.get(NegotiationLot, (project.org_id, project.id, lot))
        if row is not None:
            row.title = title.strip() or plain_name(lot)
    session.flush()
    _drop_empty(session, project)


def plain_name(lot: int) -> str:
    """What a lot is called until somebody names it."""
    return _("第 {n} 包", n=lot)


def ensure_lots(session: Session, project: Negotiation, lots: set[int]) -> None:
    """Make the lots that are not there yet, in the caller's unit of work."""
    for lot in sorted(lots):
        if session.get(NegotiationLot, (project.org_id, project.id, lot)) is None:
            row = NegotiationLot(org_id=project.org_id, negotiation_id=project.id, lot=lot)
            row.title = plain_name(lot)
            session.add(row)
    session.flush()


def _drop_empty(session: Session, project: Negotiation) -> None:
    """Take away lots that have neither a line nor a name of their own."""
    used = set(
        session.scalars(
            select(NegotiationItem.lot)
            .where(
                NegotiationItem.org_id == project.org_id,
                NegotiationItem.negotiation_id == project.id,
            )
            .distinct()
        )
    )
    rows = session.scalars(
        select(NegotiationLot).where(
            NegotiationLot.org_id == project.org_id, NegotiationLot.negotiation_id == project.id
        )
    ).all()
    for row in rows:
        if row.lot not in used and row.title == plain_name(row.lot):
            session.delete(row)
    session.flush()
