from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from app.domain.errors import DomainError
from app.domain.receiving import drafts, editing
from app.domain.receiving.outcome import Choice, Tone
from app.domain.receiving.reading import Found, KnownTrace, Target, read
from app.domain.receiving.scanning import Moment, cold_waiting, scan
from app.domain.receiving.transport import Mode, Transport
from app.domain.receiving.work import Refusal, Result, expected, result_of, tally
from tests.domain.receiving.goods import (
    CLAVULANATE,
    EXPIRY,
    INSULIN,
    NOW,
    SYRINGE,
    TODAY,
    line,
    pack,
    session,
    take,
)

TRACE = "81345678901234567890"


def test_a_scan_counts_one_pack_and_keeps_lot_and_expiry() -> None:
    state = session(line(1, CLAVULANATE, 100))
    state, told = take(state, CLAVULANATE, pack("K260318", EXPIRY))
    entry = state.work.entry(1)
    assert told.tone is Tone.HIT
    assert told.text == "已收 +1，共 1 盒"
    assert "批号 K260318" in told.detail
    assert "2028-02" in told.detail
    assert (entry.accepted, entry.lot_no, entry.expiry) == (12, "K260318", EXPIRY)
    assert result_of(state.work, entry) is Result.SCANNING


def test_a_code_without_lot_wipes_neither_lot_nor_expiry() -> None:
    state = session(line(1, CLAVULANATE, 100))
    state, _told = take(state, CLAVULANATE, pack("K260318", EXPIRY))
    state, _told = take(state, CLAVULANATE, pack(count=59))
    entry = state.work.entry(1)
    assert (entry.accepted, entry.lot_no, entry.expiry) == (720, "K260318", EXPIRY)


def test_a_code_without_lot_takes_what_the_note_states() -> None:
    state = session(line(1, CLAVULANATE, 2, lot_no="K1", expiry=EXPIRY))
    state, told = take(state, CLAVULANATE, pack())
    assert told.tone is Tone.HIT
    assert state.work.entry(1).lot_no == "K1"
    assert state.work.entry(1).expiry == EXPIRY


def test_cold_goods_come_first_and_out_of_range_they_are_not_counted() -> None:
    state = session(line(1, SYRINGE, 5), line(2, INSULIN, 3))
    first = cold_waiting(state.work)
    assert first is not None
    assert (first.key, first.choices) == (2, (Choice.COLD,))
    state, told = take(state, INSULIN, pack("N1", EXPIRY))
    assert (told.code, told.units, state.work.entry(2).accepted) == ("cold.missing", 1, 1)
    warm = Transport(Mode.TRUCK, NOW, NOW, Decimal("12.3"), "WD-88")
    state = editing.set_transport(state, warm)
    state, told = take(state, INSULIN, pack("N1", EXPIRY))
    assert (told.tone, told.code) == (Tone.REJECT, "cold.range")
    assert (state.work.current, state.work.entry(2).accepted) == (2, 1)
    state = editing.set_transport(state, replace(warm, temperature=Decimal("4.5")))
    state, told = take(state, INSULIN, pack("N1", EXPIRY))
    assert (told.tone, state.work.entry(2).accepted) == (Tone.HIT, 2)
    assert cold_waiting(state.work) is None


def test_another_lot_near_its_end_is_told_as_both() -> None:
    state = session(line(1, CLAVULANATE, 2, lot_no="K1", expiry=EXPIRY))
    _state, told = take(state, CLAVULANATE, pack("K2", date(2026, 12, 31)))
    assert told.code == "expiry.near"
    assert "送货单写 K1" in told.detail


def test_a_line_that_is_complete_agrees() -> None:
    state = session(line(1, CLAVULANATE, 2), line(2, SYRINGE, 10))
    state, _told = take(state, CLAVULANATE, pack("K1", EXPIRY, count=2))
    assert result_of(state.work, state.work.entry(1)) is Result.OK
    counts = tally(state.work)
    assert (counts.ok, counts.waiting, counts.settled, counts.total) == (1, 1, 1, 2)
    assert str(counts.amount) == "24.00"


def test_an_expired_pack_is_refused_with_what_to_do() -> None:
    state = session(line(1, CLAVULANATE, 2))
    after, told = take(state, CLAVULANATE, pack("C250911", date(2026, 9, 30)))
    assert told.tone is Tone.REJECT
    assert told.text == "已过期，不能入库"
    assert told.detail == ("阿莫西林克拉维酸钾片 C250911 · 有效期至 2026-09。按 F9 登记拒收")
    assert Choice.REFUSE in told.choices
    assert after.work.entry(1).accepted == 0


