"""Papers of the store against the moves that the ledger has of them.

A line of an acceptance that another program changes is no booking, so no chain shows it; but its
goods and quantity were booked. A paper that was taken away stands in the trail still.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from app.domain.documents import DocKind
from app.domain.stock.doc_titles import doc_title
from app.i18n import _
from app.models.item import Item
from app.models.platform import Audit
from app.models.receiving import Acceptance, AcceptanceLine
from app.models.settlement import Consumption
from app.models.stock import ChainHead, Ledger

_FEW: Final = 100


def differing(session: Session) -> Iterator[tuple[str, str]]:
    """Number and words of each paper that says something else than its bookings."""
    yield from _accepted(session)
    yield from _gone(session, DocKind.ACCEPTANCE, Acceptance)
    yield from _gone(session, DocKind.CONSUMPTION, Consumption)


def _in_sight(org_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Of whose ledger the person sees all; a supplier sees its own goods in others'."""
    return (
        select(ChainHead.seq)
        .where(ChainHead.org_id == org_id, ChainHead.chain == "ledger")
        .exists()
    )


def _accepted(session: Session) -> Iterator[tuple[str, str]]:
    """Goods of acceptances: what was booked less what the lines say is nothing."""
    both = union_all(_booked(), _said()).subquery()
    same = (both.c.org_id, both.c.doc, both.c.item_id, both.c.lot_id)
    odd = (
        select(*same)
        .where(_in_sight(both.c.org_id))
        .group_by(*same)
        .having(func.sum(both.c.qty) != 0)
        .subquery()
    )
    goods = (  # an acceptance that was taken away is told by itself
        select(Acceptance.no, func.coalesce(Item.name, ""))
        .join(odd, and_(odd.c.org_id == Acceptance.org_id, odd.c.doc == Acceptance.id))
        .join(Item, Item.id == odd.c.item_id, isouter=True)
        .order_by(*odd.c)
        .limit(_FEW)
    )
    for no, name in session.execute(goods):
        yield no, _("{name} 收了多少，和台账记的不一样", name=name)


def _booked() -> Select[int, int, int, int, int]:
    return select(
        Ledger.org_id.label("org_id"),
        Ledger.doc_id.label("doc"),
        Ledger.item_id.label("item_id"),
        Ledger.lot_id.label("lot_id"),
        Ledger.qty.label("qty"),
    ).where(Ledger.doc_kind == DocKind.ACCEPTANCE.value)


def _said() -> Select[int, int, int, int, int]:
    said = AcceptanceLine
    return select(
        said.org_id,
        said.acceptance_id,
        said.item_id,
        said.lot_id,
        (said.accepted * literal(-1)).label("qty"),
    ).where(said.accepted > 0)


def _gone(
    session: Session, kind: DocKind, papers: type[Acceptance | Consumption]
) -> Iterator[tuple[str, str]]:
    """Papers that the trail knows and that were taken away."""
    paper = select(papers.id).where(papers.org_id == Audit.org_id, papers.id == Audit.doc_id)
    gone = (
        select(Audit.org_id, Audit.doc_id)
        .where(Audit.doc_kind == kind.value, ~paper.exists())
        .distinct()
        .limit(_FEW)
    )
    for org, doc in session.execute(gone):
        yield _title(session, (org, kind, doc)), _("单据不见了，操作记录里还有它")


def _title(session: Session, paper: tuple[int, DocKind, int]) -> str:
    """What a paper that is not there is told by: its kind, and its first booking."""
    org, kind, doc = paper
    row = session.execute(
        select(Ledger.seq, Ledger.occurred_on)
        .where(Ledger.org_id == org, Ledger.doc_kind == kind.value, Ledger.doc_id == doc)
        .order_by(Ledger.seq)
        .limit(1)
    ).first()
    where = _("{day}，台账第 {seq} 行", day=row.occurred_on, seq=row.seq) if row else str(doc)
    return _("{title}（{where}）", title=doc_title(kind.value), where=where)
