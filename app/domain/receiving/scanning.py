"""Taking a scan into the work: find the line, keep lot and expiry, count, or say why not.

Order of checks: is the code readable, do we know it, was this very pack read before, is it on the
note, has it expired, does the lot agree with what is known. Only then something is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from app.domain.quantity import MAX_QUANTITY
from app.domain.receiving import outcomes, transport as journeys
from app.domain.receiving.note import Goods
from app.domain.receiving.outcome import Outcome, Tone
from app.domain.receiving.policy import (
    Policy,
    far_suggestion,
    is_expired,
    is_near,
    same_expiry,
)
from app.domain.receiving.reading import Case, Found, Reading, Target
from app.domain.receiving.work import (
    Entry,
    Session,
    Trace,
    Work,
    expected,
    left,
    surplus,
)

ECHO: Final = timedelta(seconds=2)
"""The same pack read twice within this time is the scanner's echo: ignored without a word."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a scan happens and by which rules.

    Attributes:
        at: Local time.
        today: The members' day.
        policy: What the member demands.
    """

    at: datetime
    today: date
    policy: Policy = field(default_factory=Policy)


def scan(
    session: Session, reading: Reading, found: Found, moment: Moment
) -> tuple[Session, Outcome]:
    """The session after a scan, and what to tell; nothing is counted unless all is in order."""
    if found.words:
        return _choose(session, found.words)
    reading = _informed(reading, found)
    refusal = (
        _unreadable(reading) or _unknown(reading, found) or _seen(session, reading, found, moment)
    )
    if refusal is not None:
        return session, refusal
    goods = found.goods
    assert goods is not None  # noqa: S101 - `_unknown` has looked
    work = session.work
    if not any(entry.item_id == goods.item_id for entry in work.entries):
        return session, outcomes.not_on_note(work, goods, reading, found.units * reading.count)
    entry = _first_of(work, goods.item_id)
    barred = _barred(goods, reading.lot, reading.expiry, entry.key, moment) or cold_refusal(
        work, entry
    )
    if barred is not None:
        units = found.units * reading.count
        return _make_current(session, entry), replace(
            barred, reading=reading, units=units, goods=goods
        )
    conflict = _conflict(work, goods, reading)
    if conflict is not None:
        return session, outcomes.lot_conflict(goods, reading, conflict)
    return _count(session, goods, reading, found, moment)


def _informed(reading: Reading, found: Found) -> Reading:
    """The scan with what the supplier's trace file says of a case; the scan's own word wins."""
    case = found.case
    if not case.packs:
        return reading
    return replace(
        reading, lot=reading.lot or case.lot_no, expiry=reading.expiry or case.expiry,
        produced=reading.produced or case.produced,
    )  # fmt: skip


def _choose(session: Session, items: tuple[int, ...]) -> tuple[Session, Outcome]:
    """Typed words make a line current; the same words again go on to the next that fits."""
    keys = [entry.key for entry in session.work.entries if entry.item_id in items]
    if not keys:
        return session, outcomes.no_such_line()
    place = keys.index(session.work.current) + 1 if session.work.current in keys else 0
    key = keys[place % len(keys)]
    chosen = session.then(replace(session.work, current=key))
    return chosen, outcomes.chosen(chosen.work, chosen.work.entry(key), len(keys))


def _unreadable(reading: Reading) -> Outcome | None:
    if reading.target is Target.DELIVERY:
        return outcomes.other_note(reading)
    if reading.target is Target.OWN_LABEL:
        return outcomes.own_label()
    if reading.trace and reading.count > 1:
        return outcomes.one_by_one()
    problem = reading.blocked
    return outcomes.unreadable(problem) if problem else None


def _unknown(reading: Reading, found: Found) -> Outcome | None:
    if found.goods is None:
        return outcomes.unknown(reading)
    return outcomes.too_many() if found.units * reading.count > MAX_QUANTITY else None


def _seen(session: Session, reading: Reading, found: Found, moment: Moment) -> Outcome | None:
    """A pack that was read before: echo, twice in this note, or in the store already."""
    if not reading.trace:
        return None
    earlier = session.work.trace(reading.trace)
    if earlier is not None:
        if moment.at - earlier.at < ECHO:
            return outcomes.echo()
        return outcomes.read_twice(earlier, _case_read(session, found))
    if found.case.packs and not _fresh(session.work, found.case):
        return outcomes.case_read(found.case)
    return outcomes.known_pack(found.known, reading, found) if found.known else None


def _case_read(session: Session, found: Found) -> str:
    """The case that brought the pack in, if it was read in this work."""
    return next((one for one in found.case.within if session.work.trace(one)), "")


def _fresh(work: Work, case: Case) -> tuple[str, ...]:
    """The packs of a case that were not read one by one before."""
    read = {trace.code for entry in work.entries for trace in entry.traces}
    return tuple(code for code in case.packs if code not in read)


def _make_current(session: Session, entry: Entry) -> Session:
    """Nothing counted; the line is made current, so that F9 refuses the right goods."""
    return session.then(replace(session.work, current=entry.key))


def cold_refusal(work: Work, entry: Entry) -> Outcome | None:
    """What to say of an entry that came too warm or too cold, else None."""
    goods, measured = work.goods(entry), work.transport.temperature
    if measured is None or not journeys.out_of_range(work.transport, goods.storage):
        return None
    found = journeys.problems(work.transport, goods.storage, goods.name, row=entry.key)
    return outcomes.cold_out(goods, entry, measured, found[0])


def cold_waiting(work: Work) -> Outcome | None:
    """Cold goods of a note whose journey is not known yet: they come first."""
    cold = [
        entry for entry in work.entries
        if not entry.touched and journeys.problems(work.transport, work.goods(entry).storage, "")
    ]  # fmt: skip
    if not cold:
        return None
    names = tuple(dict.fromkeys(work.goods(entry).name for entry in cold))
    return outcomes.cold_first(work, cold[0], names)


def _conflict(work: Work, goods: Goods, reading: Reading) -> date | None:
    """The expiry under which the lot is known, when the pack says another."""
    if not reading.lot or reading.expiry is None:
        return None
    known = [goods.lots.get(reading.lot)]
    known += [
        one.expiry for one in work.entries if _is_lot(one, goods, reading.lot) and one.touched
    ]
    for expiry in known:
        if expiry is not None and not same_expiry(expiry, reading.expiry):
            return expiry
    return None


def _is_lot(entry: Entry, goods: Goods, lot: str) -> bool:
    return entry.item_id == goods.item_id and entry.lot_no == lot


def _count(
    session: Session, goods: Goods, reading: Reading, found: Found, moment: Moment
) -> tuple[Session, Outcome]:
    work, entry = _place(session.work, goods, reading)
    packs = _fresh(work, found.case)
    units = found.units * reading.count
    if found.case.packs:
        units = units // len(found.case.packs) * len(packs)
    filled = _fill(work, entry, goods, reading)
    told = _barred(goods, filled.lot_no, filled.expiry, entry.key, moment)
    if told is not None:
        moved = _make_current(session, _first_of(session.work, goods.item_id))
        return moved, replace(told, reading=reading, units=units, goods=goods)
    traces = filled.traces
    if packs:  # every pack stands for itself; the case's own code is kept, for nothing
        each = units // len(packs)
        traces = (*traces, *(Trace(code, moment.at, each) for code in packs))
    if reading.trace:
        traces = (*traces, Trace(reading.trace, moment.at, 0 if packs else units))
    counted = replace(filled, accepted=filled.accepted + units, traces=traces, done=False)
    work = work.put(counted)
    told = _tell(work, counted, reading, units, moment)
    return session.then(work), outcomes.of_case(told, found.case, len(packs)) if packs else told


def _barred(
    goods: Goods, lot: str, expiry: date | None, key: int, moment: Moment
) -> Outcome | None:
    """What to say of a lot that may never come in: frozen, recalled, or past its last day."""
    if lot in goods.frozen:
        return outcomes.frozen(goods, lot, key)
    return outcomes.expired(goods, lot, expiry, key) if is_expired(expiry, moment.today) else None


def _place(work: Work, goods: Goods, reading: Reading) -> tuple[Work, Entry]:
    """The entry that the pack belongs to; another lot of a line gets an entry of its own."""
    mine = [entry for entry in work.entries if entry.item_id == goods.item_id]
    if reading.lot:
        return _place_by_lot(work, mine, reading.lot)
    current = [entry for entry in mine if entry.key == work.current]
    for entry in (*current, *mine):
        if left(work, entry):
            return work, entry
    return work, (*current, mine[-1])[0]


def _place_by_lot(work: Work, mine: list[Entry], lot: str) -> tuple[Work, Entry]:
    same = [entry for entry in mine if entry.lot_no == lot]
    stated = [entry for entry in mine if not entry.touched and _stated_lot(work, entry) == lot]
    blank = [entry for entry in mine if not entry.lot_no and not _stated_lot(work, entry)]
    for entry in (*same, *stated, *blank):
        if left(work, entry):
            return work, entry
    if same:
        return work, same[0]
    untouched = [entry for entry in mine if not entry.touched and left(work, entry)]
    if untouched:
        return work, untouched[0]
    parent = next((entry for entry in mine if left(work, entry)), mine[0])
    split = work.insert(Entry(0, parent.note_line, parent.item_id))
    return split, split.entry(split.current)


def _stated_lot(work: Work, entry: Entry) -> str:
    line = work.line_of(entry)
    first = line is not None and work.siblings(entry.note_line)[0].key == entry.key
    return line.lot_no if line is not None and first else ""


def _fill(work: Work, entry: Entry, goods: Goods, reading: Reading) -> Entry:
    """The entry with lot, expiry and production day of the scan; blanks wipe nothing.

    A code without a lot leaves what is known; where nothing is, the note's word stands in until a
    person or another scan says otherwise.
    """
    line = work.line_of(entry)
    lot = reading.lot or entry.lot_no or (line.lot_no if line else "")
    stated = line is not None and line.lot_no in {"", lot}
    expiry = reading.expiry or entry.expiry
    if expiry is None and (not reading.lot or stated):
        expiry = line.expiry if line else None
    known = goods.lots.get(lot)
    if known is not None and (expiry is None or same_expiry(known, expiry)):
        expiry = known
    produced = reading.produced or entry.produced or (line.produced if line and stated else None)
    return replace(entry, lot_no=lot, expiry=expiry, produced=produced)


def _tell(work: Work, entry: Entry, reading: Reading, units: int, moment: Moment) -> Outcome:
    goods = work.goods(entry)
    extra = surplus(work, entry)
    if extra:
        return replace(outcomes.over(work, entry, extra), units=units)
    suggestion = far_suggestion(entry.expiry, moment.today, moment.policy)
    if suggestion is not None and not entry.far_confirmed:
        return replace(outcomes.far(entry, suggestion), units=units)
    told = outcomes.hit(goods, entry, units, expected(work, entry))
    return replace(_remark(work, told, reading, moment), units=units)


def _remark(work: Work, told: Outcome, reading: Reading, moment: Moment) -> Outcome:
    """What else is to be said of a counted pack that is neither too many nor unbelievable."""
    entry = work.entry(told.key)
    goods = work.goods(entry)
    journey = journeys.problems(work.transport, goods.storage, goods.name, row=entry.key)
    if journey:
        return outcomes.cold_unknown(told, journey[0])
    doubt = reading.doubt
    if doubt is not None:
        return replace(told, tone=Tone.WARN, code=doubt.code, detail=doubt.text)
    line = work.line_of(entry)
    stated = line.lot_no if line else ""
    near = is_near(entry.expiry, moment.today, moment.policy, goods.shelf_life_days)
    if near and not entry.reason:
        return outcomes.near(goods, entry, moment.today, stated)
    if line and stated and entry.lot_no and stated != entry.lot_no:
        return outcomes.other_lot(goods, entry, line)
    return told


def _first_of(work: Work, item_id: int) -> Entry:
    mine = [entry for entry in work.entries if entry.item_id == item_id]
    return next((entry for entry in mine if entry.key == work.current), mine[0])
