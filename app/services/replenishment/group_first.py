"""Group first: what other members can give of what is suggested to buy, and asking them for it.

The transfer service finds who has a surplus or goods that would expire; here it is asked for
exactly what the suggestions want, and a person who takes an offer gets a transfer request at the
donor and a smaller line to buy, with the reason written beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID, uuid5

from app.domain.duties import Actor
from app.domain.errors import ConflictError, DomainError
from app.domain.quantity import round_up
from app.i18n import _
from app.services.db import Database
from app.services.replenishment.edit import Edit, edit
from app.services.replenishment.suggestions import SuggestionQuery, SuggestionRow, board, one
from app.services.transfers import Proposal, ProposeQuery, Request, RequestLine, Wanted
from app.services.transfers.propose import propose
from app.services.transfers.request import request

_MOST: Final = 200
"""So many of the most urgent lines are asked for at once."""


@dataclass(frozen=True, slots=True)
class Help:
    """What one member can give of an item that is suggested to buy.

    Attributes:
        qty: Smallest units, never more than is chosen.
        value: What they are worth: so much less is bought.
        saved: Worth of the units that the donor would otherwise throw away.
        draft: The law asks for a paper first; a request is kept as a draft.
    """

    item_id: int
    donor_id: int
    donor: str
    qty: int
    value: Decimal
    saved: Decimal
    km: int
    draft: bool
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class TakeHelp:
    """Ask a donor for what it can give of an item, and buy so much less.

    Attributes:
        op_id: Made once per intention.
        version: Version of the suggestion that the person saw.
    """

    op_id: UUID
    org_id: int
    place_id: int
    item_id: int
    donor_id: int
    version: int


@dataclass(frozen=True, slots=True)
class HelpTaken:
    """The transfer request made, and what is still to buy (smallest units)."""

    transfer_no: str
    qty: int
    chosen: int


def offers(db: Database, actor: Actor, org_id: int, place_id: int = 0) -> Mapping[int, Help]:
    """The best offer for each open suggestion, by item; members' surplus and expiring goods."""
    rows = board(db, actor, SuggestionQuery(org_id, place_id)).rows
    wanted = [row for row in rows if row.status == "open" and row.chosen > 0][:_MOST]
    return _offers(db, actor, org_id, wanted)


def _offers(db: Database, actor: Actor, org_id: int, rows: list[SuggestionRow]) -> dict[int, Help]:
    if not rows:
        return {}
    needs = tuple(Wanted(org_id, row.item_id, row.chosen) for row in rows)
    items = tuple(row.item_id for row in rows)
    query = ProposeQuery(orgs=(org_id,), needs=needs, items=items)
    chosen = {row.item_id: row.chosen for row in rows}
    best: dict[int, Help] = {}
    for proposal in propose(db, actor, query):
        if proposal.org_id != org_id or proposal.item_id in best:
            continue
        best[proposal.item_id] = _help(proposal, chosen[proposal.item_id])
    return best


def _help(proposal: Proposal, chosen: int) -> Help:
    qty = min(proposal.qty, chosen)
    part = Decimal(qty) / proposal.qty
    return Help(
        item_id=proposal.item_id,
        donor_id=proposal.donor_id,
        donor=proposal.donor,
        qty=qty,
        value=(proposal.value * part).quantize(Decimal("0.01")),
        saved=(proposal.saved * part).quantize(Decimal("0.01")),
        km=proposal.km,
        draft=proposal.needs_paper,
        proposal=proposal,
    )


def take(db: Database, actor: Actor, command: TakeHelp) -> HelpTaken:
    """Make the transfer request, then lower the line; a line seen in an older version is refused.

    Raises:
        DomainError: The donor can no longer give any.
        ConflictError: Somebody changed the line meanwhile.
    """
    row = one(db, actor, command.org_id, command.place_id, command.item_id)
    if row.version != command.version or row.status != "open":
        raise ConflictError("replenish.changed", _("这一行刚刚有人改过或已调拨。请看新的数再定。"))
    found = _offers(db, actor, command.org_id, [row]).get(command.item_id)
    if found is None or found.donor_id != command.donor_id:
        raise DomainError(
            "replenish.no_help", _("对方现在没有可以调出的了。请刷新，看还有谁能调。")
        )
    asked = request(
        db,
        actor,
        Request(
            uuid5(command.op_id, "request"),
            command.org_id,
            found.donor_id,
            (RequestLine(command.item_id, found.qty, found.saved),),
            basis=found.proposal.basis,
            reason=_("补货先调拨"),
            submit=not found.draft,
        ),
    )
    left = row.chosen - found.qty
    chosen = round_up(left, row.why.multiple) if left > 0 else 0
    done = edit(
        db,
        actor,
        Edit(
            op_id=uuid5(command.op_id, "edit"),
            org_id=command.org_id,
            place_id=row.place_id,
            item_id=command.item_id,
            version=command.version,
            chosen=chosen,
            picked=row.picked and chosen > 0,
            reason=_("{donor}调拨 {no}", donor=found.donor, no=asked.no),
        ),
    )
    return HelpTaken(asked.no, found.qty, done.chosen)