def test_a_recalled_lot_is_not_counted_however_the_lot_is_known() -> None:
    goods = replace(CLAVULANATE, frozen=frozenset({"K1"}))
    state = session(line(1, goods, 2, lot_no="K1", expiry=EXPIRY))
    for reading in (pack("K1", EXPIRY), pack()):
        after, told = take(state, goods, reading)
        assert (told.tone, told.code, Choice.REFUSE in told.choices) == (
            Tone.REJECT, "lot.held", True,
        )  # fmt: skip
        assert after.work.entry(1).accepted == 0
    after, told = take(state, goods, pack("K2", EXPIRY))
    assert after.work.entry(1).accepted == 12, "another lot of the same goods is no concern of it"


def test_the_last_good_day_is_still_good() -> None:
    state = session(line(1, CLAVULANATE, 2))
    after, _told = take(state, CLAVULANATE, pack("C1", TODAY))
    assert after.work.entry(1).accepted == 12


def test_goods_that_the_note_says_are_expired_are_not_counted_by_a_bare_code() -> None:
    state = session(line(1, CLAVULANATE, 2, lot_no="C1", expiry=date(2026, 9, 30)))
    after, told = take(state, CLAVULANATE, pack())
    assert told.code == "expiry.expired"
    assert after.work.entry(1).accepted == 0


def test_the_same_pack_is_counted_once() -> None:
    state = session(line(1, CLAVULANATE, 5, lot_no="K1", expiry=EXPIRY))
    state, first = take(state, CLAVULANATE, pack(trace=TRACE))
    state, second = take(state, CLAVULANATE, pack(trace=TRACE), later=0.8)
    state, third = take(state, CLAVULANATE, pack(trace=TRACE), later=60)
    assert [first.tone, second.tone, third.tone] == [Tone.HIT, Tone.SILENT, Tone.WARN]
    assert third.detail == "这个追溯码 10:41 已收过，没有重复计数。"
    assert state.work.entry(1).accepted == 12


def test_a_pack_that_came_in_before_is_refused() -> None:
    state = session(line(1, CLAVULANATE, 5))
    after, told = take(
        state, CLAVULANATE, pack(trace=TRACE), known=KnownTrace("10-02 09:12", "城西")
    )
    assert told.tone is Tone.REJECT
    assert "城西 10-02 09:12" in told.detail
    assert after == state


def test_a_trace_code_is_read_one_by_one() -> None:
    state = session(line(1, CLAVULANATE, 5))
    after, told = take(state, CLAVULANATE, pack(trace=TRACE, count=12))
    assert told.code == "trace.times"
    assert after == state


def test_an_unknown_code_can_be_bound() -> None:
    state = session(line(1, CLAVULANATE, 5))
    after, told = take(state, None, read("6901234567892", TODAY))
    assert told.text == "没找到 6901234567892"
    assert told.choices == (Choice.BIND, Choice.IGNORE)
    assert after == state


def test_goods_that_are_not_on_the_note_are_a_gift_or_nothing() -> None:
    state = session(line(1, CLAVULANATE, 5))
    state, told = take(state, SYRINGE, pack("Z1"))
    assert told.code == "goods.not_on_note"
    assert told.goods is not None
    assert told.reading is not None
    state = editing.take_stranger(state, told.goods, told.reading, told.units)
    gift = state.work.entries[-1]
    assert (gift.accepted, gift.gift, gift.note_line) == (1, 1, 0)
    assert result_of(state.work, gift) is Result.GIFT


