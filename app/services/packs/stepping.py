"""What all steps of packs share: the conditional change of state, the goods inside, the moves."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.consumption.triggers import Trigger
from app.domain.documents import DocKind
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_id
from app.domain.ledger import Move
from app.domain.packs.steps import STEPS, PackState, PackStep, after
from app.i18n import _
from app.models.fixed_pack import FixedPack
from app.models.pack import Pack, PackLine
from app.services import audit
from app.services.access import require
from app.services.consumption.titles import Passing, issue_titles, ways_of
from app.services.db import Database, today
from app.services.operations import claim, finish
from app.services.packs.commands import Packs, PackWork
from app.services.queries.portions import key_portions
from app.services.stock.costing import at_cost
from app.services.stock.posting import Posting, post

_LEAST: Final = 2


@dataclass(frozen=True, slots=True)
class Stepped:
    """A pack that made the step, its state and place before, and the lots in it with units."""

    pack: Pack
    fixed: FixedPack
    was: PackState
    was_at: int
    inside: tuple[tuple[int, int], ...]


def advance(
    session: Session, org_id: int, pack_ids: Sequence[int], step: PackStep, **values: Any
) -> list[Stepped]:
    """Let the packs make a step, all or none, in the order of their ids.

    Args:
        session: The unit of work.
        org_id: The member.
        pack_ids: Each pack once.
        step: Which step.
        **values: Further columns of `pack` to set.

    Raises:
        DomainError: No pack named, one named twice, or not a fixed pack of this member.
        ConflictError: A pack is in another state: somebody was first, or it was scanned twice.
    """
    if not pack_ids:
        raise DomainError("pack.none", _("还没有选定数包。请扫包上的码。"))
    if len(set(pack_ids)) != len(pack_ids):
        raise DomainError("pack.twice", _("同一个定数包扫了两次。请去掉一次。"))
    wanted = sorted(pack_ids)
    before = _standing(session, org_id, wanted)
    ends: dict[PackState, list[int]] = {}
    for pack_id in wanted:
        if pack_id not in before:
            raise DomainError("pack.unknown", _("这个码不是本机构的定数包。请核对包上的机构。"))
        state, _place = before[pack_id]
        ends.setdefault(after(step, state), []).append(pack_id)
    for end, packs in ends.items():
        _set(session, org_id, packs, STEPS[step][0], {"status": end.value, **values})
    inside = _inside(session, org_id, wanted)
    found = {pack.id: (pack, fixed) for pack, fixed in _now(session, org_id, wanted)}
    return [Stepped(*found[one], *before[one], tuple(inside[one])) for one in wanted]


def _standing(
    session: Session, org_id: int, packs: Sequence[int]
) -> dict[int, tuple[PackState, int]]:
    """The state and place of each fixed pack, which nobody else changes until the end."""
    found: dict[int, tuple[PackState, int]] = {}
    for part in key_portions(packs):
        rows = session.execute(
            select(Pack.id, Pack.status, Pack.place_id)
            .where(Pack.org_id == org_id, Pack.id.in_(part), Pack.kind == "fixed")
            .order_by(Pack.id)
            .with_for_update()
        )
        found |= {pack: (PackState(status), place) for pack, status, place in rows}
    return found


def _set(
    session: Session,
    org_id: int,
    packs: Sequence[int],
    states: Collection[PackState],
    values: dict[str, Any],
) -> None:
    for part in key_portions(packs):
        done = session.scalars(
            update(Pack)
            .where(
                Pack.org_id == org_id,
                Pack.id.in_(part),
                Pack.status.in_(state.value for state in states),
            )
            .values(version=Pack.version + 1, **values)
            .returning(Pack.id)
            .execution_options(synchronize_session=False)
        )
        for missed in sorted(set(part) - set(done)):
            code = session.scalar(select(Pack.code).where(Pack.org_id == org_id, Pack.id == missed))
            raise ConflictError(
                "pack.changed", _("定数包 {code} 刚被别人处理过。请重新扫码。", code=code)
            )


def _now(session: Session, org_id: int, packs: Sequence[int]) -> Iterator[tuple[Pack, FixedPack]]:
    for part in key_portions(packs):
        rows = session.execute(
            select(Pack, FixedPack)
            .join(FixedPack, (FixedPack.org_id == Pack.org_id) & (FixedPack.pack_id == Pack.id))
            .where(Pack.org_id == org_id, Pack.id.in_(part))
            .execution_options(populate_existing=True)
        )
        yield from rows.all()


def _inside(
    session: Session, org_id: int, packs: Sequence[int]
) -> dict[int, list[tuple[int, int]]]:
    """The lots in each pack with their units."""
    found: dict[int, list[tuple[int, int]]] = {pack: [] for pack in packs}
    for part in key_portions(packs):
        rows = session.execute(
            select(PackLine.pack_id, PackLine.lot_id, PackLine.qty)
            .where(PackLine.org_id == org_id, PackLine.pack_id.in_(part))
            .order_by(PackLine.pack_id, PackLine.lot_id)
        )
        for pack, lot, qty in rows:
            found[pack].append((lot, qty))
    return found


def moves_of(one: Stepped, ends: tuple[int, int], line: int) -> list[Move]:
    """Moves of all that is in the pack, from one place to another."""
    return [
        Move(
            item_id=one.pack.item_id,
            lot_id=lot,
            owner_id=one.pack.owner_id,
            from_place=ends[0],
            to_place=ends[1],
            qty=qty,
            pack_id=one.pack.id,
            doc_line=line,
        )
        for lot, qty in one.inside
    ]


@contextmanager
def work(
    db: Database, actor: Actor, command: PackWork, verb: str
) -> Iterator[tuple[Session, Packs | None]]:
    """One unit of work for a step of named packs; with the earlier answer of a repeat."""
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, verb, command)
        yield session, None if earlier is None else Packs.from_plain(earlier)


def reasoned(command: PackWork) -> str:
    """The reason; raises `DomainError` where there is none."""
    reason = " ".join(command.reason.split())
    if len(reason) < _LEAST:
        raise DomainError("pack.reason", _("请写明原因，至少 {n} 个字。", n=_LEAST))
    return reason


def post_moves(session: Session, actor: Actor, command: PackWork, moves: Sequence[Move]) -> None:
    """Book what the packs hold as moves of one document of the house; title may pass with them."""
    priced = at_cost(session, command.org_id, moves)
    day, document = today(session), new_id()
    ways = ways_of(session, command.org_id, priced)
    post(
        session, actor,
        Posting(command.org_id, command.op_id, DocKind.PACK, document, day, priced),
    )  # fmt: skip
    passing = Passing(command.org_id, command.op_id, document, day, Trigger.ISSUE)
    passed, back = issue_titles(session, actor, passing, ways)
    owners = {move.pack_id: command.org_id for move in passed}
    owners |= {move.pack_id: move.owner_id for move in back}
    for owner in sorted(set(owners.values())):
        packs = [pack for pack, new in owners.items() if pack and new == owner]
        for part in key_portions(packs):
            session.execute(
                update(Pack)
                .where(Pack.org_id == command.org_id, Pack.id.in_(part))
                .values(owner_id=owner)
            )


def answer(
    session: Session,
    actor: Actor,
    command: PackWork,
    verb: str,
    done: Sequence[Stepped],
) -> Packs:
    """Audit the step of every pack and keep the answer for a repeat."""
    result = Packs(tuple(x.pack.id for x in done), tuple(x.pack.code for x in done))
    detail = {"reason": command.reason} if command.reason else {}
    for one in done:
        audit.record(
            session, actor, command.org_id, verb, (DocKind.PACK.value, one.pack.id),
            {"code": one.pack.code, **detail},
        )  # fmt: skip
    finish(session, command.org_id, command.op_id, result.as_plain())
    return result
