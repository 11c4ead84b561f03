"""Which trigger was agreed: read for the ledger, listed and changed for people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from app.domain.consumption.triggers import (
    CATEGORIES,
    Goods,
    Term,
    Trigger,
    check_term,
    trigger_on,
)
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import _
from app.models.consumption_source import SettleRule
from app.models.item import Item
from app.models.party import Organisation, Person, SettleTerm
from app.services import audit
from app.services.access import require
from app.services.db import Database, now, today
from app.services.operations import claim, finish
from app.services.turns import take_turn


@dataclass(frozen=True, slots=True)
class SetRule:
    """Agree a trigger for an item or a category of a supplier (the other one stays empty).

    The rule that held before ends on the day before; nothing that was settled changes.
    """

    op_id: UUID
    org_id: int
    supplier_id: int
    trigger: Trigger
    item_id: int = 0
    category: str = ""
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class EndRule:
    """End a rule: from the day on the supplier's usual trigger holds again."""

    op_id: UUID
    org_id: int
    rule_id: int
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A trigger in words; `rule_id` 0 is the supplier's usual one.

    Attributes:
        scope: 品规, category, or all goods.
        state: ``now``, ``later`` or ``past``.
    """

    org_id: int
    org: str
    rule_id: int
    supplier_id: int
    supplier: str
    scope: str
    trigger: str
    label: str
    valid_from: date
    valid_to: date | None
    state: str
    person: str


def terms_of(session: Session, org_id: int, suppliers: Collection[int]) -> tuple[Term, ...]:
    """All that was ever agreed between a member and these suppliers."""
    usual = session.scalars(
        select(SettleTerm).where(SettleTerm.org_id == org_id, SettleTerm.supplier_id.in_(suppliers))
    )
    found = [
        Term(row.supplier_id, Trigger(row.trigger), row.valid_from, None, row.item_id)
        for row in usual
    ]
    rules = session.scalars(
        select(SettleRule).where(SettleRule.org_id == org_id, SettleRule.supplier_id.in_(suppliers))
    )
    found += [_term(row) for row in rules]
    return tuple(found)


def goods_of(session: Session, items: Collection[int]) -> dict[int, Goods]:
    """What terms are held against, by item."""
    rows = session.execute(
        select(Item.id, Item.item_class, Item.high_value).where(Item.id.in_(items))
    )
    return {row.id: Goods(row.id, row.item_class, bool(row.high_value)) for row in rows}


def triggers_of(
    session: Session, org_id: int, supplier_id: int, items: Collection[int], day: date
) -> dict[int, Trigger]:
    """The trigger in force on a day for items of one supplier."""
    terms = terms_of(session, org_id, (supplier_id,))
    goods = goods_of(session, items)
    return {item: trigger_on(terms, supplier_id, goods[item], day) for item in items}


def rules(db: Database, actor: Actor, orgs: Collection[int]) -> tuple[RuleRow, ...]:
    """Usual triggers and exceptions of the members in scope; what holds now stands first."""
    scope = tuple(sorted(set(orgs) & actor.orgs()))
    with db.read() as session:
        day = today(session)
        names = dict(session.execute(select(Organisation.id, Organisation.short_name)).all())
        people = dict(session.execute(select(Person.id, Person.name)).all())
        usual = session.scalars(select(SettleTerm).where(SettleTerm.org_id.in_(scope))).all()
        exceptions = session.scalars(select(SettleRule).where(SettleRule.org_id.in_(scope))).all()
        wanted = {row.item_id for row in usual} | {row.item_id for row in exceptions}
        items = _item_names(session, wanted - {0})
        ends = _ends(usual)
        found = [
            _row(row, replace(_usual(row), valid_to=ends.get(id(row))), items, names, day, "")
            for row in usual
        ]
        found += [
            _row(row, _term(row), items, names, day, people.get(row.created_by, "—"))
            for row in exceptions
        ]
    order = {"now": 0, "later": 1, "past": 2}
    return tuple(
        sorted(found, key=lambda r: (order[r.state], r.org, r.supplier, r.rule_id == 0, r.scope))
    )


def set_rule(db: Database, actor: Actor, command: SetRule) -> int:
    """Write a rule and end the one that it follows; its id.

    Raises:
        NotAllowedError: The actor neither settles nor buys for this member.
        DomainError: Unknown supplier or item, a day in the past, or nothing would change.
    """
    if not actor.can(Duty.BUY, command.org_id):
        require(actor, Duty.SETTLE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "settle_rule.set", command)
        if earlier is not None:
            return int(earlier["id"])
        take_turn(session, command.org_id, "settle_rule")
        day = today(session)
        start = command.valid_from or day
        term = Term(command.supplier_id, command.trigger, start, None, command.item_id,
                    command.category)  # fmt: skip
        check_term(term, day)
        _check_parties(session, command)
        _end_before(session, command, start)
        row = SettleRule(
            org_id=command.org_id, id=new_id(), supplier_id=command.supplier_id,
            item_id=command.item_id, category=command.category, trigger=command.trigger.value,
            valid_from=start, valid_to=None, created_at=now(session), created_by=actor.person_id,
        )  # fmt: skip
        session.add(row)
        audit.record(
            session, actor, command.org_id, "settle_rule.set", ("settle_rule", row.id),
            {"supplier": command.supplier_id, "item": command.item_id,
             "category": command.category, "trigger": command.trigger.value, "from": start},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"id": row.id})
        return row.id


def end_rule(db: Database, actor: Actor, command: EndRule) -> None:
    """End a rule after a day (yesterday by default: today the usual trigger holds)."""
    if not actor.can(Duty.BUY, command.org_id):
        require(actor, Duty.SETTLE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "settle_rule.end", command)
        if earlier is not None:
            return
        take_turn(session, command.org_id, "settle_rule")
        row = session.get(SettleRule, (command.org_id, command.rule_id))
        if row is None:
            raise DomainError("term.unknown", _("没有这条约定。请刷新后再选。"))
        day = today(session)
        end = date.fromordinal(command.last_day.toordinal() + 1) if command.last_day else day
        if end < day or (row.valid_to is not None and row.valid_to <= day):
            raise DomainError(
                "term.past", _("停用日期已经过去，之前的货已按这条约定算。请填今天或以后。")
            )
        row.valid_to = max(end, row.valid_from)
        audit.record(
            session, actor, command.org_id, "settle_rule.end", ("settle_rule", row.id),
            {"to": row.valid_to},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {})


def _end_before(session: Session, command: SetRule, start: date) -> None:
    """The rules of the same scope that would overlap end on the new one's first day."""
    same = (
        SettleRule.org_id == command.org_id,
        SettleRule.supplier_id == command.supplier_id,
        SettleRule.item_id == command.item_id,
        SettleRule.category == command.category,
        SettleRule.valid_to.is_(None) | (SettleRule.valid_to > start),
    )
    rows = session.scalars(select(SettleRule).where(*same)).all()
    if any(row.trigger == command.trigger.value and row.valid_from <= start for row in rows):
        raise DomainError("term.same", _("已经是这样约定的，没有改动。"))
    for row in rows:
        done = session.execute(
            update(SettleRule)
            .where(SettleRule.org_id == command.org_id, SettleRule.id == row.id)
            .values(valid_to=max(start, row.valid_from))
        )
        assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count


