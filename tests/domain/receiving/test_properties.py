from __future__ import annotations

from datetime import date

from hypothesis import given, strategies as st

from app.domain.errors import DomainError
from app.domain.receiving import drafts, editing
from app.domain.receiving.outcome import Choice
from app.domain.receiving.work import Refusal, Session, expected, left, surplus, tally
from tests.domain.receiving.goods import CLAVULANATE, SYRINGE, line, pack, session, take

LOTS = st.sampled_from(["", "A1", "B2", "C3"])
SCANS = st.lists(
    st.tuples(st.sampled_from([CLAVULANATE, SYRINGE]), LOTS, st.integers(1, 30)), max_size=25
)
SETTLED = [Choice.GIFT, Choice.RETURN, Choice.BACK]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("scan"), LOTS, st.integers(1, 40)),
        st.tuples(st.just("add"), st.integers(-3, 3), st.integers(1, 2)),
        st.tuples(st.just("refuse"), st.integers(1, 60), st.integers(1, 2)),
        st.tuples(st.just("surplus"), st.sampled_from(SETTLED), st.just(0)),
        st.tuples(st.just("finish"), st.just(0), st.just(0)),
    ),
    max_size=20,
)  # fmt: skip
EXPIRY = date(2029, 1, 31)


def start() -> Session:
    return session(
        line(1, CLAVULANATE, 20, lot_no="A1", expiry=EXPIRY),
        line(2, SYRINGE, 50),
        line(3, SYRINGE, 9),
    )


def do(state: Session, step: tuple[object, ...]) -> Session:
    keys = [entry.key for entry in state.work.entries]
    kind, what, number = step
    key = keys[int(str(number)) % len(keys)] if isinstance(number, int) else keys[0]
    try:
        if kind == "scan":
            goods = (CLAVULANATE, SYRINGE)[int(str(number)) % 2]
            lot = str(what)
            return take(state, goods, pack(lot, EXPIRY if lot else None, count=int(str(number))))[0]
        if kind == "add":
            return editing.add_packs(state, key, int(str(what)))
        if kind == "refuse":
            return editing.refuse(state, editing.Refuse(key, int(str(what)), Refusal.DAMAGED))
        if kind == "surplus":
            return editing.settle_surplus(state, key, Choice(str(what)))
        return editing.finish_line(state, key)
    except DomainError:
        return state


@given(STEPS)
def test_counts_are_never_negative_and_undo_is_exact(steps: list[tuple[object, ...]]) -> None:
    state = start()
    for step in steps:
        after = do(state, step)
        for entry in after.work.entries:
            assert min(entry.accepted, entry.refused, entry.gift) >= 0
            assert entry.gift <= entry.accepted
            assert expected(after.work, entry) >= 0
            assert surplus(after.work, entry) >= 0
            assert left(after.work, entry) >= 0
        if len(after.past) > len(state.past):
            assert after.undo().work == state.work
        state = after
    while state.past:
        state = state.undo()
    assert state.work.entries == start().work.entries


@given(SCANS, st.randoms())
def test_the_order_of_scans_does_not_matter_for_totals(
    scans: list[tuple[object, str, int]], shuffle: object
) -> None:
    def totals(order: list[tuple[object, str, int]]) -> dict[int, int]:
        state = start()
        for goods, lot, count in order:
            chosen = CLAVULANATE if goods is CLAVULANATE else SYRINGE
            state, _told = take(state, chosen, pack(lot, EXPIRY if lot else None, count=count))
        sums: dict[int, int] = {}
        for entry in state.work.entries:
            sums[entry.item_id] = sums.get(entry.item_id, 0) + entry.accepted
        return {item: total for item, total in sums.items() if total}

    mixed = list(scans)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    assert totals(scans) == totals(mixed)


@given(STEPS)
def test_a_draft_says_the_same_and_every_entry_is_in_one_state(
    steps: list[tuple[object, ...]],
) -> None:
    state = start()
    for step in steps:
        state = do(state, step)
    assert drafts.from_plain(state.work.note, drafts.to_plain(state.work)) == state.work
    counts = tally(state.work)
    over = counts.ok + counts.differ + counts.scanning + counts.waiting
    assert over == len(state.work.entries)
