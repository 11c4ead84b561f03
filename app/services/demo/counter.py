"""The walk's work with the scanner: counting a delivery, labels, using a labelled pack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from app.domain.duties import Actor
from app.domain.errors import ConflictError
from app.domain.gs1 import Gs1Elements, element_string
from app.domain.ids import new_op
from app.domain.receiving.note import NoteLine
from app.domain.receiving.reading import read
from app.domain.receiving.scanning import Moment, scan
from app.domain.receiving.transport import Mode, Transport
from app.domain.receiving.work import Session, begin
from app.i18n import _
from app.services.consumption import Consume, consume
from app.services.consumption.scan import scanned
from app.services.db import local_time, now
from app.services.demo.desk import Desk
from app.services.labels.candidates import from_acceptance
from app.services.labels.commands import LabelLine, MakeLabels, Source
from app.services.labels.make import make_labels
from app.services.labels.output import Options, prepare, save_pdf, save_zpl
from app.services.labels.specs import specs_of
from app.services.receiving.commands import MadeDelivery, Receive, Received
from app.services.receiving.drafts import open_delivery
from app.services.receiving.lookup import look_up
from app.services.receiving.receive import receive
from app.services.stock.places import main_place

_UNKNOWN: Final = "06999900999993"
_WRONG: Final = 2
"""So many of the first scans are wrong on purpose."""
_MOST_LABELS: Final = 24
"""One A4 sheet of labels is enough to see."""


def count_all(
    desk: Desk, keeper: Actor, delivery: MadeDelivery
) -> tuple[Received, tuple[str, ...]]:
    """Scan every line of a delivery as ``12*GS1`` and complete it; also what the scans said.

    An unknown code and an expired pack are scanned first: nothing of them is counted.
    """
    opened = open_delivery(desk.db, keeper, delivery.org_id, delivery.delivery_id)
    with desk.db.read() as session:
        at = local_time(now(session))
    gtins = {item.code: item.gtin for item in desk.goods}
    counting = Session(begin(opened.note))
    items = [line.goods.item_id for line in opened.note.lines]
    first = opened.note.lines[0]
    expired = replace(first, lot_no="GQ01", expiry=opened.today - timedelta(days=1))
    codes = [_UNKNOWN, _as_scanned(expired, gtins[first.goods.code])]
    codes += [_as_scanned(line, gtins[line.goods.code]) for line in opened.note.lines]
    said = []
    for number, code in enumerate(codes):
        reading = read(code, opened.today)
        found = look_up(desk.db, keeper, delivery.org_id, reading, items)
        counting, told = scan(counting, reading, found, Moment(at, opened.today, opened.policy))
        wrong = number < _WRONG
        assert told.counted != wrong, told  # noqa: S101 - these are the demo's codes
        if wrong:
            said.append(_("扫到不对的码：{answer}", answer=f"{told.text}。{told.detail}"))
    command = Receive(
        new_op(),
        delivery.org_id,
        delivery.delivery_id,
        counting.work.entries,
        _journey(opened.note.lines, at),
    )
    said.append(_("逐行扫码 {n} 次，批号、效期与送货单核对相符。", n=len(items)))
    return receive(desk.db, keeper, command), tuple(said)


def _as_scanned(line: NoteLine, gtin: str) -> str:
    """What the scanner sends for as many packs as the line holds."""
    packs = line.qty // line.goods.pack_factor
    code = element_string(Gs1Elements(gtin=gtin, lot=line.lot_no, expiry=line.expiry))
    return f"{packs}*]d2{code}" if packs > 1 else f"]d2{code}"


def _journey(lines: Sequence[NoteLine], at: datetime) -> Transport:
    if not any(line.goods.cold for line in lines):
        return Transport()
    left_at = at - timedelta(minutes=50)
    return Transport(Mode.TRUCK, left_at, at, Decimal("4.6"), _("温度记录 演示-01"))


def print_labels(
    desk: Desk, keeper: Actor, received: Received, out: Path
) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    """Labels for what came in: 60×40 as PDF and ZPL, and one A4 sheet; their codes."""
    org = keeper.org_id
    rows = from_acceptance(desk.db, keeper, org, received.document_id)
    lines, left = [], _MOST_LABELS
    for row in rows:
        count = min(left, row.labels)
        if count:
            lines.append(LabelLine(row.lot, row.per_label, count))
            left -= count
    command = MakeLabels(new_op(), org, Source.ACCEPTANCE, received.document_id, tuple(lines))
    made = make_labels(desk.db, keeper, command)
    specs = specs_of(desk.db, keeper, org, made.pack_ids)
    roll, sheet = prepare(specs, Options("60x40")), prepare(specs, Options("a4-24"))
    files = (
        save_pdf(roll, out / _("标签60x40.pdf")),
        save_zpl(roll, out / _("标签60x40.zpl")),
        save_pdf(sheet, out / _("标签A4.pdf")),
    )
    return tuple(spec.code for spec in specs), files


def consume_label(desk: Desk, keeper: Actor, labels: tuple[str, ...]) -> tuple[str, ...]:
    """Use the first labelled pack by its code, then try the same label once more."""
    org = keeper.org_id
    with desk.db.read() as session:
        place = main_place(session, org)
    read_once = scanned(desk.db, keeper, org, place, labels[0])
    command = Consume(new_op(), org, place, (read_once.line,))
    done = consume(desk.db, keeper, command)
    lines = [
        _(
            "{no}：{name} {qty} {unit}，批号 {lot}。",
            no=done.no,
            name=read_once.name,
            qty=read_once.line.qty,
            unit=read_once.base_unit,
            lot=read_once.lot_no,
        )
    ]
    try:
        scanned(desk.db, keeper, org, place, labels[0])
    except ConflictError as error:
        lines.append(_("同一张标签再扫一次：{answer}", answer=error.text))
    return tuple(lines)
