"""The writing side of the page: requests and steps in the writer thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.domain.ids import new_op
from app.domain.transfers.legal import Basis
from app.i18n import _
from app.services.receiving.commands import Second
from app.services.transfers.accepting import accept
from app.services.transfers.commands import (
    Accept,
    AcceptLot,
    Attach,
    Clear,
    Confirm,
    Done,
    GiveBack,
    Request,
    RequestLine,
    Send,
    Step,
)
from app.services.transfers.listing import LoanRow, TransferDetail, TransferRow
from app.services.transfers.propose import Proposal
from app.services.transfers.request import approve, attach, cancel, confirm, request, submit
from app.services.transfers.returning import SetOff, give_back, net, settle_by_price
from app.services.transfers.scanning import scan_packs
from app.services.transfers.sending import clear, send
from app.ui.before_two import write_before_two
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.pages.transfers.dialogs import Ground, Loan
from app.ui.pages.transfers.dispatch import Journey, Look, Refused, Took
from app.ui.pages.transfers.papers import read_paper
from app.ui.pages.transfers.settling import packs

_DONE = frozenset({Topic.STOCK, Topic.TRANSFERS})


class Desk(QObject):
    """Carries out what the person chose.

    Signals:
        changed: Data changed; ask again.
    """

    changed = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page

    def start(
        self,
        rows: Sequence[tuple[Proposal, int]],
        ground: Ground,
    ) -> None:
        """Ask for chosen proposals of one pair of members; lots of one item go together."""
        totals: dict[int, tuple[int, Decimal]] = {}
        for row, qty in rows:
            units, saved = totals.get(row.item_id, (0, Decimal(0)))
            totals[row.item_id] = (units + qty, saved + row.saved * qty / row.qty)
        lines = tuple(
            RequestLine(item, qty, saved.quantize(Decimal("0.01")))
            for item, (qty, saved) in totals.items()
        )
        first = rows[0][0]
        reason = _("调拨建议：{why}", why=_("近效期") if first.expiring else _("缺货"))
        command = Request(new_op(), first.org_id, first.donor_id, lines, reason=reason)
        self._ask(command, ground)

    def lend(self, loan: Loan, org_id: int, factors: Callable[[int], int]) -> None:
        """Ask for a loan, a transfer or a delivery to a patient; `factors` tells pack sizes."""
        command = Request(
            new_op(), org_id, loan.donor_id, (RequestLine(loan.item_id, loan.packs),),
            kind=loan.kind, settle=loan.settle, reason=loan.ground.note,
            return_by=loan.return_by, patient_ref=loan.patient, address=loan.address,
        )  # fmt: skip

        def in_units(asked: Request) -> Request:
            line = asked.lines[0]
            qty = line.qty * factors(line.item_id)
            return replace(asked, lines=(RequestLine(line.item_id, qty),))

        self._ask(command, loan.ground, in_units)

    def _ask(
        self,
        command: Request,
        ground: Ground,
        finish: Callable[[Request], Request] | None = None,
    ) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        draft = ground.basis is Basis.APPROVED and ground.paper is None

        def work() -> Done:
            papers = (read_paper(ground.paper, ground.number),) if ground.paper else ()
            whole = replace(
                command, basis=ground.basis, urgency=ground.urgency, basis_note=ground.note,
                papers=papers, submit=not draft,
            )  # fmt: skip
            return request(db, actor, finish(whole) if finish else whole)

        self._write(work)

    def step(self, verb: str, row: TransferRow, reason: str = "") -> None:
        """Approve or cancel."""
        act = {"approve": approve, "cancel": cancel}[verb]
        db, actor = self._page.context.db, self._page.context.actor
        command = Step(new_op(), row.org_id, row.id, row.version, reason)
        self._write(lambda: act(db, actor, command))

    def confirm(
        self,
        row: TransferRow,
        promised: Sequence[tuple[int, int]] = (),
    ) -> None:
        """The donor promises what was asked, or less: units by line."""
        db, actor = self._page.context.db, self._page.context.actor
        command = Confirm(new_op(), row.org_id, row.id, row.version, tuple(promised))
        self._write(lambda: confirm(db, actor, command))

    def attach(self, row: TransferRow, paper: Path, number: str) -> None:
        """Attach the report that goes to the authorities."""
        db, actor = self._page.context.db, self._page.context.actor
        op = new_op()
        self._write(
            lambda: attach(
                db, actor, Attach(op, row.org_id, row.id, read_paper(paper, number, "report"))
            ),
        )

    def submit(self, row: TransferRow, paper: Path | None, number: str) -> None:
        """Submit a draft, with the document that it waited for."""
        db, actor = self._page.context.db, self._page.context.actor
        step = Step(new_op(), row.org_id, row.id, row.version)
        op = new_op()

        def work() -> Done:
            if paper is not None:
                attach(db, actor, Attach(op, row.org_id, row.id, read_paper(paper, number)))
            return submit(db, actor, step)

        self._write(work)

    def send(self, row: TransferRow, journey: Journey) -> None:
        """Send what was promised: the scanned packs, the rest first expiry first."""
        db, actor = self._page.context.db, self._page.context.actor
        command = Send(
            new_op(), row.org_id, row.id, row.version, journey.picks, journey.mode,
            journey.carrier, journey.record, journey.warm,
        )  # fmt: skip
        self._before_two(lambda second: send(db, actor, replace(command, second=second)))

    def look(self, row: TransferRow) -> Look:
        """What asks after a trace code scanned at dispatch of a transfer."""
        db, actor, where = self._page.context.db, self._page.context.actor, (row.org_id, row.id)

        def ask(before: tuple[str, ...], code: str, took: Took, refused: Refused) -> None:
            self._page.read(lambda: scan_packs(db, actor, where, before, code), took, refused)

        return ask

    def accept(
        self,
        row: TransferRow,
        lots: tuple[AcceptLot, ...],
        warm: Decimal | None,
    ) -> None:
        """Accept what arrived."""
        db, actor = self._page.context.db, self._page.context.actor
        command = Accept(new_op(), row.org_id, row.id, row.version, lots, warm)
        self._before_two(lambda second: accept(db, actor, replace(command, second=second)))

    def clear(self, detail: TransferDetail, *, lost: bool) -> None:
        """Book all that was refused or missing: back on the shelf, or lost."""
        db, actor = self._page.context.db, self._page.context.actor
        head = detail.head
        commands = [
            Clear(new_op(), head.org_id, head.id, lot.n, lot.open_units, lost)
            for lot in detail.lots
            if lot.open_units > 0
        ]

        def work(second: Second | None) -> Done:
            return [clear(db, actor, replace(one, second=second)) for one in commands][-1]

        if commands:
            self._before_two(work)

    def give_back(self, row: LoanRow, units: int) -> None:
        """Make the return paper of a loan."""
        db, actor = self._page.context.db, self._page.context.actor
        command = GiveBack(new_op(), row.org_id, row.transfer_id, ((row.line, units),))
        self._write(lambda: give_back(db, actor, command))

    def settle(self, row: LoanRow) -> None:
        """Take money for what is still out of a loan."""
        db, actor = self._page.context.db, self._page.context.actor
        command = Step(new_op(), row.org_id, row.transfer_id, row.version)
        self._write(lambda: settle_by_price(db, actor, command))

    def net(self, row: LoanRow) -> None:
        """Set the loans of an item between two members off."""
        db, actor = self._page.context.db, self._page.context.actor
        command = SetOff(new_op(), row.org_id, row.donor_id, row.item_id)

        def told(units: int) -> None:
            qty = packs(row, units)
            self._page.context.notices.done(_("{name} 已互抵 {qty}。", name=row.name, qty=qty))
            self._after()

        self._page.write(lambda: net(db, actor, command), told)

    def _before_two(self, work: Callable[[Second | None], Done]) -> None:
        """Do a step; where controlled drugs want a second person, ask and do it again."""
        write_before_two(self._page, work, self._done, self._page.context.errors.take)

    def _write(self, work: Callable[[], Done]) -> None:
        self._page.write(work, self._done)

    def _done(self, done: Done) -> None:
        self._page.context.notices.done(_("{no} · {state}", no=done.no, state=done.state.label))
        self._after()

    def _after(self) -> None:
        self._page.context.changes.announce(_DONE)
        self.changed.emit()
