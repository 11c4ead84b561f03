"""All members at once: a case is filled and a supplier's minimum reached once for the group.

Every member is planned as by its own run; then what suppliers ask of the whole order is added
where it does most good. A person's figures are counted and left alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID, uuid5

from app.domain.duties import Actor, Duty
from app.domain.replenish.plan import Plan
from app.domain.replenish.rounding import Next, Share, fill, round_once
from app.services.access import group_orgs
from app.services.db import Database, today
from app.services.replenishment.facts import Tell
from app.services.replenishment.filling import filled, next_lot, with_fill, worth_of
from app.services.replenishment.run import Run, decided, keep, make, with_group
from app.services.replenishment.scope import require_planner
from app.services.replenishment.writing import Made, RunDone


@dataclass(frozen=True, slots=True)
class GroupRun:
    """Plan the main stores of members together; `op_id` is made once per intention."""

    op_id: UUID
    orgs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GroupDone:
    """What it did: the members' runs, items whose cases were filled, lines added to minimums."""

    runs: tuple[RunDone, ...]
    rounded: int
    added: int


@dataclass(eq=False)
class _Member:
    """One member's plans while the group's order takes shape."""

    command: Run
    made: Made
    waiting: dict[int, Decimal]
    plans: dict[int, Plan]
    needs: dict[int, int]

    def chosen(self, item: int) -> int:
        """What will be asked for."""
        before = self.made.earlier.get(item)
        if before is not None and before.decided:
            return before.chosen if before.picked else 0
        return self.plans[item].suggested.qty

    def fixed(self, item: int) -> bool:
        """Whether a person's figure stands."""
        before = self.made.earlier.get(item)
        return before is not None and before.decided

    def worth(self, item: int) -> Decimal:
        """What that costs."""
        price = self.made.facts.supply.prices.get(item)
        return worth_of(price, self.chosen(item)) if price else Decimal(0)


def planned_for(db: Database, actor: Actor, orgs: Collection[int] = ()) -> tuple[int, ...]:
    """The members whose stores the person plans, among `orgs` if any are given."""
    with db.read() as session:
        members = group_orgs(session, today(session))
    wanted = set(orgs) or set(members)
    return tuple(
        org
        for org in members
        if org in wanted and (actor.can(Duty.BUY, org) or actor.can(Duty.STORE, org))
    )


def run_group(db: Database, actor: Actor, command: GroupRun, tell: Tell | None = None) -> GroupDone:
    """Plan several members, round once for all of them, and keep each member's suggestions.

    Raises:
        NotAllowedError: The person does not plan for one of the members.
    """
    for org in command.orgs:
        require_planner(actor, org)
    members: list[_Member] = []
    for number, org in enumerate(command.orgs):
        members.append(_member(db, Run(uuid5(command.op_id, str(org)), org)))
        if tell is not None:
            tell(number + 1, len(command.orgs))
    added = _reach_minimums(members)
    rounded = _round_cases(members)
    runs = [
        keep(db, actor, one.command, replace(one.made, plans=one.plans, needs=one.needs))
        for one in members
    ]
    return GroupDone(tuple(runs), rounded, added)


def _member(db: Database, command: Run) -> _Member:
    made, _extras, waiting = make(db, command)
    done = filled(made.facts, made.plans, decided(made.earlier), waiting)
    made = replace(made, short_of=done.short_of)
    needs = {
        item: plan.suggested.qty
        for item, plan in done.plans.items()
        if made.facts.supply.term(item).for_group
    }
    return _Member(command, made, dict(waiting), dict(done.plans), needs)


def _reach_minimums(members: Sequence[_Member]) -> int:
    """Fill the group's order to each supplier that has a minimum for the group; lines added."""
    least: dict[int, Decimal] = {}
    for one in members:
        for supplier, minimum in one.made.facts.supply.minimums.items():
            if minimum.for_group:
                least[supplier] = max(least.get(supplier, Decimal(0)), minimum.amount)
    return sum(_reach(members, supplier, amount) for supplier, amount in least.items())


def _reach(members: Sequence[_Member], supplier: int, least: Decimal) -> int:
    lines = [(one, item) for one in members for item in _of(one, supplier)]
    ordered = sum((one.worth(item) for one, item in lines), Decimal(0))
    if ordered > 0:
        ordered += sum((one.waiting.get(supplier, Decimal(0)) for one in members), Decimal(0))
    candidates = [found for n, line in enumerate(lines) if (found := _next(n, *line)) is not None]
    added = fill(ordered, least, candidates)
    for number, more in added.items():
        one, item = lines[number]
        one.plans[item] = with_fill(one.plans[item], more, least, least - ordered)
        one.needs.setdefault(item, 0)
    if not added and 0 < ordered < least:
        for one in members:
            one.made = replace(one.made, short_of={**one.made.short_of, supplier: least - ordered})
    return len(added)


def _of(one: _Member, supplier: int) -> Iterator[int]:
    prices = one.made.facts.supply.prices
    return (i for i in one.plans if i in prices and prices[i].supplier_id == supplier)


def _next(number: int, one: _Member, item: int) -> Next | None:
    found = None if one.fixed(item) else next_lot(one.made.facts, item, one.plans[item])
    return None if found is None else replace(found, key=number)


def _round_cases(members: Sequence[_Member]) -> int:
    """Fill the last case of every item that a supplier delivers to the group; items rounded."""
    lines: dict[tuple[int, int], list[_Member]] = {}
    for one in members:
        supply = one.made.facts.supply
        for item in one.plans:
            price = supply.prices.get(item)
            if price is not None and supply.term(item).for_group:
                lines.setdefault((price.supplier_id, item), []).append(one)
    return sum(_round(item, asking) for (_supplier, item), asking in sorted(
        lines.items(), key=lambda entry: entry[0]
    ))  # fmt: skip


def _round(item: int, members: Sequence[_Member]) -> int:
    terms = [one.made.facts.supply.term(item) for one in members]
    pack = members[0].made.facts.cards[item].pack_factor
    case = max(pack, *(term.multiple for term in terms))
    shares = [_share(number, one, item) for number, one in enumerate(members)]
    extra = round_once(shares, pack, case, max(term.minimum for term in terms))
    for number, more in extra.items():
        one = members[number]
        one.plans[item] = with_group(one.plans[item], more)
    return 1 if extra else 0


def _share(number: int, one: _Member, item: int) -> Share:
    plan = one.plans[item]
    there, chosen = plan.position.usable, one.chosen(item)
    room = None if plan.cap is None else max(0, plan.cap - there - chosen)
    return Share(number, chosen, there, plan.rate.per_day, room, one.fixed(item))
