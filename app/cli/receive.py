"""`yilian deliver` (the supplier announces) and `yilian receive` (the member accepts)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from app.cli.context import Cli, cli
from app.cli.operation import op_id
from app.cli.scan_file import Scan, read_scans
from app.cli.scope import item_id
from app.cli.two_persons import SecondOption, second_person
from app.domain.days import ZONE, typed_time
from app.domain.documents import state_title
from app.domain.errors import DomainError, Problem
from app.domain.expiry import parse as parse_expiry
from app.domain.receiving import editing
from app.domain.receiving.outcome import Outcome, Tone
from app.domain.receiving.reading import read
from app.domain.receiving.scanning import Moment, scan
from app.domain.receiving.transport import Mode, Transport, parse_temperature
from app.domain.receiving.work import Session
from app.i18n import _
from app.services.db import local_time
from app.services.receiving.commands import (
    DeliverLine,
    DeliverOrder,
    Opened,
    Receive,
    Received,
)
from app.services.receiving.deliveries import deliver_order, find_order
from app.services.receiving.drafts import open_delivery
from app.services.receiving.lookup import look_up
from app.services.receiving.queries import find_delivery, goods_packs
from app.services.receiving.receive import receive as complete

app = typer.Typer()
_PARTS: Final = 4


@app.command(help=_("供应商按已签订单生成送货单"))
def deliver(
    order: Annotated[str, typer.Argument(help=_("成员订单号 CG…"))],
    line: Annotated[
        list[str] | None,
        typer.Option(help=_("只送这些：品规编码,盒数,批号,有效期；可写多次，批号和有效期可空")),
    ] = None,
    no: Annotated[str, typer.Option(help=_("供应商自己的送货单号；不填自动编号"))] = "",
    op: Annotated[str, typer.Option(help=_("重复执行时用同一个编号，只生成一次"))] = "",
) -> None:
    """Make a delivery note from a signed order."""
    run = cli()
    db, actor = run.signed_in()
    org_id, order_id = find_order(db, actor, order)
    lines = tuple(_line(run, text, order_id) for text in line or ())
    command = DeliverOrder(op_id(op), org_id, order_id, lines, no)
    made = deliver_order(db, actor, command)
    run.emit(made, {"no": _("送货单"), "lines": _("行数")})


@app.command(help=_("验收一张送货单：扫码文件，或全部照单收"))
def receive(
    note: Annotated[str, typer.Argument(help=_("送货单号"))],
    scan_file: Annotated[
        Path | None, typer.Option(help=_("每行一个扫码内容，先写 12* 表示 12 盒"))
    ] = None,
    all_as_stated: Annotated[
        bool, typer.Option("--all-as-stated", help=_("照送货单写的批号、有效期、数量全收"))
    ] = False,
    mode: Annotated[str, typer.Option(help="truck | box | passive | other")] = "",
    started: Annotated[str, typer.Option(help=_("启运时间，如 2026-10-14T07:20"))] = "",
    temperature: Annotated[str, typer.Option(help=_("到货温度 ℃，如 4.5"))] = "",
    record: Annotated[str, typer.Option(help=_("温度记录编号"))] = "",
    reason: Annotated[str, typer.Option(help=_("效期近等情况的接收理由"))] = "",
    second: SecondOption = "",
    ignore_refused: Annotated[
        bool, typer.Option("--ignore-refused", help=_("没计数的扫码只提示，继续验收"))
    ] = False,
    op: Annotated[str, typer.Option(help=_("重复执行时用同一个编号，只入库一次"))] = "",
) -> None:
    """Accept a delivery note."""
    run = cli()
    db, actor = run.signed_in()
    row = find_delivery(db, actor, note)
    opened = open_delivery(db, actor, row.org_id, row.id)
    session = Session(opened.work)
    if scan_file is not None:
        session = _scanned(run, opened, session, read_scans(scan_file), strict=not ignore_refused)
    if all_as_stated:
        for entry in session.work.entries:
            session = editing.take_as_stated(session, entry.key)
    if reason:
        for entry in session.work.entries:
            session = editing.set_reason(session, entry.key, reason)
    journey = _journey(session.work.transport, mode, started, temperature, record)
    command = Receive(
        op_id(op),
        row.org_id,
        row.id,
        session.work.entries,
        journey,
        second_person(second),
    )
    _tell(run, complete(db, actor, command))


def _line(run: Cli, text: str, order_id: int) -> DeliverLine:
    parts = [part.strip() for part in text.replace("，", ",").split(",")]
    parts += [""] * (_PARTS - len(parts))
    code, packs, lot, expiry = parts[:_PARTS]
    if not packs.isascii() or not packs.isdigit():
        raise DomainError(
            "cli.line", _("「{text}」不对。写成 品规编码,盒数,批号,有效期。", text=text)
        )
    item = item_id(run, code)
    return DeliverLine(
        item,
        int(packs) * goods_packs(run.db(), item),
        lot,
        parse_expiry(expiry) if expiry else None,
        order_id=order_id,
    )


def _scanned(
    run: Cli, opened: Opened, session: Session, scans: Sequence[Scan], *, strict: bool
) -> Session:
    """The session after all scans; scans that count nothing are told, all at once."""
    items = {line.goods.item_id for line in opened.note.lines}
    missed: list[Problem] = []
    for row, code in scans:
        reading = read(code, opened.today, opened.rules)
        found = look_up(*run.signed_in(), opened.note.org_id, reading, items)
        at = local_time(datetime.now(UTC))
        session, told = scan(session, reading, found, Moment(at, opened.today, opened.policy))
        if told.tone is not Tone.HIT:
            run.say(f"{row}: {told.text} {told.detail}".strip())
        if not told.counted and told.tone is not Tone.SILENT:
            missed.append(_missed(row, told))
    if missed and strict:
        raise DomainError(
            "receive.scans",
            _("{n} 个扫码没有计数，没有验收。处理后重试，或加 --ignore-refused。", n=len(missed)),
            problems=missed,
        )
    return session


def _missed(row: int, told: Outcome) -> Problem:
    return Problem(told.code, f"{told.text} {told.detail}".strip(), row)


def _journey(known: Transport, mode: str, started: str, temperature: str, record: str) -> Transport:
    """What was typed over what the draft knows."""
    journey = known
    try:
        if mode:
            journey = replace(journey, mode=Mode(mode))
        if started:
            at = typed_time(started).replace(tzinfo=ZONE)
            journey = replace(journey, started_at=at)
    except ValueError:
        raise DomainError("cold.form", _("没有这种运输方式。见 yilian receive --help。")) from None
    if temperature:
        journey = replace(journey, temperature=parse_temperature(temperature))
    return replace(journey, record_no=record) if record else journey


def _tell(run: Cli, done: Received) -> None:
    if run.as_json:
        run.emit(done)
        return
    for text in done.warnings:
        run.say(text)
    run.say(
        _(
            "{no}：{state}，{lines} 行，¥{amount}。",
            no=done.no,
            state=state_title(done.state),
            lines=len(done.lines),
            amount=f"{done.amount:,.2f}",
        )
    )
    for number, state in done.orders:
        run.say(_("订单 {no}：{state}", no=number, state=state_title(state)))
