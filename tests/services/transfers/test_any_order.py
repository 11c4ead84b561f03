"""Two members lend, use, give back and settle at random: the books and the papers stay one."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.transfers.legal import Basis
from app.domain.transfers.states import OPEN_LOAN, Kind, Settle, TransferState as T, Urgency
from app.models.settlement import Consumption
from app.models.stock import Balance, Ledger, Place
from app.models.transfer import LoanSettlement, Transfer, TransferLine, TransferLot
from app.services.consumption import Consume, ConsumeLine, Reverse, consume, reverse
from app.services.consumption.settleable import settleable
from app.services.transfers.accepting import accept
from app.services.transfers.commands import (
    Accept,
    AcceptLot,
    Clear,
    Confirm,
    GiveBack,
    Request,
    RequestLine,
    Send,
    Step,
)
from app.services.transfers.owners import out_of
from app.services.transfers.request import cancel, confirm, request
from app.services.transfers.returning import SetOff, give_back, net, settle_by_price
from app.services.transfers.sending import clear, send
from tests.factories import EAST, KANGZE, TODAY, WEST, Site
from tests.faults.invariants import state
from tests.transfer_world import BOX, DRUG, LATER, PAPER, SOON, STORE, on_the_way, stock

ORGS = (EAST, WEST)
STEPS = 200


class Chance:
    """People of both members who do whatever comes; refusals are part of life."""

    def __init__(self, site: Site, seed: int) -> None:
        self._site = site
        self._random = Random(seed)
        self.refused: Counter[str] = Counter()
        for org in ORGS:
            for owner in (org, KANGZE):
                first = SOON if (owner == org) == (org == EAST) else LATER  # own ones, or theirs
                stock(site, org, DRUG, 6 * BOX, first, owner=owner, lot=f"L{org}-{owner}")

    def step(self) -> None:
        """Something happens, or is refused."""
        often = (self.ask, self.promise, self.send, self.accept, self.give_back)
        deeds = (*often * 4, self.use, self.take_back, self.clear, self.settle, self.off,
                 self.call_off)  # fmt: skip
        try:
            self._random.choice(deeds)()
        except DomainError as error:
            self.refused[error.code] += 1

    def _any(self, statement: Any) -> Any:
        with self._site.owner.read() as s:
            rows = s.scalars(statement).all()
            s.expunge_all()
        return self._random.choice(rows) if rows else None

    def _paper(self, *states: T, **values: Any) -> Any:
        return self._any(select(Transfer).where(Transfer.status.in_(states)).filter_by(**values))

    def _units(self) -> int:
        return self._random.choice((1, 7, BOX, 2 * BOX))

    def use(self) -> None:
        org = self._random.choice(ORGS)
        line = ConsumeLine(DRUG, self._units())
        place = self._site.world.stores[org]
        consume(*self._site.as_(STORE[org]), Consume(new_op(), org, place, (line,)))

    def take_back(self) -> None:
        used = self._any(select(Consumption).where(Consumption.source != "reversal"))
        if used is not None:
            command = Reverse(new_op(), used.org_id, used.id, "患者退药", qty=self._units())
            reverse(*self._site.as_(STORE[used.org_id]), command)

    def ask(self) -> None:
        org, donor = self._random.sample(ORGS, 2)
        kind = self._random.choice((Kind.TRANSFER, Kind.LOAN, Kind.LOAN, Kind.PATIENT))
        loan = kind is Kind.LOAN
        command = Request(
            new_op(), org, donor, (RequestLine(DRUG, self._units()),), kind=kind,
            basis=Basis.EMERGENCY, urgency=Urgency.EMERGENCY, papers=(PAPER,),
            settle=Settle.KIND if loan else Settle.NONE,
            return_by=TODAY + timedelta(days=9) if loan else None, patient_ref="ZS-0832",
            address="城西街 6 号",
        )  # fmt: skip
        request(*self._site.as_(STORE[org]), command)

    def promise(self) -> None:
        if paper := self._paper(T.DONOR):
            command = Confirm(new_op(), paper.org_id, paper.id, paper.version)
            confirm(*self._site.as_(STORE[paper.donor_id]), command)

    def send(self) -> None:
        if paper := self._paper(T.APPROVED):
            command = Send(new_op(), paper.org_id, paper.id, paper.version)
            send(*self._site.as_(STORE[paper.donor_id]), command)

    def accept(self) -> None:
        paper = self._paper(T.IN_TRANSIT)
        if paper is None:
            return
        with self._site.owner.read() as s:
            sent = s.execute(
                select(TransferLot.n, TransferLot.qty).where(TransferLot.transfer_id == paper.id)
            ).all()
        good = {n: self._random.choice((0, qty // 2, qty, qty)) for n, qty in sent}
        lots = tuple(AcceptLot(n, good[n], (qty - good[n]) // 2) for n, qty in sent)
        command = Accept(new_op(), paper.org_id, paper.id, paper.version, lots)
        accept(*self._site.as_(STORE[paper.org_id]), command)

    def clear(self) -> None:
        lot = self._any(
            select(TransferLot).where(
                TransferLot.refused + TransferLot.missing > TransferLot.cleared
            )
        )
        if lot is not None:
            donor = self._any(select(Transfer).where(Transfer.id == lot.transfer_id)).donor_id
            qty = self._random.choice((1, lot.refused + lot.missing - lot.cleared))
            lost = self._random.random() < 0.5
            command = Clear(new_op(), lot.org_id, lot.transfer_id, lot.n, qty, lost)
            clear(*self._site.as_(STORE[donor]), command)

    def give_back(self) -> None:
        if loan := self._paper(*OPEN_LOAN, kind="loan"):
            line = self._any(select(TransferLine).where(TransferLine.transfer_id == loan.id))
            units = self._random.choice((1, line.accepted - line.returned))
            command = GiveBack(new_op(), loan.org_id, loan.id, ((1, units),))
            give_back(*self._site.as_(STORE[loan.org_id]), command)

    def settle(self) -> None:
        if loan := self._paper(*OPEN_LOAN, kind="loan"):
            command = Step(new_op(), loan.org_id, loan.id, loan.version)
            settle_by_price(*self._site.as_(STORE[loan.donor_id]), command)

    def off(self) -> None:
        net(*self._site.as_("east_store"), SetOff(new_op(), EAST, WEST, DRUG))

    def call_off(self) -> None:
        if paper := self._paper(T.DONOR, T.APPROVED):
            command = Step(new_op(), paper.org_id, paper.id, paper.version, "已经另外买到")
            cancel(*self._site.as_(STORE[paper.donor_id]), command)


def loans_agree(site: Site) -> None:
    """What is out of a loan is told alike by its lines, its settlements and the goods' owners."""
    with site.owner.read() as s:
        papers = s.scalars(select(Transfer).where(Transfer.kind == "loan")).all()
        out = out_of(s, [paper.id for paper in papers])
        for paper in papers:
            for line in s.scalars(select(TransferLine).where(TransferLine.transfer_id == paper.id)):
                settled = s.scalar(
                    select(func.sum(LoanSettlement.qty)).where(
                        LoanSettlement.transfer_id == paper.id, LoanSettlement.line == line.line
                    )
                )
                left = line.accepted - line.returned
                assert (settled or 0) == line.returned
                assert sum(out[paper.id, line.line].values()) == left
                assert not left or paper.status in {T.ACCEPTED, T.PART_RETURNED}
            lent, back = _by_owner(s, paper.id), _by_owner(s, paper.id, back=True)
            assert all(back[whose] <= lent[whose] for whose in back), "like comes back for like"


