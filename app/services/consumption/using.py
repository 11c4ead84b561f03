"""The document of a use: checked, priced at its day and posted to the consumed end.

A use at the counter is the last word of its unit of work. On a server it is one call then, sent
together with COMMIT: what people of one house wait for (the day's number, the heads of its
chains) is held while the server works, and not while answers travel.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Final, cast

from sqlalchemy import Table, insert, text
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.domain.ledger import Move
from app.i18n import _
from app.models.base import microseconds
from app.models.settlement import Consumption
from app.services import audit
from app.services.consumption.backdated import refuse_before_goods
from app.services.consumption.commands import PREFIX, Consumed, Use
from app.services.consumption.pricing import priced
from app.services.db import ask_at_end, database_of, now, today
from app.services.demand import DemandLine, write_demand
from app.services.numbering import document_no
from app.services.operations import finish
from app.services.ready import Ready
from app.services.stock.closed import refuse_closed
from app.services.stock.posting import Posting, as_json, post, refuse_long

_DOCUMENT: Final = Ready(
    insert(cast("Table", Consumption.__table__)),
    columns=(
        "org_id", "id", "no", "place_id", "occurred_on", "posted_at", "person_id", "source",
        "status", "note",
    ),
)  # fmt: skip
_USE: Final = Ready(
    text(
        "SELECT doc_no, start FROM api.use(:op, :org, :doc, :place, :day, :at, :actor, :source,"
        " :note, CAST(:moves AS jsonb), CAST(:demand AS jsonb))"
    )
)


def post_use(session: Session, actor: Actor, use: Use, moves: Sequence[Move]) -> Consumed:
    """Post picked moves to the consumed end as one document, at the price of the day.

    Raises:
        DomainError: The day lies ahead or in a closed month, the stock is gone, or was not there
            that day (dispensing looks at that itself, row by row).
    """
    _check_day(session, use, moves)
    document_id = use.document_id or new_id()
    found = priced(session, use.org_id, use.day, moves)
    no = use.no or document_no(session, use.org_id, PREFIX, use.day)
    _DOCUMENT.do(session, _document(session, actor, use, document_id, no))
    posted = post(
        session, actor,
        Posting(use.org_id, use.op_id, DocKind.CONSUMPTION, document_id, use.day, found),
    )  # fmt: skip
    audit.record(
        session, actor, use.org_id, "consumption.post",
        (DocKind.CONSUMPTION.value, document_id), {"no": no, "lines": len(found)},
    )  # fmt: skip
    return Consumed.of(document_id, no, found, posted.first_seq)


def post_use_last(
    session: Session,
    actor: Actor,
    use: Use,
    moves: Sequence[Move],
    demand: Sequence[DemandLine],
) -> Callable[[], Consumed]:
    """As `post_use`, with the demand and the stored answer; nothing follows but COMMIT.

    Returns:
        What gives the posted document once the unit of work is over.
    """
    refuse_long(moves)
    if not database_of(session).is_sqlite:
        return _post_in_one_call(session, actor, use, moves, demand)
    done = post_use(session, actor, use, moves)
    write_demand(session, use.org_id, use.place_id, demand, add=True)
    finish(session, use.org_id, use.op_id, done.as_plain())
    return lambda: done


def _post_in_one_call(
    session: Session,
    actor: Actor,
    use: Use,
    moves: Sequence[Move],
    demand: Sequence[DemandLine],
) -> Callable[[], Consumed]:
    _check_day(session, use, moves)
    document_id = use.document_id or new_id()
    found = priced(session, use.org_id, use.day, moves)
    answer = ask_at_end(
        session, _USE,
        {
            "op": use.op_id, "org": use.org_id, "doc": document_id, "place": use.place_id,
            "day": use.day, "at": microseconds(now(session)), "actor": actor.person_id,
            "source": use.source, "note": use.note or None,
            "moves": json.dumps(
                [as_json(move) | {"told": str(move.unit_price)} for move in found],
                ensure_ascii=False,
            ),
            "demand": json.dumps(
                [{"item": x.item_id, "asked": x.asked, "given": x.given} for x in demand]
            ),
        },
    )  # fmt: skip

    def posted() -> Consumed:
        ((no, start),) = answer()
        return Consumed.of(document_id, no, found, start)

    return posted


def _check_day(session: Session, use: Use, moves: Sequence[Move]) -> None:
    if use.day > today(session):
        raise DomainError(
            "use.future", _("使用日期 {day} 在将来，没有记账。请核对日期。", day=use.day)
        )
    if use.source != "dispense" and use.day < today(session):
        # a closed month before what was there that day; today's is the posting's business
        refuse_closed(session, use.org_id, use.day)
        refuse_before_goods(session, use.org_id, use.day, moves)


def _document(
    session: Session, actor: Actor, use: Use, document_id: int, no: str
) -> dict[str, object]:
    return {
        "org_id": use.org_id,
        "id": document_id,
        "no": no,
        "place_id": use.place_id,
        "occurred_on": use.day,
        "posted_at": now(session),
        "person_id": actor.person_id,
        "source": use.source,
        "status": State.POSTED.value,
        "note": use.note or None,
    }
