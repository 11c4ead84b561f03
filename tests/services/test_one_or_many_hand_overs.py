"""Packs and transfers: a paper of many lines leaves what as many papers of one line would have.

Beside `test_one_or_many.py`, whose twin houses these laws use.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from hypothesis import strategies as st
from sqlalchemy import func, select

from app.domain.consumption.triggers import Trigger
from app.domain.ids import new_op
from app.domain.transfers.legal import Basis
from app.domain.transfers.states import OPEN_LOAN, Kind, Settle, TransferState
from app.models.demand import Demand
from app.models.fixed_pack import FixedPack, PackRequest
from app.models.pack import Pack, PackLine
from app.models.stock import Balance, Ledger, Lot, Place
from app.models.transfer import LoanSettlement, Transfer, TransferLine, TransferLot
from app.services.consumption.settleable import settleable
from app.services.packs.asking import ask as ask_for
from app.services.packs.build import build
from app.services.packs.commands import Ask, Build, Define, Issue, PackWork
from app.services.packs.define import define
from app.services.packs.ending import break_up, find, lose, open_packs
from app.services.packs.handing import give_back, receive as take_over, take_back
from app.services.packs.issuing import issue
from app.services.transfers.commands import (
    AcceptLot,
    Clear,
    Done,
    GiveBack,
    Request,
    RequestLine,
    Step,
)
from app.services.transfers.request import approve, request
from app.services.transfers.returning import give_back as give_goods_back, settle_by_price
from app.services.transfers.sending import clear
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.factories import EAST, KANGZE, TODAY, WEST, Site
from tests.services.consumption.test_triggers import agree, ward
from tests.services.test_consumption import AMOXICILLIN, BOX, receive
from tests.services.test_one_or_many import KINDS, ME, Twins, check
from tests.transfer_world import DRUG, LATER, PAPER, SOON, SYRINGE, arrived, promise, sent, stock

Rows = list[tuple[Any, ...]]
AMLODIPINE: Final = 102


def goods(site: Site) -> list[Rows]:
    """What lies where and whose it is, what moved at which price, and what was asked for."""
    with site.owner.read() as session:
        place = dict(session.execute(select(Place.id, Place.org_id)).all())
        code = dict(session.execute(select(Place.id, Place.code)).all())
        lot = dict(session.execute(select(Lot.id, Lot.lot_no)).all())
        balance = (Balance.place_id, Balance.lot_id, Balance.owner_id, Balance.qty)
        lying = session.execute(select(*balance).where(Balance.qty > 0)).all()
        way = (
            Ledger.from_place, Ledger.to_place, Ledger.lot_id, Ledger.owner_id, Ledger.doc_kind,
            Ledger.unit_price, Ledger.price_factor, Ledger.occurred_on, Ledger.reason,
        )  # fmt: skip
        moved = session.execute(select(*way, func.sum(Ledger.qty)).group_by(*way)).all()
        demand = (Demand.item_id, Demand.day, Demand.asked, Demand.given, Demand.lines)
        asked = session.execute(select(Demand.place_id, *demand)).all()
        owed = [
            (org, one.supplier_id, one.item_id, lot[one.lot_id], one.qty, one.amount)
            for org in (EAST, WEST)
            for one in settleable(session, org, last=TODAY)
        ]

    def where(at: int) -> tuple[int, str]:
        return place[at], code[at]

    return [
        sorted((where(at), lot[x], *more) for at, x, *more in lying),
        sorted(((where(a), where(b), lot[x], *more) for a, b, x, *more in moved), key=repr),
        sorted((where(at), *more) for at, *more in asked),
        sorted(owed),
    ]


@dataclass(frozen=True)
class _Packs:
    """Packs that were built, and a department that may have them."""

    ids: tuple[int, ...]
    definition: int
    department: int


def _packs(trigger: Trigger | None, site: Site) -> _Packs:
    """Two lots for five packs of two boxes, one of them of both lots; two packs are asked for."""
    if trigger:
        agree(site, trigger)
    receive(site, EAST, {"A": (5, date(2027, 1, 31)), "B": (6, date(2027, 9, 30))})
    department = ward(site)
    rule = Define(new_op(), EAST, AMOXICILLIN, 2 * BOX, mixed=True, keep_days=30)
    definition = define(*site.as_(ME), rule)
    made = build(*site.as_(ME), Build(new_op(), EAST, definition, 5))
    wanted = Ask(new_op(), EAST, definition_id=definition, department_id=department, packs=2)
    ask_for(*site.as_(ME), wanted)
    return _Packs(made.pack_ids, definition, department)


def _work(verb: Callable[..., object], site: Site, _world: _Packs, ids: tuple[int, ...]) -> None:
    verb(*site.as_(ME), PackWork(new_op(), EAST, ids, "清点时发现的"))


def _issue(site: Site, world: _Packs, ids: tuple[int, ...]) -> None:
    issue(*site.as_(ME), Issue(new_op(), EAST, world.department, ids))


_STEPS: Final[dict[str, Callable[[Site, _Packs, tuple[int, ...]], None]]] = {
    "issue": _issue,
    "take back": partial(_work, take_back),
    "receive": partial(_work, take_over),
    "give back": partial(_work, give_back),
    "open": partial(_work, open_packs),
    "break": partial(_work, break_up),
    "lose": partial(_work, lose),
    "find": partial(_work, find),
}
_AT_WARD: Final = ("issue", "receive")
_PATHS: Final = (
    ("issue",), ("break",), ("lose", "find"), ("issue", "take back"), ("issue", "receive"),
    ("issue", "lose", "find"), (*_AT_WARD, "give back", "issue"), (*_AT_WARD, "give back"),
    (*_AT_WARD, "open"), (*_AT_WARD, "break"), (*_AT_WARD, "lose"), (*_AT_WARD, "lose", "find"),
)  # fmt: skip


def _pack_books(site: Site) -> list[Rows]:
    with site.owner.read() as session:
        lot = dict(session.execute(select(Lot.id, Lot.lot_no)).all())
        place = dict(session.execute(select(Place.id, Place.code)).all()) | {0: ""}
        code = dict(session.execute(select(Pack.id, Pack.code)).all())
        pack = (Pack.place_id, Pack.code, Pack.status, Pack.owner_id, Pack.qty)
        hand = (FixedPack.source_place, FixedPack.pack_id, FixedPack.expiry, FixedPack.due_on)
        filled = (PackRequest.packs, PackRequest.filled, PackRequest.status)
        found: list[Rows] = [
            [(place[at], *more) for at, *more in session.execute(select(*pack))],
            [
                (place[at], place[home], code[x], *more)
                for at, home, x, *more in session.execute(select(FixedPack.department_id, *hand))
            ],
            [
                (code[x], lot[y], qty)
                for x, y, qty in session.execute(
                    select(PackLine.pack_id, PackLine.lot_id, PackLine.qty)
                )
            ],
            [tuple(one) for one in session.execute(select(*filled))],
        ]
    return [*goods(site), *(sorted(one, key=repr) for one in found)]


@KINDS
def test_packs_are_handed_over(
    databases: Databases, clock: FixedClock, kind: str, examples: int
) -> None:
    twins = Twins(databases, clock, kind)

    def law(wanted: tuple[tuple[str, ...], list[int], Trigger | None]) -> None:
        path, lines, trigger = wanted

        def do(site: Site, world: _Packs, places: tuple[int, ...]) -> None:
            for verb in path:
                _STEPS[verb](site, world, tuple(world.ids[one] for one in places))

        twins.agree(partial(_packs, trigger), do, lines, _pack_books)

    known: list[tuple[tuple[str, ...], list[int], Trigger | None]] = [
        (path, [3, 2, 0], trigger)
        for path, trigger in zip(_PATHS, [Trigger.ISSUE, None, Trigger.RECEIPT] * 4, strict=True)
    ]
    if kind == "postgresql":
        known = known[2::4]
    known.append((("issue",), [1, 0, 1], None))  # scanned twice
    paths = st.tuples(
        st.sampled_from(_PATHS),
        st.lists(st.integers(0, 4), min_size=1, max_size=4, unique=True),
        st.sampled_from((None, Trigger.ISSUE)),
    )
    check(law, known, paths, examples)
    assert twins.agreed


def _loose(mixed: bool, site: Site) -> int:
    receive(site, EAST, {"A": (5, date(2027, 1, 31)), "B": (6, None), "C": (3, SOON)})
    return define(*site.as_(ME), Define(new_op(), EAST, AMOXICILLIN, 2 * BOX, mixed=mixed))


@KINDS
def test_packs_are_built(databases: Databases, clock: FixedClock, kind: str, examples: int) -> None:
    twins = Twins(databases, clock, kind)

    def do(site: Site, rule: int, counts: tuple[int, ...]) -> None:
        build(*site.as_(ME), Build(new_op(), EAST, rule, sum(counts)))

    def law(wanted: tuple[list[int], bool]) -> None:
        counts, mixed = wanted
        twins.agree(partial(_loose, mixed), do, counts, _pack_books)

    counts = st.lists(st.integers(1, 3), min_size=1, max_size=3).filter(lambda one: sum(one) < 7)
    known: list[tuple[list[int], bool]] = [([1, 2, 2], False), ([1, 2, 3], True)]
    check(law, known, st.tuples(counts, st.booleans()), examples)
    assert twins.agreed


@dataclass(frozen=True)
class _Line:
    """An item on a paper: what is asked, promised and arrives, and what of it comes back."""

    item: int
    asked: int
    promised: int
    came: int
    back: int


def _shelves(site: Site) -> Site:
    """The east has each item in an own lot that expires soon, an own one and one of a supplier."""
    for item in (DRUG, AMLODIPINE, SYRINGE):
        for lot, owner, expiry, qty in (
            ("S", EAST, SOON, 50), ("L", EAST, LATER, 40), ("K", KANGZE, LATER, 30),
        ):  # fmt: skip
            stock(site, EAST, item, qty, expiry, owner=owner, lot=f"{item}{lot}")
    return site


def _paper(way: tuple[Kind, Settle], site: Site, _world: Site, lines: tuple[_Line, ...]) -> None:
    """Asked for, promised, sent, accepted, cleared, given back and settled."""
    wanted = tuple(RequestLine(one.item, one.asked) for one in lines)
    until = TODAY + timedelta(days=30) if way[0] is Kind.LOAN else None
    values: dict[str, Any] = {
        "basis": Basis.APPROVED, "papers": (PAPER,), "reason": "断货三天", "kind": way[0],
        "settle": way[1], "return_by": until,
    }  # fmt: skip
    made = request(*site.as_("west_store"), Request(new_op(), WEST, EAST, wanted, **values))
    promised = tuple((n, one.promised) for n, one in enumerate(lines, 1))
    paper = promise(site, made, quantities=promised)
    step = Step(new_op(), WEST, paper.transfer_id, paper.version)
    paper = sent(site, approve(*site.as_("lead_buyer"), step))
    with site.owner.read() as session:
        lots = session.execute(
            select(TransferLot.n, TransferLot.line, TransferLot.qty)
            .where(TransferLot.transfer_id == paper.transfer_id)
            .order_by(TransferLot.n)
        ).all()
    left = {n: one.came for n, one in enumerate(lines, 1)}
    told = []
    for n, line, qty in lots:
        accepted = min(qty, left[line])
        left[line] -= accepted
        told.append(AcceptLot(n, accepted, (qty - accepted) // 2))
    paper = arrived(site, paper, lots=tuple(told))
    for one, (_n, line, qty) in zip(told, lots, strict=True):
        if qty > one.accepted:
            lost = bool(lines[line - 1].item % 2)
            gone = Clear(new_op(), WEST, paper.transfer_id, one.n, qty - one.accepted, lost)
            clear(*site.as_("east_store"), gone)
    if way[0] is Kind.LOAN:
        _settle(way[1], site, paper, {n: one.back for n, one in enumerate(lines, 1)})


def _settle(how: Settle, site: Site, loan: Done, back: dict[int, int]) -> None:
    """Some of it comes back; of the rest money may be taken."""
    if any(back.values()):
        _return(site, loan, back)
    if how is Settle.PRICE:
        with site.owner.read() as session:
            row = session.get_one(Transfer, (WEST, loan.transfer_id))
            version, state = row.version, TransferState(row.status)
        if state in OPEN_LOAN:
            step = Step(new_op(), WEST, loan.transfer_id, version)
            settle_by_price(*site.as_("east_store"), step)


def _return(site: Site, loan: Done, back: dict[int, int]) -> None:
    units = GiveBack(new_op(), WEST, loan.transfer_id, tuple(back.items()))
    paper = give_goods_back(*site.as_("west_store"), units)
    arrived(site, sent(site, paper, "west_store"), "east_store")


def _papers(site: Site) -> list[Rows]:
    line, lot, part = TransferLine, TransferLot, LoanSettlement
    by_item = (line.item_id, line.unit_price, line.price_factor)
    sums = (line.wanted, line.confirmed, line.sent, line.accepted, line.returned)
    by_lot = (lot.lot_id, lot.owner_id, lot.to_owner, lot.unit_price, lot.price_factor)
    parts = (lot.qty, lot.accepted, lot.refused, lot.missing, lot.cleared)
    of = (part.transfer_id == line.transfer_id) & (part.line == line.line)
    with site.owner.read() as session:
        number = dict(session.execute(select(Lot.id, Lot.lot_no)).all())
        lines = session.execute(select(*by_item, *map(func.sum, sums)).group_by(*by_item)).all()
        lots = session.execute(select(*by_lot, *map(func.sum, parts)).group_by(*by_lot)).all()
        settled = session.execute(
            select(line.item_id, part.kind, func.sum(part.qty), func.sum(part.amount))
            .join(line, of)
            .group_by(line.item_id, part.kind)
        ).all()
        open_ones = session.scalars(
            select(line.item_id)
            .join(Transfer, Transfer.id == line.transfer_id)
            .where(Transfer.status.in_(OPEN_LOAN), line.returned < line.accepted)
        ).all()
    return [
        *goods(site),
        sorted(map(tuple, lines)),
        sorted((number[key], *more) for key, *more in lots),
        sorted(map(tuple, settled)),
        sorted((one,) for one in set(open_ones)),
    ]


_WAYS: Final = (
    (Kind.TRANSFER, Settle.NONE), (Kind.TRANSFER, Settle.PRICE), (Kind.LOAN, Settle.KIND),
    (Kind.LOAN, Settle.PRICE),
)  # fmt: skip


@st.composite
def _asked(draw: st.DrawFn) -> list[_Line]:
    """Lines of different items that the east has; what comes back is at most what came."""
    items = st.lists(st.sampled_from((DRUG, AMLODIPINE, SYRINGE)), min_size=1, unique=True)
    lines = []
    for item in draw(items):
        asked = draw(st.integers(1, 120))
        promised = draw(st.integers(1, asked))
        came = draw(st.integers(0, promised))
        lines.append(_Line(item, asked, promised, came, draw(st.integers(0, came))))
    return lines


@KINDS
def test_goods_are_passed_on(
    databases: Databases, clock: FixedClock, kind: str, examples: int
) -> None:
    twins = Twins(databases, clock, kind)

    def law(wanted: tuple[tuple[Kind, Settle], list[_Line]]) -> None:
        way, lines = wanted
        twins.agree(_shelves, partial(_paper, way), lines, _papers)

    three = [
        _Line(DRUG, 100, 95, 70, 60), _Line(SYRINGE, 60, 60, 60, 60),
        _Line(AMLODIPINE, 13, 7, 5, 2),
    ]  # fmt: skip
    known = [(way, three) for way in _WAYS]
    check(
        law,
        known if kind == "sqlite" else known[1::2],
        st.tuples(st.sampled_from(_WAYS), _asked()),
        examples,
    )
    assert twins.agreed