def test_another_lot_of_a_line_gets_a_row_of_its_own() -> None:
    state = session(line(1, CLAVULANATE, 100), line(2, SYRINGE, 1))
    state, _told = take(state, CLAVULANATE, pack("A1", EXPIRY, count=60))
    state, _told = take(state, CLAVULANATE, pack("B2", EXPIRY, count=40))
    rows = [(e.lot_no, e.accepted // 12, expected(state.work, e) // 12) for e in state.work.entries]
    assert rows == [("A1", 60, 60), ("B2", 40, 40), ("", 0, 0)]
    assert {result_of(state.work, e) for e in state.work.siblings(1)} == {Result.OK}


def test_a_lot_that_the_note_does_not_state_is_told() -> None:
    state = session(line(1, CLAVULANATE, 2, lot_no="A1", expiry=EXPIRY))
    state, told = take(state, CLAVULANATE, pack("B2", EXPIRY, count=2))
    assert told.code == "lot.other"
    assert result_of(state.work, state.work.entry(1)) is Result.LOT


def test_a_lot_known_with_another_expiry_is_not_counted() -> None:
    known = replace(CLAVULANATE, lots={"K260318": date(2028, 2, 29)})
    state = session(line(1, known, 100))
    after, told = take(state, known, pack("K260318", date(2028, 3, 31)))
    assert told.detail.endswith("同一批号 K260318 之前登记为 2028-02，这次是 2028-03。请核对包装。")
    assert after == state


def test_a_month_and_a_day_in_it_are_one_expiry() -> None:
    known = replace(CLAVULANATE, lots={"K260318": date(2028, 2, 29)})
    state = session(line(1, known, 100))
    after, told = take(state, known, pack("K260318", date(2028, 2, 15)))
    assert told.tone is Tone.HIT
    assert after.work.entry(1).expiry == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("choice", "accepted", "gift", "refused"),
    [(Choice.GIFT, 110, 10, 0), (Choice.RETURN, 100, 0, 10), (Choice.BACK, 100, 0, 0)],
)
def test_too_many_are_a_gift_or_go_back(
    choice: Choice, accepted: int, gift: int, refused: int
) -> None:
    state = session(line(1, SYRINGE, 100))
    state, told = take(state, SYRINGE, pack("Z1", count=110))
    assert told.text == "多出 10 支"
    assert (
        told.detail == "应收 100 支，现在是 110 支。多出的 10 支：登记赠品、退回，或改回 100 支。"
    )
    assert result_of(state.work, state.work.entry(1)) is Result.OVER
    state = editing.settle_surplus(state, 1, choice)
    entry = state.work.entry(1)
    assert (entry.accepted, entry.gift, entry.refused) == (accepted, gift, refused)
    assert result_of(state.work, entry) is not Result.OVER


def test_more_than_was_ordered_is_too_many_even_if_it_was_sent() -> None:
    state = session(line(1, SYRINGE, 100, order_id=9, order_line=1, order_left=80))
    state, told = take(state, SYRINGE, pack("Z1", count=100))
    assert told.text == "多出 20 支"


def test_a_far_expiry_is_doubted_with_the_likely_one() -> None:
    state = session(line(1, CLAVULANATE, 5))
    state, told = take(state, CLAVULANATE, pack("K1", date(2126, 3, 31)))
    assert told.detail == "有效期 2126-03 看起来太远，是 2026-03 吗？"
    assert told.suggestion == date(2026, 3, 31)
    state = editing.confirm_far(state, 1)
    state, told = take(state, CLAVULANATE, pack("K1", date(2126, 3, 31)))
    assert told.tone is Tone.HIT


def test_near_expiry_asks_for_a_reason_until_it_has_one() -> None:
    state = session(line(1, CLAVULANATE, 5))
    state, told = take(state, CLAVULANATE, pack("K1", date(2027, 1, 31)))
    assert told.code == "expiry.near"
    state = editing.set_reason(state, 1, "急用，两周内用完")
    state, told = take(state, CLAVULANATE, pack("K1", date(2027, 1, 31)))
    assert told.tone is Tone.HIT


def test_refusing_takes_from_what_was_accepted() -> None:
    state = session(line(1, INSULIN, 30))
    state, _told = take(state, INSULIN, pack("NX6602", EXPIRY, count=30))
    state = editing.refuse(state, editing.Refuse(1, 2, Refusal.DAMAGED))
    entry = state.work.entry(1)
    assert (entry.accepted, entry.refused) == (28, 2)
    assert result_of(state.work, entry) is Result.REFUSED
    with pytest.raises(DomainError, match="最多能拒收 28 支"):
        editing.refuse(state, editing.Refuse(1, 29, Refusal.DAMAGED))


def test_another_lot_is_refused_in_a_row_of_its_own() -> None:
    state = session(line(1, CLAVULANATE, 10))
    state, _told = take(state, CLAVULANATE, pack("A1", EXPIRY, count=8))
    state = editing.refuse(
        state, editing.Refuse(1, 24, Refusal.EXPIRED, lot_no="C9", expiry=date(2026, 9, 30))
    )
    first, second = state.work.siblings(1)
    assert (first.accepted, first.refused) == (96, 0)
    assert (second.lot_no, second.refused) == ("C9", 24)
    assert expected(state.work, first) == 96


def test_an_undone_scan_leaves_nothing_behind() -> None:
    state = session(line(1, CLAVULANATE, 5))
    after, _told = take(state, CLAVULANATE, pack("K1", EXPIRY, trace=TRACE))
    assert after.undo().work == state.work
    assert after.undo().redo().work == after.work
    again, told = take(after.undo(), CLAVULANATE, pack("K1", EXPIRY, trace=TRACE))
    assert told.tone is Tone.HIT
    assert again.work.entry(1).accepted == 12


def test_typing_an_expired_date_is_refused() -> None:
    state = session(line(1, CLAVULANATE, 5))
    with pytest.raises(DomainError, match="已过期，不能入库"):
        editing.set_expiry(state, 1, date(2026, 9, 30), TODAY)


def test_a_quantity_below_what_was_read_pack_by_pack_is_refused() -> None:
    state = session(line(1, CLAVULANATE, 5))
    state, _told = take(state, CLAVULANATE, pack("K1", EXPIRY, trace=TRACE))
    with pytest.raises(DomainError, match="已经逐盒读了 1 盒"):
        editing.set_quantity(state, 1, 6)
    assert editing.set_quantity(state, 1, 0).work.entry(1).traces == ()


def test_finishing_a_line_goes_to_the_next_open_one() -> None:
    state = session(line(1, CLAVULANATE, 5), line(2, SYRINGE, 3), line(3, INSULIN, 1))
    state, _told = take(state, CLAVULANATE, pack("K1", EXPIRY, count=3))
    state = editing.finish_line(state, 1)
    assert result_of(state.work, state.work.entry(1)) is Result.SHORT
    assert state.work.current == 2


def test_a_draft_comes_back_as_it_was() -> None:
    state = session(line(1, CLAVULANATE, 5), line(2, SYRINGE, 3))
    state, _told = take(state, CLAVULANATE, pack("K1", EXPIRY, trace=TRACE))
    state, _told = take(state, SYRINGE, pack("Z1", count=5))
    state = editing.settle_surplus(state, 2, Choice.RETURN)
    stored = drafts.to_plain(state.work)
    assert drafts.from_plain(state.work.note, stored) == state.work


def test_a_draft_forgets_lines_that_the_note_no_longer_has() -> None:
    state = session(line(1, CLAVULANATE, 5), line(2, SYRINGE, 3))
    state, _told = take(state, CLAVULANATE, pack("K1", EXPIRY, trace=TRACE))
    other = session(line(1, SYRINGE, 3)).work.note
    back = drafts.from_plain(other, drafts.to_plain(state.work))
    assert [entry.item_id for entry in back.entries] == [SYRINGE.item_id]
    assert back.entries[0].accepted == 0


@pytest.mark.parametrize(
    ("text", "target", "code"),
    [
        ("6901234567892", Target.GOODS, "06901234567892"),
        ("12*6901234567892", Target.GOODS, "06901234567892"),
        (TRACE, Target.GOODS, "8134567"),
        ("SH20261014-002", Target.DELIVERY, "SH20261014-002"),
        ("YP-010252", Target.WORDS, "YP-010252"),
    ],
)
def test_scans_are_told_apart(text: str, target: Target, code: str) -> None:
    reading = read(text, TODAY)
    assert (reading.target, reading.code) == (target, code)


def test_a_gs1_scan_gives_lot_expiry_and_serial_at_once() -> None:
    reading = read(
        "]d20106901234567892172802001\x1d".replace("001\x1d", "00") + "10K260318\x1d21S1", TODAY
    )
    assert (reading.lot, reading.expiry) == ("K260318", EXPIRY)
    assert reading.trace == "06901234567892.S1"


@pytest.mark.parametrize("text", ["x" * 5000, "69012345678921", "'; DROP TABLE lot", "\x00\x01"])
def test_hostile_scans_count_nothing(text: str) -> None:
    state = session(line(1, CLAVULANATE, 5))
    after, told = take(state, None, read(text, TODAY))
    assert told.tone in {Tone.WARN, Tone.REJECT}
    assert after == state


def test_typed_words_choose_a_line_and_count_nothing() -> None:
    state = session(line(1, CLAVULANATE, 5), line(2, SYRINGE, 3), line(3, CLAVULANATE, 1))
    words = Found(words=(CLAVULANATE.item_id,))
    moment = Moment(NOW, TODAY)
    state, told = scan(state, read("amxl", TODAY), words, moment)
    assert (told.code, state.work.current) == ("line.chosen", 1)
    state, told = scan(state, read("amxl", TODAY), words, moment)
    assert state.work.current == 3
    assert tally(state.work).waiting == 2


def test_a_label_of_our_own_is_not_goods_that_come_in() -> None:
    state = session(line(1, CLAVULANATE, 5))
    after, told = take(state, None, read("0001261014013270", TODAY))
    assert told.code == "label.own"
    assert after == state
