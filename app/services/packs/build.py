"""Build packs: FEFO out of loose goods into the pack place of the store, each with its code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.codes import pack_code
from app.domain.documents import DocKind
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id, new_ids
from app.domain.ledger import Move
from app.domain.packs.building import PackContent, fill
from app.domain.packs.steps import PackState
from app.i18n import _
from app.models.fixed_pack import FixedPack, PackDefinition
from app.models.pack import Pack, PackLine
from app.models.party import Organisation
from app.services import audit
from app.services.access import require
from app.services.db import Database, now, today
from app.services.numbering import next_number
from app.services.operations import claim, finish
from app.services.packs.commands import Build, Packs
from app.services.packs.places import pack_place
from app.services.stock.available import lot_stock
from app.services.stock.costing import at_cost
from app.services.stock.names import items_told
from app.services.stock.places import main_place
from app.services.stock.posting import Posting, post

_ATTEMPTS: Final = 3
"""Loose stock is read before it is posted; when others were faster it is read again."""
_LAST: Final = 999_999


def build(db: Database, actor: Actor, command: Build) -> Packs:
    """Build as many packs as there are goods for, up to the number asked.

    Raises:
        DomainError: Not a single pack could be built; says how much loose stock there is.
    """
    require(actor, Duty.STORE, command.org_id)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _build_once(db, actor, command)
        except DomainError as error:
            if error.code != "stock.short" or attempt == _ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def _build_once(db: Database, actor: Actor, command: Build) -> Packs:
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "pack.build", command)
        if earlier is not None:
            return Packs.from_plain(earlier)
        rule = _definition(session, command)
        store = command.place_id or main_place(session, command.org_id)
        contents, missing = _contents(session, command, rule, store)
        home = pack_place(session, command.org_id, store)
        document = new_id()
        codes = _codes(session, command.org_id, len(contents))
        packs = _keep(session, actor, rule, contents, (document, store, home), codes)
        moves = [
            Move(
                item_id=rule.item_id,
                lot_id=pick.stock.lot_id,
                owner_id=content.owner_id,
                from_place=pick.stock.place_id,
                to_place=home,
                qty=pick.qty,
                pack_id=pack,
                doc_line=number,
            )
            for number, (pack, content) in enumerate(zip(packs, contents, strict=True), 1)
            for pick in content.picks
        ]
        moves = at_cost(session, command.org_id, moves)
        day = today(session)
        post(
            session, actor,
            Posting(command.org_id, command.op_id, DocKind.PACK, document, day, moves),
        )  # fmt: skip
        result = Packs(tuple(packs), tuple(codes), missing)
        audit.record(
            session, actor, command.org_id, "pack.build", (DocKind.PACK.value, document),
            {"definition": rule.id, "packs": len(packs), "first": codes[0]},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, result.as_plain())
        return result


def _definition(session: Session, command: Build) -> PackDefinition:
    found = session.scalar(
        select(PackDefinition).where(
            PackDefinition.org_id == command.org_id, PackDefinition.id == command.definition_id
        )
    )
    if found is None or not found.active:
        raise DomainError("pack.definition", _("没有这个定数包定义，或已停用。请刷新后再选。"))
    return found


def _contents(
    session: Session, command: Build, rule: PackDefinition, store: int
) -> tuple[tuple[PackContent, ...], int]:
    stock = lot_stock(session, command.org_id, store, (rule.item_id,)).get(rule.item_id, ())
    day = today(session)
    filled = fill(stock, rule.units, command.count, day, mixed=rule.mixed)
    if not filled.packs:
        there = sum(lot.qty for lot in stock if lot.usable(day))
        told = items_told(session, (rule.item_id,))[rule.item_id]
        raise DomainError(
            "pack.no_goods",
            _(
                "{name} 散货可用 {there}，不够一包 {units}（不混批时要同一批号）。"
                "请先收货，或改定义为可混批。",
                name=told.name,
                there=told.qty(there),
                units=told.qty(rule.units),
            ),
        )
    return filled.packs, filled.missing


def _codes(session: Session, org_id: int, count: int) -> list[str]:
    day = today(session)
    first = next_number(session, org_id, "DSB", day, count=count)
    code = session.scalar(select(Organisation.code).where(Organisation.id == org_id)) or ""
    if not (len(code) == 4 and code.isdigit()) or first + count - 1 > _LAST:  # noqa: PLR2004 - §2.3
        raise DomainError(
            "pack.code_range",
            _("今天的定数包号已用完，或机构编号不是 4 位数字。请明天再打包，或请管理员改编号。"),
        )
    return [pack_code.build(code, day, first + step) for step in range(count)]


def _keep(
    session: Session,
    actor: Actor,
    rule: PackDefinition,
    contents: Sequence[PackContent],
    where: tuple[int, int, int],
    codes: Sequence[str],
) -> list[int]:
    """Write the packs with what is in them; their ids."""
    document, store, home = where
    made = list(new_ids(len(contents)))
    for pack, content, code in zip(made, contents, codes, strict=True):
        session.add(
            Pack(
                org_id=rule.org_id,
                id=pack,
                code=code,
                kind="fixed",
                item_id=rule.item_id,
                qty=rule.units,
                owner_id=content.owner_id,
                place_id=home,
                status=PackState.IN_STOCK.value,
                source_kind=DocKind.PACK.value,
                source_id=document,
                made_at=now(session),
                made_by=actor.person_id,
            )
        )
    session.flush()
    for pack, content in zip(made, contents, strict=True):
        for lot, qty in content.lots.items():
            session.add(PackLine(org_id=rule.org_id, pack_id=pack, lot_id=lot, qty=qty))
        session.add(
            FixedPack(
                org_id=rule.org_id,
                pack_id=pack,
                definition_id=rule.id,
                source_place=store,
                expiry=content.expiry,
            )
        )
    return made
