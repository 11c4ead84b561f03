"""Quotes by Excel: one sheet per supplier goes out, comes back, and is checked cell by cell.

Refused with row and reason: a changed key, another supplier's or round's sheet, a changed fixed
cell, a foreign, missing or doubled row, a formula, a price that is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.adapters import local_files
from app.adapters.quote_xlsx import COLUMNS, QuoteHead, ReturnedQuote, read_quote, write_quote
from app.domain import money
from app.domain.bidding.commitment import BidLine, BidSource
from app.domain.bidding.sheet_key import SheetKey, make_key, read_key
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError, Problem, refuse_if
from app.domain.pricing import plain
from app.i18n import N_, _
from app.models.item import Item
from app.models.negotiation import Negotiation, NegotiationInvitation, NegotiationRound
from app.models.party import Maker, Organisation
from app.services.db import Database, local_time
from app.services.negotiation.bid_store import Submitted
from app.services.negotiation.bids import BidFile, SubmitBid, submit_bid
from app.services.negotiation.common import find, invitation, round_now
from app.services.negotiation.queries import ItemRow, item_rows
from app.services.negotiation.standing import standing_of
from app.services.queries.portions import portions

GIVEN_UP: Final = N_("放弃")
_COUNT: Final = re.compile(r"[0-9]{1,12}")
_PRICE: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?")
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SheetOut:
    """A sheet that was written."""

    supplier_id: int
    supplier: str
    path: str
    lines: int


@dataclass(frozen=True, slots=True)
class SheetIn:
    """How a returned file went: taken in, or why not; `over` are lines above the ceiling."""

    file: str
    supplier: str
    lines: int
    version: int
    problems: tuple[Problem, ...]
    over: tuple[int, ...] = ()

    @property
    def taken(self) -> bool:
        """Whether the quote is in."""
        return self.version > 0


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What a supplier's sheet must say."""

    key: SheetKey
    head: QuoteHead
    lines: tuple[ItemRow, ...]
    fixed: tuple[tuple[str, ...], ...]


def write_sheets(
    db: Database, actor: Actor, negotiation_id: int, folder: Path, suppliers: Sequence[int] = ()
) -> tuple[SheetOut, ...]:
    """Write quote sheets for the round in hand: the buyer for all, a supplier for itself.

    Raises:
        NotAllowedError: Neither.
        ConflictError: No round is running.
    """
    with db.read() as session:
        project = find(session, negotiation_id)
        ids = _allowed(session, actor, project, suppliers)
        made = []
        for supplier_id in ids:
            sheet = _sheet(session, project, supplier_id)
            path = folder / f"{project.no}-R{project.round}-{sheet.key.supplier}.xlsx"
            write_quote(
                path, sheet.head, sheet.key.text, [(one, ("", "", "")) for one in sheet.fixed]
            )
            made.append(SheetOut(supplier_id, sheet.head.supplier, str(path), len(sheet.fixed)))
        return tuple(made)


def _allowed(
    session: Session, actor: Actor, project: Negotiation, wanted: Sequence[int]
) -> list[int]:
    guests = [
        one.supplier_id
        for one in session.query(NegotiationInvitation)
        .filter_by(org_id=project.org_id, negotiation_id=project.id, quitted=None)
        .order_by(NegotiationInvitation.supplier_id)
    ]
    if actor.can(Duty.BUY, project.org_id):
        return [one for one in guests if not wanted or one in wanted]
    own = [one for one in guests if actor.can(Duty.SUPPLY, one)]
    if not own or any(one not in own for one in wanted):
        raise NotAllowedError("quote.denied", _("只能取自己受邀项目的报价单。"))
    return own


def _sheet(session: Session, project: Negotiation, supplier_id: int) -> _Sheet:
    """What the supplier's sheet of the round in hand says."""
    found = round_now(session, project)
    guest = invitation(session, project, supplier_id)
    if found is None or guest is None:
        raise ConflictError("quote.round", _("报价还没开始，或这家供应商没有受邀。"))
    supplier = session.get_one(Organisation, supplier_id)
    lines = tuple(one for one in item_rows(session, project) if not one.failed)
    before = standing_of(session, project, supplier_id, before=project.round)
    makers = _makers(session, lines)
    fixed = tuple(_fixed(one, makers.get(one.item_id, ""), before.get(one.line)) for one in lines)
    return _Sheet(
        key=make_key(guest.sheet_key, project.no, project.round, supplier.code, fixed),
        head=_head(project, found, supplier.name),
        lines=lines,
        fixed=fixed,
    )


