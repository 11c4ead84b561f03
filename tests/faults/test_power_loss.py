"""Power lost at any write, with torn sectors; hundreds of cuts are `make faults` with `--torn`."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.databases import Databases
from tests.faults.power_loss import Loss, lose, taped
from tests.faults.tape import Event, Tape
from tests.faults.torn import SECTOR, cuts, disks

SEED = 20_261_123
DEEDS, CUTS = 24, 16
OLD, NEW = b"o" * SECTOR, b"n" * SECTOR


def cut_power(databases: Databases, folder: Path, careless: str = "") -> Loss:
    with taped(databases, folder, SEED, DEEDS, careless) as (tape, known):
        return lose(tape, known, CUTS, SEED, folder / "cuts")


def test_whatever_was_told_is_there_after_the_power_went(
    databases: Databases, tmp_path: Path
) -> None:
    loss = cut_power(databases, tmp_path)
    assert loss.found == []
    assert loss.saved > DEEDS / 2
    assert loss.syncs > 2 * loss.saved  # the note and the commit of each


@pytest.mark.parametrize(
    ("careless", "signs"), [("database", {"lost"}), ("outbox", {"open", "the backup"})]
)
def test_what_is_not_synced_is_missed(
    databases: Databases, tmp_path: Path, careless: str, signs: set[str]
) -> None:
    """The controls: without waiting for the disk the same cuts find what is gone."""
    found = cut_power(databases, tmp_path, careless).found
    assert {sign for sign in signs if any(f": {sign} " in line for line in found)} == signs


def left(*events: Event, times: int = 400) -> set[bytes]:
    """What a file of two old sectors may hold after these calls."""
    tape, dice, found = Tape(Path(), {"a": OLD * 2}, list(events)), random.Random(1), set()
    for _cut, disk in disks(tape, [len(events)] * times):
        image = disk.image(dice)
        found.add(image.get("a", b"gone"))
    return found


def test_what_was_synced_stays_and_what_was_not_may_be_anything() -> None:
    write, sync = Event("write", "a", SECTOR, NEW), Event("sync", "a")
    assert left(write, sync) == {OLD + NEW}
    may = left(write)
    assert {OLD * 2, OLD + NEW} < may
    assert all(one.startswith(OLD) for one in may)
    tails = {one[SECTOR:] for one in may}
    assert any(b"on" in tail and tail.strip(b"on") == b"" for tail in tails)  # half and half
    assert any(tail.strip(b"on") for tail in tails)  # rubbish


def test_later_writes_may_arrive_before_earlier_ones_and_lengths_lag() -> None:
    may = left(Event("write", "a", 0, NEW), Event("write", "a", 2 * SECTOR, NEW))
    assert OLD * 2 + NEW in may
    assert NEW + OLD in may
    assert OLD * 2 + bytes(SECTOR) in may


def test_bytes_beside_a_write_stay() -> None:
    assert all(one[:500] == OLD[:500] for one in left(Event("write", "a", 500, b"nnnn")))


def test_a_name_lasts_only_with_its_folder() -> None:
    rename = Event("rename", "a", 0, b"b")
    assert b"gone" in left(rename)
    assert OLD * 2 in left(rename)
    assert left(rename, Event("folder", "")) == {b"gone"}


def test_the_same_seed_cuts_at_the_same_places() -> None:
    tape = Tape(Path(), {}, [Event("write", "a", at, NEW) for at in range(90)])
    first = cuts(tape, 9, random.Random(3))
    assert first == sorted(first) == cuts(tape, 9, random.Random(3))
