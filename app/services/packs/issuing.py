"""From the store to the department: issue by scan, or so many of a definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.days import ZONE
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.packs.steps import PackState, PackStep
from app.domain.stock.fefo import barred
from app.i18n import _
from app.models.fixed_pack import FixedPack, PackDefinition
from app.models.pack import Pack
from app.models.stock import Place
from app.services.access import require
from app.services.db import Database, now, today
from app.services.operations import claim, finish
from app.services.packs import standing
from app.services.packs.asking import fill_requests
from app.services.packs.commands import Issue, Packs, PackWork
from app.services.packs.define import definition_for
from app.services.packs.places import department
from app.services.packs.stepping import Stepped, advance, answer
from app.services.stock.available import held_lots
from app.services.stock.names import item_names, items_told
from app.services.turns import take_turn

_ATTEMPTS: Final = 5
"""Two people who take the last pack: the slower one looks again."""


def issue(db: Database, actor: Actor, command: Issue) -> Packs:
    """Send packs to a department; they stay in the store's books until they are received.

    Raises:
        ConflictError: A named pack is not in the store any more.
        DomainError: No such packs, a frozen or expired lot inside, or above the month's limit.
    """
    require(actor, Duty.STORE, command.org_id)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _issue_once(db, actor, command)
        except ConflictError as error:
            chosen = bool(command.pack_ids) or error.code not in {"pack.changed", "pack.step"}
            if chosen or attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _issue_once(db: Database, actor: Actor, command: Issue) -> Packs:
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "pack.issue", command)
        if earlier is not None:
            return Packs.from_plain(earlier)
        take_turn(session, command.org_id, "packs")
        target = department(session, command.org_id, command.department_id)
        chosen = command.pack_ids or _first_to_expire(session, command)
        done = advance(session, command.org_id, chosen, PackStep.ISSUE)
        _refuse_elsewhere(session, done)
        refuse_unusable(session, command.org_id, done, _("不能发放。请拆包后处理。"))
        _check_limit(session, command, done)
        for one in done:
            one.fixed.department_id = target.id
            one.fixed.issued_at = now(session)
            one.fixed.issued_by = actor.person_id
            one.fixed.received_at = one.fixed.received_by = one.fixed.due_on = None
        session.flush()
        for item in {one.pack.item_id for one in done}:
            packs = sum(one.pack.item_id == item for one in done)
            fill_requests(session, command.org_id, target.id, item, packs)
        missing = max(0, command.count - len(done)) if command.definition_id else 0
        result = replace(
            answer(session, actor, PackWork(command.op_id, command.org_id, ()), "pack.issue", done),
            missing=missing,
        )
        finish(session, command.org_id, command.op_id, result.as_plain())
        return result


def _first_to_expire(session: Session, command: Issue) -> tuple[int, ...]:
    """Packs of the definition's item and size that lie in a store."""
    rule = session.scalar(
        select(PackDefinition).where(
            PackDefinition.org_id == command.org_id, PackDefinition.id == command.definition_id
        )
    )
    if rule is None or command.count < 1:
        raise DomainError("pack.none", _("还没有选定数包。请扫包上的码，或选定义和包数。"))
    rows = session.execute(
        select(Pack.id, FixedPack.expiry)
        .join(FixedPack, (FixedPack.org_id == Pack.org_id) & (FixedPack.pack_id == Pack.id))
        .where(
            Pack.org_id == command.org_id,
            Pack.item_id == rule.item_id,
            Pack.status == PackState.IN_STOCK.value,
            Pack.kind == "fixed",
            Pack.qty == rule.units,
            FixedPack.department_id == 0,
            FixedPack.expiry.is_(None) | (FixedPack.expiry >= today(session)),
            ~standing.frozen(command.org_id),
        )
    ).all()
    ordered = sorted(rows, key=lambda row: (row.expiry is None, row.expiry or date.max, row.id))
    if not ordered:
        told = items_told(session, (rule.item_id,))[rule.item_id]
        raise DomainError(
            "pack.none_left",
            _(
                "库房已没有 {name} 的定数包（每包 {n}）。请先打包再发放。",
                name=told.name,
                n=told.qty(rule.units),
            ),
        )
    return tuple(row.id for row in ordered[: command.count])


def _refuse_elsewhere(session: Session, done: Sequence[Stepped]) -> None:
    for one in done:
        if one.fixed.department_id:
            name = session.scalar(
                select(Place.name).where(
                    Place.org_id == one.pack.org_id, Place.id == one.fixed.department_id
                )
            )
            raise ConflictError(
                "pack.elsewhere",
                _(
                    "定数包 {code} 已经发给「{place}」。要改发，请先收回或退回库房。",
                    code=one.pack.code,
                    place=name or "—",
                ),
            )


def refuse_unusable(session: Session, org_id: int, done: Sequence[Stepped], then: str) -> None:
    """Refuse packs with an expired, frozen or recalled lot; `then` says what to do with them."""
    held, day = held_lots(session, org_id), today(session)
    for one in done:
        lots = {lot for lot, _qty in one.inside}
        why = barred(one.fixed.expiry, day, held=bool(lots & held))
        if why:
            raise DomainError(
                "pack.lot",
                _("定数包 {code} 里的批号{why}，{then}", code=one.pack.code, why=why, then=then),
            )


def _check_limit(session: Session, command: Issue, done: Sequence[Stepped]) -> None:
    """The department's packs of this month may not pass the definition's limit."""
    for item in {one.pack.item_id for one in done}:
        rule = definition_for(session, command.org_id, item, command.department_id)
        if rule is None or not rule.month_limit:
            continue
        start = now(session).astimezone(ZONE).replace(day=1, hour=0, minute=0, second=0)
        had = session.scalar(
            select(func.count())
            .select_from(FixedPack)
            .join(Pack, (FixedPack.org_id == Pack.org_id) & (FixedPack.pack_id == Pack.id))
            .where(
                FixedPack.org_id == command.org_id,
                FixedPack.department_id == command.department_id,
                FixedPack.issued_at >= start,
                Pack.item_id == item,
            )
        )
        asked = sum(one.pack.item_id == item for one in done)
        if int(had or 0) + asked > rule.month_limit:
            name = item_names(session, (item,))[item]
            raise DomainError(
                "pack.limit",
                _(
                    "{name} 本月限 {limit} 包，已发 {had} 包，这次要发 {asked} 包。"
                    "请减少，或改定义里的月限额。",
                    name=name, limit=rule.month_limit, had=had, asked=asked,
                ),
            )  # fmt: skip