def _head(project: Negotiation, found: NegotiationRound, supplier: str) -> QuoteHead:
    return QuoteHead(
        title=project.title,
        no=project.no,
        round=_("第 {n} 轮", n=found.round),
        supplier=supplier,
        deadline=f"{local_time(found.deadline):%Y-%m-%d %H:%M}",
    )


def _makers(session: Session, lines: Sequence[ItemRow]) -> dict[int, str]:
    ids = [one.item_id for one in lines]
    found: dict[int, str] = {}
    for part in portions(ids):
        rows = (
            session.query(Item.id, Maker.short_name)
            .join(Maker, Maker.id == Item.maker_id)
            .filter(Item.id.in_(part))
        )
        found |= {int(item): str(name) for item, name in rows}
    return found


def _fixed(row: ItemRow, maker: str, before: Decimal | None) -> tuple[str, ...]:
    most = [price for price in (before, row.cap) if price is not None]
    return (
        str(row.line),
        row.code,
        row.name,
        row.spec,
        maker,
        row.unit,
        str(row.volume // row.price_factor),
        plain(row.ceiling) if row.ceiling is not None else "",
        plain(before) if before is not None else "",
        plain(min(most)) if most else "",
    )


def import_sheets(
    db: Database,
    actor: Actor,
    negotiation_id: int,
    paths: Sequence[tuple[UUID, Path]],
    report: Tell = lambda _done, _total: None,
) -> tuple[SheetIn, ...]:
    """Take in one or many returned sheets; each stands alone, so a bad one stops no other.

    The supplier's own person submits its own sheet; the buyer enters sheets as papers, with the
    file itself kept as the proof. Each is an operation of its own, with its id before it.
    """
    results = []
    for number, (op_id, path) in enumerate(paths, 1):
        try:
            results.append(_import_one(db, actor, (op_id, negotiation_id), path))
        except DomainError as error:
            problems = error.problems or (Problem(error.code, error.text),)
            results.append(SheetIn(path.name, "", 0, 0, problems))
        report(number, len(paths))
    return tuple(results)


def _import_one(db: Database, actor: Actor, what: tuple[UUID, int], path: Path) -> SheetIn:
    op_id, negotiation_id = what
    returned = read_quote(path)
    key = read_key(returned.key)
    with db.read() as session:
        project = find(session, negotiation_id)
        supplier = _whose(session, project, key)
        buyer = actor.can(Duty.BUY, project.org_id)
        if not buyer and not actor.can(Duty.SUPPLY, supplier.id):
            raise NotAllowedError(
                "quote.other", _("这是 {name} 的报价单。请用自己的报价单。", name=supplier.name)
            )
        supplier_id, name = supplier.id, supplier.short_name
        sheet = _sheet(session, project, supplier_id)
        lines, problems = check_returned(returned, key, sheet.key, sheet.lines, sheet.fixed)
    refuse_if(problems, "quote.refused", _("{name} 没有收下。", name=path.name))
    command = SubmitBid(
        op_id=op_id,
        negotiation_id=negotiation_id,
        supplier_id=supplier_id,
        lines=lines,
        source=BidSource.PAPER if buyer else BidSource.TEMPLATE,
        file=BidFile(path.name, local_files.read(path)),
    )
    made: Submitted = submit_bid(db, actor, command)
    return SheetIn(path.name, name, made.lines, made.version, (), made.over)


def _whose(session: Session, project: Negotiation, key: SheetKey | None) -> Organisation:
    found = (
        session.query(Organisation).filter_by(code=key.supplier, kind="supplier").one_or_none()
        if key
        else None
    )
    if key is None or found is None:
        raise DomainError(
            "quote.key", _("报价单的隐藏标识被改过或丢失。请重新下载报价单，把价格填进去。")
        )
    if key.no != project.no:
        raise DomainError(
            "quote.project",
            _("这是项目 {other} 的报价单，现在的项目是 {no}。", other=key.no, no=project.no),
        )
    if key.round != project.round:
        raise DomainError(
            "quote.old_round",
            _(
                "这是第 {n} 轮的报价单，现在是第 {now} 轮。请下载本轮的报价单。",
                n=key.round,
                now=project.round,
            ),
        )
    if invitation(session, project, found.id) is None:
        raise NotAllowedError(
            "quote.guest", _("{name} 没有受邀参加这个项目。", name=found.short_name)
        )
    return found


def check_returned(
    returned: ReturnedQuote,
    key: SheetKey | None,
    wanted: SheetKey,
    lines: Sequence[ItemRow],
    fixed: Sequence[tuple[str, ...]],
) -> tuple[tuple[BidLine, ...], list[Problem]]:
    """The prices of a returned sheet, and everything that is wrong with it, by Excel row."""
    problems = [
        Problem(
            "quote.formula",
            _("{column}{row} 是公式。请直接填数字。", column=column, row=row),
            row=row,
            column=column,
        )
        for row, column in returned.formulas
    ]
    expected = {one.line: (one, cells) for one, cells in zip(lines, fixed, strict=True)}
    bids: list[BidLine] = []
    seen: dict[int, int] = {}
    for row in returned.rows:
        number = int(row.fixed[0]) if _COUNT.fullmatch(row.fixed[0]) else 0
        found = expected.get(number)
        if found is None:
            text = _("这一行不是报价单里的品规。请删掉多加的行。")
            problems.append(Problem("quote.foreign", text, row=row.row))
        elif number in seen:
            text = _("第 {line} 行与 Excel 第 {row} 行重复。请只留一行。",
                     line=number, row=seen[number])  # fmt: skip
            problems.append(Problem("quote.twice", text, row=row.row))
        else:
            seen[number] = row.row
            problems += _changed(row.row, row.fixed, found[1])
            line, wrong = _typed(number, found[0], (row.price, row.capacity, row.note), row.row)
            problems += wrong
            bids += [line] if line else []
    missing = [line for line in expected if line not in seen]
    if missing:
        text = _("缺少 {n} 行，第一处是第 {line} 行。请不要删行；不报就留空。",
                 n=len(missing), line=missing[0])  # fmt: skip
        problems.append(Problem("quote.missing", text))
    if key is None or key.checksum != wanted.checksum:
        text = _("校验码对不上：内容发出后被改过，或限价、约定量已更新。请重新下载报价单。")
        problems.append(Problem("quote.checksum", text))
    return tuple(bids), problems


def _changed(row: int, cells: Sequence[str], wanted: Sequence[str]) -> list[Problem]:
    return [
        Problem(
            "quote.changed",
            _(
                "{title}被改过：原来是「{was}」，现在是「{now}」。请改回来。",
                title=_(COLUMNS[column][0]),
                was=was[:30],
                now=now[:30],
            ),
            row=row,
            column=_(COLUMNS[column][0]),
        )
        for column, (now, was) in enumerate(zip(cells, wanted, strict=True))
        if now != was
    ]


def _typed(
    number: int, row: ItemRow, cells: tuple[str, str, str], excel_row: int
) -> tuple[BidLine | None, list[Problem]]:
    """What the supplier typed into one row; None where the row was left empty."""
    price, capacity, note = (" ".join(unicodedata.normalize("NFKC", one).split()) for one in cells)
    problems: list[Problem] = []
    packs: int | None = None
    if capacity:
        if _COUNT.fullmatch(capacity) and int(capacity):
            packs = int(capacity) * row.price_factor
        else:
            text = _("最大供应量「{text}」不是正整数。请填整数，不限就留空。", text=capacity[:20])
            problems.append(Problem("quote.capacity", text, row=excel_row, column=_("最大供应量")))
    if not price:
        return None, problems
    if price in {GIVEN_UP, _(GIVEN_UP)}:
        return BidLine(number, None, None, note[:200]), problems
    if not _PRICE.fullmatch(price):
        text = _("报价「{text}」不是价格。请填如 12.5 的数，最多 4 位小数。", text=price[:20])
        problems.append(Problem("quote.price", text, row=excel_row, column=_("本轮报价")))
        return None, problems
    return BidLine(number, money.price(price), packs, note[:200]), problems