def _check_parties(session: Session, command: SetRule) -> None:
    supplier = session.get(Organisation, command.supplier_id)
    if supplier is None or supplier.kind != "supplier":
        raise DomainError("term.supplier", _("没有这家供应商。请从列表里选。"))
    if command.item_id and session.get(Item, command.item_id) is None:
        raise DomainError("item.unknown", _("目录里没有这个品规。请重新选择。"))


def _usual(row: SettleTerm) -> Term:
    return Term(row.supplier_id, Trigger(row.trigger), row.valid_from, None, row.item_id)


def _term(row: SettleRule) -> Term:
    return Term(
        row.supplier_id, Trigger(row.trigger), row.valid_from, row.valid_to, row.item_id,
        row.category,
    )  # fmt: skip


def _ends(usual: Collection[SettleTerm]) -> dict[int, date]:
    """Where a usual term was followed by another: the day on which it ended."""
    found: dict[int, date] = {}
    for row in usual:
        later = [
            other.valid_from
            for other in usual
            if (other.org_id, other.supplier_id, other.item_id)
            == (row.org_id, row.supplier_id, row.item_id)
            and other.valid_from > row.valid_from
        ]
        if later:
            found[id(row)] = min(later)
    return found


def _item_names(session: Session, items: set[int]) -> dict[int, str]:
    rows = session.execute(select(Item.id, Item.name, Item.spec).where(Item.id.in_(items)))
    return {row.id: f"{row.name} {row.spec}" for row in rows}


def _row(
    row: Any, term: Term, items: dict[int, str], names: dict[int, str], day: date, person: str
) -> RuleRow:
    scope = items.get(term.item_id, "—") if term.item_id else _("全部货品")
    if term.category:
        scope = _(CATEGORIES[term.category])
    state = "now" if term.holds(day) else "later" if term.valid_from > day else "past"
    return RuleRow(
        org_id=row.org_id,
        org=names.get(row.org_id, "—"),
        rule_id=getattr(row, "id", 0),
        supplier_id=term.supplier_id,
        supplier=names.get(term.supplier_id, "—"),
        scope=scope,
        trigger=term.trigger.value,
        label=term.trigger.label,
        valid_from=term.valid_from,
        valid_to=term.valid_to,
        state=state,
        person=person,
    )
