"""试剂: rules, opening a kit, closing it; opening or each test is what the supplier is paid for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.domain.consumption.reagents import Mode, Rule, check_one_kit, check_rule, holds_until
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_id
from app.domain.ledger import Move
from app.i18n import _
from app.models.consumption_source import ReagentKit, ReagentRule
from app.models.item import Item
from app.models.stock import Lot
from app.services import audit
from app.services.access import require
from app.services.consumption.backdated import refuse_before_goods
from app.services.consumption.commands import Consume, ConsumeLine, Use
from app.services.consumption.consume import pick_again, pick_all
from app.services.consumption.using import post_use
from app.services.db import Database, now, today
from app.services.demand import add_demand
from app.services.operations import claim, finish
from app.services.stock.available import places_under
from app.services.stock.closed import refuse_closed
from app.services.stock.places import virtual_place
from app.services.turns import take_turn

_CLOSES = {"finished", "expired"}


@dataclass(frozen=True, slots=True)
class DefineReagent:
    """How a member counts a reagent from now on; opened kits keep their numbers."""

    op_id: UUID
    org_id: int
    item_id: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class OpenKit:
    """Open one kit of an item, a lot or a label (the scanned line); its quantity is one kit."""

    op_id: UUID
    org_id: int
    place_id: int
    line: ConsumeLine
    opened_on: date | None = None


@dataclass(frozen=True, slots=True)
class CloseKit:
    """A kit is empty (``finished``) or past its open stability (``expired``)."""

    op_id: UUID
    org_id: int
    kit_id: int
    how: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A kit that was opened; `no` is the consumption, empty where tests are what is consumed."""

    kit_id: int
    no: str
    tests: int
    expires_on: date | None


def define(db: Database, actor: Actor, command: DefineReagent) -> None:
    """Write the rule of a reagent."""
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "reagent.define", command)
        if earlier is not None:
            return
        item = session.get(Item, command.item_id)
        if item is None or item.item_class != "reagent":
            raise DomainError("reagent.item", _("这个品规不是试剂。请在目录里选试剂。"))
        rule = command.rule
        check_rule(rule, item.pack_factor, item.base_unit, item.pack_unit)
        at = now(session)
        row = session.get(ReagentRule, (command.org_id, command.item_id))
        if row is None:
            row = ReagentRule(org_id=command.org_id, item_id=command.item_id)
        row.mode, row.tests, row.dead_tests = rule.mode.value, rule.tests, rule.dead_tests
        row.open_days, row.updated_at, row.updated_by = rule.open_days, at, actor.person_id
        session.add(row)
        audit.record(
            session, actor, command.org_id, "reagent.define", ("item", command.item_id),
            {"mode": rule.mode.value, "tests": rule.tests, "dead": rule.dead_tests,
             "days": rule.open_days},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {})


def rule_of(session: Session, org_id: int, item_id: int) -> Rule:
    """The rule of a reagent; raises `DomainError` where none was written."""
    row = session.get(ReagentRule, (org_id, item_id))
    if row is None:
        raise DomainError(
            "reagent.no_rule",
            _("这个试剂还没设每盒测试数。请先在试剂里设好，再开盒。"),
        )
    return Rule(Mode(row.mode), row.tests, row.dead_tests, row.open_days)


def open_kit(db: Database, actor: Actor, command: OpenKit) -> Opened:
    """Open a kit: consumption at once, or the lot that the tests will be taken from.

    Raises:
        DomainError: No rule, no usable stock (what open kits still hold is not free), or a day
            in a closed month.
        ConflictError: Its label was used before.
    """
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "reagent.open", command)
        if earlier is not None:
            return _opened(earlier)
        take_turn(session, command.org_id, "reagent")
        rule = rule_of(session, command.org_id, command.line.item_id)
        item = session.get_one(Item, command.line.item_id)
        day = command.opened_on or today(session)
        if day > today(session):
            raise DomainError("kit.future", _("开盒日期在将来。请核对日期。"))
        refuse_closed(session, command.org_id, day)
        moves = _pick(session, actor, command, item, rule, day)
        refuse_before_goods(session, command.org_id, day, moves)
        kit = _kit(session, actor, command, rule, moves[0], day)
        no = ""
        if rule.mode is Mode.KIT:
            kit.document_id = new_id()
            use = Use(command.org_id, command.op_id, command.place_id, day, "kit",
                      document_id=kit.document_id)  # fmt: skip
            no = post_use(session, actor, use, moves).no
            qty = sum(move.qty for move in moves)
            add_demand(session, command.org_id, command.place_id, item.id, day, qty, qty)
        session.add(kit)
        audit.record(
            session, actor, command.org_id, "reagent.open", ("kit", kit.id),
            {"item": item.code, "lot": kit.lot_id, "no": no},
        )  # fmt: skip
        result = {"kit": kit.id, "no": no, "tests": kit.tests,
                  "expires": kit.expires_on.isoformat() if kit.expires_on else ""}  # fmt: skip
        finish(session, command.org_id, command.op_id, result)
        return _opened(result)


