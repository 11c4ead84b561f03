"""Trace codes travel with their packs: on the way they are in nobody's store.

A code that is sent off is kept as used by the transfer until it arrives, so no other transfer and
no use takes it meanwhile. Of a lot that comes in part, the codes of the packs that came have to be
said; the others stay away until the donor has the packs back on the shelf.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import CursorResult, select, text, update
from sqlalchemy.orm import Session

from app.domain.errors import DomainError, Problem
from app.i18n import _
from app.models.receiving import TraceCode
from app.models.transfer import TransferLot
from app.services.db import database_of, now
from app.services.receiving.trace_files import traced
from app.services.transfers.commands import AcceptLot, SendPick
from app.services.transfers.stepping import Loaded


def send_off(session: Session, loaded: Loaded, picks: Sequence[SendPick]) -> None:
    """The codes leave the donor's store: each one pack of its lot, there and named once.

    Raises:
        DomainError: A code named twice, of another lot, not in the store (also: on its way already)
            or more codes than packs.
    """
    lots = {code: pick.lot_id for pick in picks for code in pick.traces}
    if not lots:
        return
    if len(lots) != sum(len(pick.traces) for pick in picks):
        raise DomainError("trace.twice", _("有追溯码写了两次。请重新扫。"))
    _check_packs(loaded, picks)
    donor = loaded.head.donor_id
    here = dict(
        session.execute(
            select(TraceCode.code, TraceCode.lot_id).where(
                TraceCode.org_id == donor, TraceCode.code.in_(lots),
                TraceCode.released_at.is_(None), TraceCode.used_at.is_(None),
            )
        ).all()
    )  # fmt: skip
    wrong = next((code for code, lot in lots.items() if here.get(code) != lot), "")
    if wrong:
        raise _not_here(wrong)
    away = _change(
        session,
        (TraceCode.org_id == donor, TraceCode.code.in_(lots), TraceCode.used_at.is_(None)),
        {"used_at": now(session), "used_doc_id": loaded.head.id},
    )
    if away != len(lots):  # somebody sent or used one at the same moment
        raise _not_here(next(iter(lots)))


def came(lot: TransferLot, one: AcceptLot) -> list[str]:
    """The codes of the packs that were accepted of a lot."""
    if one.accepted == lot.qty:
        return list(lot.traces)
    return [code for code in lot.traces if code in one.traces] if one.accepted else []


def with_codes(
    told: Sequence[AcceptLot], sent: Mapping[int, Sequence[str]], scanned: Sequence[str]
) -> tuple[AcceptLot, ...]:
    """The lots with the codes scanned of their packs; `sent` has the codes by lot.

    A code of no lot goes with the first, so that the acceptance refuses it.
    """
    codes = [traced(one) or one for one in scanned]
    known = {code for some in sent.values() for code in some}
    found = []
    for number, one in enumerate(told):
        mine = set(sent.get(one.n, ())) | (set(codes) - known if number == 0 else set())
        found.append(replace(one, traces=tuple(code for code in codes if code in mine)))
    return tuple(found)


def problems(loaded: Loaded, lot: TransferLot, one: AcceptLot) -> Iterator[Problem]:
    """What is wrong with the codes told of a lot that came in part."""
    item, told = loaded.items[lot.item_id], set(one.traces)
    packs = _packs(one.accepted, item.pack_factor)
    least = max(len(lot.traces) - _packs(lot.qty - one.accepted, item.pack_factor), 0)
    if told - set(lot.traces):
        words = _("{code} 不在发来的这一批里。请核对包装，重新扫。",
                  code=min(told - set(lot.traces)))  # fmt: skip
        yield Problem("trace.not_sent", words, lot.n)
    elif one.accepted not in {0, lot.qty} and not least <= len(told) <= packs:
        words = _(
            "{name} 这一批只收了一部分：发来 {all} 个追溯码，收下的扫了 {n} 个，应扫 {need} 个。"
            "请逐盒扫收下的。",
            name=item.name, all=len(lot.traces), n=len(told),
            need=packs if least == packs else f"{least}–{packs}",
        )  # fmt: skip
        yield Problem("trace.part", words, lot.n)


def arrive(session: Session, loaded: Loaded, codes: Sequence[str]) -> None:
    """The codes of accepted packs are the receiver's now, and in its store."""
    if not codes:
        return
    head = loaded.head
    if database_of(session).is_sqlite:
        _change(
            session,
            (TraceCode.code.in_(codes), TraceCode.org_id == head.donor_id),
            {"org_id": head.org_id, "released_at": None},
        )
    else:
        session.execute(
            text("SELECT api.take_traces(:org, :transfer, CAST(:codes AS jsonb))"),
            {"org": head.org_id, "transfer": head.id, "codes": json.dumps(list(codes))},
        )
    _in_store(session, head.org_id, head.id, codes)


def come_back(session: Session, loaded: Loaded, lot: TransferLot, qty: int) -> None:
    """Goods are back on the donor's shelf: so are their codes, when all that was away came back.

    Of a rest that comes back in parts, or is lost in part, nobody said which code is of which
    pack: the codes stay away, so that none is given out twice.
    """
    if lot.traces and qty == lot.refused + lot.missing:
        _in_store(session, loaded.head.donor_id, loaded.head.id, lot.traces)


def _in_store(session: Session, org_id: int, transfer_id: int, codes: Sequence[str]) -> None:
    _change(
        session,
        (TraceCode.org_id == org_id, TraceCode.code.in_(codes),
         TraceCode.used_doc_id == transfer_id),
        {"used_at": None, "used_doc_id": None},
    )  # fmt: skip


def _change(session: Session, where: Sequence[Any], values: dict[str, Any]) -> int:
    done = session.execute(
        update(TraceCode)
        .where(*where)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
    return int(done.rowcount)


def _check_packs(loaded: Loaded, picks: Sequence[SendPick]) -> None:
    """No pick has more codes than packs; an opened pack counts as one."""
    items = {line.line: loaded.items[line.item_id] for line in loaded.lines}
    for pick in picks:
        item = items[pick.line]
        most = _packs(pick.qty, item.pack_factor)
        if len(pick.traces) > most:
            raise DomainError(
                "trace.many",
                _(
                    "{name} 这一批发 {n} {unit}，扫了 {codes} 个追溯码。请放回多的，或改数量。",
                    name=item.name, n=most, unit=item.pack_unit, codes=len(pick.traces),
                ),
            )  # fmt: skip


def _packs(units: int, factor: int) -> int:
    return -(-units // factor)


def _not_here(code: str) -> DomainError:
    return DomainError(
        "trace.not_here", _("{code} 不在本机构库存里，或不是这一批。请重新扫。", code=code)
    )
