"""Labels as units: each gets an own code and stands for so many units of a lot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.codes import label_code
from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_id, new_ids
from app.domain.labels.plan import MAX_LABELS, quantities
from app.i18n import _
from app.models.pack import LabelPrint, Pack, PackLine
from app.models.party import Organisation
from app.models.receiving import Acceptance
from app.services import audit
from app.services.access import require
from app.services.bulk import insert_rows
from app.services.db import Database, now, today
from app.services.labels.candidates import acceptance_candidates, stock_candidates
from app.services.labels.commands import (
    Candidate,
    LabelLine,
    Lot,
    MadeLabels,
    MakeLabels,
    RecordPrint,
    Source,
)
from app.services.numbering import next_number
from app.services.operations import claim, finish
from app.services.turns import take_turn

COUNTER = "LABEL"
"""Kind of the running number of own label codes, per organisation and day."""
_PACK: Final = (
    "org_id", "id", "code", "kind", "item_id", "qty", "owner_id", "place_id", "status",
    "source_kind", "source_id", "made_at", "made_by", "version",
)  # fmt: skip


def make_labels(db: Database, actor: Actor, command: MakeLabels) -> MadeLabels:
    """Give own codes to goods and keep each label as a unit that can be scanned.

    Raises:
        NotAllowedError: The person does not keep this member's store.
        DomainError: Nothing chosen, goods that are not there, or more labels than goods.
    """
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "labels.make", command)
        if earlier is not None:
            return MadeLabels(tuple(earlier["pack_ids"]))
        take_turn(session, command.org_id, "labels")
        planned = _planned(session, command)
        codes = _codes(session, command.org_id, sum(len(parts) for _lot, parts in planned))
        units = [(lot, qty) for lot, parts in planned for qty in parts]
        made = _store(session, actor, command, list(zip(units, codes, strict=True)))
        audit.record(
            session, actor, command.org_id, "labels.make",
            (command.source.value, command.source_id), {"count": len(made)},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"pack_ids": made})
        return MadeLabels(tuple(made))


def _planned(session: Session, command: MakeLabels) -> list[tuple[Lot, tuple[int, ...]]]:
    """What each label will stand for, checked against what is free now."""
    chosen = [line for line in command.lines if line.count]
    if not chosen:
        raise DomainError("label.none", _("还没选要打印的标签。请勾选品规并填张数。"))
    if sum(line.count for line in chosen) > MAX_LABELS:
        raise DomainError("label.count", _("一次最多打印 {n} 张。请分几次打印。", n=MAX_LABELS))
    known = {one.lot: one for one in _candidates(session, command, chosen)}
    planned: list[tuple[Lot, tuple[int, ...]]] = []
    taken: dict[Lot, int] = {}
    for line in chosen:
        candidate = known.get(line.lot)
        if candidate is None:
            raise ConflictError(
                "label.gone", _("要贴标签的货已经不在原来的库位。请重新打开页面再选。")
            )
        free = candidate.free - taken.get(line.lot, 0)
        if free <= 0:
            raise DomainError(
                "label.all_labelled",
                _(
                    "{name} {lot} 已经全部贴过标签。要再印一份，请用「补打」。",
                    name=candidate.name,
                    lot=candidate.lot_no,
                ),
            )
        parts = quantities(free, line.per_label, line.count)
        taken[line.lot] = taken.get(line.lot, 0) + sum(parts)
        planned.append((line.lot, parts))
    return planned


def _candidates(
    session: Session, command: MakeLabels, lines: Iterable[LabelLine]
) -> tuple[Candidate, ...]:
    """The goods of the source as they are now."""
    if command.source is Source.ACCEPTANCE:
        _hold(session, command)
        return acceptance_candidates(session, command.org_id, command.source_id)
    return stock_candidates(session, command.org_id, {line.lot for line in lines})


def _hold(session: Session, command: MakeLabels) -> None:
    """Keep the acceptance until the end: taken back at this moment, its goods want no labels."""
    found = session.execute(
        select(Acceptance.no, Acceptance.status)
        .where(Acceptance.org_id == command.org_id, Acceptance.id == command.source_id)
        .with_for_update()
    ).first()
    if found is not None and found.status == State.REVERSED:
        raise ConflictError(
            "label.reversed",
            _("{no} 已冲销，货不在账上，不能贴标签。请在新的验收单里打印。", no=found.no),
        )


def _codes(session: Session, org_id: int, count: int) -> list[str]:
    """`count` fresh own codes."""
    day = today(session)
    first = next_number(session, org_id, COUNTER, day, count=count)
    return codes_from(organisation_number(session, org_id), day, first, count)


def codes_from(organisation: int, day: date, first: int, count: int) -> list[str]:
    """`count` own codes from the running number `first`."""
    try:
        return [label_code.build(organisation, day, first + step) for step in range(count)]
    except ValueError as error:
        raise DomainError(
            "label.code_range",
            _("今天的标签号已用完，或机构编号不在 1 到 9999。请明天再印，或请管理员改机构编号。"),
        ) from error


def organisation_number(session: Session, org_id: int) -> int:
    """The number of the organisation inside its label codes."""
    code = session.scalar(select(Organisation.code).where(Organisation.id == org_id)) or ""
    return int(code) if code.isascii() and code.isdigit() else 0


def _store(
    session: Session,
    actor: Actor,
    command: MakeLabels,
    units: Sequence[tuple[tuple[Lot, int], str]],
) -> list[int]:
    """Store the units: each a lot, so many smallest units and its code; their ids."""
    at, made = now(session), list(new_ids(len(units)))
    source = (command.source.value, command.source_id)
    packs = (
        (
            command.org_id, pack, code, "label", lot.item_id, qty, lot.owner_id, lot.place_id,
            State.IN_STOCK.value, *source, at, actor.person_id, 1,
        )
        for pack, ((lot, qty), code) in zip(made, units, strict=True)
    )  # fmt: skip
    inside = (
        (command.org_id, pack, lot.lot_id, qty)
        for pack, ((lot, qty), _code) in zip(made, units, strict=True)
    )
    insert_rows(session, Pack, _PACK, packs)
    insert_rows(session, PackLine, ("org_id", "pack_id", "lot_id", "qty"), inside)
    return made


def record_print(db: Database, actor: Actor, command: RecordPrint) -> int:
    """Keep that labels were printed, by whom and on what; the id of the print."""
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "labels.print", command)
        if earlier is not None:
            return int(earlier["id"])
        print_id = new_id()
        session.add(
            LabelPrint(
                org_id=command.org_id,
                id=print_id,
                at=now(session),
                person_id=actor.person_id,
                template=command.template,
                target=command.target.value,
                count=len(command.pack_ids),
                content=list(command.pack_ids),
                source_kind=command.source.value,
                source_id=command.source_id or None,
            )
        )
        finish(session, command.org_id, command.op_id, {"id": print_id})
        return print_id
