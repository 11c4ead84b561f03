"""Group first: what other members can give of what is suggested to buy, and asking them for it.

The transfer service finds who has a surplus or goods that would expire; here it is asked for
exactly what the suggestions want, and a person who takes an offer gets a transfer request at the
donor and a smaller line to buy, with the reason written beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.errors import ConflictError, DomainError
from app.domain.quantity import round_up
from app.i18n import _
from app.services.db import Database
from app.services.operations import claim, finish, plain
from app.services.replenishment.edit import Edit, put
from app.services.replenishment.scope import require_planner
from app.services.replenishment.suggestions import SuggestionQuery, SuggestionRow, board
from app.services.transfers.commands import Request, RequestLine
from app.services.transfers.propose import Proposal, ProposeQuery, Wanted, propose
from app.services.transfers.request import add_request
from app.services.transfers.stepping import audited

_MOST: Final = 200
"""So many of the most urgent lines are asked for at once."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One offer that a person takes: the item, who gives it, and the line as it was seen."""

    item_id: int
    donor_id: int
    version: int


@dataclass(frozen=True, slots=True)
class Help:
    """What one member can give of an item that is suggested to buy.

    Attributes:
        version: Version of the line that it was found for.
        qty: Smallest units, never more than is chosen.
        value: What they are worth: so much less is bought.
        saved: Worth of the units that the donor would otherwise throw away.
        draft: The law asks for a paper first; a request is kept as a draft.
    """

    item_id: int
    donor_id: int
    donor: str
    version: int
    qty: int
    value: Decimal
    saved: Decimal
    km: int
    draft: bool
    proposal: Proposal

    @property
    def wish(self) -> Wish:
        """The offer taken, for the line as it was."""
        return Wish(self.item_id, self.donor_id, self.version)


@dataclass(frozen=True, slots=True)
class TakeHelp:
    """Ask members for what they can give, and buy so much less.

    Attributes:
        op_id: Made once per intention.
    """

    op_id: UUID
    org_id: int
    place_id: int
    wishes: tuple[Wish, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request made: at whom, for how many items; a draft waits for its paper."""

    no: str
    donor: str
    items: int
    draft: bool

    @property
    def words(self) -> str:
        """What was done, and for a draft what is still to be done."""
        if self.draft:
            return _(
                "已给{donor}存好调拨草稿 {no}，{n} 个品规。补上批准文件再提交。",
                donor=self.donor, no=self.no, n=self.items,
            )  # fmt: skip
        return _(
            "已向{donor}发出调拨申请 {no}，{n} 个品规。",
            donor=self.donor, no=self.no, n=self.items,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class HelpTaken:
    """The requests made, and how many offers no longer stood."""

    asked: tuple[Asked, ...]
    gone: int

    @classmethod
    def from_plain(cls, value: dict[str, Any]) -> HelpTaken:
        """The answer as it was kept."""
        return cls(tuple(Asked(**one) for one in value["asked"]), value["gone"])


def offers(db: Database, actor: Actor, org_id: int, place_id: int = 0) -> Mapping[int, Help]:
    """The best offer for each open suggestion, by item; members' surplus and expiring goods."""
    rows = board(db, actor, SuggestionQuery(org_id, place_id)).rows
    return _offers(db, actor, org_id, rows)


def _offers(
    db: Database, actor: Actor, org_id: int, lines: Sequence[SuggestionRow]
) -> dict[int, Help]:
    rows = [row for row in lines if row.status == "open" and row.chosen > 0][:_MOST]
    if not rows:
        return {}
    needs = tuple(Wanted(org_id, row.item_id, row.chosen) for row in rows)
    items = tuple(row.item_id for row in rows)
    query = ProposeQuery(orgs=(org_id,), needs=needs, items=items)
    asked = {row.item_id: row for row in rows}
    best: dict[int, Help] = {}
    for proposal in propose(db, actor, query):
        if proposal.org_id != org_id or proposal.item_id in best:
            continue
        best[proposal.item_id] = _help(proposal, asked[proposal.item_id])
    return best


def _help(proposal: Proposal, row: SuggestionRow) -> Help:
    qty = min(proposal.qty, row.chosen)
    part = Decimal(qty) / proposal.qty
    return Help(
        item_id=proposal.item_id,
        donor_id=proposal.donor_id,
        donor=proposal.donor,
        version=row.version,
        qty=qty,
        value=(proposal.value * part).quantize(Decimal("0.01")),
        saved=(proposal.saved * part).quantize(Decimal("0.01")),
        km=proposal.km,
        draft=proposal.needs_paper,
        proposal=proposal,
    )


def take(db: Database, actor: Actor, command: TakeHelp) -> HelpTaken:
    """Make one transfer request for each donor and ground, and lower the lines, all at once.

    Raises:
        DomainError: None of the donors can give any more.
        ConflictError: Somebody changed a line meanwhile; nothing is asked for then.
    """
    require_planner(actor, command.org_id)
    wanted = {wish.item_id: wish for wish in command.wishes}
    rows = board(db, actor, SuggestionQuery(command.org_id, command.place_id)).rows
    lines = [row for row in rows if row.item_id in wanted]
    standing = [
        found
        for item, found in _offers(db, actor, command.org_id, lines).items()
        if found.donor_id == wanted[item].donor_id
    ]
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "replenish.take", command)
        if earlier is not None:
            return HelpTaken.from_plain(earlier)
        if any(row.version != wanted[row.item_id].version for row in lines):
            raise ConflictError(
                "replenish.changed", _("这一行刚刚有人改过或已调拨。请看新的数再定。")
            )
        if not standing:
            raise DomainError(
                "replenish.no_help", _("对方现在没有可以调出的了。请刷新，看还有谁能调。")
            )
        seen = {row.item_id: row for row in lines}
        asked = tuple(
            _ask(session, actor, command, [(one, seen[one.item_id]) for one in together])
            for together in _by_donor(standing)
        )
        done = HelpTaken(asked, len(wanted) - len(standing))
        finish(session, command.org_id, command.op_id, plain(done))
        return done


