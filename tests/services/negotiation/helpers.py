"""A project on its way, step by step, for the tests of a negotiation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import text, update

from app.domain.bidding.commitment import BidLine
from app.domain.bidding.rules import BidRules
from app.domain.ids import new_id, new_op
from app.models.base import moment
from app.models.demand import Demand
from app.models.negotiation import NegotiationRound
from app.models.party import Dossier
from app.services.negotiation.bids import SubmitBid, submit_bid
from app.services.negotiation.invitations import Guest, Invite, invite
from app.services.negotiation.items import AddItems, add_items
from app.services.negotiation.needs import AskNeeds, ConfirmNeeds, ask_needs, confirm_needs
from app.services.negotiation.project import CreateProject, create_project
from app.services.negotiation.rounds import Opened, OpenRound, StartRound, open_round, start_round
from tests.conftest import FixedClock
from tests.factories import EAST, KANGZE, LEAD, RUIHE, WEST, Site

PAPERS = ("药品经营许可证", "法人授权委托书", "购销廉洁协议")
ITEMS = (101, 102, 103, 104)
HEADS = {LEAD: "lead_head", EAST: "east_head", WEST: "west_head"}
SALES = {KANGZE: "kangze_sales", RUIHE: "ruihe_sales"}
MINUTES = 30


@dataclass(frozen=True, slots=True)
class Deal:
    """A project and how to move it on."""

    site: Site
    clock: FixedClock
    id: int

    def bid(self, supplier: int, prices: Mapping[int, str | None]) -> int:
        """A typed quote of the supplier's own person; the version of its sheet."""
        lines = tuple(
            BidLine(line, Decimal(price) if price is not None else None)
            for line, price in prices.items()
        )
        command = SubmitBid(new_op(), self.id, supplier, lines)
        return submit_bid(*self.site.as_(SALES[supplier]), command).version

    def start(self) -> int:
        """The next round, half an hour long."""
        deadline = self.clock.now + timedelta(minutes=MINUTES)
        return start_round(*self.site.as_("lead_buyer"), StartRound(new_op(), self.id, deadline))

    def pass_deadline(self) -> None:
        """Time goes on; on a server its clock cannot be moved, so the owner moves the deadline.

        Nor does ours go ahead of a server's then: in the last half hour of a day it would be
        tomorrow here, and still today where the server looks.
        """
        if self.site.is_sqlite:
            self.clock.advance(minutes=MINUTES + 1)
        else:
            move_deadline(self.site, self.id)

    def open(self) -> Opened:
        """Open or end the round in hand."""
        return open_round(*self.site.as_("lead_buyer"), OpenRound(new_op(), self.id))

    def first_round(self, bids: Mapping[int, Mapping[int, str | None]]) -> None:
        """A whole sealed round."""
        self.start()
        for supplier, prices in bids.items():
            self.bid(supplier, prices)
        self.pass_deadline()
        self.open()


def move_deadline(site: Site, negotiation_id: int) -> None:
    """Put the running round into the past, as only the owner of the database could."""
    past = microseconds(datetime.now(UTC) - timedelta(seconds=1))
    if isinstance(site.clock, FixedClock):
        site.clock.now = max(site.clock.now, datetime.now(UTC))
    rule = "negotiation_round_update" if site.is_sqlite else "round_rules"
    with site.owner.write() as session:
        if site.is_sqlite:
            kept = session.execute(
                text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": rule}
            ).scalar_one()
            session.execute(text("DROP TRIGGER negotiation_round_update"))
        else:
            kept = "ALTER TABLE app.negotiation_round ENABLE TRIGGER round_rules"
            session.execute(text("ALTER TABLE app.negotiation_round DISABLE TRIGGER round_rules"))
        session.execute(
            update(NegotiationRound)
            .where(
                NegotiationRound.negotiation_id == negotiation_id,
                NegotiationRound.opened_at.is_(None),
            )
            .values(started_at=moment(past - 1_000_000), deadline=moment(past))
        )
        session.execute(text(kept))


def microseconds(value: datetime) -> int:
    """As the database keeps a moment."""
    return int(value.timestamp() * 1_000_000)


def make_papers(site: Site, supplier: int, *, until: date = date(2027, 12, 31)) -> None:
    """A complete dossier, checked."""
    with site.owner.write() as session:
        for kind in PAPERS:
            session.add(
                Dossier(
                    org_id=supplier,
                    id=new_id(),
                    kind=kind,
                    number="1",
                    valid_to=until,
                    checked=True,
                )
            )


def make_use(site: Site) -> None:
    """A year's demand of the first goods at both members."""
    with site.owner.write() as session:
        for org, packs in ((EAST, 100), (WEST, 50)):
            for item, factor in ((101, 24), (102, 28), (103, 1), (104, 1)):
                session.add(
                    Demand(
                        org_id=org,
                        place_id=site.world.stores[org],
                        item_id=item,
                        day=date(2026, 6, 1),
                        asked=packs * factor,
                        given=packs * factor,
                    )
                )


def invited(site: Site, clock: FixedClock, *, rules: BidRules | None = None) -> Deal:
    """A project with four lines, confirmed needs and both suppliers invited."""
    if not site.is_sqlite:
        clock.now = datetime.now(UTC)  # bids and openings go by the server's own clock
    buyer = site.as_("lead_buyer")
    for supplier in (KANGZE, RUIHE):
        make_papers(site, supplier)
    make_use(site)
    day = clock.now.date()
    made = create_project(
        *buyer,
        CreateProject(
            new_op(),
            "2026 年第 4 季度常用药",
            day,
            day + timedelta(days=365),
            rules=rules or BidRules(),
        ),
    )
    add_items(*buyer, AddItems(new_op(), made.negotiation_id, ITEMS))
    ask_needs(*buyer, AskNeeds(new_op(), made.negotiation_id, day + timedelta(days=7)))
    for org, head in HEADS.items():
        confirm_needs(*site.as_(head), ConfirmNeeds(new_op(), made.negotiation_id, org))
    guests = tuple(Guest(supplier) for supplier in (KANGZE, RUIHE))
    invite(*buyer, Invite(new_op(), made.negotiation_id, guests))
    return Deal(site, clock, made.negotiation_id)
