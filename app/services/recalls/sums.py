"""What came of lots at each member, lies there, was used and is on the way: many lots at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind
from app.models.party import Organisation
from app.models.stock import Balance, Lot, Place
from app.services.queries.portions import key_portions
from app.services.recalls.coming import Coming, coming_of
from app.services.recalls.history import Flow, flows_of, places_of

_APART = frozenset({"bad", "returns"})
"""Zones in which goods are set apart."""


@dataclass(frozen=True, slots=True)
class Member:
    """The lot's sums at one member: came in, there now, used, gone otherwise, on the way to it.

    Attributes:
        sent: What of `coming` another member sent: it lies on nobody's shelf.
    """

    org_id: int
    org: str
    came: int = 0
    here: int = 0
    secured: int = 0
    used: int = 0
    gone: int = 0
    coming: int = 0
    sent: int = 0


class Here(NamedTuple):
    """Units of a lot that lie in a zone of a member."""

    org_id: int
    zone: str
    qty: int


class Known(NamedTuple):
    """Members by their code, and the places between which the goods flowed."""

    names: Mapping[int, str]
    places: Mapping[tuple[int, int], Place]


def lot_sums(
    session: Session, lots: Sequence[int], orgs: Sequence[int]
) -> dict[int, tuple[Member, ...]]:
    """Of each lot what came, lies, was used and has gone at each of the members."""
    flows, here = flows_of(session, lots, orgs), _here(session, lots, orgs)
    heads: dict[int, tuple[int, str]] = {}
    for part in key_portions(lots):
        rows = session.execute(select(Lot.id, Lot.item_id, Lot.lot_no).where(Lot.id.in_(part)))
        heads |= {lot: (item, number) for lot, item, number in rows}
    way = coming_of(session, set(heads.values()), orgs)
    known = known_of(session, [flow for some in flows.values() for flow in some], orgs)
    return {
        lot: members_of(known, flows.get(lot, ()), here.get(lot, ()), way.get(heads[lot], {}))
        for lot in lots
    }


def known_of(session: Session, flows: Iterable[Flow], orgs: Sequence[int]) -> Known:
    """The names of members, and the places of flows."""
    flows = list(flows)
    ends = {flow.from_place for flow in flows} | {flow.to_place for flow in flows}
    names = session.execute(
        select(Organisation.id, Organisation.short_name)
        .where(Organisation.id.in_(orgs))
        .order_by(Organisation.code)
    )
    places = places_of(session, {flow.org_id for flow in flows}, ends)
    return Known(dict(names.all()), places)


def _here(session: Session, lots: Sequence[int], orgs: Sequence[int]) -> dict[int, list[Here]]:
    found: dict[int, list[Here]] = defaultdict(list)
    for part in key_portions(lots):
        rows = session.execute(
            select(Balance.lot_id, Balance.org_id, Place.zone, func.sum(Balance.qty))
            .join(Place, and_(Place.org_id == Balance.org_id, Place.id == Balance.place_id))
            .where(Balance.lot_id.in_(part), Balance.org_id.in_(orgs), Balance.qty > 0)
            .group_by(Balance.lot_id, Balance.org_id, Place.zone)
        )
        for lot, org, zone, qty in rows:
            found[lot].append(Here(org, zone, int(qty)))
    return found


def members_of(
    known: Known, flows: Sequence[Flow], here: Sequence[Here], way: Mapping[int, Coming]
) -> tuple[Member, ...]:
    """The sums of one lot by member: first those that ever had it, then those it is on the way to.

    Args:
        known: Members and places.
        flows: All moves of the lot.
        here: What lies of it.
        way: What is on the way of it, by member.
    """
    sums: dict[tuple[int, str], int] = defaultdict(int)
    for flow in flows:
        ends = (known.places[flow.org_id, place] for place in (flow.from_place, flow.to_place))
        source, target = ((end.holds_stock, end.kind) for end in ends)
        sums[flow.org_id, stage(flow.doc_kind, source, target)] += flow.qty
    had = {flow.org_id for flow in flows}
    first = [_member(org, name, sums, here) for org, name in known.names.items() if org in had]
    new = [Member(org, name) for org, name in known.names.items() if org in way.keys() - had]
    return tuple(
        replace(one, coming=way[one.org_id].qty, sent=way[one.org_id].sent)
        if one.org_id in way else one
        for one in (*first, *new)
    )  # fmt: skip


def _member(
    org: int, name: str, sums: Mapping[tuple[int, str], int], here: Sequence[Here]
) -> Member:
    total = {what: qty for (one, what), qty in sums.items() if one == org}
    return Member(
        org, name, total.get("in", 0), sum(x.qty for x in here if x.org_id == org),
        sum(x.qty for x in here if x.org_id == org and x.zone in _APART),
        total.get("used", 0) - total.get("back", 0),
        total.get("lost", 0) + total.get("out", 0),
    )  # fmt: skip


def stage(doc_kind: str, source: tuple[bool, str], target: tuple[bool, str]) -> str:
    """What a move was, by its paper and by (holds stock, kind) of its two ends."""
    if doc_kind == DocKind.TITLE.value or (source[0] and target[0]):
        return "within"
    if target[0]:
        return "back" if source[1] == "consumed" else "in"
    return {"consumed": "used", "lost": "lost"}.get(target[1], "out")