def _by_donor(found: Sequence[Help]) -> list[list[Help]]:
    """Offers that go into one request: the same donor on the same ground."""
    groups: dict[tuple[int, str, bool], list[Help]] = {}
    for one in found:
        key = (one.donor_id, one.proposal.basis.value, one.draft)
        groups.setdefault(key, []).append(one)
    return list(groups.values())


def _ask(
    session: Session,
    actor: Actor,
    command: TakeHelp,
    together: Sequence[tuple[Help, SuggestionRow]],
) -> Asked:
    first = together[0][0]
    request = Request(
        command.op_id,
        command.org_id,
        first.donor_id,
        tuple(RequestLine(one.item_id, one.qty, one.saved) for one, _row in together),
        basis=first.proposal.basis,
        reason=_("补货先调拨"),
        submit=not first.draft,
    )
    head = add_request(session, actor, request)
    audited(session, actor, command.org_id, "transfer.request", head)
    versions = {wish.item_id: wish.version for wish in command.wishes}
    for one, row in together:
        lowered = _lowered(command, one, row, (head.no, versions[one.item_id]))
        put(session, actor, lowered, planned=not row.edited)
    return Asked(head.no, first.donor, len(together), first.draft)


def _lowered(command: TakeHelp, one: Help, row: SuggestionRow, by: tuple[str, int]) -> Edit:
    no, version = by
    left = row.chosen - one.qty
    chosen = round_up(left, row.why.multiple) if left > 0 else 0
    return Edit(
        op_id=command.op_id,
        org_id=command.org_id,
        place_id=row.place_id,
        item_id=one.item_id,
        version=version,
        chosen=chosen,
        picked=row.picked and chosen > 0,
        reason=_("{donor}调拨 {no}", donor=one.donor, no=no),
    )