def close_kit(db: Database, actor: Actor, command: CloseKit) -> int:
    """Close a kit; the units that were consumed without a test (0 where opening consumed all).

    Raises:
        ConflictError: It was closed before.
    """
    require(actor, Duty.STORE, command.org_id)
    if command.how not in _CLOSES:
        raise DomainError("kit.how", _("请选用完或过期。"))
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "reagent.close", command)
        if earlier is not None:
            return int(earlier["wasted"])
        kit = session.get(ReagentKit, (command.org_id, command.kit_id), with_for_update=True)
        if kit is None:
            raise DomainError("kit.unknown", _("没有这一盒。请刷新后再选。"))
        if kit.status != "open":
            raise ConflictError("kit.closed", _("这一盒已经登记用完、过期或冲销，没有重复登记。"))
        day = today(session)
        wasted = 0
        if kit.mode == Mode.TEST.value:
            wasted = kit.tests - kit.used + kit.dead_tests
            _consume_rest(session, actor, command, kit, wasted, day)
        session.execute(
            update(ReagentKit)
            .where(ReagentKit.org_id == command.org_id, ReagentKit.id == kit.id)
            .values(status=command.how, closed_on=day, note=command.note.strip(),
                    version=ReagentKit.version + 1)
        )  # fmt: skip
        audit.record(
            session, actor, command.org_id, "reagent.close", ("kit", kit.id),
            {"how": command.how, "wasted": wasted},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"wasted": wasted})
        return wasted


def _consume_rest(
    session: Session, actor: Actor, command: CloseKit, kit: ReagentKit, rest: int, day: date
) -> None:
    """Dead volume and what expired in the opened kit: used without a test, and paid for."""
    if not rest:
        return
    move = kit_move(session, kit, rest, 1, _("死体积或开瓶过期"))
    use = Use(command.org_id, command.op_id, kit.place_id, day, "test", command.note.strip())
    post_use(session, actor, use, [move])


def kit_move(session: Session, kit: ReagentKit, qty: int, line: int, reason: str = "") -> Move:
    """Units of an opened kit go to the consumed end."""
    return Move(
        item_id=kit.item_id,
        lot_id=kit.lot_id,
        owner_id=kit.owner_id,
        from_place=kit.place_id,
        to_place=virtual_place(session, kit.org_id, "consumed"),
        qty=qty,
        doc_line=line,
        reason=reason,
    )


def _pick(
    session: Session, actor: Actor, command: OpenKit, item: Item, rule: Rule, day: date
) -> list[Move]:
    """The goods of one kit, of one lot and owner."""
    line = command.line
    if line.pack_id and rule.mode is Mode.TEST:
        raise DomainError(
            "kit.label", _("按测试数消耗的试剂不贴整盒标签。请扫包装上的 69 码或 GS1 码。")
        )
    if not line.pack_id:
        check_one_kit(line.qty, item.pack_factor, item.pack_unit)
        line = replace(line, qty=item.pack_factor)
    elif line.qty != item.pack_factor:
        raise DomainError("kit.one", _("这个标签不止一盒。请扫一盒一张的标签，或扫 69 码。"))
    held: dict[int, int] = {}
    if rule.mode is Mode.TEST:
        where = places_under(session, command.org_id, command.place_id)
        held = _held(session, command.org_id, item.id, where)
    asked = replace(line, qty=line.qty + sum(held.values())) if held and not line.lot_id else line
    if held and line.lot_id:
        asked = replace(line, qty=line.qty + held.get(line.lot_id, 0))
    wanted = Consume(command.op_id, command.org_id, command.place_id, (asked,))
    pick = pick_again if line.pack_id else pick_all  # a labelled box may have been put away
    moves = pick(session, actor, wanted, 0, day)
    if held:
        moves = _free(moves, held, line.qty)
    if len({(move.lot_id, move.owner_id) for move in moves}) != 1:
        raise DomainError(
            "kit.mixed",
            _("{name} 散的不够一整盒同批号的。请扫批号，或先核对库存。", name=item.name),
        )
    return moves


def _held(session: Session, org_id: int, item_id: int, where: Collection[int]) -> dict[int, int]:
    """Units by lot that open kits hold at places: they lie in the balance until they are tested."""
    rows = session.execute(
        select(
            ReagentKit.lot_id,
            func.sum(ReagentKit.tests - ReagentKit.used + ReagentKit.dead_tests).label("units"),
        )
        .where(
            ReagentKit.org_id == org_id, ReagentKit.item_id == item_id,
            ReagentKit.mode == Mode.TEST.value, ReagentKit.status == "open",
            ReagentKit.place_id.in_(where),
        )
        .group_by(ReagentKit.lot_id)
    )  # fmt: skip
    return {row.lot_id: int(row.units) for row in rows}


def _free(moves: list[Move], held: dict[int, int], wanted: int) -> list[Move]:
    """Of what was picked, what no open kit holds; as much as one kit, of the first lot."""
    left = dict(held)
    found: list[Move] = []
    for move in moves:
        blocked = min(left.get(move.lot_id, 0), move.qty)
        left[move.lot_id] = left.get(move.lot_id, 0) - blocked
        part = min(move.qty - blocked, wanted)
        if part:
            found.append(replace(move, qty=part))
            wanted -= part
    return found


def _kit(
    session: Session, actor: Actor, command: OpenKit, rule: Rule, move: Move, day: date
) -> ReagentKit:
    expiry = session.scalar(select(Lot.expiry).where(Lot.id == move.lot_id))
    return ReagentKit(
        org_id=command.org_id,
        id=new_id(),
        item_id=move.item_id,
        lot_id=move.lot_id,
        owner_id=move.owner_id,
        place_id=move.from_place,
        mode=rule.mode.value,
        tests=rule.usable,
        dead_tests=rule.dead_tests,
        used=0,
        opened_on=day,
        opened_by=actor.person_id,
        expires_on=holds_until(day, rule.open_days, expiry),
        status="open",
        pack_id=command.line.pack_id,
    )


def _opened(stored: dict[str, Any]) -> Opened:
    expires = date.fromisoformat(stored["expires"]) if stored["expires"] else None
    return Opened(int(stored["kit"]), str(stored["no"]), int(stored["tests"]), expires)
