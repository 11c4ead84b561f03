"""药品调配: what is brought to a patient is used on arrival, and is on nobody's shelf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid5

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.ledger import Move
from app.i18n import _
from app.models.receiving import TraceCode
from app.services.consumption.commands import Use
from app.services.consumption.using import post_use
from app.services.db import now, today
from app.services.demand import add_demand
from app.services.receiving.second import keep_second
from app.services.stock.places import virtual_place
from app.services.transfers.commands import Accept
from app.services.transfers.stepping import Loaded


def hand_over(
    session: Session,
    actor: Actor,
    command: Accept,
    second: Actor | None,
    loaded: Loaded,
    what: tuple[str, Sequence[tuple[Move, Sequence[str]]]],
) -> None:
    """Use what the patient got, in the unit of work that accepted it.

    Args:
        session: The unit of work.
        actor: Who says that the patient has the goods.
        command: The acceptance; the consumption's operation is derived from it.
        second: Who checked controlled drugs.
        loaded: The transfer.
        what: The number of the consumption, and the moves that brought the goods in, each with the
            trace codes of whole lots.
    """
    no, came = what
    if not came:
        return
    head = loaded.head
    day, place = today(session), came[0][0].to_place
    used = virtual_place(session, head.org_id, "consumed")
    moves = [replace(move, from_place=move.to_place, to_place=used) for move, _codes in came]
    note = _("药品调配 {no}，{ref}", no=head.no, ref=head.patient_ref or "—")
    use = Use(head.org_id, uuid5(command.op_id, "patient"), place, day, "patient", note, no=no)
    done = post_use(session, actor, use, moves)
    keep_second(session, actor, head.org_id, use.op_id, second)
    for line in loaded.lines:
        given = sum(move.qty for move in moves if move.doc_line == line.line)
        if given:
            add_demand(session, head.org_id, place, line.item_id, day, line.wanted, given)
    codes = [code for _move, some in came for code in some]
    if codes:
        session.execute(
            update(TraceCode)
            .where(TraceCode.org_id == head.org_id, TraceCode.code.in_(codes))
            .values(used_at=now(session), used_doc_id=done.document_id)
            .execution_options(synchronize_session=False)
        )