def _by_owner(session: Session, loan: int, *, back: bool = False) -> Counter[bool]:
    """Units accepted of a loan, or of its returns: those of a supplier, and own ones."""
    rows = session.execute(
        select(TransferLot.owner_id == KANGZE, TransferLot.accepted)
        .join(Transfer, Transfer.id == TransferLot.transfer_id)
        .where((Transfer.origin_id if back else Transfer.id) == loan)
    )
    found: Counter[bool] = Counter()
    for consigned, units in rows:
        found[bool(consigned)] += units
    return found


def goods_agree(site: Site) -> None:
    """On the way is what the papers say; a supplier's unit lies somewhere or is owed once."""
    with site.owner.read() as s:
        papers = s.scalar(
            select(func.sum(TransferLot.qty - TransferLot.accepted - TransferLot.cleared))
        )
        ends: Counter[str] = Counter()
        kinds = {row.id: row for row in s.scalars(select(Place))}
        for row in s.scalars(select(Ledger).where(Ledger.owner_id == KANGZE)):
            ends[kinds[row.from_place].kind] -= row.qty
            ends[kinds[row.to_place].kind] += row.qty
        lying = s.scalar(select(func.sum(Balance.qty)).where(Balance.owner_id == KANGZE)) or 0
        owed = sum(row.qty for org in ORGS for row in settleable(s, org, KANGZE))
    assert on_the_way(site) == (papers or 0)
    assert -ends["opening"] == lying + owed + ends["transit"] + ends["lost"]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_they_do_the_books_agree(sqlite_site: Site, seed: int) -> None:
    chance = Chance(sqlite_site, seed)
    for number in range(STEPS):
        chance.step()
        if number % 20 == 0:
            loans_agree(sqlite_site)
            goods_agree(sqlite_site)
    loans_agree(sqlite_site)
    goods_agree(sqlite_site)
    assert state(sqlite_site.owner) == ()
